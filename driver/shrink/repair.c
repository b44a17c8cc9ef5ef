/*
 * repair.c -- one walk over the operations with a table of what is live.
 */
#include "driver/shrink/repair.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "driver/trace/build.h"

/* What has become of a slot of the old trace. */
struct block {
    bool live;
    uint32_t slot; /* in the new trace */
    uint64_t size;
};

/* A new lifetime: the next slot of the new trace. */
static void begin(struct block *block, const struct trace_builder *builder,
                  uint64_t size)
{
    *block = (struct block){true, builder->n_ids, size};
}

/* Follows one operation; false where it has lost its object. */
static bool follow(struct block *block, const struct trace_builder *builder,
                   struct op *op)
{
    switch ((enum op_kind)op->kind) {
    case OP_ALLOC:
    case OP_CALLOC:
    case OP_MEMALIGN: begin(block, builder, op->size); return true;
    case OP_REALLOC:
        if (!block->live) {
            begin(block, builder, op->size);
        }
        block->live = op->size != 0;
        block->size = op->size;
        return true;
    case OP_FREE: {
        bool was_live = block->live;
        block->live = false;
        return was_live;
    }
    case OP_TOUCH:
        op->size = op->size < block->size ? op->size : block->size;
        return block->live;
    case OP_KINDS: break;
    }
    return false;
}

static void append(struct trace_builder *builder, struct block *blocks,
                   const struct trace *like, struct op op)
{
    if (op.id == like->n_ids) {
        op.id = BUILD_NULL;
        build_append(builder, op);
        return;
    }
    struct block *block = &blocks[op.id];
    if (follow(block, builder, &op)) {
        op.id = block->slot;
        build_append(builder, op);
    }
}

int repair_trace(const struct op *ops, size_t n, const struct trace *like,
                 struct trace *trace)
{
    struct block *blocks = calloc((size_t)like->n_ids + 1, sizeof *blocks);
    if (blocks == NULL) {
        return -1;
    }
    struct trace_builder builder = {0};
    for (size_t i = 0; i < n; i++) {
        append(&builder, blocks, like, ops[i]);
    }
    free(blocks);
    int status = build_finish(&builder, like->name, trace);
    if (status == 0) {
        trace->weight = like->weight;
    }
    return status;
}
