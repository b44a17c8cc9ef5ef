/*
 * address_map.c -- linear probing with removal by shifting back.
 */
#include "driver/trace/address_map.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 1024 };

/* Where the address is, or the free entry where it belongs. */
static size_t find(const struct address_map *map, uint64_t address)
{
    size_t at = address_map_home(map, address);
    while (map->entries[at].address != 0 && map->entries[at].address != address)
        at = (at + 1) & (map->room - 1);
    return at;
}

static int grow(struct address_map *map)
{
    struct address_map larger = {
        .room = map->room == 0 ? FIRST_ROOM : map->room * 2,
        .used = map->used,
    };
    larger.entries = calloc(larger.room, sizeof *larger.entries);
    if (larger.entries == NULL)
        return -1;
    for (size_t i = 0; i < map->room; i++) {
        struct address_entry entry = map->entries[i];
        if (entry.address != 0)
            larger.entries[find(&larger, entry.address)] = entry;
    }
    free(map->entries);
    *map = larger;
    return 0;
}

void address_map_free(struct address_map *map)
{
    free(map->entries);
    memset(map, 0, sizeof *map);
}

int address_map_add(struct address_map *map, uint64_t address, uint32_t id)
{
    if (map->used >= map->room / 2 && grow(map) != 0)
        return -1;
    map->entries[find(map, address)] = (struct address_entry){address, id};
    map->used++;
    return 0;
}

/* Fills the hole with whatever could not lie there before it opened. */
static void close_hole(struct address_map *map, size_t hole)
{
    size_t mask = map->room - 1;
    for (size_t at = (hole + 1) & mask; map->entries[at].address != 0;
         at = (at + 1) & mask) {
        size_t home = address_map_home(map, map->entries[at].address);
        if (((at - home) & mask) < ((at - hole) & mask))
            continue; /* its home lies behind the hole */
        map->entries[hole] = map->entries[at];
        hole = at;
    }
    map->entries[hole].address = 0;
}

uint32_t address_map_take(struct address_map *map, uint64_t address)
{
    if (map->room == 0)
        return ADDRESS_MAP_NONE;
    size_t at = find(map, address);
    if (map->entries[at].address == 0)
        return ADDRESS_MAP_NONE;
    uint32_t id = map->entries[at].id;
    close_hole(map, at);
    map->used--;
    return id;
}
