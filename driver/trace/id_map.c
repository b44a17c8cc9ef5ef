/*
 * id_map.c -- the direct table and the hash of odd ids.
 *
 * The direct table may cover ids up to about twice the number of ids known; it
 * doubles as that number grows, and ids that it newly covers are entered from
 * the originals.  Their entries in the hash stay and are never asked again.
 */
#include "driver/trace/id_map.h"

#include <stdlib.h>
#include <string.h>

#include "driver/trace/table.h"

enum {
    DIRECT_ALWAYS = 65536, /* ids below this are worth an array */
    DIRECT_PER_ID = 2,
    FIRST_ROOM = 1024
};

void id_map_free(struct id_map *map)
{
    free(map->direct);
    free(map->hash);
    map->direct = map->hash = NULL;
}

/* splitmix64's finalizer: every bit of the id moves every bit of the place. */
static size_t place_of(const struct id_map *map, uint64_t id)
{
    id = (id ^ (id >> 30)) * 0xbf58476d1ce4e5b9;
    id = (id ^ (id >> 27)) * 0x94d049bb133111eb;
    return (size_t)(id ^ (id >> 31)) & (map->hash_room - 1);
}

static uint32_t find_hashed(const struct id_map *map, uint64_t id)
{
    if (map->hash_room == 0) {
        return ID_MAP_NONE;
    }
    size_t at = place_of(map, id);
    while (map->hash[at] != 0) {
        uint32_t slot = map->hash[at] - 1;
        if (map->originals[slot] == id) {
            return slot;
        }
        at = (at + 1) & (map->hash_room - 1);
    }
    return ID_MAP_NONE;
}

uint32_t id_map_find_odd(const struct id_map *map, uint64_t id)
{
    if (id < map->direct_room) {
        return map->direct[id] - 1; /* 0 becomes ID_MAP_NONE */
    }
    return find_hashed(map, id);
}

void id_map_ask(const struct id_map *map, uint64_t id)
{
    if (id < map->direct_room) {
        __builtin_prefetch(&map->direct[id], 1);
    } else if (map->hash_room > 0) {
        __builtin_prefetch(&map->hash[place_of(map, id)], 1);
    }
}

/* Room for one more original; those of the identity are written down first. */
static int grow_originals(struct id_map *map)
{
    size_t room = table_next_room(map->originals_room, map->n + (size_t)1);
    uint64_t *originals = table_resize(map->originals, room, sizeof *originals);
    if (originals == NULL) {
        return -1;
    }
    if (map->originals == NULL) {
        for (uint32_t slot = 0; slot < map->n; slot++) {
            originals[slot] = slot;
        }
    }
    map->originals = originals;
    map->originals_room = room;
    return 0;
}

static bool is_direct(const struct id_map *map, uint64_t id)
{
    return id < DIRECT_ALWAYS + (uint64_t)map->n * DIRECT_PER_ID;
}

static int grow_direct(struct id_map *map, uint64_t id)
{
    size_t room = map->direct_room == 0 ? DIRECT_ALWAYS : map->direct_room;
    while (room <= id) {
        room *= 2;
    }
    uint32_t *direct = table_resize(map->direct, room, sizeof *direct);
    if (direct == NULL) {
        return -1;
    }
    memset(direct + map->direct_room, 0,
           (room - map->direct_room) * sizeof *direct);
    size_t covered = map->direct_room;
    map->direct = direct;
    map->direct_room = room;
    for (uint32_t slot = map->identity; slot < map->n; slot++) {
        uint64_t original = map->originals[slot];
        if (original >= covered && original < room) {
            direct[original] = slot + 1;
        }
    }
    return 0;
}

static void enter_hash(struct id_map *map, uint64_t id, uint32_t slot)
{
    size_t at = place_of(map, id);
    while (map->hash[at] != 0) {
        at = (at + 1) & (map->hash_room - 1);
    }
    map->hash[at] = slot + 1;
    map->hash_used++;
}

static int grow_hash(struct id_map *map)
{
    size_t room = map->hash_room == 0 ? FIRST_ROOM : map->hash_room * 2;
    uint32_t *hash = calloc(room, sizeof *hash);
    if (hash == NULL) {
        return -1;
    }
    free(map->hash);
    map->hash = hash;
    map->hash_room = room;
    map->hash_used = 0;
    for (uint32_t slot = map->identity; slot < map->n; slot++) {
        if (map->originals[slot] >= map->direct_room) {
            enter_hash(map, map->originals[slot], slot);
        }
    }
    return 0;
}

/* Enters an id under a slot in the table that answers for it. */
static int enter(struct id_map *map, uint64_t id, uint32_t slot)
{
    if (id >= map->direct_room && is_direct(map, id) &&
        grow_direct(map, id) != 0) {
        return -1;
    }
    if (id < map->direct_room) {
        map->direct[id] = slot + 1;
        return 0;
    }
    if (map->hash_used >= map->hash_room / 4 * 3 && grow_hash(map) != 0) {
        return -1;
    }
    enter_hash(map, id, slot);
    return 0;
}

int id_map_add(struct id_map *map, uint64_t id)
{
    if (map->n == ID_MAP_NONE - 1) {
        return -1;
    }
    if (id == map->n && id_map_is_identity(map)) {
        map->identity++;
    } else if ((map->n >= map->originals_room && grow_originals(map) != 0) ||
               enter(map, id, map->n) != 0) {
        return -1;
    } else {
        map->originals[map->n] = id;
    }
    map->highest = id > map->highest ? id : map->highest;
    map->n++;
    return 0;
}
