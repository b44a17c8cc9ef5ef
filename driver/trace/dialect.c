/*
 * dialect.c -- one pass that knows what is live.
 *
 * Ids of which nothing is left are not kept: the others are numbered anew in
 * order of appearance.  Memory: 16 bytes an operation, 5 an id.
 */
#include "driver/trace/dialect.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "driver/trace/build.h"

struct reduction {
    enum trace_dialect dialect;
    struct trace_builder built;
    uint32_t *ids; /* by old slot: the new one plus 1, or 0 */
    uint8_t *live; /* by old slot */
    uint32_t n_ids;
    uint16_t last_thread;
    struct dialect_losses *losses;
};

static uint32_t new_id(struct reduction *reduction, uint32_t slot)
{
    uint32_t *id = &reduction->ids[slot];
    if (*id == 0) {
        *id = ++reduction->n_ids;
    }
    return *id - 1;
}

static void count_losses(struct reduction *reduction, struct op op)
{
    struct dialect_losses *losses = reduction->losses;
    losses->kinds += op.kind == OP_CALLOC || op.kind == OP_MEMALIGN;
    losses->empty += op.kind != OP_FREE && op.size == 0;
    reduction->last_thread =
        op.thread > reduction->last_thread ? op.thread : reduction->last_thread;
}

static void append(struct reduction *reduction, struct op op)
{
    uint32_t id = new_id(reduction, op.id);
    count_losses(reduction, op);
    op = op_to_classic(op);
    op.id = id;
    build_append(&reduction->built, op);
}

/* Of size 0, which frees and is a free for those that do not know it. */
static void reduce_emptying(struct reduction *reduction, struct op op)
{
    bool keep = reduction->dialect == DIALECT_CMU_2017;
    bool live = reduction->live[op.id] != 0;
    reduction->live[op.id] = 0;
    if (live && keep) {
        op.thread = 0;
        op.id = new_id(reduction, op.id);
        build_append(&reduction->built, op);
        return;
    }
    reduction->losses->emptied++;
    if (live) {
        op.kind = OP_FREE;
        append(reduction, op);
    }
}

static void reduce_null(struct reduction *reduction)
{
    if (reduction->dialect == DIALECT_CMU_2017) {
        build_append(&reduction->built,
                     (struct op){.kind = OP_FREE, .id = BUILD_NULL});
    } else {
        reduction->losses->null_frees++;
    }
}

/* op is of a block that is not NULL. */
static void reduce_op(struct reduction *reduction, struct op op)
{
    if (op.kind == OP_TOUCH) {
        reduction->losses->touches++;
    } else if (op.kind == OP_REALLOC && op.size == 0) {
        reduce_emptying(reduction, op);
    } else {
        if (op.kind == OP_REALLOC && reduction->live[op.id] == 0) {
            op.kind = OP_ALLOC;
        }
        reduction->live[op.id] = op.kind != OP_FREE;
        append(reduction, op);
    }
}

static void reduce_all(struct reduction *reduction, const struct trace *trace)
{
    for (size_t i = 0; i < trace->n_ops; i++) {
        if (trace->ops[i].id == trace->n_ids) {
            reduce_null(reduction);
        } else {
            reduce_op(reduction, trace->ops[i]);
        }
    }
}

/* All is kept. */
static void copy_all(struct reduction *reduction, const struct trace *trace)
{
    for (size_t i = 0; i < trace->n_ops; i++) {
        struct op op = trace->ops[i];
        op.id = op.id == trace->n_ids ? BUILD_NULL : op.id;
        build_append(&reduction->built, op);
    }
}

static int reduce(struct reduction *reduction, const struct trace *trace,
                  struct trace *plain)
{
    struct dialect_losses *losses = reduction->losses;
    bool keeps_weight = reduction->dialect != DIALECT_CLASSIC;
    if (reduction->dialect == DIALECT_EXTENDED) {
        copy_all(reduction, trace);
    } else {
        reduce_all(reduction, trace);
    }
    if (build_finish(&reduction->built, trace->name, plain) != 0) {
        return -1;
    }
    plain->dialect = reduction->dialect;
    plain->weight = keeps_weight ? trace->weight : 1;
    losses->weight = keeps_weight ? 1 : trace->weight;
    losses->threads =
        reduction->last_thread == 0 ? 0 : (uint32_t)reduction->last_thread + 1;
    return 0;
}

int trace_to_dialect(const struct trace *trace, enum trace_dialect dialect,
                     struct trace *plain, struct dialect_losses *losses)
{
    struct reduction reduction = {.dialect = dialect, .losses = losses};
    reduction.ids = calloc(trace->n_ids + (size_t)1, sizeof *reduction.ids);
    reduction.live = calloc(trace->n_ids + (size_t)1, 1);
    *losses = (struct dialect_losses){.weight = 1};
    int result = reduction.ids == NULL || reduction.live == NULL
                     ? -1
                     : reduce(&reduction, trace, plain);
    int error = errno;
    free(reduction.ids);
    free(reduction.live);
    errno = error;
    return result;
}
