/*
 * block.h -- the layout of a block with boundary tags.
 *
 * The heap is a row of blocks between a root, which holds the policy's state,
 * and an end mark of 8 bytes below the break:
 *
 *   base                                                            break
 *    | root | block | block | block | ...           | free top | end |
 *
 * Blocks start 8 bytes off a multiple of 16, so that payloads are aligned.
 * Their size is a multiple of 16, 16 at least, and leaves the low bits of the
 * header for flags.
 *
 *   in use                              free, 32 bytes or more
 *   +--------------------------------+  +--------------------------------+
 *   | bytes of the block     | S P U |  | bytes of the block     | 0 1 0 |
 *   +================================+  +--------------------------------+
 *   | payload, up to the next header |  | link (32 bits) | link (32 bits)|
 *   |                                |  +--------------------------------+
 *   |                                |  | unused                         |
 *   |                                |  +--------------------------------+
 *   |                                |  | footer: bytes of the block     |
 *   +================================+  +--------------------------------+
 *
 *   U  the block is in use
 *   P  the block below it is in use
 *   S  the block below it is free and of the smallest size (16 bytes)
 *
 * A block in use has no footer: only who finds P clear looks below, and then a
 * footer or S tells how far.  A free block of 16 bytes is header and links
 * alone; S stands in for its footer.  Free blocks never touch each other, so
 * P is always set in them.  Overhead of a block in use: 8 bytes; requests of
 * up to 8 bytes fit the smallest block.
 *
 * Links count units of 16 bytes from base (0: none, the root lies there); 32
 * bits of them reach over 64 GiB, the largest heap of these policies.
 *
 * Source: D. E. Knuth, The Art of Computer Programming 1, section 2.5 (boundary
 * tags; exercise 19 drops the footer of blocks in use).
 */
#ifndef ALLOCATOR_BLOCK_BLOCK_H
#define ALLOCATOR_BLOCK_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/heap/heap.h"

#define BLOCK_UNIT     ((size_t)16) /* sizes are multiples of it */
#define BLOCK_HEADER   ((size_t)8)  /* overhead of a block in use */
#define BLOCK_SMALLEST ((size_t)16)
#define BLOCK_REACH    (BLOCK_UNIT << 32) /* bytes that links span */

enum block_flag {
    BLOCK_IN_USE = 1,        /* U */
    BLOCK_BELOW_IN_USE = 2,  /* P */
    BLOCK_BELOW_SMALLEST = 4 /* S */
};

#define BLOCK_FLAGS ((uint64_t)(BLOCK_UNIT - 1))

struct block {
    uint64_t header;   /* bytes of the block | flags */
    uint32_t links[2]; /* of a free block: the index's own */
};

_Static_assert(sizeof(struct block) == BLOCK_SMALLEST, "links fit any block");
_Static_assert(offsetof(struct block, links) == BLOCK_HEADER,
               "payload follows");

static inline size_t block_bytes(const struct block *block)
{
    return (size_t)(block->header & ~BLOCK_FLAGS);
}

static inline bool block_in_use(const struct block *block)
{
    return (block->header & BLOCK_IN_USE) != 0;
}

static inline bool block_below_in_use(const struct block *block)
{
    return (block->header & BLOCK_BELOW_IN_USE) != 0;
}

/* What lies bytes above the block's start. */
static inline struct block *block_above_by(const struct block *block,
                                           size_t bytes)
{
    return (struct block *)((uintptr_t)block + bytes);
}

/* The block above, or the end mark. */
static inline struct block *block_above(const struct block *block)
{
    return block_above_by(block, block_bytes(block));
}

/* Bytes of the block below, which must be free. */
static inline size_t block_bytes_below(const struct block *block)
{
    if (block->header & BLOCK_BELOW_SMALLEST) {
        return BLOCK_SMALLEST;
    }
    return (size_t)((const uint64_t *)block)[-1];
}

/* The block below, which must be free. */
static inline struct block *block_below(const struct block *block)
{
    return (struct block *)((uintptr_t)block - block_bytes_below(block));
}

static inline void *block_payload(const struct block *block)
{
    return (void *)((uintptr_t)block + BLOCK_HEADER);
}

static inline struct block *block_of(const void *payload)
{
    return (struct block *)((uintptr_t)payload - BLOCK_HEADER);
}

/* Bytes of the block that a payload of size needs; size must not be huge. */
static inline size_t block_bytes_for(size_t size)
{
    size_t bytes = (size + BLOCK_HEADER + BLOCK_UNIT - 1) & ~(BLOCK_UNIT - 1);
    return bytes < BLOCK_SMALLEST ? BLOCK_SMALLEST : bytes;
}

/* Units that hold bytes. */
static inline uint32_t block_units(size_t bytes)
{
    return (uint32_t)((bytes + BLOCK_UNIT - 1) / BLOCK_UNIT);
}

/* Writes the tags of a block in use; what is known of below stays. */
static inline void block_mark_used(struct block *block, size_t bytes)
{
    uint64_t below =
        block->header & (BLOCK_BELOW_IN_USE | BLOCK_BELOW_SMALLEST);
    block->header = bytes | BLOCK_IN_USE | below;
    struct block *above = block_above_by(block, bytes);
    above->header =
        (above->header & ~(uint64_t)BLOCK_BELOW_SMALLEST) | BLOCK_BELOW_IN_USE;
}

/* Writes the tags of a free block; the one below it must be in use. */
static inline void block_mark_free(struct block *block, size_t bytes)
{
    block->header = bytes | BLOCK_BELOW_IN_USE;
    struct block *above = block_above_by(block, bytes);
    uint64_t kept =
        above->header & ~(uint64_t)(BLOCK_BELOW_IN_USE | BLOCK_BELOW_SMALLEST);
    if (bytes == BLOCK_SMALLEST) {
        above->header = kept | BLOCK_BELOW_SMALLEST;
    } else {
        above->header = kept;
        ((uint64_t *)above)[-1] = bytes;
    }
}

/* The link that leads to a block; NULL gives 0. */
static inline uint32_t block_link(const struct heap *heap,
                                  const struct block *block)
{
    if (block == NULL) {
        return 0;
    }
    return (uint32_t)(((uintptr_t)block - (uintptr_t)heap->base) / BLOCK_UNIT);
}

/* The block that a link leads to; 0 gives NULL. */
static inline struct block *block_at(const struct heap *heap, uint32_t link)
{
    if (link == 0) {
        return NULL;
    }
    return (struct block *)(heap->base + link * BLOCK_UNIT + BLOCK_HEADER);
}

#endif
