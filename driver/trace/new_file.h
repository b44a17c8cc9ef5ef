/*
 * new_file.h -- a file that appears whole or not at all.
 *
 * A regular file is written without a name, or beside its place where the file
 * system knows no such files, and put there at the end: whoever fails in
 * between leaves what was there before, and whoever is killed leaves nothing
 * else.  What is not a regular file (a pipe, a terminal) is written to where it
 * is: a rename would put a file where the device was.  A link stays one.
 */
#ifndef DRIVER_TRACE_NEW_FILE_H
#define DRIVER_TRACE_NEW_FILE_H

#include <stdbool.h>

struct new_file {
    int fd;
    char *target; /* to be replaced by beside; NULL: fd is in place */
    char *beside;
    bool nameless; /* beside is to be the name of what has none yet */
};

/* What is not open. */
#define NEW_FILE_NONE                                                          \
    (struct new_file)                                                          \
    {                                                                          \
        .fd = -1                                                               \
    }

/*
 * Whether new_file_open could open path, as far as this can be known without
 * touching it.  Returns 0, or an errno.
 */
int new_file_check(const char *path);

/* Returns 0, or -1 with errno and nothing open. */
int new_file_open(struct new_file *file, const char *path);

/*
 * Ends the file and puts it in its place.  Returns 0, or -1 with errno; it is
 * then thrown away.
 */
int new_file_keep(struct new_file *file);

/* Ends the file and throws it away; errno stays. */
void new_file_drop(struct new_file *file);

#endif
