/*
 * pool.h -- small objects: where they come from and go to.
 *
 * A freed object goes to the list of its size as it is, and the next request
 * of the size takes it from there: the usual pair of free and malloc touches
 * the object, the list's head and, to learn the size, its bits.
 *
 *   lists[c] -> object of c units -> ... -> 0        link: 4 bytes, a unit
 *
 * For everybody else a kept object is in use.  Before the heap grows all of
 * them are given back: merged with the holes beside them, and areas without
 * objects leave.  Each object is given back at most once for its free, so that
 * this is O(1) amortized.
 *
 * A request that finds its list empty gets, in this order,
 *   1. the best hole of its group
 *   2. the same after all lists were given back
 *   3. a new area for the group, from free blocks
 *   4. the best hole of another group
 *   5. memory at the top, for the area that ends there or a new one
 *   6. a block of its own
 */
#ifndef ALLOCATOR_POLICIES_MYMALLOC_POOL_H
#define ALLOCATOR_POLICIES_MYMALLOC_POOL_H

#include "allocator/policies/mymalloc/bits.h"

/* Units of a small request of size bytes, 1 or more. */
static inline uint32_t small_units(size_t size)
{
    return (uint32_t)((size + UNIT - 1) / UNIT);
}

/* The link of a kept object. */
static inline uint32_t *kept_link(const struct heap *heap, uint32_t unit)
{
    return (uint32_t *)address_of(heap, unit);
}

/* A kept object of so many units, or NULL. */
static inline void *pool_pop(const struct heap *heap, struct tables *tables,
                             uint32_t units)
{
    uint32_t unit = tables->lists[units];
    if (unit == 0) {
        return NULL;
    }
    uint32_t *object = kept_link(heap, unit);
    tables->lists[units] = *object;
    tables->kept -= units;
    return object;
}

/* Keeps an object of so many units. */
static inline void pool_push(const struct heap *heap, struct tables *tables,
                             uint32_t unit, uint32_t units)
{
    *kept_link(heap, unit) = tables->lists[units];
    tables->lists[units] = unit;
    tables->kept += units;
}

/* An object of so many units from anywhere; may renew the tables.  Or NULL. */
void *my_pool_refill(struct heap *heap, uint32_t units);

/* Gives back what is kept, if that are so many units; whether they were. */
bool my_pool_flush(struct heap *heap, uint32_t least);

/* Gives back all that is kept and all victims; whether there were any. */
bool my_pool_give_all(struct heap *heap);

/* How many kept units are worth a flush: one for so many bytes of heap. */
#define WORTH 2048

static inline uint32_t pool_worth(const struct heap *heap)
{
    return 1 + (uint32_t)(heap->brk / WORTH);
}

/*
 * Marks all kept objects as holes, which check and walk do for a while and
 * unmark them again.  Returns their units; *sound tells whether each was an
 * object of its list's size and met once (the first that is not ends the
 * marking).
 */
uint32_t my_pool_mark(struct heap *heap, bool *sound);

/* Takes the marks of so many units off again. */
void my_pool_unmark(struct heap *heap, uint32_t marks);

/* Changes an object's size where it is; false: cannot be done. */
bool my_pool_resize(struct heap *heap, uint32_t unit, uint32_t have,
                    uint32_t units);

#endif
