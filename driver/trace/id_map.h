/*
 * id_map.h -- from the ids of a file to dense slots, in order of appearance.
 *
 * Three ways, from the usual to the odd; the first that applies answers:
 *
 *   identity   the ids seen so far were 0, 1, 2, ...: no memory at all
 *   direct     ids not far above the number of ids: an array of slots by id
 *   hash       anything else: open addressing, 4 bytes an entry; the key is
 *              looked up in the list of originals, which is kept anyway
 *
 * Find and add take constant expected time.
 */
#ifndef DRIVER_TRACE_ID_MAP_H
#define DRIVER_TRACE_ID_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ID_MAP_NONE UINT32_MAX

struct id_map {
    uint32_t n;        /* slots given out */
    uint32_t identity; /* ids below this one are their own slots */
    uint64_t highest;  /* id seen so far */

    uint64_t *originals; /* by slot; NULL while identity == n */
    size_t originals_room;

    uint32_t *direct; /* by id: slot + 1, or 0 */
    size_t direct_room;

    uint32_t *hash;   /* slot + 1, or 0 */
    size_t hash_room; /* a power of two, or 0 */
    size_t hash_used;
};

/* Frees all but the originals, which the trace takes over. */
void id_map_free(struct id_map *map);

/* id_map_find where identity does not answer. */
uint32_t id_map_find_odd(const struct id_map *map, uint64_t id);

/* Asks the memory for what id_map_find_odd will look at. */
void id_map_ask(const struct id_map *map, uint64_t id);

/*
 * Gives a new id the next slot, n.  Returns 0, or -1 when memory or slots are
 * exhausted.
 */
int id_map_add(struct id_map *map, uint64_t id);

static inline bool id_map_is_identity(const struct id_map *map)
{
    return map->identity == map->n;
}

/* The slot of an id, or ID_MAP_NONE. */
static inline uint32_t id_map_find(const struct id_map *map, uint64_t id)
{
    if (id < map->identity) {
        return (uint32_t)id;
    }
    return id_map_is_identity(map) ? ID_MAP_NONE : id_map_find_odd(map, id);
}

#endif
