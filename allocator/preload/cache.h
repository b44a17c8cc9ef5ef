/*
 * cache.h -- each thread's own freed small blocks.
 *
 *   class c:  head -> block -> block -> ... -> NULL    16 c bytes each
 *
 * Blocks of up to CACHE_BYTES are requested from the policy in multiples of
 * 16 bytes, a class each, and several at a time.  malloc and free then touch
 * the thread's list, the block's first word and its state (arena.h); nothing
 * is locked.  A list that is empty takes a batch from the thread's arena, twice
 * as many each time up to a bound; one that is too long gives its older half
 * back to the arenas that own the blocks.  So a block that another thread
 * frees first serves that thread and goes home later.
 *
 * When a thread ends all its lists go back, and the structure is kept for the
 * next thread.  Calls that come later still, from destructors of other
 * thread-specific values, go to the arenas directly.
 *
 * Source: magazines after Bonwick & Adams, "Magazines and Vmem", USENIX 2001.
 */
#ifndef ALLOCATOR_PRELOAD_CACHE_H
#define ALLOCATOR_PRELOAD_CACHE_H

#include <stdint.h>

#include "allocator/preload/arena.h"

#define CACHE_CLASSES     64
#define CACHE_BYTES       ((size_t)16 * CACHE_CLASSES)
#define CACHE_BATCH_BYTES ((size_t)8192)
#define CACHE_BATCH_MOST  ((size_t)64)

_Static_assert(CACHE_CLASSES < STATE_OTHER, "a class is a state");

struct cache_bin {
    void *head;
    uint32_t count; /* blocks in the list */
    uint16_t batch; /* blocks to take next */
    uint16_t most;  /* blocks that move at once, half of what it may hold */
};

struct cache {
    struct cache_bin bins[CACHE_CLASSES + 1]; /* [0] is unused */
    struct arena *arena;                      /* where blocks are taken */
    atomic_uint_fast64_t allocations, frees;  /* written by the owner alone */
    atomic_uint_fast64_t fills, returns;      /* of bins, likewise */
    struct cache *next;                       /* of all that were ever made */
    struct cache *next_idle;                  /* of those without a thread */
};

/* The calling thread's; NULL before its first and after its last moment. */
extern __thread struct cache *cache_mine;

static inline size_t cache_class(size_t size)
{
    return size != 0 ? (size + 15) / 16 : 1;
}

/* Adds one to a counter that only this thread writes. */
static inline void cache_count(atomic_uint_fast64_t *counter)
{
    uint_fast64_t n = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, n + 1, memory_order_relaxed);
}

/*
 * The thread's cache, made if it can have one; starts the library.  NULL under
 * the debug mode.
 */
struct cache *cache_get(void);

/* Fills the empty bin; false when the arena refuses. */
bool cache_fill(struct cache *cache, size_t class);

/* Gives the older half of a bin that is too long back. */
void cache_shorten(struct cache *cache, size_t class);

/* A block of the class, or NULL when memory is refused. */
static inline void *cache_malloc(struct cache *cache, size_t class)
{
    struct cache_bin *bin = &cache->bins[class];
    if (__builtin_expect(bin->head == NULL, 0) && !cache_fill(cache, class)) {
        return NULL;
    }
    void *payload = bin->head;
    bin->head = *(void **)payload;
    bin->count--;
    *arena_state(payload) = (unsigned char)class;
    cache_count(&cache->allocations);
    return payload;
}

/* Keeps a block that was in use. */
static inline void cache_free(struct cache *cache, size_t class, void *payload)
{
    struct cache_bin *bin = &cache->bins[class];
    *arena_state(payload) = (unsigned char)(STATE_FREE | class);
    *(void **)payload = bin->head;
    bin->head = payload;
    cache_count(&cache->frees);
    if (__builtin_expect(++bin->count > 2U * bin->most, 0)) {
        cache_shorten(cache, class);
    }
}

/* Gives all that the calling thread's cache holds back. */
void cache_flush(void);

/* Of all threads together, those that ended included. */
struct cache_totals {
    uint64_t allocations, frees; /* calls that caches served */
    uint64_t fills, returns;     /* batches that came from, went to arenas */
};

void cache_count_all(struct cache_totals *totals);

#endif
