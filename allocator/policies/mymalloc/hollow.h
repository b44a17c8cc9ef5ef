/*
 * hollow.h -- giving the pages inside large free blocks back.
 *
 * What best fit cannot use at the moment need not be in memory.  Before the
 * footprint passes its peak, whole pages inside the largest free blocks are
 * retired (heap.h), as many as are asked for but no less than is worth it:
 *
 *   | word | notes |  ... retired pages ...  | notes | word | next block
 *            128                               64
 *
 * Such a block carries the flag HOLLOW in its word, and so does what it is
 * merged into; links, word and end stay in memory, and the index knows it as
 * before.  Who takes from it restores the pages of what is taken first; where
 * that is refused the block stays as it is.
 *
 * Retiring costs a system call per range and a look at each page, and a page
 * that the system took meanwhile faults when it is used again.  So nothing
 * happens unless 1/GAIN_SHARE of the footprint can be had: that much must be
 * asked for before the next time, which bounds the cost per byte asked for.  A
 * look in vain is not repeated before the footprint has grown by 1/LOOK_SHARE;
 * nor is a peak defended for ever: once MOST_SPENT times the footprint were
 * retired for it, it may grow by as much.
 */
#ifndef ALLOCATOR_POLICIES_MYMALLOC_HOLLOW_H
#define ALLOCATOR_POLICIES_MYMALLOC_HOLLOW_H

#include "allocator/policies/mymalloc/layout.h"
#include "allocator/policy.h"

/* The bytes of a free block of so many units that may be retired; 0: none. */
static inline size_t hollow_room(uint32_t units)
{
    const size_t notes = POLICY_NOTES_FIRST + POLICY_NOTES_LAST;
    return units * UNIT > notes ? units * UNIT - notes : 0;
}

/* Where they begin. */
static inline unsigned char *hollow_start(const struct heap *heap,
                                          uint32_t block)
{
    return (unsigned char *)word_of(heap, block) + POLICY_NOTES_FIRST;
}

/* The flag for what is left of a block with this word. */
static inline uint32_t hollow_rest(uint32_t word, uint32_t units)
{
    return hollow_room(units) >= HEAP_PAGE ? word & HOLLOW : 0;
}

/*
 * Makes the units [from, to) of free blocks accessible, and the notes of what
 * is left beside them.  Returns false, with nothing changed, when refused.
 */
bool my_hollow_restore(struct heap *heap, uint32_t from, uint32_t to);

/*
 * The same for the ends of a block in use that takes [from, to): all that
 * neighbours need, and all that it needs once it is free.
 */
bool my_hollow_restore_ends(struct heap *heap, uint32_t from, uint32_t to);

/* Before the footprint grows by so many bytes: retires, if it is worth it. */
void my_hollow_yield(struct heap *heap, size_t bytes);

/* Retires all that can be; whether there was any. */
bool my_hollow_yield_all(struct heap *heap);

#endif
