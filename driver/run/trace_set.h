/*
 * trace_set.h -- the traces of a run, found and read.
 */
#ifndef DRIVER_RUN_TRACE_SET_H
#define DRIVER_RUN_TRACE_SET_H

#include <stddef.h>

#include "driver/run/options.h"
#include "driver/trace/trace.h"

struct trace_set {
    struct trace *traces;
    size_t n_traces;
    struct trace_error *errors; /* one for each file that was not read */
    size_t n_errors;
};

/*
 * Reads all traces that the options name, or those of the folder.  A file
 * that cannot be read becomes an error and the others are read all the same.
 * Returns 0, or -1 when memory ran out.
 */
int trace_set_load(struct trace_set *set, const struct options *options);

void trace_set_free(struct trace_set *set);

#endif
