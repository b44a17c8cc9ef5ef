/*
 * move.h -- what a block holds moves without being in memory twice.
 *
 * Where the copy of a large block would push the footprint past its peak, the
 * new place is there without its pages: retired ones of a hollow block, or
 * fresh ones beyond the break.  They are restored as the copy comes to them,
 * from the low end upwards; before the footprint passes the mark, what was
 * copied of the old place is retired.
 *
 *         new place                           old place
 *   |word| copied |  retired  |word| ... |word|  retired  | to be copied |
 *                 '- is next                  '-- copied -'
 *
 * The mark is the peak, or a piece above what the footprint will be in the end.
 * So a move below the peak costs nothing more, one at the peak a system call
 * for each piece and a look at each old page.  Memory is asked for once, before
 * the first byte is copied: nobody refuses any half-way.  The places may
 * overlap if the block moves down.
 */
#ifndef ALLOCATOR_POLICIES_MYMALLOC_MOVE_H
#define ALLOCATOR_POLICIES_MYMALLOC_MOVE_H

#include "allocator/policies/mymalloc/layout.h"

/* Whether it matters that a block of so many bytes is in memory twice. */
bool my_move_matters(const struct heap *heap, size_t bytes);

/*
 * Copies the payload of a block in use to a place of units, as many at least,
 * and makes all of that accessible; its ends are (hollow.h).  Pages of the old
 * place outside the new one may then be retired.  Returns false, with nothing
 * changed, when memory is refused.
 */
bool my_move_payload(struct heap *heap, uint32_t block, uint32_t place,
                     uint32_t units);

#endif
