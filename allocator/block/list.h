/*
 * list.h -- the free blocks as one doubly linked list.
 *
 * Two choices make a policy of it.  The order says where a block goes that has
 * become free:
 *
 *   lifo     in front, O(1)
 *   fifo     at the end, O(1)
 *   address  where its address belongs
 *
 * The fit says which block a request gets, O(free blocks):
 *
 *   first    the first one in the list that is large enough
 *   next     likewise, going on where the last search stopped
 *   best     the smallest that is large enough, the first of equals
 *   worst    the largest
 *
 * A remainder takes the place of the block it was split from in every order.
 * A block that has merged with neighbours counts as freed just now, except
 * that in address order it simply stays.
 *
 * A search that has seen the whole list makes the bound on the largest free
 * block exact (tags_largest), which saves others from looking in vain.
 *
 * The place for an address is sought from three sides in turn: from the front
 * of the list, from its end, and over the blocks above in memory until one of
 * them is free.  Few free blocks make the list short, many make the way to the
 * next one short, so that with n blocks in all, placed evenly, the search takes
 * about the square root of n steps at most.
 *
 * Sources: Wilson, Johnstone, Neely, Boles, Dynamic Storage Allocation: A
 * Survey and Critical Review (1995), sections 3.3 to 3.5; Knuth, The Art of
 * Computer Programming 1, section 2.5.
 */
#ifndef ALLOCATOR_BLOCK_LIST_H
#define ALLOCATOR_BLOCK_LIST_H

#include "allocator/block/tags.h"

enum list_order { LIST_LIFO, LIST_FIFO, LIST_ADDRESS, LIST_ORDERS };

enum list_link { LIST_NEXT, LIST_PREV }; /* the links of a block */

struct list_root {
    struct tags_root tags;
    uint32_t first, last; /* links, 0 when the list is empty */
    uint32_t rover;       /* where next fit goes on; 0: at the front */
    uint32_t order;       /* enum list_order */
};

_Static_assert(sizeof(struct list_root) % BLOCK_UNIT == BLOCK_HEADER,
               "payloads align");

static inline struct list_root *list_root(const struct heap *heap)
{
    return (struct list_root *)heap->base;
}

void list_insert(struct heap *heap, struct block *block, size_t bytes);
void list_remove(struct heap *heap, struct block *block);
void list_absorb(struct heap *heap, struct block *known, struct block *merged,
                 size_t bytes);
void list_shrink(struct heap *heap, struct block *known, struct block *rest,
                 size_t bytes);

struct block *list_find_first(struct heap *heap, size_t bytes);
struct block *list_find_next(struct heap *heap, size_t bytes);
struct block *list_find_best(struct heap *heap, size_t bytes);
struct block *list_find_worst(struct heap *heap, size_t bytes);

#endif
