/*
 * cache.c -- flushing what is kept (see cache.h).
 */
#include "allocator/policies/mymalloc/cache.h"

#include "allocator/policies/mymalloc/block.h"

_Static_assert(MAX_CLASSES <= 65, "kept_classes has a bit for each");

static void free_for_good(struct heap *heap, uint32_t unit)
{
    uint32_t run = map_find(heap, tables_of(heap), unit);
    if (run != 0) {
        my_run_free(heap, run, unit);
    } else {
        my_census_leave(heap, unit);
        my_block_give(heap, unit, units_of(heap, unit));
    }
}

/* Frees a list; the link is read before the object becomes another's. */
static void flush_list(struct heap *heap, uint32_t *list)
{
    uint32_t unit = *list;
    *list = 0;
    while (unit != 0) {
        uint32_t next = *cache_link(heap, unit);
        free_for_good(heap, unit);
        unit = next;
    }
}

bool my_cache_flush(struct heap *heap)
{
    struct tables *tables = tables_of(heap);
    if (tables == NULL || tables->kept == 0) {
        return false;
    }
    uint64_t classes = tables->kept_classes;
    tables->kept = 0;
    tables->kept_classes = 0;
    for (; classes != 0; classes &= classes - 1) {
        uint32_t class = 1 + (uint32_t)__builtin_ctzll(classes);
        flush_list(heap, &tables->classes[class].slots);
        flush_list(heap, &tables->classes[class].blocks);
    }
    return true;
}
