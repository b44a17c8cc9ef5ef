/*
 * block.c -- blocks with a word (see block.h).
 */
#include "allocator/policies/mymalloc/block.h"

#include <assert.h>
#include <string.h>

#include "allocator/policies/mymalloc/bins.h"
#include "allocator/policies/mymalloc/hollow.h"
#include "allocator/policies/mymalloc/move.h"
#include "allocator/policies/mymalloc/pool.h"

/*
 * Requests of 1 KiB and more get the high end of a free block: what is left
 * stays beside what was there before (0.5 points over the traces folder).
 */
#define HIGH_FROM_UNITS 64u

/* Writes word and end of a free block; flags: PREV_IN_USE and HOLLOW. */
static void write_free(const struct heap *heap, uint32_t block, uint32_t units,
                       uint32_t flags)
{
    *word_of(heap, block) = units << SIZE_SHIFT | flags;
    word_of(heap, block + units)[-1] = units;
}

/* Puts the top at unit, behind a block in use; its word moves along. */
static void set_top(struct heap *heap, uint32_t unit)
{
    uint32_t word = *word_of(heap, root_of(heap)->top);
    root_of(heap)->top = unit;
    *word_of(heap, unit) = word | PREV_IN_USE | IN_USE;
}

void my_block_shrink_top(struct heap *heap)
{
    heap_shrink(heap, (end_unit(heap) - root_of(heap)->top) * UNIT);
}

/*
 * Takes units of a free block without retired pages that has as many, from its
 * low end or the high one; what remains is the victim if the block was.
 * Returns their place.
 */
static inline uint32_t carve_full(struct heap *heap, struct tables *tables,
                                  uint32_t block, uint32_t units, bool high)
{
    uint32_t word = *word_of(heap, block), have = word >> SIZE_SHIFT;
    uint32_t prev = word & PREV_IN_USE, rest = have - units;
    bool is_victim = bins_is_victim(tables, block);
    bins_remove(heap, tables, block, have);
    if (rest == 0) {
        *word_of(heap, block) = word | IN_USE;
        *word_of(heap, block + units) |= PREV_IN_USE;
        return block;
    }
    uint32_t taken = high ? block + rest : block;
    uint32_t hole = high ? block : block + units;
    *word_of(heap, taken) = units << SIZE_SHIFT | IN_USE | (high ? 0 : prev);
    write_free(heap, hole, rest, high ? prev : PREV_IN_USE);
    if (high) {
        *word_of(heap, taken + units) |= PREV_IN_USE;
    }
    if (is_victim) {
        tables->victim = hole;
    } else {
        bins_offer(heap, tables, hole);
    }
    return taken;
}

/* Whether all pages of what is taken are in memory, or those at its ends. */
enum pages { PRESENT, BARE };

/* The same where pages may be retired; 0: the heap refuses to restore them. */
static __attribute__((noinline)) uint32_t carve_hollow(struct heap *heap,
                                                       uint32_t block,
                                                       uint32_t units,
                                                       bool high,
                                                       enum pages pages)
{
    uint32_t word = *word_of(heap, block), rest = (word >> SIZE_SHIFT) - units;
    uint32_t taken = high ? block + rest : block;
    my_block_shrink_top(heap); /* or it lies idle beside these pages */
    if (!(pages == PRESENT
              ? my_hollow_restore(heap, taken, taken + units)
              : my_hollow_restore_ends(heap, taken, taken + units))) {
        return 0;
    }
    *word_of(heap, block) &= ~HOLLOW;
    carve_full(heap, tables_of(heap), block, units, high);
    if (rest != 0) {
        uint32_t hole = high ? block : block + units;
        *word_of(heap, hole) |= hollow_rest(word, rest);
    }
    return taken;
}

static inline uint32_t carve(struct heap *heap, struct tables *tables,
                             uint32_t block, uint32_t units, bool high)
{
    return *word_of(heap, block) & HOLLOW
               ? carve_hollow(heap, block, units, high, PRESENT)
               : carve_full(heap, tables, block, units, high);
}

uint32_t my_block_carve(struct heap *heap, uint32_t block, uint32_t units)
{
    return carve(heap, tables_of(heap), block, units, units >= HIGH_FROM_UNITS);
}

/* Best fit while there are no tables. */
static __attribute__((noinline)) uint32_t take_early(struct heap *heap,
                                                     uint32_t units)
{
    uint32_t first = root_of(heap)->free;
    uint32_t block = bins_smallest(heap, first, units, UINT32_MAX);
    bool high = units >= HIGH_FROM_UNITS;
    return block != 0 ? carve_full(heap, NULL, block, units, high) : 0;
}

uint32_t my_block_take_hole(struct heap *heap, uint32_t units)
{
    struct tables *tables = tables_of(heap);
    if (tables == NULL) {
        return take_early(heap, units);
    }
    uint32_t block = bins_best(heap, tables, units);
    bool high = units >= HIGH_FROM_UNITS;
    return block != 0 ? carve(heap, tables, block, units, high) : 0;
}

bool my_block_grow_top(struct heap *heap, uint32_t units)
{
    uint32_t top = root_of(heap)->top;
    uint32_t room = end_unit(heap) - top;
    if (room >= units) {
        return true;
    }
    my_hollow_yield(heap, (units - room) * UNIT);
    return units <= UINT32_MAX - top &&
           heap_grow(heap, (units - room) * UNIT) != NULL;
}

uint32_t my_block_take_top(struct heap *heap, uint32_t units)
{
    if (!my_block_grow_top(heap, units)) {
        return 0;
    }
    uint32_t block = root_of(heap)->top;
    set_top(heap, block + units);
    *word_of(heap, block) = word_in_use(units);
    return block;
}

/* When nothing else helps: what is kept, and pages for other ones. */
static bool free_all(struct heap *heap)
{
    bool any = my_pool_give_all(heap);
    return my_hollow_yield_all(heap) || any;
}

uint32_t my_block_take(struct heap *heap, uint32_t units)
{
    uint32_t block = my_block_take_hole(heap, units);
    return block != 0 ? block : my_block_take_new(heap, units);
}

uint32_t my_block_take_new(struct heap *heap, uint32_t units)
{
    assert(units != 0 && units < MAX_BLOCK_UNITS);
    uint32_t block = 0;
    if (end_unit(heap) - root_of(heap)->top < units &&
        my_pool_flush(heap, pool_worth(heap))) {
        block = my_block_take_hole(heap, units);
    }
    if (block == 0) {
        block = my_block_take_top(heap, units);
    }
    if (block == 0 && free_all(heap)) {
        block = my_block_take_hole(heap, units);
        block = block != 0 ? block : my_block_take_top(heap, units);
    }
    return block;
}

static uint32_t take_hole_bare(struct heap *heap, uint32_t units)
{
    uint32_t block = bins_best(heap, tables_of(heap), units);
    bool high = units >= HIGH_FROM_UNITS;
    return block == 0 ? 0
           : *word_of(heap, block) & HOLLOW
               ? carve_hollow(heap, block, units, high, BARE)
               : carve_full(heap, tables_of(heap), block, units, high);
}

static bool grow_top_bare(struct heap *heap, uint32_t units)
{
    uint32_t top = root_of(heap)->top;
    uint32_t room = end_unit(heap) - top;
    if (room >= units) {
        return true;
    }
    if (units > UINT32_MAX - top ||
        heap_grow_retired(heap, (units - room) * UNIT) == NULL) {
        return false;
    }
    if (!my_hollow_restore_ends(heap, top, top + units)) {
        my_block_shrink_top(heap);
        return false;
    }
    return true;
}

uint32_t my_block_take_bare(struct heap *heap, uint32_t units)
{
    uint32_t block = take_hole_bare(heap, units);
    if (block == 0 && end_unit(heap) - root_of(heap)->top < units &&
        my_pool_flush(heap, pool_worth(heap))) {
        block = take_hole_bare(heap, units);
    }
    if (block != 0) {
        return block;
    }
    return grow_top_bare(heap, units) ? my_block_take_top(heap, units) : 0;
}

/* Whether a free block of a + b units has a size that a word can tell. */
static bool may_merge(uint32_t a, uint32_t b)
{
    return (uint64_t)a + b < MAX_BLOCK_UNITS;
}

/*
 * Gives all free blocks that end at unit, and what lies behind, to the top.
 * Retired pages are not for the top: with any of them the break moves down.
 */
static void merge_into_top(struct heap *heap, uint32_t unit)
{
    uint32_t hollow = *word_of(heap, unit) & HOLLOW;
    while (!(*word_of(heap, unit) & PREV_IN_USE)) {
        uint32_t before = units_before(heap, unit);
        unit -= before;
        hollow |= *word_of(heap, unit) & HOLLOW;
        bins_remove(heap, tables_of(heap), unit, before);
    }
    set_top(heap, unit);
    if (hollow != 0) {
        my_block_shrink_top(heap);
    }
}

/* Merges a block in use that does not touch the top with free neighbours. */
static inline void give(struct heap *heap, struct tables *tables,
                        uint32_t block, uint32_t units)
{
    uint32_t end = block + units;
    uint32_t flags = *word_of(heap, block) & (PREV_IN_USE | HOLLOW);
    uint32_t before = flags & PREV_IN_USE ? 0 : units_before(heap, block);
    if (before != 0 && may_merge(before, units)) {
        block -= before;
        units += before;
        bins_remove(heap, tables, block, before);
        flags |= *word_of(heap, block) & (PREV_IN_USE | HOLLOW);
    }
    uint32_t word = *word_of(heap, end), behind = word >> SIZE_SHIFT;
    if (!(word & IN_USE) && may_merge(units, behind)) {
        bins_remove(heap, tables, end, behind);
        units += behind;
        flags |= word & HOLLOW;
    } else {
        *word_of(heap, end) = word & ~PREV_IN_USE;
    }
    write_free(heap, block, units, flags);
    bins_offer(heap, tables, block);
}

void my_block_give(struct heap *heap, uint32_t block, uint32_t units)
{
    struct tables *tables = tables_of(heap);
    if (block + units == root_of(heap)->top) {
        merge_into_top(heap, block);
    } else if (tables != NULL) {
        give(heap, tables, block, units);
    } else {
        give(heap, NULL, block, units);
    }
}

void my_block_cut(struct heap *heap, uint32_t block, uint32_t have,
                  uint32_t units)
{
    if (have > units) {
        *word_of(heap, block + units) = word_in_use(have - units);
        my_block_give(heap, block + units, have - units);
    }
}

uint32_t my_block_trim(struct heap *heap, uint32_t block, uint32_t gap,
                       uint32_t units)
{
    uint32_t have = units_of(heap, block);
    if (gap != 0) {
        *word_of(heap, block + gap) = word_in_use(have - gap);
        my_block_give(heap, block, gap);
        block += gap;
        have -= gap;
    }
    *word_of(heap, block) -= (have - units) << SIZE_SHIFT;
    my_block_cut(heap, block, have, units);
    return block;
}

uint32_t my_block_room_behind(const struct heap *heap, uint32_t end)
{
    if (end == root_of(heap)->top) {
        return end_unit(heap) - end;
    }
    uint32_t word = *word_of(heap, end);
    return word & IN_USE ? 0 : word >> SIZE_SHIFT;
}

bool my_block_extend(struct heap *heap, uint32_t end, uint32_t units)
{
    if (end == root_of(heap)->top) {
        if (!my_block_grow_top(heap, units)) {
            return false;
        }
        set_top(heap, end + units);
        return true;
    }
    if (my_block_room_behind(heap, end) < units) {
        return false;
    }
    return carve(heap, tables_of(heap), end, units, false) != 0;
}

/* The flag for a free block that takes [from, from + units). */
static uint32_t hollow_between(const struct heap *heap, uint32_t from,
                               uint32_t units)
{
    size_t retired =
        heap_retired_bytes(heap, word_of(heap, from), units * UNIT);
    return retired != 0 ? HOLLOW : 0;
}

uint32_t my_block_slide(struct heap *heap, uint32_t block, uint32_t gap,
                        uint32_t reach)
{
    uint32_t units = units_of(heap, block);
    uint32_t word = *word_of(heap, block);
    uint32_t hole = units_before(heap, block), start = block - hole;
    uint32_t flags = *word_of(heap, start) & (PREV_IN_USE | HOLLOW);
    uint32_t moved = start + gap, left = moved + units;
    bins_remove(heap, tables_of(heap), start, hole);
    if (!my_hollow_restore_ends(heap, moved, moved + reach) ||
        !my_move_payload(heap, block, moved, reach)) {
        write_free(heap, start, hole, flags);
        *word_of(heap, block) = word;
        bins_offer(heap, tables_of(heap), start);
        return 0;
    }
    if (root_of(heap)->tables == block) {
        root_of(heap)->tables = moved;
    }
    *word_of(heap, moved) = gap != 0 ? word : word | PREV_IN_USE;
    if (gap != 0) {
        write_free(heap, start, gap,
                   (flags & PREV_IN_USE) | hollow_between(heap, start, gap));
        bins_offer(heap, tables_of(heap), start);
    }
    *word_of(heap, left) =
        word_in_use(hole - gap) | hollow_between(heap, left, hole - gap);
    my_block_give(heap, left, hole - gap);
    return moved;
}

bool my_block_rise(struct heap *heap, uint32_t block, uint32_t units)
{
    uint32_t have = units_of(heap, block);
    uint32_t prev = *word_of(heap, block) & PREV_IN_USE;
    uint32_t risen = block + units;
    if (!my_block_grow_top(heap, units)) {
        return false;
    }
    set_top(heap, risen + have);
    memmove(address_of(heap, risen), address_of(heap, block),
            have * UNIT - sizeof(uint32_t));
    if (root_of(heap)->tables == block) {
        root_of(heap)->tables = risen;
    }
    *word_of(heap, risen) = word_in_use(have);
    *word_of(heap, block) = units << SIZE_SHIFT | prev | IN_USE;
    my_block_give(heap, block, units);
    return true;
}
