/*
 * mymalloc.c -- the flagship: frugal to the unit, and fast.
 *
 * Small objects, of up to 256 bytes, lie side by side in areas, without
 * headers: two bits for each 16 bytes tell where they begin.  A freed one waits
 * in a list of its size for the next request, and merges with its neighbours
 * only before the heap would grow.  Everything else is best fit over blocks
 * with a 4-byte word that merge at once; the heap grows last, and by little
 * more than what is missing.  One design serves a heap of a few hundred bytes
 * and one of gigabytes because all its tables are made late, grow with the heap
 * and can move.
 *
 *   layout.h   units, words, the picture of the heap
 *   block.h    blocks with a word: take, give, extend, slide
 *   bins.h     the index of free blocks
 *   hollow.h   giving the pages inside free blocks back
 *   resize.h   realloc of a block in place
 *   move.h     how a large block moves, piece by piece
 *   bits.h     where small objects begin
 *   areas.h    how they lie in blocks
 *   holes.h    the index of holes between them
 *   pool.h     the lists, and the ways to a small object
 *   batch.h    several small objects at a time
 *   tables.h   where bins, lists and bits live, and how they grow
 *   huge.h     requests of 4 GiB and more
 *   inspect.h  check and walk
 *   sound.h    the same for one block
 *
 * Costs: malloc and free O(1) (bounded looks, see bins.h; a heap without tables
 * searches its one list), amortized over the growth of the tables and what the
 * lists give back; realloc and memalign likewise plus what they copy.  Per
 * byte: 16 for an empty heap, 4 per block, 16 per area, 1/64 of what small
 * objects take for their bits, about 0.5 % for other tables.
 *
 * Sources: boundary tags and best fit after Knuth, TAOCP 1, 2.5; the victim and
 * the wilderness after Lea, "A Memory Allocator", 1996; lists of freed objects
 * that merge late after Weinstock & Wulf, "Quick Fit", SIGPLAN Notices 23,
 * 1988; why best fit is good: Johnstone & Wilson, "The Memory Fragmentation
 * Problem: Solved?", ISMM 1998.
 */
#include <string.h>

#include "allocator/policies/mymalloc/batch.h"
#include "allocator/policies/mymalloc/bits.h"
#include "allocator/policies/mymalloc/block.h"
#include "allocator/policies/mymalloc/huge.h"
#include "allocator/policies/mymalloc/inspect.h"
#include "allocator/policies/mymalloc/pool.h"
#include "allocator/policies/mymalloc/resize.h"
#include "allocator/policies/mymalloc/sound.h"
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

/* A block where no free one has room. */
static __attribute__((noinline)) uint32_t grow_block(struct heap *heap,
                                                     uint32_t units)
{
    if (tables_outgrown(heap, tables_of(heap))) {
        my_tables_renew(heap, 0);
        return my_block_take(heap, units);
    }
    return my_block_take_new(heap, units);
}

/* A block of its own for a request that no area serves. */
static __attribute__((noinline)) void *malloc_block(struct heap *heap,
                                                    size_t size)
{
    size += size == 0;
    if (size >= HUGE_FROM_BYTES) {
        return my_huge_malloc(heap, HEAP_ALIGNMENT, size);
    }
    uint32_t units = units_for(size);
    uint32_t block = my_block_take_hole(heap, units);
    if (block == 0) {
        block = grow_block(heap, units);
    }
    return block != 0 ? address_of(heap, block) : NULL;
}

/* The same while there are no tables, which it makes when they are due. */
static __attribute__((noinline)) void *malloc_early(struct heap *heap,
                                                    size_t size)
{
    if (tables_outgrown(heap, NULL)) {
        my_tables_renew(heap, 0);
    }
    if (tables_of(heap) != NULL || size >= HUGE_FROM_BYTES) {
        return malloc_block(heap, size);
    }
    size += size == 0;
    uint32_t block = my_block_take(heap, units_for(size));
    if (block == 0) {
        return NULL;
    }
    tables_recount(heap, block, 0, size);
    return address_of(heap, block);
}

static void *mymalloc_malloc(struct heap *heap, size_t size)
{
    struct tables *tables = tables_of(heap);
    if (tables == NULL) {
        return malloc_early(heap, size);
    }
    if (size - 1 >= SMALL_MOST_BYTES) {
        return malloc_block(heap, size);
    }
    uint32_t units = small_units(size);
    void *kept = pool_pop(heap, tables, units);
    return kept != NULL ? kept : my_pool_refill(heap, units);
}

/* The units of a payload that is a small object, 0: it is none. */
static uint32_t small_units_of(const struct heap *heap, const void *payload)
{
    const struct tables *tables = tables_or_root(heap);
    size_t offset = (size_t)((const unsigned char *)payload - heap->base);
    if (offset / (GRANULE_UNITS * UNIT) >= tables->granules) {
        return 0;
    }
    uint32_t unit = (uint32_t)(offset / UNIT);
    uint64_t bits = bits_from(tables, unit);
    return !(bits & 1) ? 0
           : bits != 1 ? (uint32_t)__builtin_ctzll(bits & (bits - 1))
                       : my_bits_next(tables, unit) - unit;
}

/* What is no small object. */
static __attribute__((noinline)) void free_block(struct heap *heap,
                                                 void *payload)
{
    if (is_huge(heap, payload)) {
        my_huge_free(heap, payload);
        return;
    }
    uint32_t block = unit_of(heap, payload);
    uint32_t units = units_of(heap, block);
    tables_discount(heap, block);
    my_block_give(heap, block, units);
}

/* A small object the start behind which takes a second look. */
static __attribute__((noinline)) void free_far(struct heap *heap, uint32_t unit)
{
    struct tables *tables = tables_of(heap);
    pool_push(heap, tables, unit, my_bits_next(tables, unit) - unit);
}

static void mymalloc_free(struct heap *heap, void *payload)
{
    if (payload == NULL) {
        return;
    }
    struct tables *tables = tables_or_root(heap);
    size_t offset = (size_t)((unsigned char *)payload - heap->base);
    if (offset / (GRANULE_UNITS * UNIT) < tables->granules) {
        uint32_t unit = (uint32_t)(offset / UNIT);
        uint64_t bits = bits_from(tables, unit);
        if (bits == 1) {
            free_far(heap, unit);
            return;
        }
        if (bits & 1) {
            uint32_t units = (uint32_t)__builtin_ctzll(bits & (bits - 1));
            pool_push(heap, tables, unit, units);
            return;
        }
    }
    free_block(heap, payload);
}

/* What a payload has room for, which is a small object of units, if not 0. */
static size_t usable(struct heap *heap, const void *payload, uint32_t units)
{
    return units != 0 ? units * UNIT
           : is_huge(heap, payload)
               ? huge_usable(huge_of(payload))
               : units_of(heap, unit_of(heap, payload)) * UNIT -
                     sizeof(uint32_t);
}

static size_t mymalloc_usable_size(struct heap *heap, const void *payload)
{
    return usable(heap, payload, small_units_of(heap, payload));
}

/* Resizes a block with a word; NULL: a plain copy is as good, or refused. */
static void *resize_block(struct heap *heap, uint32_t block, size_t size)
{
    if (size >= HUGE_FROM_BYTES) {
        return NULL;
    }
    uint32_t had = tables_count(heap, block);
    block = my_resize(heap, block, units_for(size));
    if (block == 0) {
        return NULL;
    }
    tables_recount(heap, block, had, size);
    return address_of(heap, block);
}

/* The same for a small object of so many units. */
static void *resize_small(struct heap *heap, void *payload, uint32_t have,
                          size_t size)
{
    uint32_t units = small_units(size);
    bool fits = size <= SMALL_MOST_BYTES &&
                (units == have ||
                 my_pool_resize(heap, unit_of(heap, payload), have, units));
    return fits ? payload : NULL;
}

/* The same for a mapping of its own. */
static void *resize_huge(void *payload, size_t size)
{
    size_t usable = huge_usable(huge_of(payload));
    return size <= usable && size > usable / 2 ? payload : NULL;
}

/* A new place for what a payload with room for so many bytes holds. */
static void *move_payload(struct heap *heap, void *payload, size_t room,
                          size_t size)
{
    void *moved = mymalloc_malloc(heap, size);
    if (moved == NULL) {
        return size <= room ? payload : NULL;
    }
    memcpy(moved, payload, size < room ? size : room);
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
    uint32_t units = small_units_of(heap, payload);
    void *resized = units != 0 ? resize_small(heap, payload, units, size)
                    : is_huge(heap, payload)
                        ? resize_huge(payload, size)
                        : resize_block(heap, unit_of(heap, payload), size);
    if (resized != NULL) {
        return resized;
    }
    return move_payload(heap, payload, usable(heap, payload, units), size);
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
    tables_keep_up(heap);
    uint32_t units = units_for(size);
    uint32_t slack = (uint32_t)(alignment / UNIT) - 1;
    uint32_t block = my_block_take_hole(heap, units + slack);
    if (block == 0) {
        uintptr_t top = (uintptr_t)address_of(heap, root_of(heap)->top);
        slack = (uint32_t)((-top & (alignment - 1)) / UNIT);
        block = my_block_take_top(heap, units + slack);
    }
    if (block == 0) {
        return NULL;
    }
    uintptr_t first = (uintptr_t)address_of(heap, block);
    uint32_t gap = (uint32_t)((-first & (alignment - 1)) / UNIT);
    block = my_block_trim(heap, block, gap, units);
    tables_recount(heap, block, 0, size);
    return address_of(heap, block);
}

/* Frees what is kept, lowers the tables, gives the top's memory back. */
static void mymalloc_trim(struct heap *heap)
{
    my_pool_give_all(heap);
    my_tables_lower(heap);
    my_block_shrink_top(heap);
}

const struct policy mymalloc_policy = {
    .name = "mymalloc",
    .summary = "small objects without headers, best fit for the rest",
    .init = mymalloc_init,
    .malloc = mymalloc_malloc,
    .free = mymalloc_free,
    .realloc = mymalloc_realloc,
    .memalign = mymalloc_memalign,
    .usable_size = mymalloc_usable_size,
    .check = my_check,
    .walk = my_walk,
    .malloc_batch = my_batch_malloc,
    .free_batch = my_batch_free,
    .trim = mymalloc_trim,
    .is_sound = my_is_sound,
};
