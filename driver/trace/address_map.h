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

#endif
