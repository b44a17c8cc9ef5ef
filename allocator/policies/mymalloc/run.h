/*
 * run.h -- runs: many small objects of one class in one block, without words.
 *
 *   | word | slot 0 | slot 1 | ... | slot n-1 | tail |
 *     4 B    each 16 c bytes of class c         12 B
 *
 *   word   free (10) | - (3) | class (7) | size (10) | previous in use | in use
 *   tail   neighbours in the class's list; slots threaded, slots live; listed?
 *
 * size counts units.  free is the first slot of the run's list of free slots,
 * as its distance from the run in units plus 1, 0: none; a free slot begins
 * with such a number, the next one.  Slots are threaded into that list in
 * batches as they are needed; those behind are untouched.  The whole overhead
 * of a run is 16 bytes.
 *
 * A class has a list of the runs that have free slots (and perhaps, in front,
 * one that has just become full).  A run that was full comes to the front when
 * a slot is freed: the fullest runs serve first, and the others get the chance
 * to empty; an empty run is given back at once.  Runs start small and are
 * sized by the number of runs that the class has, so that the r-th run has
 * about r times a constant and what is unused stays near the square root of
 * what is used.  A full run grows in place when it can.
 *
 * A class gets its first run when enough blocks of its size are alive at the
 * same time, and make up enough of all small blocks: the census counts them
 * (word flag COUNTED).  Classes that many sizes share few objects among are
 * better served by best fit, because a free slot serves one class only.
 */
#ifndef ALLOCATOR_POLICIES_MYMALLOC_RUN_H
#define ALLOCATOR_POLICIES_MYMALLOC_RUN_H

#include "allocator/policies/mymalloc/map.h"

#define RUN_MAX_UNITS   ((uint32_t)1023)
#define RUN_SIZE_SHIFT  2
#define RUN_CLASS_SHIFT 12
#define RUN_CLASS_MASK  ((uint32_t)127)
#define RUN_FREE_SHIFT  22
#define RUN_FREE_MASK   ((uint32_t)1023 << RUN_FREE_SHIFT)

/* The last 12 bytes of a run's block. */
struct run_tail {
    uint32_t next, previous; /* in the class's list, 0: none */
    uint32_t threaded : 10;  /* slots that are or were in the free list */
    uint32_t live : 10;      /* slots handed out */
    uint32_t listed : 1;     /* in the class's list */
};

_Static_assert(sizeof(struct run_tail) + sizeof(uint32_t) == UNIT, "16 bytes");

static inline uint32_t run_free(uint32_t word)
{
    return word >> RUN_FREE_SHIFT;
}

static inline uint32_t run_class(uint32_t word)
{
    return word >> RUN_CLASS_SHIFT & RUN_CLASS_MASK;
}

static inline struct run_tail *run_tail(const struct heap *heap, uint32_t run)
{
    uint32_t units = run_units(*word_of(heap, run));
    return (struct run_tail *)address_of(heap, run + units - 1);
}

/* The link that a free slot begins with. */
static inline uint16_t *slot_link(const struct heap *heap, uint32_t slot)
{
    return (uint16_t *)address_of(heap, slot);
}

/* How many slots a run of so many units has room for. */
static inline uint32_t run_slots(uint32_t units, uint32_t class)
{
    return (units - 1) / class;
}

/* The class of requests of size bytes, 1 or more. */
static inline uint32_t class_for(size_t size)
{
    return (uint32_t)((size + UNIT - 1) / UNIT);
}

/* Takes the first free slot of a run that has one in its list. */
static inline void *run_pop(const struct heap *heap, uint32_t run)
{
    uint32_t *word = word_of(heap, run);
    uint16_t *link = slot_link(heap, run + run_free(*word) - 1);
    run_tail(heap, run)->live++;
    *word = (*word & ~RUN_FREE_MASK) | (uint32_t)*link << RUN_FREE_SHIFT;
    return link;
}

/*
 * An object for size bytes of a class that has none ready: a slot, or where
 * the class has no runs a block of its own.  NULL when the heap refuses.  May
 * renew the tables.
 */
void *my_run_refill(struct heap *heap, uint32_t class, size_t size);

/* Frees a slot; gives its run back when that was the last one. */
void my_run_free(struct heap *heap, uint32_t run, uint32_t slot);

/* Enters a new block for size bytes into the census of its class. */
void my_census_enter(struct heap *heap, uint32_t block, size_t size);

/* The class of a block with COUNTED. */
static inline uint32_t census_class(uint32_t word)
{
    return (word >> SIZE_SHIFT) - (word & TIGHT ? 1 : 0);
}

/* Takes a block with COUNTED out of the census, and COUNTED off. */
void my_census_leave(struct heap *heap, uint32_t block);

#endif
