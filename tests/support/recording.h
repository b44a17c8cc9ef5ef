/*
 * recording.h -- runs `rep record` in a folder of its own and looks at what
 * it left there.
 */
#ifndef TESTS_SUPPORT_RECORDING_H
#define TESTS_SUPPORT_RECORDING_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include "driver/trace/trace.h"

struct recording {
    char folder[PATH_MAX];
    int exit_status;
    char output[4096]; /* standard output of the program, cut */
    char errors[8192]; /* standard error of both, cut */
};

/* tests/programs/allocations, in this mode, as a command. */
const char *recording_allocations(const char *mode);

/* Is a program to be found in PATH? */
int recording_has(const char *program);

/*
 * Runs "rep record -o out.rep OPTIONS -- COMMAND" with empty input in a new,
 * empty folder; command is words for sh.
 */
void recording_make(struct recording *recording, const char *options,
                    const char *command);

/* Reads a trace of the folder; fails the test where it is not valid. */
void recording_read(const struct recording *recording, const char *name,
                    struct trace *trace);

/*
 * Number of files in the folder that match a pattern of the shell.  first is
 * filled with the first name (room: NAME_MAX + 1) unless NULL.
 */
size_t recording_files(const struct recording *recording, const char *pattern,
                       char *first);

/* Operations of a kind and size in a trace. */
size_t recording_count(const struct trace *trace, enum op_kind kind,
                       uint64_t size);

/* Removes the folder. */
void recording_end(struct recording *recording);

#endif
