/*
 * resize.h -- realloc, in the order of what it costs and leaves behind.
 *
 *   1. fits where it is: done; what is too much is cut off
 *   2. the last block before the top: the top grows by what is missing; but a
 *      hole below of at least half the block is used first by sliding down
 *   3. the free block behind is large enough: it is taken from
 *   4. with the free block before it there is room: slide down, then as 3
 *   5. a new block, copy, free; piece by piece where both blocks together would
 *      pass the peak (move.h)
 *
 * The tables make way first where they lie between the block and the top.
 *
 * Sliding keeps a block that grows step by step from leaving a trail of holes
 * that are each too small for its next size.
 */
#ifndef ALLOCATOR_POLICIES_MYMALLOC_RESIZE_H
#define ALLOCATOR_POLICIES_MYMALLOC_RESIZE_H

#include "allocator/policies/mymalloc/layout.h"

/*
 * Gives a block in use, with a word, so many units.  Returns its place, or 0,
 * with nothing changed, when only a plain copy to a new block is left to try.
 */
uint32_t my_resize(struct heap *heap, uint32_t block, uint32_t units);

#endif
