/*
 * ranges.c -- a sorted array of ranges (see ranges.h).
 */
#include "allocator/heap/ranges.h"

#include <string.h>
#include <sys/mman.h>

/* As many mappings as Linux allows a process by default. */
#define MOST_RANGES ((size_t)65530)
#define FIRST_BYTES ((size_t)4096)

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

void ranges_free(struct heap_ranges *ranges)
{
    if (ranges->at != NULL) {
        munmap(ranges->at, ranges->room * sizeof *ranges->at);
    }
}

/* Makes the array a page, or twice as large; 0 or -1. */
static int enlarge(struct heap_ranges *ranges)
{
    size_t old = ranges->room * sizeof *ranges->at;
    size_t bytes = old != 0 ? 2 * old : FIRST_BYTES;
    void *at = old != 0 ? mremap(ranges->at, old, bytes, MREMAP_MAYMOVE)
                        : mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) {
        return -1;
    }
    ranges->at = at;
    ranges->room = bytes / sizeof *ranges->at;
    return 0;
}

int ranges_reserve(struct heap_ranges *ranges)
{
    if (ranges->n == MOST_RANGES) {
        return -1;
    }
    return ranges->n < ranges->room ? 0 : enlarge(ranges);
}

size_t ranges_behind(const struct heap_ranges *ranges, size_t offset)
{
    size_t low = 0, high = ranges->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (range_end(&ranges->at[middle]) <= offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

void ranges_insert(struct heap_ranges *ranges, size_t index,
                   struct heap_range range)
{
    memmove(&ranges->at[index + 1], &ranges->at[index],
            (ranges->n - index) * sizeof *ranges->at);
    ranges->at[index] = range;
    ranges->n++;
}

/* Takes the ranges [from, to) out. */
static void erase(struct heap_ranges *ranges, size_t from, size_t to)
{
    memmove(&ranges->at[from], &ranges->at[to],
            (ranges->n - to) * sizeof *ranges->at);
    ranges->n -= to - from;
}

/* Index of the first range from index on that begins at end or behind. */
static size_t begins_behind(const struct heap_ranges *ranges, size_t index,
                            size_t end)
{
    while (index < ranges->n && ranges->at[index].offset < end) {
        index++;
    }
    return index;
}

void ranges_join(struct heap_ranges *ranges, size_t start, size_t end)
{
    size_t first = ranges_behind(ranges, start != 0 ? start - 1 : 0);
    size_t last = begins_behind(ranges, first, end + 1);
    if (first < last) {
        start = smaller(start, ranges->at[first].offset);
        end = larger(end, range_end(&ranges->at[last - 1]));
        erase(ranges, first, last);
    }
    ranges_insert(ranges, first, (struct heap_range){start, end - start});
}

void ranges_cut(struct heap_ranges *ranges, size_t start, size_t end)
{
    size_t first = ranges_behind(ranges, start);
    size_t last = begins_behind(ranges, first, end);
    if (first == last) {
        return;
    }
    size_t low = ranges->at[first].offset;
    size_t high = range_end(&ranges->at[last - 1]);
    erase(ranges, first, last);
    if (end < high) {
        ranges_insert(ranges, first, (struct heap_range){end, high - end});
    }
    if (low < start) {
        ranges_insert(ranges, first, (struct heap_range){low, start - low});
    }
}

bool ranges_gap(const struct heap_ranges *ranges, size_t *start, size_t *end)
{
    size_t i = ranges_behind(ranges, *start);
    for (; i < ranges->n && ranges->at[i].offset <= *start; i++) {
        *start = range_end(&ranges->at[i]);
    }
    if (i < ranges->n) {
        *end = smaller(*end, ranges->at[i].offset);
    }
    return *start < *end;
}

size_t ranges_overlap(const struct heap_ranges *ranges, size_t start,
                      size_t end)
{
    size_t bytes = 0;
    for (size_t i = ranges_behind(ranges, start);
         i < ranges->n && ranges->at[i].offset < end; i++) {
        bytes += smaller(end, range_end(&ranges->at[i])) -
                 larger(start, ranges->at[i].offset);
    }
    return bytes;
}
