/*
 * write.h -- a trace as text, for people and for other drivers.
 *
 * The dialect is the plainest that says everything: classic; modern CMU where
 * a weight has to be kept, or the trace came from there; extended where calloc,
 * memalign or threads occur.
 * Ids are written as slots, 0 .. n_ids - 1, as other drivers demand.
 */
#ifndef DRIVER_TRACE_WRITE_H
#define DRIVER_TRACE_WRITE_H

#include <stdio.h>

#include "driver/trace/trace.h"

/* The dialect in which trace_write writes it. */
enum trace_dialect trace_write_dialect(const struct trace *trace);

/* Writes plain text.  Returns 0, or -1 with errno. */
int trace_write(const struct trace *trace, FILE *stream);

/*
 * Writes a file, compressed where the name ends in .gz, .zst, .xz or .bz2.  A
 * regular file appears whole or not at all: it is written beside its place
 * and renamed.  Returns 0, or -1 with *error filled.
 */
int trace_write_file(const struct trace *trace, const char *path,
                     struct trace_error *error);

#endif
