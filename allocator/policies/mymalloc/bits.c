/*
 * bits.c -- looking through bits, and where chunks come from (see bits.h).
 */
#include "allocator/policies/mymalloc/bits.h"

#include <string.h>

/* The word of starts with unit's bit; beyond the map: 0. */
static uint64_t word_with(const struct tables *tables, uint32_t unit)
{
    return unit / GRANULE_UNITS < tables->granules
               ? bits_chunk(tables, unit)->starts[bits_word(unit)]
               : 0;
}

uint32_t my_bits_next(const struct tables *tables, uint32_t unit)
{
    uint32_t first = (unit + 1) & ~(uint32_t)63;
    uint64_t bits = word_with(tables, unit + 1) >> (unit + 1) % 64;
    if (bits != 0) {
        return unit + 1 + (uint32_t)__builtin_ctzll(bits);
    }
    do {
        first += 64;
        bits = word_with(tables, first);
    } while (bits == 0 && first / GRANULE_UNITS < tables->granules);
    return bits != 0 ? first + (uint32_t)__builtin_ctzll(bits) : UINT32_MAX;
}

uint32_t my_bits_previous(const struct tables *tables, uint32_t unit)
{
    uint32_t last = unit - 1;
    uint64_t bits = word_with(tables, last) << (63 - last % 64);
    if (bits == 0 && last % 64 < SMALL_MOST_UNITS && last >= 64) {
        last -= last % 64 + 1;
        bits = word_with(tables, last);
    }
    uint32_t found = bits != 0 ? last - (uint32_t)__builtin_clzll(bits) : 0;
    return unit - found <= SMALL_MOST_UNITS ? found : 0;
}

/* Takes a chunk for a granule from the free ones. */
static bool provide_one(struct tables *tables, uint32_t granule)
{
    uint32_t offset = tables->free_chunks;
    if (offset == 0) {
        return false;
    }
    struct chunk *chunk = (struct chunk *)((uintptr_t)tables + offset);
    tables->free_chunks = (uint32_t)chunk->starts[0];
    tables->n_free_chunks--;
    memset(chunk, 0, sizeof *chunk);
    tables->map[granule] = offset;
    return true;
}

bool my_bits_provide(struct tables *tables, uint32_t from, uint32_t to)
{
    if (to / GRANULE_UNITS >= tables->granules) {
        return false;
    }
    for (uint32_t g = from / GRANULE_UNITS; g <= to / GRANULE_UNITS; g++) {
        if (!bits_own(tables, g) && !provide_one(tables, g)) {
            my_bits_withdraw(tables, from, to);
            return false;
        }
    }
    return true;
}

static bool is_unused(const struct chunk *chunk)
{
    return (chunk->starts[0] | chunk->starts[1] | chunk->starts[2] |
            chunk->starts[3]) == 0;
}

void my_bits_withdraw(struct tables *tables, uint32_t from, uint32_t to)
{
    for (uint32_t g = from / GRANULE_UNITS; g <= to / GRANULE_UNITS; g++) {
        struct chunk *chunk = bits_chunk(tables, g * GRANULE_UNITS);
        if (bits_own(tables, g) && is_unused(chunk)) {
            chunk->starts[0] = tables->free_chunks;
            tables->free_chunks = tables->map[g];
            tables->n_free_chunks++;
            tables->map[g] = NO_CHUNK;
        }
    }
}
