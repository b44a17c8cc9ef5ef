/*
 * bins.h -- the free blocks in segregated lists, found by two bitmaps.
 *
 * Sizes are cut into levels, one for each doubling, and each level into the
 * same number of classes, a power of two.  A class has a list of its free
 * blocks; a bit in the level's bitmap tells whether the list has any, a bit in
 * the bitmap of levels whether the level has:
 *
 *   levels      0 0 1 0 1 ...
 *                   |   '------> classes[4]   0 0 0 1 --> block <-> block
 *                   '----------> classes[2]   1 0 1 0
 *                                             |   '--> block
 *                                             '--> block <-> block <-> block
 *
 * With 2^k classes, sizes in units of 16 bytes, level 0 has the sizes below 2^k
 * and level l > 0 those from 2^(k+l-1) on, in steps of 2^(l-1): below 2^(k+1)
 * a class is one size.  The first list at or above some class is found by two
 * instructions that count zeros, so every operation is O(1), save the
 * first fit inside a class.
 *
 *   in the class    the first that is large enough in the request's own class,
 *                   else any of the next class that has blocks
 *   above it        any of the first class all of whose blocks are large
 *                   enough: never a search, but a block that would do may lie
 *                   unseen in the class below; the loss is at most a step
 *
 * Lists are last in, first out, and doubly linked in the blocks' two links.
 *
 * Source: M. Masmano, I. Ripoll, A. Crespo, J. Real, TLSF: A New Dynamic Memory
 * Allocator for Real-Time Systems, ECRTS 2004.
 */
#ifndef ALLOCATOR_BLOCK_BINS_H
#define ALLOCATOR_BLOCK_BINS_H

#include "allocator/block/inspect.h"
#include "allocator/block/tags.h"

enum {
    BINS_MOST_LOG2 = 5, /* a level's classes fit a word of 32 bits */
    BINS_LEVELS = 33    /* at most: one class for each of 32 doublings */
};

enum bins_link { BINS_NEXT, BINS_PREV }; /* the links of a block */

struct bins_root {
    struct tags_root tags;
    uint64_t levels;               /* bit l: level l has a free block */
    uint32_t log2_classes;         /* of every level */
    uint32_t classes[BINS_LEVELS]; /* bit c: class c of the level has one */
    uint32_t heads[]; /* links to the first blocks, level by level */
};

_Static_assert(sizeof(struct bins_root) % BLOCK_UNIT == BLOCK_HEADER,
               "payloads align");

static inline struct bins_root *bins_root(const struct heap *heap)
{
    return (struct bins_root *)heap->base;
}

/* Bytes of the root with its heads. */
size_t bins_root_bytes(uint32_t log2_classes);

/* As tags_init. */
int bins_init(struct heap *heap, uint32_t log2_classes,
              struct tags_choice choice);

/* The functions of a free_index; replace both absorbs and shrinks. */
void bins_insert(struct heap *heap, struct block *block, size_t bytes);
void bins_remove(struct heap *heap, struct block *block);
void bins_replace(struct heap *heap, struct block *known, struct block *other,
                  size_t bytes);
struct block *bins_find_in_class(struct heap *heap, size_t bytes);
struct block *bins_find_above(struct heap *heap, size_t bytes);

/*
 * Verifies all tags and lists: bitmaps against lists, links both ways, each
 * block in the class of its size, the free blocks of the heap and those of the
 * lists the same set, the bound.  Returns 0, or -1 with *fault filled.
 */
int bins_check(const struct heap *heap, struct block_fault *fault);

/* A block's place among the lists. */
struct bin {
    uint32_t level, nth; /* class of the level */
};

static inline struct bin bin_of(size_t bytes, uint32_t log2_classes)
{
    size_t units = bytes / BLOCK_UNIT;
    if (units >> log2_classes == 0) {
        return (struct bin){0, (uint32_t)units};
    }
    uint32_t log2 = 63 - (uint32_t)__builtin_clzll(units);
    uint32_t step = log2 - log2_classes;
    size_t nth = (units >> step) - ((size_t)1 << log2_classes);
    return (struct bin){step + 1, (uint32_t)nth};
}

/*
 * The least size of the first class that has nothing smaller than bytes.
 * Within a class sizes differ by less than its step.
 */
static inline size_t bin_round_up(size_t bytes, uint32_t log2_classes)
{
    struct bin bin = bin_of(bytes, log2_classes);
    if (bin.level <= 1) {
        return bytes;
    }
    size_t step = BLOCK_UNIT << (bin.level - 1);
    return (bytes + step - 1) & ~(step - 1);
}

/* The least size of a bin. */
static inline size_t bin_least(struct bin bin, uint32_t log2_classes)
{
    if (bin.level == 0) {
        return bin.nth * BLOCK_UNIT;
    }
    size_t units = ((size_t)1 << log2_classes) + bin.nth;
    return units * BLOCK_UNIT << (bin.level - 1);
}

/* Where the first block of a bin is noted. */
static inline uint32_t *bin_head(struct bins_root *root, struct bin bin)
{
    return &root->heads[(bin.level << root->log2_classes) + bin.nth];
}

#endif
