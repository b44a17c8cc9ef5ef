/*
 * stream.c -- one pass where the header can be filled in later, else two.
 */
#include "driver/trace/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void trace_stream_free(struct trace_stream *stream)
{
    tally_free(&stream->tally);
}

static struct lines_header header_of(const struct trace_stream *stream)
{
    return (struct lines_header){
        .dialect = stream->dialect,
        .weight = 1,
        .n_ids = stream->n_ids,
        .n_ops = stream->n_ops,
        .peak_payload_bytes = stream->tally.peak.payload,
        .peak_headed_bytes = stream->tally.peak.headed,
    };
}

static void forget(struct trace_stream *stream)
{
    trace_stream_free(stream);
    stream->n_ids = 0;
    stream->n_ops = 0;
}

/* Returns 0 or an errno. */
static int run(struct trace_stream *stream, stream_fn *make, void *context)
{
    if (make(context, stream) != 0) {
        return errno;
    }
    return stream->failed != 0     ? stream->failed
           : stream->lines != NULL ? stream->lines->failed
                                   : 0;
}

static int make_once(struct trace_stream *stream, struct lines *lines,
                     stream_fn *make, void *context)
{
    stream->lines = lines;
    lines_reserve_header(lines, stream->dialect);
    int failed = run(stream, make, context);
    if (failed == 0) {
        struct lines_header header = header_of(stream);
        lines_patch_header(lines, &header);
    }
    return failed;
}

static int make_twice(struct trace_stream *stream, struct lines *lines,
                      stream_fn *make, void *context)
{
    int failed = run(stream, make, context);
    if (failed != 0) {
        return failed;
    }
    struct lines_header header = header_of(stream);
    forget(stream);
    stream->lines = lines;
    lines_header(lines, &header);
    return run(stream, make, context);
}

int trace_stream_into(struct trace_stream *stream, struct sink *sink,
                      stream_fn *make, void *context)
{
    struct lines *lines = malloc(sizeof *lines);
    if (lines == NULL) {
        return ENOMEM;
    }
    lines_begin(lines, sink);
    int failed = sink_can_patch(sink)
                     ? make_once(stream, lines, make, context)
                     : make_twice(stream, lines, make, context);
    if (failed == 0) {
        lines_flush(lines);
        failed = lines->failed;
    }
    stream->lines = NULL;
    free(lines);
    return failed;
}
