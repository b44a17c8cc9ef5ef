/*
 * quick.h -- freed middling blocks that wait for a request of their size.
 *
 * Requests that areas could serve, but that are blocks where most of the heap
 * is large (pool.h), come as often as small objects do.  So their blocks, too,
 * go to the list of their size as they are when freed, without a look at their
 * neighbours, and the next request of that size takes them from there.
 *
 *   quick[u] -> | word, kept | link | ... |  -> ... -> 0      u units each
 *
 * For its neighbours a kept block is in use, and so they lose a chance to merge
 * that may not come again.  Before the heap grows all are given back (pool.h).
 * If that were more than the requests that the lists have served since the last
 * time, the next DIRECT blocks merge at once: in a heap that is short of holes
 * keeping them would cost up to 3 points of utilization.  Larger blocks always
 * merge at once: they come in too many sizes for a list to have the right one.
 *
 * Source: Weinstock & Wulf, "Quick Fit", SIGPLAN Notices 23, 1988.
 */
#ifndef ALLOCATOR_POLICIES_MYMALLOC_QUICK_H
#define ALLOCATOR_POLICIES_MYMALLOC_QUICK_H

#include "allocator/policies/mymalloc/tables.h"

/* The link of a kept object or block. */
static inline uint32_t *kept_link(const struct heap *heap, uint32_t unit)
{
    return (uint32_t *)address_of(heap, unit);
}

#define DIRECT ((uint32_t)1024)

/* Whether there is a list for blocks of so many units. */
static inline bool quick_knows(const struct tables *tables, uint32_t units)
{
    return tables != NULL && units - QUICK_LEAST_UNITS < QUICK_LISTS;
}

/* Whether the one that is freed now is kept. */
static inline bool quick_keeps(struct tables *tables, uint32_t units)
{
    if (!quick_knows(tables, units)) {
        return false;
    }
    bool keeps = tables->direct == 0;
    tables->direct -= !keeps;
    return keeps;
}

/* A block of so many units, for which there is a list; or NULL. */
static inline void *quick_pop(const struct heap *heap, struct tables *tables,
                              uint32_t units)
{
    uint32_t *head = &tables->quick[units - QUICK_LEAST_UNITS];
    if (*head == 0) {
        return NULL;
    }
    uint32_t *payload = kept_link(heap, *head);
    payload[-1] &= ~KEPT;
    *head = *payload;
    tables->kept -= units;
    tables->hits++;
    return payload;
}

/* Keeps a block of so many units. */
static inline void quick_push(const struct heap *heap, struct tables *tables,
                              uint32_t block, uint32_t units)
{
    uint32_t *head = &tables->quick[units - QUICK_LEAST_UNITS];
    uint32_t *payload = kept_link(heap, block);
    payload[-1] |= KEPT;
    *payload = *head;
    *head = block;
    tables->kept += units;
}

/* Frees all that are kept. */
void my_quick_flush(struct heap *heap);

#endif
