/*
 * map.h -- is this payload a slot of a run, and of which?
 *
 * One byte per granule of 512 bytes (32 units) of heap:
 *
 *   0         no run reaches into the granule
 *   1 .. 32   a run starts here, at unit (byte - 1) of the granule
 *   33 .. 64  none starts here, but one that started (byte - 32) granules
 *             before reaches into it
 *
 *   granule |   0   |   1   |   2   |   3   |   4   |
 *   blocks    BBB[run...............]BBB[run....]BBB
 *   byte        4      33      34       9      33
 *
 * At most one run starts in a granule; who wants to start a second one there
 * is refused (my_map_mark) and does without.  A run takes at most 1023 units,
 * so that two bytes and the run's own word decide; the cost is 1/512 of the
 * heap.
 */
#ifndef ALLOCATOR_POLICIES_MYMALLOC_MAP_H
#define ALLOCATOR_POLICIES_MYMALLOC_MAP_H

#include "allocator/policies/mymalloc/tables.h"

#define MAP_FAR ((uint32_t)32) /* added to distances */

/* Units of a run, from its word (layout.h). */
static inline uint32_t run_units(uint32_t word)
{
    return word >> 2 & 1023;
}

/* Whether an address lies where the map reaches. */
static inline bool map_covers(const struct heap *heap,
                              const struct tables *tables, const void *address)
{
    size_t offset = (size_t)((const unsigned char *)address - heap->base);
    return offset / (GRANULE_UNITS * UNIT) < tables->granules;
}

/* The run whose slot or word unit, which the map covers, may be; or 0. */
static inline uint32_t map_find(const struct heap *heap,
                                const struct tables *tables, uint32_t unit)
{
    const uint8_t *byte = tables_map(tables) + unit / GRANULE_UNITS;
    uint32_t first = unit & ~(GRANULE_UNITS - 1); /* of the granule */
    if (*byte != 0 && *byte <= MAP_FAR && unit < first + *byte - 1) {
        byte--;
        first -= GRANULE_UNITS;
    }
    if (*byte == 0) {
        return 0;
    }
    if (*byte > MAP_FAR) {
        uint32_t distance = *byte - MAP_FAR;
        byte -= distance;
        first -= distance * GRANULE_UNITS;
    }
    uint32_t run = first + *byte - 1;
    return unit - run < run_units(*word_of(heap, run)) ? run : 0;
}

/* Whether a run starts at unit. */
static inline bool map_starts(const struct tables *tables, uint32_t unit)
{
    uint32_t granule = unit / GRANULE_UNITS;
    return granule < tables->granules &&
           tables_map(tables)[granule] == unit % GRANULE_UNITS + 1;
}

/* The granule that the last of so many units from unit on lies in. */
static inline uint32_t last_granule(uint32_t unit, uint32_t units)
{
    return (unit + units - 1) / GRANULE_UNITS;
}

/* Whether the map reaches as far as a run of units at unit does. */
static inline bool map_reaches(const struct tables *tables, uint32_t unit,
                               uint32_t units)
{
    return last_granule(unit, units) < tables->granules;
}

/* Whether a run of units may start at unit: the map reaches and is free. */
bool my_map_allows(const struct tables *tables, uint32_t unit, uint32_t units);

/*
 * Tells the map that the run at unit had so many units and now has so many;
 * 0: it did not or does not exist.  Its word need not be right.
 */
void my_map_set(const struct heap *heap, const struct tables *tables,
                uint32_t unit, uint32_t had, uint32_t has);

#endif
