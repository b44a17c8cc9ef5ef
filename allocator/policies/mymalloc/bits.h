/*
 * bits.h -- which small objects are where: two bits for each unit.
 *
 *   start  an object, a hole or an area's end mark begins here (areas.h)
 *   hole   and it is a hole or an end mark; also at a hole's last unit, so that
 *          who comes behind it sees it (holes.h)
 *
 * A block with a word never has a start bit at its payload.  So one bit tells
 * a small object from a block, and the distance to the next start is its size.
 *
 * Bits exist for granules of 4 KiB that small objects lie in only: the map has
 * for each granule of the heap the place of its chunk of bits among the tables.
 * All others share one, which has no bits set and the same place in all tables.
 *
 *   heap    |  granule 0  |  granule 1  |  granule 2  |
 *   map     |   no chunk  |   chunk 2   |   chunk 1   |
 *   chunk   | starts: 256 bits | holes: 256 bits |
 *
 * Cost: 1/64 of what has small objects, and 1/1024 of the heap.
 */
#ifndef ALLOCATOR_POLICIES_MYMALLOC_BITS_H
#define ALLOCATOR_POLICIES_MYMALLOC_BITS_H

#include "allocator/policies/mymalloc/tables.h"

/* The bits of a unit's granule, which the map reaches. */
static inline struct chunk *bits_chunk(const struct tables *tables,
                                       uint32_t unit)
{
    uint32_t place = tables->map[unit / GRANULE_UNITS];
    return (struct chunk *)((uintptr_t)tables + place);
}

/* Whether a granule has bits of its own. */
static inline bool bits_own(const struct tables *tables, uint32_t granule)
{
    return tables->map[granule] != NO_CHUNK;
}

static inline uint32_t bits_word(uint32_t unit)
{
    return unit % GRANULE_UNITS / 64;
}

/* Starts from unit on, as far as they are in its word: its own is bit 0. */
static inline uint64_t bits_from(const struct tables *tables, uint32_t unit)
{
    return bits_chunk(tables, unit)->starts[bits_word(unit)] >> unit % 64;
}

static inline bool bits_is_start(const struct tables *tables, uint32_t unit)
{
    return unit / GRANULE_UNITS < tables->granules &&
           (bits_from(tables, unit) & 1);
}

/* Whether a hole or an end mark begins, or a hole ends, with unit. */
static inline bool bits_is_hole(const struct tables *tables, uint32_t unit)
{
    const struct chunk *chunk = bits_chunk(tables, unit);
    return chunk->holes[bits_word(unit)] >> unit % 64 & 1;
}

static inline void bits_set_start(const struct tables *tables, uint32_t unit)
{
    bits_chunk(tables, unit)->starts[bits_word(unit)] |= (uint64_t)1
                                                         << unit % 64;
}

static inline void bits_clear_start(const struct tables *tables, uint32_t unit)
{
    bits_chunk(tables, unit)->starts[bits_word(unit)] &=
        ~((uint64_t)1 << unit % 64);
}

static inline void bits_set_hole(const struct tables *tables, uint32_t unit)
{
    bits_chunk(tables, unit)->holes[bits_word(unit)] |= (uint64_t)1
                                                        << unit % 64;
}

static inline void bits_clear_hole(const struct tables *tables, uint32_t unit)
{
    bits_chunk(tables, unit)->holes[bits_word(unit)] &=
        ~((uint64_t)1 << unit % 64);
}

static inline void bits_set_both(const struct tables *tables, uint32_t unit)
{
    bits_set_start(tables, unit);
    bits_set_hole(tables, unit);
}

static inline void bits_clear_both(const struct tables *tables, uint32_t unit)
{
    bits_clear_start(tables, unit);
    bits_clear_hole(tables, unit);
}

/* The next start behind unit; UINT32_MAX: there is none at all. */
uint32_t my_bits_next(const struct tables *tables, uint32_t unit);

/* The last start among the SMALL_MOST_UNITS before unit; 0: none there. */
uint32_t my_bits_previous(const struct tables *tables, uint32_t unit);

/* Provides chunks for units [from, to]; false where there are too few. */
bool my_bits_provide(struct tables *tables, uint32_t from, uint32_t to);

/* Takes back the chunks of units [from, to] that have no start. */
void my_bits_withdraw(struct tables *tables, uint32_t from, uint32_t to);

#endif
