/*
 * kept.h -- the set of objects that the cache keeps, for check and walk.
 *
 * Kept objects look live to everything but the lists of cache.h.  This
 * collects the lists into one sorted array, trusting nothing: no list is
 * followed beyond CACHE_MOST objects or out of the heap.
 */
#ifndef ALLOCATOR_POLICIES_MYMALLOC_KEPT_H
#define ALLOCATOR_POLICIES_MYMALLOC_KEPT_H

#include "allocator/policies/mymalloc/cache.h"

struct kept {
    uint32_t n;
    uint32_t units[CACHE_MOST]; /* ascending, none twice */
};

/*
 * Collects all kept objects.  Returns false where lists are broken, or tell
 * another number than the tables; up to there the set counts.
 */
bool my_kept_collect(const struct heap *heap, struct kept *kept);

bool my_kept_has(const struct kept *kept, uint32_t unit);

#endif
