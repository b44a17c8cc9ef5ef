/*
 * ranges.h -- sets of address ranges: which pages are mapped, which retired.
 *
 * A sorted array of ranges that do not overlap.  It comes straight from the
 * system, as malloc may be what the heap serves, and doubles.  Lookups are
 * binary searches; entering and cutting move what lies behind.
 *
 *   at[0]     at[1]          at[n - 1]
 *   |____|  |_________|  ...  |____|        ascending, gaps between or none
 */
#ifndef ALLOCATOR_HEAP_RANGES_H
#define ALLOCATOR_HEAP_RANGES_H

#include <stdbool.h>
#include <stddef.h>

struct heap_range {
    size_t offset; /* from the heap's base, a multiple of HEAP_PAGE */
    size_t bytes;  /* a multiple of HEAP_PAGE, not 0 */
};

struct heap_ranges {
    struct heap_range *at;
    size_t n;
    size_t room;
};

static inline size_t range_end(const struct heap_range *range)
{
    return range->offset + range->bytes;
}

/* Gives the array's memory back; zeroed ranges are accepted. */
void ranges_free(struct heap_ranges *ranges);

/*
 * Sees to it that one of the calls below that add a range cannot fail.
 * Returns 0, or -1 when the system refuses memory or there are as many ranges
 * as Linux lets a process have mappings by default.
 */
int ranges_reserve(struct heap_ranges *ranges);

/* Index of the first range that ends behind offset; n: none does. */
size_t ranges_behind(const struct heap_ranges *ranges, size_t offset);

/* Enters a range at its index; it stays apart from its neighbours. */
void ranges_insert(struct heap_ranges *ranges, size_t index,
                   struct heap_range range);

/* Joins [start, end), start < end, with the ranges that it touches. */
void ranges_join(struct heap_ranges *ranges, size_t start, size_t end);

/* Takes [start, end) out of whatever ranges hold it; may add a range. */
void ranges_cut(struct heap_ranges *ranges, size_t start, size_t end);

/*
 * Narrows [*start, *end) to the first stretch of it that lies in no range;
 * false: there is none.
 */
bool ranges_gap(const struct heap_ranges *ranges, size_t *start, size_t *end);

/* Bytes of [start, end) that lie in ranges. */
size_t ranges_overlap(const struct heap_ranges *ranges, size_t start,
                      size_t end);

#endif
