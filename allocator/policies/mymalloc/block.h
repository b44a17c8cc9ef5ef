/*
 * block.h -- taking, cutting, merging and moving blocks that have a word.
 *
 * Best fit over the free blocks; only when none fits is memory taken from the
 * top, which then grows by exactly the bytes that are missing.  A block is cut
 * to the unit, a freed one merges at once with free neighbours and the top.
 * All in O(1), but for a slide, which costs what it copies.
 */
#ifndef ALLOCATOR_POLICIES_MYMALLOC_BLOCK_H
#define ALLOCATOR_POLICIES_MYMALLOC_BLOCK_H

#include "allocator/policies/mymalloc/layout.h"

/* The word of a block in use of so many units, behind a block in use. */
static inline uint32_t word_in_use(uint32_t units)
{
    return units << SIZE_SHIFT | PREV_IN_USE | IN_USE;
}

/*
 * A block of units (1 .. MAX_BLOCK_UNITS - 1), in use, no other flags; 0 when
 * the heap refuses.
 */
uint32_t my_block_take(struct heap *heap, uint32_t units);

/* The same from free blocks alone: the top stays untouched. */
uint32_t my_block_take_hole(struct heap *heap, uint32_t units);

/*
 * The same from a free block that has as many: a request of 1 KiB and more gets
 * its high end, a smaller one the low one.
 */
uint32_t my_block_carve(struct heap *heap, uint32_t block, uint32_t units);

/* The same where no free block has as many, before kept objects merge. */
uint32_t my_block_take_new(struct heap *heap, uint32_t units);

/* The same from the top alone. */
uint32_t my_block_take_top(struct heap *heap, uint32_t units);

/*
 * As my_block_take, but in the middle of the block pages may be retired: such
 * as were in a free block, or all that the top lacked.
 */
uint32_t my_block_take_bare(struct heap *heap, uint32_t units);

/* Frees a block in use of so many units (its word's size is not read). */
void my_block_give(struct heap *heap, uint32_t block, uint32_t units);

/* Cuts a block in use down to units and frees the rest. */
void my_block_cut(struct heap *heap, uint32_t block, uint32_t have,
                  uint32_t units);

/*
 * Frees all of a block in use but units of it, which lie gap units behind its
 * start.  Returns their place.
 */
uint32_t my_block_trim(struct heap *heap, uint32_t block, uint32_t gap,
                       uint32_t units);

/* Lets the top have at least units; false when the heap refuses. */
bool my_block_grow_top(struct heap *heap, uint32_t units);

/* Moves the break down to the top, which has no memory then. */
void my_block_shrink_top(struct heap *heap);

/* Free units that follow a block's end: a free block or the top, or 0. */
uint32_t my_block_room_behind(const struct heap *heap, uint32_t end);

/*
 * Takes units behind a block in use that ends at end, from a free block or
 * the top there, letting the heap grow if need be.  The caller then corrects
 * its word.  Returns false, with nothing changed, if that cannot be.
 */
bool my_block_extend(struct heap *heap, uint32_t end, uint32_t units);

/*
 * Moves a block in use (no area) down onto the free block before it, but for
 * gap units, fewer than that has; payload bytes are copied.  What it leaves
 * behind is freed.  It may then grow to reach units without being refused what
 * free blocks have of them.  Returns its new place, or 0, with nothing changed,
 * when refused.
 */
uint32_t my_block_slide(struct heap *heap, uint32_t block, uint32_t gap,
                        uint32_t reach);

/*
 * Moves the last block before the top (no area) up by units, letting the heap
 * grow if need be; payload bytes are copied.  The units below it are free
 * then.  Returns false, with nothing changed, when the heap refuses.
 */
bool my_block_rise(struct heap *heap, uint32_t block, uint32_t units);

#endif
