/*
 * shrunk.h -- what was left of a trace on which an allocator fails.
 */
#ifndef DRIVER_REPORT_SHRUNK_H
#define DRIVER_REPORT_SHRUNK_H

#include <stdio.h>

#include "driver/measure/result.h"
#include "driver/report/report.h"

struct shrunk {
    const char *subject;
    const char *given; /* what names it on a command line */
    const char *trace; /* the original's name */
    uint64_t ops_before;
    uint64_t ops_after;
    size_t replays;
    double seconds;
    bool finished;               /* false: time or user ended it */
    const char *file;            /* the result, as it was written */
    const char *operations;      /* its lines, each ended; NULL: too many */
    size_t heap_limit_bytes;     /* to be given again; 0: none */
    const struct result *before; /* the failure of the original */
    const struct result *after;  /* and of the file */
};

/* As a paragraph like those of failures.  Returns 0, or -1. */
int report_shrunk(FILE *out, const struct shrunk *shrunk,
                  const struct report_style *style);

#endif
