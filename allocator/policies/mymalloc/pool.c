/*
 * pool.c -- the ways of small objects but for the shortest (see pool.h).
 */
#include "allocator/policies/mymalloc/pool.h"

#include "allocator/policies/mymalloc/areas.h"
#include "allocator/policies/mymalloc/bins.h"
#include "allocator/policies/mymalloc/block.h"

/* A new area at the top takes such a part of the heap, one in a hole less. */
#define AREA_SHARE       ((size_t)128)
#define HOLE_SHARE       ((size_t)1024)
#define LEAST_AREA_UNITS 32u
#define MOST_AREA_UNITS  1024u
/* The area at the top grows by such a part of the heap. */
#define GROWTH_SHARE ((size_t)512)
/* Objects that are taken of a victim at once: such a part of the heap. */
#define BATCH_SHARE ((size_t)1024)
#define MOST_BATCH  16u

/* The groups: up to 32 bytes, up to 128, the rest. */
#define TINY_UNITS     2u
#define MIDDLING_UNITS 8u

static uint32_t group_for(uint32_t units)
{
    return (uint32_t)(units > TINY_UNITS) + (uint32_t)(units > MIDDLING_UNITS);
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* ---- giving back --------------------------------------------------------- */

/* Gives back a list; a link is read before the object becomes another's. */
static void flush_list(struct heap *heap, uint32_t units)
{
    uint32_t unit = tables_of(heap)->lists[units];
    tables_of(heap)->lists[units] = 0;
    while (unit != 0) {
        uint32_t next = *kept_link(heap, unit);
        my_area_free(heap, unit, units, group_for(units));
        unit = next;
    }
}

bool my_pool_flush(struct heap *heap, uint32_t least)
{
    struct tables *tables = tables_of(heap);
    if (tables == NULL || tables->kept < least || tables->kept == 0) {
        return false;
    }
    tables->kept = 0;
    for (uint32_t units = 1; units <= SMALL_MOST_UNITS; units++) {
        flush_list(heap, units);
    }
    return true;
}

bool my_pool_give_all(struct heap *heap)
{
    bool any = my_pool_flush(heap, 1);
    for (uint32_t i = 0; tables_of(heap) != NULL && i < GROUPS; i++) {
        any |= my_area_trim(heap, i);
    }
    return any;
}

/* ---- taking -------------------------------------------------------------- */

/* Units that a new area should have, its end mark included. */
static uint32_t planned_units(const struct heap *heap, size_t share,
                              uint32_t units)
{
    uint32_t planned = (uint32_t)(heap->brk / share / UNIT);
    planned = larger(planned, units + 1);
    planned = larger(planned, LEAST_AREA_UNITS);
    return fewer(planned, MOST_AREA_UNITS);
}

/* Sees to it that there are bits for a new area. */
static void prepare(struct heap *heap, uint32_t planned)
{
    uint32_t chunks = planned / GRANULE_UNITS + 2;
    if (tables_outgrown(heap, tables_of(heap)) ||
        tables_of(heap)->n_free_chunks < chunks) {
        my_tables_renew(heap, chunks);
    }
}

/*
 * A new area out of the smallest free block that will do, all of it unless it
 * is larger than planned: what large ones are left serves large requests.
 */
static bool area_from_hole(struct heap *heap, uint32_t group, uint32_t units)
{
    uint32_t planned = planned_units(heap, HOLE_SHARE, units);
    uint32_t best = bins_best(heap, tables_of(heap), units + 1);
    if (best == 0) {
        return false;
    }
    planned = fewer(planned, units_of(heap, best));
    uint32_t block = my_block_carve(heap, best, planned);
    return block != 0 && my_area_make(heap, block, planned, group);
}

/* Room at the top: a little more for an area that ends there, or a new one. */
static bool area_from_top(struct heap *heap, uint32_t group, uint32_t units)
{
    uint32_t room = my_area_room_at_top(heap, group);
    uint32_t planned = planned_units(heap, AREA_SHARE, units);
    if (room != 0) {
        uint32_t batch = (uint32_t)(heap->brk / GROWTH_SHARE / UNIT);
        planned = units + 1 + batch - room;
    }
    if (room > 1) {
        return my_area_extend(heap, group, planned);
    }
    uint32_t block = my_block_take_top(heap, planned);
    return block != 0 && my_area_make(heap, block, planned, group);
}

/* From the holes of other groups. */
static uint32_t borrow(struct heap *heap, uint32_t group, uint32_t units)
{
    uint32_t unit = 0;
    for (uint32_t i = 1; unit == 0 && i < GROUPS; i++) {
        unit = my_holes_borrow(heap, (group + i) % GROUPS, units);
    }
    return unit;
}

/* An object from the group's holes; more of a batch are kept. */
static uint32_t take_own(struct heap *heap, uint32_t group, uint32_t units)
{
    struct tables *tables = tables_of(heap);
    struct group *g = &tables->groups[group];
    if (g->occupied >> holes_bin(units) != 0 || group_room(heap, g) <= units) {
        return my_holes_take(heap, group, units);
    }
    uint32_t first = g->victim;
    uint32_t batch = (uint32_t)(heap->brk / BATCH_SHARE / UNIT);
    batch = fewer(batch, MOST_BATCH * units);
    uint32_t n = my_holes_split_victim(heap, g, units, batch);
    for (uint32_t unit = g->victim - units; unit != first; unit -= units) {
        *kept_link(heap, unit) = tables->lists[units];
        tables->lists[units] = unit;
    }
    tables->kept += (n - 1) * units;
    return first;
}

/* From free blocks, as a new area, or from holes of other groups. */
static uint32_t take_elsewhere(struct heap *heap, uint32_t group,
                               uint32_t units)
{
    prepare(heap, planned_units(heap, AREA_SHARE, units));
    return area_from_hole(heap, group, units)
               ? my_holes_take(heap, group, units)
               : borrow(heap, group, units);
}

static uint32_t take_by_growth(struct heap *heap, uint32_t group,
                               uint32_t units)
{
    return area_from_top(heap, group, units) ? my_holes_take(heap, group, units)
                                             : 0;
}

/* The long way. */
static uint32_t take_from_heap(struct heap *heap, uint32_t group,
                               uint32_t units)
{
    uint32_t unit = 0;
    if (my_pool_flush(heap, pool_worth(heap))) {
        unit = my_holes_take(heap, group, units);
    }
    if (unit == 0) {
        unit = take_elsewhere(heap, group, units);
    }
    if (unit == 0) {
        unit = take_by_growth(heap, group, units);
    }
    if (unit == 0 && my_pool_give_all(heap)) {
        unit = my_holes_take(heap, group, units);
    }
    if (unit == 0) {
        unit = take_elsewhere(heap, group, units);
    }
    if (unit == 0) {
        unit = my_block_take(heap, units_for(units * UNIT));
    }
    return unit;
}

__attribute__((noinline)) void *my_pool_refill(struct heap *heap,
                                               uint32_t units)
{
    uint32_t group = group_for(units);
    uint32_t unit = take_own(heap, group, units);
    if (unit == 0) {
        unit = take_from_heap(heap, group, units);
    }
    return unit != 0 ? address_of(heap, unit) : NULL;
}

/* ---- resizing ------------------------------------------------------------ */

bool my_pool_resize(struct heap *heap, uint32_t unit, uint32_t have,
                    uint32_t units)
{
    struct tables *tables = tables_of(heap);
    uint32_t next = unit + have;
    if (units < have) {
        bits_set_start(tables, unit + units);
        pool_push(heap, tables, unit + units, have - units);
    } else if (units > have) {
        if (!bits_is_hole(tables, next) ||
            hole_of(heap, next)->units < units - have) {
            return false;
        }
        my_holes_carve(heap, next, units - have);
        bits_clear_start(tables, next);
    }
    return true;
}

/* ---- marking ------------------------------------------------------------- */

uint32_t my_pool_mark(struct heap *heap, bool *sound)
{
    struct tables *tables = tables_of(heap);
    uint32_t marks = 0;
    *sound = true;
    for (uint32_t units = 1; tables != NULL && units <= SMALL_MOST_UNITS;
         units++) {
        uint32_t unit = tables->lists[units];
        for (; unit != 0; unit = *kept_link(heap, unit)) {
            if (!bits_is_start(tables, unit) || bits_is_hole(tables, unit) ||
                my_bits_next(tables, unit) - unit != units) {
                *sound = false;
                return marks;
            }
            bits_set_hole(tables, unit);
            hole_of(heap, unit)->units = units & 0xffffff; /* no end mark */
            marks += units;
        }
    }
    return marks;
}

void my_pool_unmark(struct heap *heap, uint32_t marks)
{
    struct tables *tables = tables_of(heap);
    for (uint32_t units = 1; marks != 0; units++) {
        uint32_t unit = tables->lists[units];
        for (; unit != 0 && marks != 0; unit = *kept_link(heap, unit)) {
            bits_clear_hole(tables, unit);
            marks -= units;
        }
    }
}
