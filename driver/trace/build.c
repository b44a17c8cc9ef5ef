/*
 * build.c -- an array of operations that grows by half, and its end.
 */
#include "driver/trace/build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "driver/trace/stats.h"
#include "driver/trace/table.h"

static int grow(struct trace_builder *builder)
{
    size_t room = table_next_room(builder->room, builder->n_ops + 1);
    struct op *ops = table_resize(builder->ops, room, sizeof *ops);
    if (ops == NULL) {
        builder->failed = ENOMEM;
        return -1;
    }
    builder->ops = ops;
    builder->room = room;
    return 0;
}

void build_append(struct trace_builder *builder, struct op op)
{
    if (builder->failed != 0 ||
        (builder->n_ops == builder->room && grow(builder) != 0)) {
        return;
    }
    builder->ops[builder->n_ops++] = op;
    if (op.id != BUILD_NULL && op.id >= builder->n_ids) {
        builder->n_ids = op.id + 1;
    }
}

/* NULL's slot is n_ids, which is known only now. */
static void place_null(struct trace *trace)
{
    for (size_t i = 0; i < trace->n_ops; i++) {
        if (trace->ops[i].id == BUILD_NULL) {
            trace->ops[i].id = trace->n_ids;
        }
    }
}

/* Nothing was read: operation 0 is called line 1. */
static int fill_names_and_lines(struct trace *trace, const char *name)
{
    trace->path = strdup(name);
    trace->name = strdup(name);
    trace->line_runs = calloc(1, sizeof *trace->line_runs);
    if (trace->path == NULL || trace->name == NULL ||
        trace->line_runs == NULL) {
        return -1;
    }
    trace->line_runs[0].line_minus_op = 1;
    trace->n_line_runs = 1;
    return 0;
}

int build_finish(struct trace_builder *builder, const char *name,
                 struct trace *trace)
{
    int failed = builder->failed;
    memset(trace, 0, sizeof *trace);
    trace->ops = builder->ops;
    trace->n_ops = builder->n_ops;
    trace->n_ids = builder->n_ids;
    trace->weight = 1;
    memset(builder, 0, sizeof *builder);
    if (failed == 0) {
        place_null(trace);
        if (fill_names_and_lines(trace, name) == 0 &&
            trace_recount(trace) == 0) {
            return 0;
        }
        failed = errno;
    }
    trace_free(trace);
    errno = failed;
    return -1;
}

void build_discard(struct trace_builder *builder)
{
    free(builder->ops);
    memset(builder, 0, sizeof *builder);
}
