/*
 * list_check.h -- does the list hold exactly the free blocks, in its order?
 */
#ifndef ALLOCATOR_BLOCK_LIST_CHECK_H
#define ALLOCATOR_BLOCK_LIST_CHECK_H

#include "allocator/block/inspect.h"

/*
 * Verifies the list against the census of a heap whose tags are sound: links
 * both ways, order, membership, bound, rover.  A cycle ends the search, since
 * more steps than free blocks are taken.
 * Returns 0, or -1 with *fault filled.
 */
int list_check(const struct heap *heap, const struct block_census *census,
               struct block_fault *fault);

#endif
