/*
 * address_map.h -- which block lives at an address.
 *
 * A hash table with open addressing and linear probing, 16 bytes an entry, at
 * most half full; removal shifts the followers back, so that no tombstones
 * gather however many blocks come and go (Knuth, TAOCP 3, 6.4 R).
 */
#ifndef DRIVER_TRACE_ADDRESS_MAP_H
#define DRIVER_TRACE_ADDRESS_MAP_H

#include <stddef.h>
#include <stdint.h>

#define ADDRESS_MAP_NONE UINT32_MAX

struct address_entry {
    uint64_t address; /* 0: free */
    uint32_t id;
};

/* A zeroed map is empty. */
struct address_map {
    struct address_entry *entries;
    size_t room; /* a power of two, or 0 */
    size_t used;
};

/* Forgets all and frees the table. */
void address_map_free(struct address_map *map);

/* Adds an address that is not in the map.  0, or -1 with errno ENOMEM. */
int address_map_add(struct address_map *map, uint64_t address, uint32_t id);

/* Removes an address.  Returns its id, or ADDRESS_MAP_NONE. */
uint32_t address_map_take(struct address_map *map, uint64_t address);

/* Where an address belongs.  Fibonacci hashing: blocks lie at regular
 * distances. */
static inline size_t address_map_home(const struct address_map *map,
                                      uint64_t address)
{
    uint64_t mixed = (address >> 3) * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(mixed >> 20) & (map->room - 1);
}

/* Asks the memory for the entry of an address, which will be needed soon. */
static inline void address_map_ask(const struct address_map *map,
                                   uint64_t address)
{
    if (map->room != 0) {
        __builtin_prefetch(&map->entries[address_map_home(map, address)], 1);
    }
}

#endif
