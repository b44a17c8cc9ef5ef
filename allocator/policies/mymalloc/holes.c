/*
 * holes.c -- lists of holes by size (see holes.h).
 */
#include "allocator/policies/mymalloc/holes.h"

#define LOOKS 8

static inline void carve(const struct heap *heap, struct tables *tables,
                         uint32_t unit, uint32_t units)
{
    struct hole hole = *hole_of(heap, unit);
    uint32_t rest = unit + units, left = hole.units - units;
    bool is_victim = unit == tables->groups[hole.group].victim;
    holes_remove(heap, tables, unit);
    bits_clear_hole(tables, unit);
    if (left == 0) {
        bits_clear_hole(tables, rest - 1);
        return;
    }
    bits_set_both(tables, rest);
    *hole_end(heap, rest + left) = left;
    if (is_victim) {
        holes_offer(heap, tables, rest, left, hole.group);
    } else {
        holes_insert(heap, tables, rest, left, hole.group);
    }
}

void my_holes_carve(struct heap *heap, uint32_t unit, uint32_t units)
{
    carve(heap, tables_of(heap), unit, units);
}

static uint32_t smallest_fit(const struct heap *heap, uint32_t hole,
                             uint32_t units)
{
    uint32_t best = 0, best_units = UINT32_MAX;
    for (int looks = LOOKS; hole != 0 && looks != 0; looks--) {
        const struct hole *h = hole_of(heap, hole);
        if (h->units >= units && h->units < best_units) {
            best = hole;
            best_units = h->units;
        }
        hole = h->next;
    }
    return best;
}

static inline uint32_t best_listed(const struct heap *heap,
                                   const struct group *g, uint32_t units)
{
    uint32_t bits = g->occupied & ~(uint32_t)0 << holes_bin(units);
    if (bits == 0) {
        return 0;
    }
    uint32_t bin = (uint32_t)__builtin_ctz(bits);
    uint32_t hole = g->holes[bin];
    if (holes_exact(bin)) {
        return hole;
    }
    hole = smallest_fit(heap, hole, units);
    bits &= bits - 1;
    return hole == 0 && bits != 0 ? g->holes[__builtin_ctz(bits)] : hole;
}

uint32_t my_holes_split_victim(struct heap *heap, struct group *g,
                               uint32_t units, uint32_t batch)
{
    struct tables *tables = tables_of(heap);
    struct hole hole = *hole_of(heap, g->victim);
    uint32_t rest = g->victim, end = rest + hole.units, n = 0;
    batch = batch < hole.units ? rest + batch : end;
    bits_clear_hole(tables, rest);
    do {
        rest += units;
        bits_set_start(tables, rest);
        n++;
    } while (rest + units < batch);
    hole.units = (end - rest) & 0xffffff;
    bits_set_hole(tables, rest);
    *hole_of(heap, rest) = hole;
    *hole_end(heap, end) = hole.units;
    g->victim = rest;
    return n;
}

uint32_t my_holes_take(struct heap *heap, uint32_t group, uint32_t units)
{
    struct tables *tables = tables_of(heap);
    const struct group *g = &tables->groups[group];
    uint32_t best = best_listed(heap, g, units);
    uint32_t room = group_room(heap, g);
    if (room >= units && (best == 0 || room < hole_of(heap, best)->units)) {
        best = g->victim;
    }
    if (best != 0) {
        carve(heap, tables, best, units);
    }
    return best;
}

uint32_t my_holes_borrow(struct heap *heap, uint32_t group, uint32_t units)
{
    struct tables *tables = tables_of(heap);
    uint32_t hole = best_listed(heap, &tables->groups[group], units);
    if (hole != 0) {
        carve(heap, tables, hole, units);
    }
    return hole;
}
