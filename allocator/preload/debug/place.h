/*
 * place.h -- where the blocks of the debug mode lie.
 *
 * MALLOC_DEBUG=1: in the first arena, by the policy, with guard bytes:
 *
 *   start          payload               place_end
 *     | guard ...     | size bytes | guard  |
 *
 * MALLOC_DEBUG=guard: each on pages of its own, in a room (room.h) that is used
 * from its low end to its high end and never twice:
 *
 *   nothing      | start ... payload | size bytes |  nothing     | next ...
 *                '----- whole pages -------------'
 *
 * The payload ends with the page, or so many bytes before as its alignment
 * demands.  An object's alignment divides its size, so the block's gets the
 * largest power of two that divides it, to 16; and at least
 *
 *   guard         8  for headers of words that text follows
 *   guard-exact   2  for the mark that programs put into a pointer's lowest
 *                    bit: all that those need which were tried, Python's too
 *   guard-odd     1  no gap at all; Python fails
 *   guard-below  16  the payload begins with the page, to catch what reads
 *                    before a block
 *
 * An alignment that was asked for is honoured in all of them.  Bytes of a gap
 * are filled, and verified when the block is freed.
 *
 * A freed block is unmapped and costs no memory.  A live one takes a mapping,
 * of which the system allows 65530 as a rule; from 60,000 live blocks on they
 * get guard bytes.
 *
 * Source of the page guards: B. Perens, Electric Fence, 1987, whose
 * EF_ALIGNMENT is the least alignment, 4 or more as a rule and 0 by choice.
 */
#ifndef ALLOCATOR_PRELOAD_DEBUG_PLACE_H
#define ALLOCATOR_PRELOAD_DEBUG_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/preload/debug/record.h"

/* Prepares what the mode needs; 0, or -1 without memory. */
int place_open(void);

/*
 * Finds memory for record->size bytes at record->alignment and sets payload,
 * start and bytes; false when refused.
 */
bool place_take(struct record *record);

/* Gives it back for others to use. */
void place_give(const struct record *record);

/* The block was freed but stays in the quarantine. */
void place_retire(const struct record *record);

/* Whether it has pages of its own. */
bool place_has_pages(const struct record *record);

/* One past the last byte that belongs to the block, guard included. */
unsigned char *place_end(const struct record *record);

/* Whether an address lies where blocks do; then its distance from there. */
bool place_offset(const void *address, size_t *offset);

/* Bytes taken from the system for blocks, pages of guards included. */
size_t place_footprint(void);

#endif
