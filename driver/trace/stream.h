/*
 * stream.h -- a trace that is written while it is made.
 *
 * Operations go into text at once; what the header says is known at the end
 * only.  In a plain file room is left for it, which is filled then: its numbers
 * have blanks behind them.  Elsewhere (compressed, a pipe) whoever makes the
 * operations does so twice: first they are counted.
 *
 * Memory: 9 bytes for each id, for the statistics.
 */
#ifndef DRIVER_TRACE_STREAM_H
#define DRIVER_TRACE_STREAM_H

#include "driver/trace/lines.h"
#include "driver/trace/stats.h"

struct trace_stream {
    struct lines *lines; /* NULL: operations are counted only */
    struct tally tally;
    enum trace_dialect dialect;
    uint32_t n_ids;
    uint64_t n_ops;
    uint64_t max_ops; /* what comes after so many is left out; 0: nothing */
    int failed;       /* errno of the first failure, or 0 */
};

/*
 * Makes operations: slots are dense and in order of first appearance, none
 * contradicts the ones before.  Returns 0, or -1 with errno.
 */
typedef int stream_fn(void *context, struct trace_stream *stream);

/*
 * Has a trace made into a sink, once or twice.  The statistics are then in
 * *stream, whose dialect and max_ops are the caller's, and which is to be
 * freed in any case.  Returns 0 or an errno, as sink_close wants it.
 */
int trace_stream_into(struct trace_stream *stream, struct sink *sink,
                      stream_fn *make, void *context);

void trace_stream_free(struct trace_stream *stream);

/* Whether no further operation is wanted. */
static inline bool trace_stream_is_full(const struct trace_stream *stream)
{
    return stream->failed != 0 ||
           (stream->max_ops != 0 && stream->n_ops >= stream->max_ops);
}

static inline void trace_stream_op(struct trace_stream *stream, struct op op)
{
    if (__builtin_expect(trace_stream_is_full(stream), 0)) {
        return;
    }
    if (op.id >= stream->n_ids) {
        stream->n_ids = op.id + 1;
        if (op.id >= stream->tally.room &&
            tally_grow(&stream->tally, op.id) != 0) {
            stream->failed = ENOMEM;
            return;
        }
    }
    tally_set(&stream->tally, op.id, op.size, op.kind != OP_FREE);
    stream->n_ops++;
    if (stream->lines != NULL) {
        lines_op(stream->lines, op, op.id);
    }
}

#endif
