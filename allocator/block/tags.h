/*
 * tags.h -- allocation with boundary tags over any index of free blocks.
 *
 * The tags know every block's neighbours; which free block to take is left to
 * an index: a list in some order, a tree, bins.  The functions here are
 * inlined into each policy, where the index is a constant, so its functions
 * are called directly.
 *
 *   malloc   a block of the index is split, a low end or a high one; else the
 *            top, from below
 *   free     merges with free neighbours at once, O(1) besides the index
 *   realloc  up into a free neighbour, down into the one below, up past the
 *            break; copies only when none of them will do
 *
 * The top (the wilderness of Korn and Vo, 1985) is the free block below the
 * end mark, if there is one.  It stays outside the index, is used when the
 * index has nothing, and the break moves by exactly the bytes that it lacks, or
 * by whole steps of as many bytes as the user chose.
 * A refused growth has changed nothing.
 */
#ifndef ALLOCATOR_BLOCK_TAGS_H
#define ALLOCATOR_BLOCK_TAGS_H

#include <string.h>

#include "allocator/block/block.h"

/*
 * The free blocks but the top.  A function that is given bytes with a block
 * must not read that block's tags: they are written when it has returned.
 */
struct free_index {
    /*
     * A free block of at least bytes, still indexed, or NULL.  Called for what
     * is within tags_largest, which it lowers when it finds that too high.
     */
    struct block *(*find)(struct heap *heap, size_t bytes);

    /* A block has become free. */
    void (*insert)(struct heap *heap, struct block *block, size_t bytes);

    void (*remove)(struct heap *heap, struct block *block);

    /* The free block known is now part of another that has become free. */
    void (*absorb)(struct heap *heap, struct block *known, struct block *merged,
                   size_t bytes);

    /* Of known only rest is still free, bytes at its low or its high end. */
    void (*shrink)(struct heap *heap, struct block *known, struct block *rest,
                   size_t bytes);
};

/* Which end of a free block a request gets; the other end stays free. */
enum tags_cut { TAGS_CUT_LOW, TAGS_CUT_HIGH };

/* What users may choose of any policy over tags. */
struct tags_choice {
    size_t split_bytes; /* the smallest remainder that is split off */
    size_t grow_bytes;  /* the break moves by multiples of it */
    enum tags_cut cut;  /* of indexed blocks; the top is cut from below */
};

#define TAGS_MOST_SPLIT ((size_t)1 << 20)
#define TAGS_MOST_GROW  ((size_t)1 << 17)

/*
 * The first bytes of the heap; the index's own state follows.  Sizes are in
 * BLOCK_UNITs.
 */
struct tags_root {
    uint32_t split_units : 17;
    uint32_t grow_units : 14;
    uint32_t cut : 1;       /* enum tags_cut */
    uint32_t largest_units; /* no indexed block is larger */
};

_Static_assert(sizeof(struct tags_root) == BLOCK_HEADER, "payloads align");
_Static_assert(TAGS_MOST_SPLIT / BLOCK_UNIT < 1 << 17 &&
                   TAGS_MOST_GROW / BLOCK_UNIT < 1 << 14,
               "choices fit the root");

static inline struct tags_root *tags_root(const struct heap *heap)
{
    return (struct tags_root *)heap->base;
}

/* Whether the choices in a root can have been made. */
static inline bool tags_root_sound(const struct tags_root *root)
{
    return root->split_units != 0 && root->grow_units != 0;
}

/* The bound on the size of indexed blocks; a larger request need not look. */
static inline size_t tags_largest(const struct heap *heap)
{
    return tags_root(heap)->largest_units * BLOCK_UNIT;
}

static inline void tags_set_largest(struct heap *heap, size_t bytes)
{
    tags_root(heap)->largest_units = (uint32_t)(bytes / BLOCK_UNIT);
}

/* The first block behind a root of root_bytes. */
static inline struct block *tags_first(const struct heap *heap,
                                       size_t root_bytes)
{
    return (struct block *)(heap->base + root_bytes);
}

/* The end mark: a header of no bytes, in use. */
static inline struct block *tags_end(const struct heap *heap)
{
    return (struct block *)(heap_top(heap) - BLOCK_HEADER);
}

/* The free block below the end mark, or NULL. */
static inline struct block *tags_top(const struct heap *heap)
{
    struct block *end = tags_end(heap);
    return block_below_in_use(end) ? NULL : block_below(end);
}

/*
 * Prepares an empty heap with a root of root_bytes, 8 more than a multiple of
 * 16, of which all but struct tags_root is the index's and zeroed.  The heap's
 * limit becomes what links reach.  Returns 0, or -1 when the heap refuses.
 */
static inline int tags_init(struct heap *heap, size_t root_bytes,
                            struct tags_choice choice)
{
    heap_lower_limit(heap, BLOCK_REACH);
    if (heap_grow(heap, root_bytes + BLOCK_HEADER) == NULL) {
        return -1;
    }
    memset(heap->base, 0, root_bytes);
    *tags_root(heap) = (struct tags_root){
        .split_units = block_units(choice.split_bytes) & 0x1ffff,
        .grow_units = block_units(choice.grow_bytes) & 0x3fff,
        .cut = choice.cut == TAGS_CUT_HIGH};
    tags_end(heap)->header = BLOCK_IN_USE | BLOCK_BELOW_IN_USE;
    return 0;
}

/*
 * Adds bytes or more to the top, or makes one; false when refused.  Where the
 * heap has no room for a whole step it may have some for the bytes.
 */
static inline bool tags_extend_top(struct heap *heap, size_t bytes)
{
    struct block *start = tags_end(heap);
    size_t step = tags_root(heap)->grow_units * BLOCK_UNIT;
    size_t steps = (bytes + step - 1) / step * step;
    if (heap_grow(heap, steps) != NULL) {
        bytes = steps;
    } else if (steps == bytes || heap_grow(heap, bytes) == NULL) {
        return false;
    }
    if (!block_below_in_use(start)) {
        start = block_below(start);
        bytes += block_bytes(start);
    }
    tags_end(heap)->header = BLOCK_IN_USE;
    block_mark_free(start, bytes);
    return true;
}

/* The top, made to hold at least bytes; NULL when refused. */
static inline struct block *tags_top_of(struct heap *heap, size_t bytes)
{
    struct block *top = tags_top(heap);
    size_t have = top != NULL ? block_bytes(top) : 0;
    if (have < bytes && !tags_extend_top(heap, bytes - have)) {
        return NULL;
    }
    return tags_top(heap);
}

/*
 * Makes [block, block + bytes) free and merges it with free neighbours.  Of
 * the block's own header only what it knows of below must be valid.
 */
static inline void tags_release(struct heap *heap, struct block *block,
                                size_t bytes, const struct free_index *index)
{
    struct block *above = block_above_by(block, bytes);
    struct block *below = block_below_in_use(block) ? NULL : block_below(block);
    struct block *low = below != NULL ? below : block;
    bytes += (size_t)((uintptr_t)block - (uintptr_t)low);
    bool above_free = !block_in_use(above);
    if (above_free) {
        bytes += block_bytes(above);
    }
    if (block_above_by(low, bytes) == tags_end(heap)) {
        if (below != NULL) {
            index->remove(heap, below);
        }
        block_mark_free(low, bytes);
        return;
    }
    if (bytes > tags_largest(heap)) {
        tags_set_largest(heap, bytes);
    }
    if (below != NULL) {
        if (above_free) {
            index->remove(heap, above);
        }
        index->absorb(heap, below, low, bytes);
    } else if (above_free) {
        index->absorb(heap, above, low, bytes);
    } else {
        index->insert(heap, low, bytes);
    }
    block_mark_free(low, bytes);
}

/* Whether a remainder of bytes is worth being a block of its own. */
static inline bool tags_splits(const struct heap *heap, size_t bytes)
{
    return bytes != 0 && bytes >= tags_root(heap)->split_units * BLOCK_UNIT;
}

/*
 * Takes bytes from the low end of a free block that has them.  Returns how
 * many were taken: all of the block where the rest is too small to split off.
 * The caller writes the tags of what it took.
 */
static inline size_t tags_take(struct heap *heap, struct block *block,
                               size_t bytes, const struct free_index *index)
{
    size_t have = block_bytes(block), rest = have - bytes;
    struct block *above = block_above_by(block, bytes);
    if (block_above(block) == tags_end(heap)) {
        if (rest != 0) {
            block_mark_free(above, rest);
        }
        return bytes;
    }
    if (tags_splits(heap, rest)) {
        index->shrink(heap, block, above, rest);
        block_mark_free(above, rest);
        return bytes;
    }
    index->remove(heap, block);
    return have;
}

/*
 * Makes bytes of a free block that has them a block in use, at the end that
 * the heap's user chose, and returns it.
 */
static inline struct block *tags_place(struct heap *heap, struct block *block,
                                       size_t bytes,
                                       const struct free_index *index)
{
    size_t rest = block_bytes(block) - bytes;
    if (tags_root(heap)->cut == TAGS_CUT_LOW || !tags_splits(heap, rest) ||
        block_above(block) == tags_end(heap)) {
        block_mark_used(block, tags_take(heap, block, bytes, index));
        return block;
    }
    struct block *high = block_above_by(block, rest);
    index->shrink(heap, block, block, rest);
    high->header = 0;
    block_mark_free(block, rest);
    block_mark_used(high, bytes);
    return high;
}

/*
 * Marks [block, block + have) as used and gives back what exceeds bytes, if
 * that may be split off or has a free neighbour to merge with.
 */
static inline void tags_keep(struct heap *heap, struct block *block,
                             size_t have, size_t bytes,
                             const struct free_index *index)
{
    size_t rest = have - bytes;
    struct block *above = block_above_by(block, have);
    bool joins = !block_in_use(above) || above == tags_end(heap);
    if (rest == 0 || (!tags_splits(heap, rest) && !joins)) {
        block_mark_used(block, have);
        return;
    }
    struct block *cut = block_above_by(block, bytes);
    cut->header = 0;
    block_mark_used(block, bytes);
    tags_release(heap, cut, rest, index);
}

static inline struct block *tags_find(struct heap *heap, size_t bytes,
                                      const struct free_index *index)
{
    return bytes <= tags_largest(heap) ? index->find(heap, bytes) : NULL;
}

static inline void *tags_malloc(struct heap *heap, size_t size,
                                const struct free_index *index)
{
    if (size > heap->reserved) {
        return NULL;
    }
    size_t bytes = block_bytes_for(size);
    struct block *block = tags_find(heap, bytes, index);
    if (block == NULL) {
        block = tags_top_of(heap, bytes);
        if (block == NULL) {
            return NULL;
        }
    }
    return block_payload(tags_place(heap, block, bytes, index));
}

static inline void tags_free(struct heap *heap, void *payload,
                             const struct free_index *index)
{
    if (payload != NULL) {
        struct block *block = block_of(payload);
        tags_release(heap, block, block_bytes(block), index);
    }
}

/*
 * Moves a block down into the free one below it; both then are one block in
 * use of unchanged extent.
 */
static inline struct block *tags_slide_down(struct heap *heap,
                                            struct block *block,
                                            const struct free_index *index)
{
    struct block *low = block_below(block);
    size_t bytes = block_bytes(block);
    index->remove(heap, low);
    size_t both = block_bytes(low) + bytes;
    memmove(block_payload(low), block_payload(block), bytes - BLOCK_HEADER);
    block_mark_used(low, both);
    return low;
}

/*
 * Makes a block larger without a copy elsewhere.  Bytes of the heap that lie
 * idle come first; at the break the hole below is used when it repays the move
 * (half the block), then growth pays for the rest.
 * Returns the block's new place, or NULL: nothing has changed.
 */
static inline struct block *tags_grow(struct heap *heap, struct block *block,
                                      size_t bytes,
                                      const struct free_index *index)
{
    struct block *above = block_above(block);
    size_t have = block_bytes(block);
    size_t free_above = block_in_use(above) ? 0 : block_bytes(above);
    size_t free_below =
        block_below_in_use(block) ? 0 : block_bytes_below(block);
    bool slide = false;
    if (have + free_above < bytes) {
        slide = free_below + have + free_above >= bytes;
        if (!slide) {
            if (block_above_by(above, free_above) != tags_end(heap)) {
                return NULL;
            }
            slide = free_below != 0 && free_below >= have / 2;
            size_t room = have + free_above + (slide ? free_below : 0);
            if (!tags_extend_top(heap, bytes - room)) {
                return NULL;
            }
        }
    }
    if (slide) {
        block = tags_slide_down(heap, block, index);
        have += free_below;
    }
    if (have < bytes) {
        have += tags_take(heap, above, bytes - have, index);
    }
    tags_keep(heap, block, have, bytes, index);
    return block;
}

/* The last resort of realloc: another block, a copy. */
static inline void *tags_move(struct heap *heap, void *payload, size_t size,
                              const struct free_index *index)
{
    void *moved = tags_malloc(heap, size, index);
    if (moved != NULL) {
        memcpy(moved, payload, block_bytes(block_of(payload)) - BLOCK_HEADER);
        tags_free(heap, payload, index);
    }
    return moved;
}

static inline void *tags_realloc(struct heap *heap, void *payload, size_t size,
                                 const struct free_index *index)
{
    if (payload == NULL) {
        return tags_malloc(heap, size, index);
    }
    if (size == 0) {
        tags_free(heap, payload, index);
        return NULL;
    }
    if (size > heap->reserved) {
        return NULL;
    }
    struct block *block = block_of(payload);
    size_t bytes = block_bytes_for(size), have = block_bytes(block);
    if (bytes <= have) {
        tags_keep(heap, block, have, bytes, index);
        return payload;
    }
    block = tags_grow(heap, block, bytes, index);
    return block != NULL ? block_payload(block)
                         : tags_move(heap, payload, size, index);
}

/* Bytes from the block's payload up to the next multiple of alignment. */
static inline size_t tags_gap(const struct block *block, size_t alignment)
{
    return (size_t)(-(uintptr_t)block_payload(block) & (alignment - 1));
}

/*
 * A free block outside the index that holds bytes behind the gap to the
 * alignment; NULL when refused.
 */
static inline struct block *tags_find_aligned(struct heap *heap,
                                              size_t alignment, size_t bytes,
                                              const struct free_index *index)
{
    struct block *block =
        tags_find(heap, bytes + alignment - BLOCK_UNIT, index);
    if (block != NULL) {
        index->remove(heap, block);
        return block;
    }
    struct block *top = tags_top(heap);
    struct block *start = top != NULL ? top : tags_end(heap);
    return tags_top_of(heap, tags_gap(start, alignment) + bytes);
}

static inline void *tags_memalign(struct heap *heap, size_t alignment,
                                  size_t size, const struct free_index *index)
{
    if (alignment <= BLOCK_UNIT) {
        return tags_malloc(heap, size, index);
    }
    if (size > heap->reserved) {
        return NULL;
    }
    size_t bytes = block_bytes_for(size);
    struct block *low = tags_find_aligned(heap, alignment, bytes, index);
    if (low == NULL) {
        return NULL;
    }
    size_t gap = tags_gap(low, alignment), have = block_bytes(low) - gap;
    struct block *block = block_above_by(low, gap);
    if (gap != 0) {
        block->header = 0;
    }
    tags_keep(heap, block, have, bytes, index);
    if (gap != 0) {
        tags_release(heap, low, gap, index);
    }
    return block_payload(block);
}

/* Gives the top back to the heap. */
static inline void tags_trim(struct heap *heap)
{
    struct block *top = tags_top(heap);
    if (top != NULL) {
        heap_shrink(heap, block_bytes(top));
        tags_end(heap)->header = BLOCK_IN_USE | BLOCK_BELOW_IN_USE;
    }
}

#endif
