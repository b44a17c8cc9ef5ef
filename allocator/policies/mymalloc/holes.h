/*
 * holes.h -- the index of holes between small objects: best fit in O(1).
 *
 * Each group of sizes has lists of holes by size: exact up to 7 units, then
 * four to each power of two; newest first.  One hole of the group, the victim,
 * stays outside: what is left of its latest area, or was split last.  A hole
 * says, in its first 12 bytes,
 *
 *   | next (4) | previous (4) | units (24), group (8) | ...
 *
 * and in its last 4, to who comes behind it, its units again.
 *
 * Objects are divided into groups by size, and each area is made for one, so
 * that large ones do not die among small ones that live on: the hole would fit
 * none larger.  Within a group all sizes share.
 */
#ifndef ALLOCATOR_POLICIES_MYMALLOC_HOLES_H
#define ALLOCATOR_POLICIES_MYMALLOC_HOLES_H

#include "allocator/policies/mymalloc/bins.h"
#include "allocator/policies/mymalloc/bits.h"

#define HOLE_LOG_BINS ((uint32_t)2)

struct hole {
    uint32_t next, previous; /* units, 0: none */
    uint32_t units : 24;     /* 0: an area's end mark */
    uint32_t group : 8;
};

static inline struct hole *hole_of(const struct heap *heap, uint32_t unit)
{
    return (struct hole *)address_of(heap, unit);
}

/* The list for holes of so many units. */
static inline uint32_t holes_bin(uint32_t units)
{
    uint32_t bin = bin_at(units, HOLE_LOG_BINS);
    return bin < HOLE_BINS ? bin : HOLE_BINS - 1;
}

/* Whether all holes of a list have one size. */
static inline bool holes_exact(uint32_t bin)
{
    return bin >> HOLE_LOG_BINS < 2;
}

/* Units of the group's victim. */
static inline uint32_t group_room(const struct heap *heap,
                                  const struct group *group)
{
    return group->victim != 0 ? hole_of(heap, group->victim)->units : 0;
}

/* The last word of a hole that ends where unit begins. */
static inline uint32_t *hole_end(const struct heap *heap, uint32_t unit)
{
    return word_of(heap, unit);
}

/* Whether an end mark is at unit, where a hole or an end mark begins. */
static inline bool area_ends(const struct heap *heap, uint32_t unit)
{
    return hole_of(heap, unit)->units == 0;
}

/* The hole that ends where unit begins, 0: none. */
static inline uint32_t hole_before(const struct heap *heap,
                                   const struct tables *tables, uint32_t unit)
{
    uint32_t last = unit - 1;
    if (!bits_is_hole(tables, last) ||
        (bits_is_start(tables, last) && area_ends(heap, last))) {
        return 0;
    }
    return unit - *hole_end(heap, unit);
}

/* Ends a hole: its last word, and the bit of its last unit. */
static inline void hole_close(const struct heap *heap,
                              const struct tables *tables, uint32_t unit,
                              uint32_t units)
{
    *hole_end(heap, unit + units) = units;
    bits_set_hole(tables, unit + units - 1);
}

/* Puts a hole, its bits and end written, into its list. */
static inline void holes_insert(const struct heap *heap, struct tables *tables,
                                uint32_t unit, uint32_t units, uint32_t group)
{
    struct group *g = &tables->groups[group];
    uint32_t bin = holes_bin(units);
    uint32_t head = g->holes[bin];
    *hole_of(heap, unit) =
        (struct hole){head, 0, units & 0xffffff, group & 255};
    hole_of(heap, head)->previous = unit; /* 0: layout.h */
    g->holes[bin] = unit;
    g->occupied |= (uint32_t)1 << bin;
}

/* Takes it out again; its bits and end remain. */
static inline void holes_remove(const struct heap *heap, struct tables *tables,
                                uint32_t unit)
{
    struct hole hole = *hole_of(heap, unit);
    struct group *g = &tables->groups[hole.group];
    if (unit == g->victim) {
        g->victim = 0;
        return;
    }
    hole_of(heap, hole.next)->previous = hole.previous;
    if (hole.previous != 0) {
        hole_of(heap, hole.previous)->next = hole.next;
        return;
    }
    uint32_t bin = holes_bin(hole.units);
    g->holes[bin] = hole.next;
    g->occupied &= ~((uint32_t)(hole.next == 0) << bin);
}

/* Makes a hole, its bits and end written, the victim of its group. */
static inline void holes_offer(const struct heap *heap, struct tables *tables,
                               uint32_t unit, uint32_t units, uint32_t group)
{
    struct group *g = &tables->groups[group];
    uint32_t old = g->victim;
    if (old != 0) {
        holes_insert(heap, tables, old, hole_of(heap, old)->units, group);
    }
    g->victim = unit;
    *hole_of(heap, unit) = (struct hole){0, 0, units & 0xffffff, group & 255};
}

/*
 * The units at the low end of the group's best hole, an object now; what is
 * left of the hole remains one.  0: none is large enough.
 */
uint32_t my_holes_take(struct heap *heap, uint32_t group, uint32_t units);

/*
 * Takes objects of so many units, side by side, from the low end of a victim
 * that has more: as many as fit into batch units, but one at least, and so that
 * something is left.  Returns how many.
 */
uint32_t my_holes_split_victim(struct heap *heap, struct group *group,
                               uint32_t units, uint32_t batch);

/* One object for another group: the victim is not touched. */
uint32_t my_holes_borrow(struct heap *heap, uint32_t group, uint32_t units);

/* Takes units from the low end of a hole that has as many. */
void my_holes_carve(struct heap *heap, uint32_t unit, uint32_t units);

#endif
