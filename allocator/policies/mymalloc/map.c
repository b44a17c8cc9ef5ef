/*
 * map.c -- keeping the map of runs (see map.h).
 */
#include "allocator/policies/mymalloc/map.h"

/* Whether no run starts in the granule. */
static bool is_startless(const uint8_t *map, uint32_t granule)
{
    return map[granule] == 0 || map[granule] > MAP_FAR;
}

bool my_map_allows(const struct tables *tables, uint32_t unit, uint32_t units)
{
    return map_reaches(tables, unit, units) &&
           is_startless(tables_map(tables), unit / GRANULE_UNITS);
}

/* What the granule's byte is when no run starts there, from the one before. */
static uint8_t reach_of_previous(const struct heap *heap, const uint8_t *map,
                                 uint32_t granule)
{
    if (granule == 0 || map[granule - 1] == 0) {
        return 0;
    }
    uint32_t start = granule - 1;
    if (map[start] > MAP_FAR) {
        start -= map[start] - MAP_FAR;
    }
    uint32_t run = start * GRANULE_UNITS + map[start] - 1;
    uint32_t end = last_granule(run, run_units(*word_of(heap, run)));
    return end >= granule ? (uint8_t)(granule - start + MAP_FAR) : 0;
}

void my_map_set(const struct heap *heap, const struct tables *tables,
                uint32_t unit, uint32_t had, uint32_t has)
{
    uint8_t *map = tables_map(tables);
    uint32_t first = unit / GRANULE_UNITS;
    uint32_t end = has != 0 ? last_granule(unit, has) : first;
    uint32_t old_end = had != 0 ? last_granule(unit, had) : first;
    map[first] = has != 0 ? (uint8_t)(unit % GRANULE_UNITS + 1)
                          : reach_of_previous(heap, map, first);
    for (uint32_t i = first + 1; i <= end; i++) {
        if (is_startless(map, i)) {
            map[i] = (uint8_t)(i - first + MAP_FAR);
        }
    }
    for (uint32_t i = end + 1; i <= old_end; i++) {
        if (is_startless(map, i)) {
            map[i] = 0;
        }
    }
}
