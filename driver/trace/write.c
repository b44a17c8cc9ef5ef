/*
 * write.c -- a trace, operation by operation, into a sink.
 */
#include "driver/trace/write.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "driver/trace/lines.h"

static bool needs_extended(const struct trace *trace)
{
    for (size_t i = 0; i < trace->n_ops; i++) {
        const struct op *op = &trace->ops[i];
        if (op->kind == OP_CALLOC || op->kind == OP_MEMALIGN ||
            op->thread != 0) {
            return true;
        }
    }
    return false;
}

enum trace_dialect trace_write_dialect(const struct trace *trace)
{
    if (needs_extended(trace)) {
        return DIALECT_EXTENDED;
    }
    bool is_cmu = trace->dialect == DIALECT_CMU_2010 ||
                  trace->dialect == DIALECT_CMU_2017;
    return trace->weight == 1 && !is_cmu ? DIALECT_CLASSIC : DIALECT_CMU_2017;
}

static void write_lines(struct lines *lines, const struct trace *trace)
{
    struct lines_header header = {
        .dialect = trace_write_dialect(trace),
        .weight = trace->weight,
        .n_ids = trace->n_ids,
        .n_ops = trace->n_ops,
        .peak_payload_bytes = trace->peak_payload_bytes,
        .peak_headed_bytes = trace->peak_headed_bytes,
    };
    lines_header(lines, &header);
    for (size_t i = 0; i < trace->n_ops && lines->failed == 0; i++) {
        struct op op = trace->ops[i];
        lines_op(lines, op, op.id == trace->n_ids ? -1 : (int64_t)op.id);
    }
    lines_flush(lines);
}

/* Returns 0 or an errno. */
static int write_to(const struct trace *trace, struct sink *sink)
{
    struct lines *lines = malloc(sizeof *lines);
    if (lines == NULL) {
        return ENOMEM;
    }
    lines_begin(lines, sink);
    write_lines(lines, trace);
    int failed = lines->failed;
    free(lines);
    return failed;
}

int trace_write(const struct trace *trace, FILE *stream)
{
    struct sink sink;
    sink_to_stream(&sink, stream);
    errno = write_to(trace, &sink);
    if (errno != 0) {
        return -1;
    }
    return fflush(stream) == 0 ? 0 : -1;
}

int trace_write_file(const struct trace *trace, const char *path,
                     struct trace_error *error)
{
    struct sink sink;
    if (sink_open(&sink, path, error) != 0) {
        return -1;
    }
    return sink_close(&sink, path, write_to(trace, &sink), error);
}
