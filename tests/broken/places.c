/*
 * places.c -- payloads where they must not be.
 */
#include <stdalign.h>

#include "tests/broken/broken.h"

static void *misaligned_malloc(struct heap *heap, size_t size)
{
    unsigned char *payload = sound_malloc(heap, size + 16);
    return sound_due(heap, 5) ? payload + 8 : payload;
}

static void *careless_memalign(struct heap *heap, size_t alignment, size_t size)
{
    (void)alignment;
    return sound_malloc(heap, size);
}

static void *beyond_malloc(struct heap *heap, size_t size)
{
    return sound_due(heap, 5) ? heap_top(heap) + 4096
                              : sound_malloc(heap, size);
}

static void *elsewhere_malloc(struct heap *heap, size_t size)
{
    static alignas(16) unsigned char elsewhere[4096];
    return sound_due(heap, 5) ? elsewhere : sound_malloc(heap, size);
}

static void *passing_malloc(struct heap *heap, size_t size)
{
    return sound_due(heap, 5) ? heap_top(heap) - 32 : sound_malloc(heap, size);
}

/* Payloads by their distance from the one handed out last or first. */
static void *from_last(const struct heap *heap, ptrdiff_t distance)
{
    return heap->base + (ptrdiff_t)sound_root(heap)->last + distance;
}

static void *from_first(const struct heap *heap, ptrdiff_t distance)
{
    return heap->base + (ptrdiff_t)sound_root(heap)->first + distance;
}

static void *twice_malloc(struct heap *heap, size_t size)
{
    return sound_due(heap, 5) ? from_last(heap, 0) : sound_malloc(heap, size);
}

static void *inside_malloc(struct heap *heap, size_t size)
{
    return sound_due(heap, 5) ? from_last(heap, 16) : sound_malloc(heap, size);
}

/* The first payload has 100 bytes and a header behind its 112th. */
static void *overlapping_malloc(struct heap *heap, size_t size)
{
    return sound_due(heap, 5) ? from_first(heap, 64) : sound_malloc(heap, size);
}

static void *enclosing_malloc(struct heap *heap, size_t size)
{
    if (!sound_due(heap, 4)) {
        return sound_malloc(heap, size);
    }
    heap_grow(heap, 8192);
    return from_last(heap, -16);
}

/* Starts below the live block at the top and ends in its middle. */
static void *front_overlapping_malloc(struct heap *heap, size_t size)
{
    return sound_due(heap, 5) ? from_last(heap, -16) : sound_malloc(heap, size);
}

static size_t small_usable_size(struct heap *heap, const void *payload)
{
    return sound_due(heap, 5) ? 8 : sound_usable_size(heap, payload);
}

static size_t passing_usable_size(struct heap *heap, const void *payload)
{
    return sound_usable_size(heap, payload) + (sound_due(heap, 2) ? 64 : 0);
}

static size_t large_usable_size(struct heap *heap, const void *payload)
{
    return sound_usable_size(heap, payload) + (sound_due(heap, 5) ? 256 : 0);
}

/* The header behind the block is not the caller's. */
static size_t usable_size_with_next_header(struct heap *heap,
                                           const void *payload)
{
    return sound_usable_size(heap, payload) + (sound_due(heap, 5) ? 8 : 0);
}

const struct broken broken_places[] = {
    BROKEN("misaligned", malloc, misaligned_malloc, RULE_MISALIGNED, 5),
    BROKEN("memalign-ignores-alignment", memalign, careless_memalign,
           RULE_MISALIGNED, 10),
    BROKEN("beyond-the-break", malloc, beyond_malloc, RULE_OUT_OF_HEAP, 5),
    BROKEN("memory-of-its-own", malloc, elsewhere_malloc, RULE_OUT_OF_HEAP, 5),
    BROKEN("passes-the-break", malloc, passing_malloc, RULE_OUT_OF_HEAP, 5),
    BROKEN("double-hand-out", malloc, twice_malloc, RULE_TWICE, 5),
    BROKEN("inside-live-block", malloc, inside_malloc, RULE_INSIDE, 5),
    BROKEN("overlaps-end", malloc, overlapping_malloc, RULE_OVERLAP, 5),
    BROKEN("overlaps-front", malloc, front_overlapping_malloc, RULE_OVERLAP, 5),
    BROKEN("encloses-live-block", malloc, enclosing_malloc, RULE_ENCLOSES, 3),
    BROKEN("usable-size-too-small", usable_size, small_usable_size,
           RULE_USABLE_SMALL, 5),
    BROKEN("usable-size-past-heap", usable_size, passing_usable_size,
           RULE_USABLE_OUTSIDE, 1),
    BROKEN("usable-size-into-live-block", usable_size, large_usable_size,
           RULE_USABLE_OVERLAP, 5),
    BROKEN("usable-size-with-next-header", usable_size,
           usable_size_with_next_header, "bad-size", 5),
    BROKEN_END,
};
