/*
 * foreign.h -- traces from the logs of other tools.
 *
 * mtrace         glibc's mtrace() or libc_malloc_debug.so
 * memory-replay  Android's heap recorder
 * logalloc       Mozilla's replace-malloc library, as it is or munged
 * ltrace         library calls, with any of its prefixes
 * rep            the traces of this project: any dialect
 *
 * A format is told by the first line that one of them knows.  Lines that a
 * format defines and that are no calls are passed over; any other is an error.
 */
#ifndef DRIVER_FOREIGN_FOREIGN_H
#define DRIVER_FOREIGN_FOREIGN_H

#include <stdbool.h>

#include "driver/trace/address_builder.h"

struct foreign_log;
struct line;

struct foreign_format {
    const char *name;
    /* Reads one line, not blank.  0, or -1: line->error tells, or errno. */
    int (*read_line)(struct foreign_log *log, struct line *line);
};

/* Ends in one without a name.  rep has no reader of lines. */
extern const struct foreign_format *const foreign_formats[];

const struct foreign_format *foreign_find(const char *name);

struct foreign_options {
    const struct foreign_format *format; /* NULL: told by the content */
    uint64_t pid;                        /* the process to take ... */
    bool has_pid;                        /* ... or the first */
};

/* What is told of a log besides its trace. */
struct foreign_report {
    const struct foreign_format *format;
    uint64_t calls;       /* of the malloc family */
    uint64_t failed;      /* of them, that returned NULL */
    uint64_t unplaced;    /* the log does not tell the block's address */
    uint64_t inner;       /* made inside another call of the family */
    uint64_t unfinished;  /* never returned */
    uint64_t other_calls; /* of other processes */
    struct address_oddities odd;
};

/*
 * Reads a log or a trace from path ("-": standard input), compressed or not;
 * the trace keeps kinds, alignments and threads.
 * Returns 0, or -1 with *error filled; the trace then needs no free.
 */
int foreign_read(const char *path, const struct foreign_options *options,
                 struct trace *trace, struct foreign_report *report,
                 struct trace_error *error);

/* As foreign_read, from bytes in memory; path is used for names only. */
int foreign_parse(const char *path, const char *text, size_t bytes,
                  const struct foreign_options *options, struct trace *trace,
                  struct foreign_report *report, struct trace_error *error);

#endif
