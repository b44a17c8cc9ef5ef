/*
 * arena.c -- regions that are emptied as a whole.
 *
 * A region hands out its memory from below and takes nothing back: it is
 * emptied at once when all that was in it is dead.  Programs say so; a trace
 * cannot, and so a region counts its live objects and is emptied when the last
 * one is freed.  Requests go to the current region, until one does not fit and
 * another region becomes the current one; what exceeds a region gets a mapping
 * of its own.
 *
 *   root 16  | current |
 *                 '--> | head 56 | object | object | dead | object |        |
 *                                                                 top
 *   object   | units, distance 8 | payload |
 *
 * The head tells how many live, the object how far below its head lies
 * (areas.h).
 *
 *   malloc, free  O(1), a mapping now and then
 *   realloc       the last object of its region in place, others by a copy
 *   worst case    one object in each region that outlives the others
 *
 * Sources: D. R. Hanson, Fast Allocation and Deallocation of Memory Based on
 * Object Lifetimes, Software: Practice and Experience 20 (1990); D. T. Ross,
 * The AED Free Storage Package, CACM 10 (1967), for zones.
 */
#include "allocator/policies/mapped.h"

struct arena {
    uint32_t current; /* page of the region that is being filled, 0: none */
    uint32_t unused;
    uint64_t region_bytes;
};

static struct arena *arena(const struct heap *heap)
{
    return (struct arena *)heap->base;
}

/* A region for an object: the current one, unless for this object only. */
static struct area *new_region(struct heap *heap, size_t bytes)
{
    size_t region_bytes = arena(heap)->region_bytes;
    struct area *region = area_map(heap, region_bytes, bytes);
    if (region != NULL && region->bytes <= region_bytes) {
        arena(heap)->current = area_page(heap, region);
    }
    return region;
}

static void *take(struct heap *heap, size_t size)
{
    size_t bytes = area_bytes_for(size);
    struct area *region = area_at(heap, arena(heap)->current);
    if (region == NULL || !area_has_room(region, bytes)) {
        region = new_region(heap, bytes);
        if (region == NULL) {
            return NULL;
        }
    }
    return area_take(region, bytes);
}

static void give(struct heap *heap, void *own)
{
    struct area *region = area_of(own);
    *area_word(own) &= ~(uint64_t)(PLAIN_FLAGS | AREA_IN_USE);
    if (--region->live != 0) {
        return;
    }
    if (area_page(heap, region) == arena(heap)->current) {
        region->top = AREA_FIRST;
    } else {
        area_unmap(heap, region);
    }
}

static bool resize(struct heap *heap, void *own, size_t size)
{
    size_t bytes = area_bytes_for(size);
    (void)heap;
    return area_resize_last(area_of(own), own, bytes) ||
           bytes <= area_object_bytes(own);
}

static const struct plain_store store = {take, give, mapped_room, resize};

PLAIN_HOOKS(arena, store)

static const struct policy_option options[] = {
    {.name = "region",
     .summary = "bytes of a region",
     .least = HEAP_PAGE,
     .most = 1 << 24,
     .initial = 1 << 14},
    {0},
};

static int arena_init(struct heap *heap, const uint64_t *values)
{
    if (mapped_init(heap, sizeof(struct arena)) != 0) {
        return -1;
    }
    arena(heap)->region_bytes = (values[0] + HEAP_PAGE - 1) & ~(HEAP_PAGE - 1);
    return 0;
}

/* Regions without live objects are gone, but for the current one. */
static int arena_check(struct heap *heap, struct policy_fault *fault)
{
    bool met = arena(heap)->current == 0;
    if (mapped_check_areas(heap, fault) != 0) {
        return -1;
    }
    for (size_t i = 0; i < heap->mappings.n; i++) {
        const struct area *region = mapped_at(heap, i);
        bool current = area_page(heap, region) == arena(heap)->current;
        met |= current;
        if (region->live == 0 && !(current && region->top == AREA_FIRST)) {
            return plain_fail(fault, "empty-region", region,
                              "no object in it is live");
        }
    }
    return met ? 0
               : plain_fail(fault, "current-region", heap->base,
                            "page %u begins no region", arena(heap)->current);
}

const struct policy arena_policy = {
    .name = "arena",
    .summary = "regions, each emptied when the last object in it is freed",
    .options = options,
    .init = arena_init,
    .malloc = arena_malloc,
    .free = arena_free,
    .realloc = arena_realloc,
    .memalign = arena_memalign,
    .usable_size = arena_usable_size,
    .check = arena_check,
    .walk = mapped_walk_areas,
};
