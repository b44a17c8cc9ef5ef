/*
 * address_builder.c -- the map of live addresses in front of a trace builder.
 */
#include "driver/trace/address_builder.h"

#include <errno.h>
#include <stdbool.h>

#include "driver/trace/dialect.h"

static void append(struct address_builder *builder, struct op op)
{
    bool keep = builder->dialect == DIALECT_EXTENDED;
    op = keep ? op : op_to_classic(op);
    if (builder->stream != NULL) {
        trace_stream_op(builder->stream, op);
    } else {
        build_append(&builder->built, op);
    }
}

static void append_free(struct address_builder *builder, uint32_t block,
                        uint16_t thread)
{
    append(builder,
           (struct op){.kind = OP_FREE, .id = block, .thread = thread});
}

/* A block is now at this address. */
static int settle(struct address_builder *builder, uint64_t address,
                  uint32_t block, uint16_t thread)
{
    uint32_t stale = address_map_take(&builder->live, address);
    if (stale != ADDRESS_MAP_NONE) {
        append_free(builder, stale, thread);
        builder->odd.unseen_frees++;
    }
    return address_map_add(&builder->live, address, block);
}

int address_builder_alloc(struct address_builder *builder, uint64_t address,
                          struct op op)
{
    if (builder->n_ids == ADDRESS_MAP_NONE - 1) {
        errno = EOVERFLOW;
        return -1;
    }
    op.id = builder->n_ids++;
    builder->odd.empty_blocks += op.size == 0;
    if (settle(builder, address, op.id, op.thread) != 0) {
        return -1;
    }
    append(builder, op);
    return 0;
}

void address_builder_free(struct address_builder *builder, uint64_t address,
                          uint16_t thread)
{
    uint32_t block = address_map_take(&builder->live, address);
    if (block == ADDRESS_MAP_NONE) {
        builder->odd.unknown_frees++;
    } else {
        append_free(builder, block, thread);
    }
}

uint32_t address_builder_lift(struct address_builder *builder, uint64_t address)
{
    return address_map_take(&builder->live, address);
}

int address_builder_land(struct address_builder *builder, uint32_t block,
                         uint64_t address, uint64_t size, uint16_t thread)
{
    struct op op = {.kind = OP_REALLOC, .size = size, .thread = thread};
    if (block == ADDRESS_MAP_NONE) {
        builder->odd.unknown_moves++;
        op.kind = OP_ALLOC;
        return address_builder_alloc(builder, address, op);
    }
    if (settle(builder, address, block, thread) != 0) {
        return -1;
    }
    op.id = block;
    op.size += op.size == 0; /* realloc to 0 would mean free */
    append(builder, op);
    return 0;
}

int address_builder_put_back(struct address_builder *builder, uint32_t block,
                             uint64_t address, uint16_t thread)
{
    return block == ADDRESS_MAP_NONE ? 0
                                     : settle(builder, address, block, thread);
}

int address_builder_finish(struct address_builder *builder, const char *name,
                           struct trace *trace)
{
    int result = build_finish(&builder->built, name, trace);
    int error = errno;
    address_builder_discard(builder);
    errno = error;
    return result;
}

void address_builder_discard(struct address_builder *builder)
{
    build_discard(&builder->built);
    address_map_free(&builder->live);
}
