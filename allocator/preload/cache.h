/*
 * cache.h -- each thread's own freed small blocks.
 *
 *   class c:  head -> block -> block -> ... -> NULL    16 c bytes each
 *
 * Blocks of up to CACHE_BYTES are requested from the policy in multiples of
 * 16 bytes, a class each, and several at a time.  malloc and free then touch
 * the thread's list and the block's first two words; nothing is locked.  A list
 * that is too long is put aside as the spare one, whole, and the spare one
 * before it leaves: for other threads (depot.h), or home to the arenas that own
 * the blocks.  An empty list takes the spare one, one from the depot, or a
 * batch from the thread's arena, twice as many each time up to a bound. Instead
 * of being put aside a list may become twice as long, while all that lists may
 * hold beyond their first bounds is at most 1/CACHE_SHARE of the arena.
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
#define CACHE_MOST        4096
#define CACHE_SHARE       32

_Static_assert(CACHE_CLASSES < STATE_OTHER, "a class is a state");

/*
 * One number counts the blocks in the list (low CACHE_COUNT_BITS) and those
 * that were ever taken from it (the rest), so that a call changes one word.
 */
#define CACHE_COUNT_BITS 16
#define CACHE_TAKEN      (UINT64_C(1) << CACHE_COUNT_BITS)

struct cache_bin {
    struct cached *head;
    atomic_uint_fast64_t counts; /* written by the owner alone */
    uint16_t batch;              /* blocks to take next */
    uint16_t most;               /* that the list may hold */
    struct cached *spare;        /* a full list, or NULL */
    atomic_size_t n_spare;       /* its length */
};

struct cache {
    struct cache_bin bins[CACHE_CLASSES + 1]; /* [0] is unused */
    struct arena *arena;                      /* where blocks are taken */
    size_t grown_bytes; /* that bins may hold beyond their first bounds */
    atomic_uint_fast64_t filled, returned; /* blocks, by the owner alone */
    atomic_uint_fast64_t fills, returns;   /* of how many batches */
    struct cache *next;                    /* of all that were ever made */
    struct cache *next_idle;               /* of those without a thread */
};

/* The calling thread's; NULL before its first and after its last moment. */
extern __thread struct cache *cache_mine;

static inline size_t cache_class(size_t size)
{
    return size != 0 ? (size + 15) / 16 : 1;
}

/* Adds to a counter that only this thread writes. */
static inline uint_fast64_t cache_count(atomic_uint_fast64_t *counter,
                                        uint_fast64_t more)
{
    uint_fast64_t n =
        atomic_load_explicit(counter, memory_order_relaxed) + more;
    atomic_store_explicit(counter, n, memory_order_relaxed);
    return n;
}

/* Blocks in the list. */
static inline size_t cache_length(const struct cache_bin *bin)
{
    return atomic_load_explicit(&bin->counts, memory_order_relaxed) &
           (CACHE_TAKEN - 1);
}

/*
 * The thread's cache, made if it can have one; starts the library.  NULL under
 * the debug mode.
 */
struct cache *cache_get(void);

/* Fills the empty list; false when the arena refuses. */
bool cache_fill(struct cache *cache, size_t class);

/* Puts a list that is too long aside, and gives the spare one away. */
void cache_put_aside(struct cache *cache, size_t class);

/* A block of the class, or NULL when the list is empty. */
static inline void *cache_malloc(struct cache *cache, size_t class)
{
    struct cache_bin *bin = &cache->bins[class];
    struct cached *block = bin->head;
    if (__builtin_expect(block != NULL, 1)) {
        bin->head = block->next;
        block->key = 0;
        cache_count(&bin->counts, CACHE_TAKEN - 1);
    }
    return block;
}

/* Keeps a block that was in use; true: the list is then too long. */
static inline bool cache_free(struct cache *cache, size_t class, void *payload)
{
    struct cache_bin *bin = &cache->bins[class];
    struct cached *block = payload;
    block->next = bin->head;
    block->key = arenas.key;
    bin->head = block;
    uint_fast64_t counts = cache_count(&bin->counts, 1);
    return __builtin_expect((counts & (CACHE_TAKEN - 1)) > bin->most, 0);
}

/* Gives all that the calling thread's cache and the depot hold back. */
void cache_flush(void);

/* Of all threads together, those that ended included. */
struct cache_totals {
    uint64_t allocations, frees; /* calls that caches served */
    uint64_t fills, returns;     /* batches that came from, went to arenas */
};

void cache_count_all(struct cache_totals *totals);

#endif
