/*
 * cache.h -- freed small objects, kept as they are for the next request.
 *
 *   class c:  slots   -> slot or tight block -> ... -> 0    16 c bytes each
 *             blocks  -> other block -> ... -> 0            4 bytes less
 *
 * A freed small object first goes to a list of its class and stays in use for
 * everybody else: its run counts it as live, its neighbours do not merge with
 * it.  The next request of the class takes it back.  So the usual pair of free
 * and malloc touches the object and the list's head alone.
 *
 * What is kept could have served others, merged or from an emptied run.
 * Therefore all lists are flushed before the heap grows, and when CACHE_MOST
 * objects are kept; each object is flushed at most once for its free, so that
 * this is O(1) amortized.
 */
#ifndef ALLOCATOR_POLICIES_MYMALLOC_CACHE_H
#define ALLOCATOR_POLICIES_MYMALLOC_CACHE_H

#include "allocator/policies/mymalloc/run.h"

#define CACHE_MOST ((uint32_t)64)

/* The link of a kept object. */
static inline uint32_t *cache_link(const struct heap *heap, uint32_t unit)
{
    return (uint32_t *)address_of(heap, unit);
}

/* A kept object for size bytes of the class, or NULL. */
static inline void *cache_take(const struct heap *heap, struct tables *tables,
                               uint32_t class, size_t size)
{
    struct size_class *entry = &tables->classes[class];
    uint32_t *list = &entry->slots;
    if (entry->blocks != 0 && !is_tight(size)) {
        list = &entry->blocks;
    }
    if (*list == 0) {
        return NULL;
    }
    uint32_t *object = cache_link(heap, *list);
    *list = *object;
    tables->kept--;
    return object;
}

/* Frees everything that is kept; false when that was nothing. */
bool my_cache_flush(struct heap *heap);

static inline void cache_keep(struct heap *heap, struct tables *tables,
                              uint32_t class, uint32_t *list, uint32_t unit)
{
    *cache_link(heap, unit) = *list;
    *list = unit;
    tables->kept_classes |= (uint64_t)1 << (class - 1);
    if (++tables->kept >= CACHE_MOST) {
        my_cache_flush(heap);
    }
}

/* Keeps a slot of a run with this word. */
static inline void cache_keep_slot(struct heap *heap, struct tables *tables,
                                   uint32_t word, uint32_t slot)
{
    uint32_t class = run_class(word);
    cache_keep(heap, tables, class, &tables->classes[class].slots, slot);
}

/* Keeps a block with COUNTED and this word. */
static inline void cache_keep_block(struct heap *heap, struct tables *tables,
                                    uint32_t word, uint32_t block)
{
    uint32_t class = census_class(word);
    struct size_class *entry = &tables->classes[class];
    cache_keep(heap, tables, class,
               word & TIGHT ? &entry->slots : &entry->blocks, block);
}

#endif
