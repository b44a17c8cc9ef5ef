/*
 * layout.h -- how the flagship lays out its heap; every other file reads it.
 *
 * Memory is counted in units of 16 bytes from the heap's base.  A block is
 * named by the unit of its payload; the 4 bytes below hold its word.
 *
 *   byte 0     12   16                                      16 * top     brk
 *   |  root    |word| payload ... |word| payload ... | ... |word| wilderness |
 *   '--------------'              '-----------------'
 *     unit 0        unit 1         a block of n units: 16 n bytes, of which
 *                                  16 n - 4 are the caller's
 *
 * A block's word
 *   in use    size in units (28) | 0 | pays | previous in use | in use
 *   free      size in units (28) | hollow | 0 | previous in use | 0
 *             pays: without it the block would have a unit less (tables.h);
 *             the payload holds the links, its end the size again; hollow:
 *             pages of its middle may be retired (hollow.h)
 *
 *   free:   | word | next | previous |  ...  | size |     16 bytes at least
 *
 * Since the payload starts on a multiple of 16 and the word lies in the last 4
 * bytes of the unit before, a request of s bytes takes ceil((s + 4) / 16)
 * units: only sizes with s mod 16 in {13, 14, 15, 0} pay for the word.
 *
 * An area is a block full of small objects without words (areas.h); its word
 * says 0 units.  The word at top says "in use, previous in use": no free block
 * touches the top, it is merged into it.  Its size bits count those
 * that pay until there are tables.
 *
 * Units are 32-bit numbers, so the contiguous part reaches 64 GiB; a block
 * reaches 4 GiB, and requests beyond that have mappings of their own (huge.h).
 */
#ifndef ALLOCATOR_POLICIES_MYMALLOC_LAYOUT_H
#define ALLOCATOR_POLICIES_MYMALLOC_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/heap/heap.h"

#define UNIT            ((size_t)16)
#define MAX_BLOCK_UNITS ((uint32_t)1 << 28)

/* Flags of a word. */
#define IN_USE      ((uint32_t)1)
#define PREV_IN_USE ((uint32_t)2)
#define PAYS        ((uint32_t)4)
#define HOLLOW      ((uint32_t)8)
#define FLAGS       ((uint32_t)15)
#define SIZE_SHIFT  4

/*
 * The first bytes of the heap.  Who takes the root for tables sees a map of no
 * length (tables.h).  Once there are tables, who takes it for a block behind
 * the last of a list may write that block's link to the one before: whether a
 * list goes on is what no processor can predict.
 */
struct root {
    uint32_t tables; /* block of the tables (tables.h), 0: not yet */
    uint32_t free;   /* without tables: the first free block, 0: none */
    uint32_t top;    /* unit of the wilderness: all from here to the break */
};

struct links {
    uint32_t next, previous; /* units of free blocks, 0: none */
};

_Static_assert(sizeof(struct root) + sizeof(uint32_t) == UNIT, "root fits");
_Static_assert(offsetof(struct root, free) == offsetof(struct links, previous),
               "the links of unit 0 may be written");

static inline struct root *root_of(const struct heap *heap)
{
    return (struct root *)heap->base;
}

static inline unsigned char *address_of(const struct heap *heap, uint32_t unit)
{
    return heap->base + UNIT * unit;
}

static inline uint32_t unit_of(const struct heap *heap, const void *payload)
{
    size_t offset = (size_t)((const unsigned char *)payload - heap->base);
    return (uint32_t)(offset / UNIT);
}

static inline uint32_t *word_of(const struct heap *heap, uint32_t block)
{
    return (uint32_t *)(address_of(heap, block) - sizeof(uint32_t));
}

static inline struct links *links_of(const struct heap *heap, uint32_t block)
{
    return (struct links *)address_of(heap, block);
}

/* Units of a block that is free or in use, but no area. */
static inline uint32_t units_of(const struct heap *heap, uint32_t block)
{
    return *word_of(heap, block) >> SIZE_SHIFT;
}

/* Units of the free block that ends where block begins. */
static inline uint32_t units_before(const struct heap *heap, uint32_t block)
{
    return word_of(heap, block)[-1];
}

static inline uint32_t end_unit(const struct heap *heap)
{
    return (uint32_t)(heap->brk / UNIT);
}

static inline uint32_t fewer(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Units that a block with size usable bytes takes; size < 4 GiB. */
static inline uint32_t units_for(size_t size)
{
    uint32_t units = (uint32_t)((size + sizeof(uint32_t) + UNIT - 1) / UNIT);
    return units;
}

#endif
