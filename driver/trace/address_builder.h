/*
 * address_builder.h -- a trace from calls that name blocks by address.
 *
 * For whatever watched a program: addresses become ids, a new one for each
 * block.  The result is a valid trace whatever the calls say:
 *
 *   release of an address that is not live    left out, counted
 *   allocation of an address that is live     its block is freed first
 *   realloc of an address that is not live    an allocation
 *
 * A realloc has two halves, between which other threads may be at work: the
 * block is lifted from its old address and lands at the new one, and is at
 * neither in between.
 *
 * Memory: 16 bytes an operation that is gathered, 32 a live block; constant
 * expected time.
 */
#ifndef DRIVER_TRACE_ADDRESS_BUILDER_H
#define DRIVER_TRACE_ADDRESS_BUILDER_H

#include "driver/trace/address_map.h"
#include "driver/trace/build.h"
#include "driver/trace/stream.h"

/* What did not fit together. */
struct address_oddities {
    uint64_t unknown_frees; /* of blocks from before the first call */
    uint64_t unknown_moves; /* reallocs of such blocks */
    uint64_t unseen_frees;  /* the block's address was handed out again */
    uint64_t empty_blocks;  /* of size 0 */
};

/*
 * Zeroed but for the dialect, it is empty.  Operations are gathered for
 * address_builder_finish, or go to a stream.
 */
struct address_builder {
    enum trace_dialect dialect;  /* extended, or what op_to_classic leaves */
    struct trace_stream *stream; /* NULL: they are gathered */
    struct trace_builder built;
    struct address_map live;
    uint32_t n_ids;
    struct address_oddities odd;
};

/* Addresses are not 0.  All ints are 0, or -1 with errno ENOMEM, EOVERFLOW. */

/* A block was allocated: op tells all but the id. */
int address_builder_alloc(struct address_builder *builder, uint64_t address,
                          struct op op);

void address_builder_free(struct address_builder *builder, uint64_t address,
                          uint16_t thread);

/* A realloc begins.  Returns the block for what follows. */
uint32_t address_builder_lift(struct address_builder *builder,
                              uint64_t address);

/* It succeeded with this address and size; a size of 0 counts as 1. */
int address_builder_land(struct address_builder *builder, uint32_t block,
                         uint64_t address, uint64_t size, uint16_t thread);

/* It failed: the block is where it was. */
int address_builder_put_back(struct address_builder *builder, uint32_t block,
                             uint64_t address, uint16_t thread);

/* As build_finish; the builder is empty afterwards. */
int address_builder_finish(struct address_builder *builder, const char *name,
                           struct trace *trace);

/* Asks the memory for what one of these functions will look at. */
static inline void address_builder_ask(const struct address_builder *builder,
                                       uint64_t address)
{
    address_map_ask(&builder->live, address);
}

/* Throws away what there is. */
void address_builder_discard(struct address_builder *builder);

#endif
