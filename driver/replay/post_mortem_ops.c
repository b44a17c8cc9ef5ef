/*
 * post_mortem_ops.c -- the last operations of a worker, from its trace.
 */
#include "driver/replay/post_mortem.h"
#include "driver/trace/trace.h"

void post_mortem_add_ops(const struct trace *trace,
                         struct post_mortem *post_mortem)
{
    post_mortem->n_last_ops = 0;
    uint64_t last = post_mortem->op;
    if (last >= trace->n_ops) {
        return; /* none under way */
    }
    uint64_t first = last < POST_MORTEM_OPS ? 0 : last - (POST_MORTEM_OPS - 1);
    for (uint64_t op = first; op <= last; op++) {
        struct told_op *told =
            &post_mortem->last_ops[post_mortem->n_last_ops++];
        told->line = trace_line(trace, op);
        trace_format_op(trace, op, told->text, sizeof told->text);
    }
}
