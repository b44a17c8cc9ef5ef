/*
 * hollow.c -- when pages are retired, and which (see hollow.h).
 */
#include "allocator/policies/mymalloc/hollow.h"

#include "allocator/policies/mymalloc/bins.h"

/* After a look in vain, the next one is due when so much more is needed. */
#define LOOK_SHARE ((size_t)64)
/* As many times the footprint may be retired until it has to grow so much. */
#define MOST_SPENT ((size_t)8)
/* The part of the footprint that is worth it. */
#define GAIN_SHARE ((size_t)48)
/* And that of one range, a page at least: they stay few. */
#define RANGE_SHARE ((size_t)512)

/* Units below a block that hold the last notes of a free one and its word. */
#define NOTES_BELOW ((uint32_t)(POLICY_NOTES_LAST / UNIT + 1))

/* Units from a block on that hold its first notes. */
#define NOTES_ABOVE ((uint32_t)(POLICY_NOTES_FIRST / UNIT))

/* What blocks of at least so many bytes have, until it is enough. */
struct gain {
    size_t least;
    size_t enough;
    size_t bytes;
};

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Bytes of whole pages in a free block that are in memory for nothing. */
static size_t spare_inside(const struct heap *heap, uint32_t block)
{
    uintptr_t start = (uintptr_t)hollow_start(heap, block);
    uintptr_t first = (start + HEAP_PAGE - 1) & ~(HEAP_PAGE - 1);
    uintptr_t end = start + hollow_room(units_of(heap, block));
    end &= ~(HEAP_PAGE - 1);
    size_t room = end > first ? end - first : 0;
    return *word_of(heap, block) & HOLLOW
               ? room - heap_retired_bytes(heap, (void *)first, room)
               : room;
}

static bool count(struct heap *heap, uint32_t block, void *context)
{
    struct gain *gain = context;
    size_t bytes = spare_inside(heap, block);
    gain->bytes += bytes >= gain->least ? bytes : 0;
    return gain->bytes >= gain->enough;
}

static bool retire(struct heap *heap, uint32_t block, void *context)
{
    struct gain *gain = context;
    if (spare_inside(heap, block) >= gain->least) {
        size_t room = hollow_room(units_of(heap, block));
        gain->bytes += heap_retire(heap, hollow_start(heap, block), room);
        *word_of(heap, block) |= HOLLOW;
    }
    return gain->bytes >= gain->enough;
}

/* Goes over free blocks, from the largest on; whether they have enough. */
static bool gather(struct heap *heap, my_bins_visit_fn *visit, size_t least,
                   size_t enough)
{
    struct gain gain = {least, enough, 0};
    my_bins_visit(heap, visit, &gain, least);
    return gain.bytes >= enough;
}

void my_hollow_yield(struct heap *heap, size_t bytes)
{
    struct tables *tables = tables_of(heap);
    size_t footprint = heap_footprint(heap) + bytes;
    if (tables == NULL || footprint / HEAP_PAGE <= tables->look_pages ||
        footprint <= heap_peak(heap)) {
        return;
    }
    size_t least = larger(footprint / RANGE_SHARE, HEAP_PAGE);
    size_t enough = footprint / GAIN_SHARE, before = heap->retired;
    if (tables->spent_pages < footprint / HEAP_PAGE * MOST_SPENT &&
        gather(heap, count, least, enough)) {
        gather(heap, retire, least, larger(enough, bytes));
        tables->spent_pages += (uint32_t)((heap->retired - before) / HEAP_PAGE);
    } else {
        footprint += footprint / LOOK_SHARE;
        tables->look_pages = (uint32_t)(footprint / HEAP_PAGE);
        tables->spent_pages = 0;
    }
}

bool my_hollow_yield_all(struct heap *heap)
{
    size_t before = heap->retired;
    if (tables_of(heap) != NULL) {
        gather(heap, retire, HEAP_PAGE, SIZE_MAX);
    }
    return heap->retired != before;
}

bool my_hollow_restore(struct heap *heap, uint32_t from, uint32_t to)
{
    from = from > NOTES_BELOW ? from - NOTES_BELOW : 0;
    unsigned char *start = address_of(heap, from);
    size_t bytes = (to - from) * UNIT + POLICY_NOTES_FIRST;
    size_t retired = heap_retired_bytes(heap, start, bytes);
    if (retired != 0) {
        my_hollow_yield(heap, retired);
    }
    return heap_restore(heap, start, bytes) == 0;
}

bool my_hollow_restore_ends(struct heap *heap, uint32_t from, uint32_t to)
{
    return my_hollow_restore(heap, from, from + NOTES_ABOVE) &&
           my_hollow_restore(heap, to - NOTES_BELOW, to);
}
