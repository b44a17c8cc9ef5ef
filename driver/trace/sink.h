/*
 * sink.h -- where the text of a trace goes: a stream, or a file that
 * appears whole or not at all.
 *
 * Files are written as new_file.h says.  The name's ending decides about
 * compression (compression.h).
 */
#ifndef DRIVER_TRACE_SINK_H
#define DRIVER_TRACE_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include "driver/trace/new_file.h"
#include "driver/trace/trace.h"

struct archive;

/* One of stream, archive and file takes the bytes. */
struct sink {
    FILE *stream;
    struct archive *archive;
    struct new_file file;
};

/*
 * Opens a file; "-" is standard output, uncompressed.  Returns 0, or -1 with
 * *error filled and nothing open.
 */
int sink_open(struct sink *sink, const char *path, struct trace_error *error);

/*
 * Whether sink_open could open that file, as far as this can be known without
 * touching it.  Returns 0, or -1 with *error filled.
 */
int sink_check(const char *path, struct trace_error *error);

/*
 * Moves a file that was written elsewhere on the same disk to its place, as
 * sink_close does.  Returns 0, or -1 with errno.
 */
int sink_place(const char *from, const char *path);

/* Writes to a stream that stays the caller's. */
void sink_to_stream(struct sink *sink, FILE *stream);

/* Writes all n bytes.  Returns 0, or -1 with errno. */
int sink_put(struct sink *sink, const char *bytes, size_t n);

/* Whether sink_patch can be used: this is a plain regular file. */
bool sink_can_patch(const struct sink *sink);

/* Writes n bytes over those at an offset.  Returns 0, or -1 with errno. */
int sink_patch(struct sink *sink, const char *bytes, size_t n, off_t offset);

/*
 * Ends the sink; the file is then in its place.  failed: errno of an
 * earlier failure, or 0; the file is then thrown away.
 * Returns 0, or -1 with *error filled; path is named in it.
 */
int sink_close(struct sink *sink, const char *path, int failed,
               struct trace_error *error);

#endif
