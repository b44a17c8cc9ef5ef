/*
 * areas.h -- areas: small objects side by side, without a word of their own.
 *
 * An area is a block in use whose word says 0 units.  It holds objects of 1 to
 * SMALL_MOST_UNITS units, of any mixture, holes between them, and in its last
 * 12 bytes an end mark, which looks like a hole of no units.
 *
 *   | word | object | obj | hole  | object | object | hole | end | word | ...
 *            start    start start   start    start   start  start
 *                           hole                      hole   hole    (bits)
 *
 * Areas that touch become one.  A hole of LEAVE_UNITS or more leaves the area
 * and becomes a free block for everybody: at an end the area is shortened, in
 * the middle it falls apart into two, which costs the unit of another end mark.
 * Only the groups' victims may be larger, up to about MOST_HOLE_UNITS.
 *
 * Cost: 16 bytes for an area, whatever its length.
 */
#ifndef ALLOCATOR_POLICIES_MYMALLOC_AREAS_H
#define ALLOCATOR_POLICIES_MYMALLOC_AREAS_H

#include "allocator/policies/mymalloc/holes.h"

#define LEAVE_UNITS     (SMALL_MOST_UNITS + 1)
#define MOST_HOLE_UNITS ((uint32_t)1024)

/*
 * Makes an area of a block in use, one with areas that touch it.  All of it,
 * and holes beside it that are nobody's victim, is the victim of the group.
 * Returns false, and frees the block, where bits are lacking.
 */
bool my_area_make(struct heap *heap, uint32_t block, uint32_t units,
                  uint32_t group);

/*
 * If an area of the group ends at the top: how many units of a new hole are
 * there already, the end mark's included; or 0.
 */
uint32_t my_area_room_at_top(const struct heap *heap, uint32_t group);

/*
 * Adds units from the top to the group's victim, which ends where an area at
 * the top does.  Returns false, with nothing changed, where the heap refuses or
 * bits are lacking.
 */
bool my_area_extend(struct heap *heap, uint32_t group, uint32_t units);

/* Frees an object: it becomes, or enlarges, a hole or a free block. */
void my_area_free(struct heap *heap, uint32_t unit, uint32_t units,
                  uint32_t group);

/* Lets the group's victim leave its area, whatever its size; false: none. */
bool my_area_trim(struct heap *heap, uint32_t group);

#endif
