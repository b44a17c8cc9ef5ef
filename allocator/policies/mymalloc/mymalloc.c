/*
 * mymalloc.c -- the flagship: frugal to the unit, and fast.
 *
 * Small objects live in runs without headers, where taking and freeing one
 * touches nothing but the object and its run's word; everything else is best
 * fit over blocks with a 4-byte word that merge at once with free neighbours;
 * the heap grows last, and by exactly what is missing.  One design serves a
 * heap of a few hundred bytes and one of gigabytes because all its tables are
 * made late, grow with the heap and can move.
 *
 *   layout.h   units, words, the picture of the heap
 *   block.h    blocks with a word: take, give, extend, slide
 *   bins.h     the index of free blocks
 *   run.h      runs of small objects, and when a class gets one
 *   map.h      which addresses belong to runs
 *   cache.h    freed small objects, kept for the next request
 *   tables.h   where bins, classes and map live, and how they grow
 *   resize.h   realloc in place
 *   huge.h     requests of 4 GiB and more
 *   inspect.h  check and walk, with free_slots.h and kept.h
 *
 * Costs: malloc and free O(1) (bounded looks, see bins.h; a heap below 16 KiB
 * searches its one list), amortized over the growth of the tables and what the
 * cache flushes; realloc and memalign likewise plus what they copy.  Per byte:
 * 16 for an empty heap, 4 per block of its own, 16 per run, about 0.5 % for
 * tables.
 *
 * Sources: boundary tags and best fit after Knuth, TAOCP 1, 2.5; the victim and
 * the wilderness after Lea, "A Memory Allocator", 1996; runs after Bonwick,
 * "The Slab Allocator", USENIX 1994; why best fit is good: Johnstone & Wilson,
 * "The Memory Fragmentation Problem: Solved?", ISMM 1998.
 */
#include <string.h>

#include "allocator/policies/mymalloc/block.h"
#include "allocator/policies/mymalloc/cache.h"
#include "allocator/policies/mymalloc/huge.h"
#include "allocator/policies/mymalloc/inspect.h"
#include "allocator/policies/mymalloc/resize.h"
#include "allocator/policies/mymalloc/run.h"
#include "allocator/policy.h"

static int mymalloc_init(struct heap *heap, const uint64_t *values)
{
    (void)values;
    if (heap_grow(heap, UNIT) == NULL) {
        return -1;
    }
    *root_of(heap) = (struct root){.top = 1};
    *word_of(heap, 1) = PREV_IN_USE | IN_USE;
    return 0;
}

/* A block of its own for a request that no run serves. */
static __attribute__((noinline)) void *malloc_block(struct heap *heap,
                                                    size_t size)
{
    if (size >= HUGE_FROM_BYTES) {
        return my_huge_malloc(heap, HEAP_ALIGNMENT, size);
    }
    if (tables_outgrown(heap, tables_of(heap))) {
        my_tables_renew(heap);
    }
    uint32_t block = my_block_take(heap, units_for(size));
    if (block == 0) {
        return NULL;
    }
    if (tables_of(heap) == NULL) {
        tables_count_tight(heap, block, size);
    } else {
        my_census_enter(heap, block, size);
    }
    return address_of(heap, block);
}

static void *mymalloc_malloc(struct heap *heap, size_t size)
{
    size += size == 0;
    struct tables *tables = tables_of(heap);
    if (tables == NULL || size > (tables->n_classes - 1) * UNIT) {
        return malloc_block(heap, size);
    }
    uint32_t class = class_for(size);
    void *kept = cache_take(heap, tables, class, size);
    if (kept != NULL) {
        return kept;
    }
    uint32_t run = tables->classes[class].head;
    if (run != 0 && run_free(*word_of(heap, run)) != 0) {
        return run_pop(heap, run);
    }
    return my_run_refill(heap, class, size);
}

/* Takes a block that ends or changes its size out of all counts. */
static void leave_count(struct heap *heap, uint32_t block)
{
    if (tables_of(heap) == NULL) {
        tables_uncount_tight(heap, block);
    } else if (*word_of(heap, block) & COUNTED) {
        my_census_leave(heap, block);
    }
}

/* What the map does not reach: huge, or freed at once. */
static __attribute__((noinline)) void free_unmapped(struct heap *heap,
                                                    void *payload)
{
    if (is_huge(heap, payload)) {
        my_huge_free(heap, payload);
        return;
    }
    uint32_t block = unit_of(heap, payload);
    leave_count(heap, block);
    my_block_give(heap, block, units_of(heap, block));
}

static void mymalloc_free(struct heap *heap, void *payload)
{
    if (payload == NULL) {
        return;
    }
    struct tables *tables = tables_of(heap);
    if (tables == NULL || !map_covers(heap, tables, payload)) {
        free_unmapped(heap, payload);
        return;
    }
    uint32_t unit = unit_of(heap, payload);
    uint32_t run = map_find(heap, tables, unit);
    uint32_t word = *word_of(heap, run != 0 ? run : unit);
    if (run != 0) {
        cache_keep_slot(heap, tables, word, unit);
    } else if (word & COUNTED) {
        cache_keep_block(heap, tables, word, unit);
    } else {
        my_block_give(heap, unit, word >> SIZE_SHIFT);
    }
}

/* The run that a payload is a slot of, or 0. */
static uint32_t run_around(const struct heap *heap, const void *payload)
{
    const struct tables *tables = tables_of(heap);
    return tables != NULL && map_covers(heap, tables, payload)
               ? map_find(heap, tables, unit_of(heap, payload))
               : 0;
}

static size_t mymalloc_usable_size(struct heap *heap, const void *payload)
{
    if (is_huge(heap, payload)) {
        return huge_usable(huge_of(payload));
    }
    uint32_t run = run_around(heap, payload);
    if (run != 0) {
        return run_class(*word_of(heap, run)) * UNIT;
    }
    return units_of(heap, unit_of(heap, payload)) * UNIT - sizeof(uint32_t);
}

/* Resizes a block with a word where it is, or by sliding; NULL: cannot. */
static void *resize_block(struct heap *heap, uint32_t block, size_t size)
{
    if (size >= HUGE_FROM_BYTES) {
        return NULL;
    }
    uint32_t word = *word_of(heap, block);
    uint32_t units = units_for(size);
    if (units != word >> SIZE_SHIFT || (word & (COUNTED | TIGHT))) {
        leave_count(heap, block);
        block = my_resize(heap, block, units);
    }
    return block != 0 ? address_of(heap, block) : NULL;
}

/* A new place for what a payload holds. */
static void *move_payload(struct heap *heap, void *payload, size_t usable,
                          size_t size)
{
    void *moved = mymalloc_malloc(heap, size);
    if (moved == NULL) {
        return size <= usable ? payload : NULL;
    }
    memcpy(moved, payload, size < usable ? size : usable);
    mymalloc_free(heap, payload);
    return moved;
}

static void *mymalloc_realloc(struct heap *heap, void *payload, size_t size)
{
    if (payload == NULL) {
        return mymalloc_malloc(heap, size);
    }
    if (size == 0) {
        mymalloc_free(heap, payload);
        return NULL;
    }
    if (is_huge(heap, payload) || run_around(heap, payload) != 0) {
        size_t usable = mymalloc_usable_size(heap, payload);
        return size <= usable && size > usable / 2
                   ? payload
                   : move_payload(heap, payload, usable, size);
    }
    uint32_t block = unit_of(heap, payload);
    void *resized = resize_block(heap, block, size);
    if (resized != NULL) {
        return resized;
    }
    size_t usable = units_of(heap, block) * UNIT - sizeof(uint32_t);
    return move_payload(heap, payload, usable, size);
}

/* Frees what lies before and behind the aligned part of a block. */
static void *trim_to(struct heap *heap, uint32_t block, uintptr_t alignment,
                     uint32_t units)
{
    uintptr_t first = (uintptr_t)address_of(heap, block);
    uint32_t gap = (uint32_t)((-first & (alignment - 1)) / UNIT);
    uint32_t have = units_of(heap, block);
    if (gap != 0) {
        *word_of(heap, block + gap) =
            (have - gap) << SIZE_SHIFT | PREV_IN_USE | IN_USE;
        my_block_give(heap, block, gap);
        block += gap;
        have -= gap;
    }
    *word_of(heap, block) -= (have - units) << SIZE_SHIFT;
    my_block_cut(heap, block, have, units);
    return address_of(heap, block);
}

static void *mymalloc_memalign(struct heap *heap, size_t alignment, size_t size)
{
    if (alignment <= HEAP_ALIGNMENT) {
        return mymalloc_malloc(heap, size);
    }
    size += size == 0;
    if (size >= HUGE_FROM_BYTES || alignment >= HUGE_FROM_BYTES - size) {
        return my_huge_malloc(heap, alignment, size);
    }
    uint32_t units = units_for(size);
    uint32_t slack = (uint32_t)(alignment / UNIT) - 1;
    uint32_t block = my_block_take_hole(heap, units + slack);
    if (block == 0) {
        uintptr_t top = (uintptr_t)address_of(heap, root_of(heap)->top);
        slack = (uint32_t)((-top & (alignment - 1)) / UNIT);
        block = my_block_take_top(heap, units + slack);
    }
    return block != 0 ? trim_to(heap, block, alignment, units) : NULL;
}

/* Frees what is kept, lowers the tables, gives the top's memory back. */
static void mymalloc_trim(struct heap *heap)
{
    my_cache_flush(heap);
    my_tables_lower(heap);
    uint32_t room = end_unit(heap) - root_of(heap)->top;
    heap_shrink(heap, room * UNIT);
}

const struct policy mymalloc_policy = {
    .name = "mymalloc",
    .summary = "header-less runs for small objects, best fit for the rest",
    .init = mymalloc_init,
    .malloc = mymalloc_malloc,
    .free = mymalloc_free,
    .realloc = mymalloc_realloc,
    .memalign = mymalloc_memalign,
    .usable_size = mymalloc_usable_size,
    .check = my_check,
    .walk = my_walk,
    .trim = mymalloc_trim,
};
