/*
 * cache.h -- each thread's own freed blocks.
 *
 *   class c:  head -> block -> block -> ... -> NULL    class_bytes(c) each
 *
 * Blocks of up to CLASS_MOST_BYTES have a size class (classes.h), and small
 * ones are requested from the policy several at a time.  malloc and free then
 * touch the thread's list and the block's first two words; nothing is locked.
 * How lists are filled and emptied tells traffic.h.
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
#include "allocator/preload/classes.h"

#define CACHE_FIRST_BYTES ((size_t)4096) /* that a list may hold at once */
#define CACHE_MOST        4096
#define CACHE_SHARE       2
#define CACHE_GROWN_MOST  ((size_t)1 << 20)
#define CACHE_LIGHT       ((size_t)16) /* last class of light blocks */

/*
 * One number counts the blocks in the list (low CACHE_COUNT_BITS) and those
 * that were ever taken from it (the rest), so that a call changes one word.
 */
#define CACHE_COUNT_BITS 16
#define CACHE_TAKEN      (UINT64_C(1) << CACHE_COUNT_BITS)

struct cache_bin {
    atomic_uint_fast64_t counts; /* written by the owner alone */
    uintptr_t head;              /* link to the first block */
    uintptr_t spare;             /* a full list, or 0 */
    atomic_uint n_spare;         /* its length */
    uint16_t batch;              /* blocks to take next */
    uint16_t most;               /* that the list may hold */
};

/* There is a bin for each state, so that free need not ask which it is. */
struct cache {
    struct cache_bin bins[STATES]; /* those of no class hold nothing, ever */
    struct arena *arena;           /* where blocks are taken */
    size_t grown_bytes;       /* that bins may hold beyond their first bounds */
    size_t grown_large_bytes; /* those that begin without a list */
    size_t heavy_then, light_then; /* the arena's most at the last looks */
    uint32_t taken_then[CACHE_LIGHT + 1];  /* light blocks, at the latter */
    atomic_uint_fast64_t filled, returned; /* blocks, by the owner alone */
    atomic_uint_fast64_t fills, returns;   /* of how many batches */
    struct cache *next;                    /* of all that were ever made */
    struct cache *next_idle;               /* of those without a thread */
};

_Static_assert(sizeof(struct cache_bin) == 32, "a shift finds a bin");

/*
 * The calling thread's caches: its own, and the one that the exported functions
 * look into, which is its own unless somebody looks on (onlooker.h).  Each may
 * be cache_none, which is empty and keeps nothing: before the thread's first
 * and after its last moment, and in the debug mode.
 */
struct cache_mine {
    struct cache *own, *quick;
};

extern __thread struct cache_mine cache_mine;
extern struct cache cache_none;

/* Adds to a counter that only this thread writes. */
static inline uint_fast64_t cache_count(atomic_uint_fast64_t *counter,
                                        uint_fast64_t more)
{
    uint_fast64_t n =
        atomic_load_explicit(counter, memory_order_relaxed) + more;
    atomic_store_explicit(counter, n, memory_order_relaxed);
    return n;
}

static inline size_t cache_count_low(uint_fast64_t counts)
{
    return counts & (CACHE_TAKEN - 1);
}

/*
 * The thread's cache, made if it can have one; starts the library.  NULL under
 * the debug mode.
 */
struct cache *cache_get(void);

/* Blocks in the list. */
static inline size_t cache_length(const struct cache_bin *bin)
{
    return cache_count_low(
        atomic_load_explicit(&bin->counts, memory_order_relaxed));
}

/*
 * Fills a list that gave no block; false when the arena refuses.  Ends the
 * process where somebody wrote over a freed block.
 */
bool cache_fill(struct cache *cache, size_t class);

/*
 * Sees to it that a full list can keep one more, if that is worth it.  Returns
 * whether the class has few blocks there yet.
 */
bool cache_make_room(struct cache *cache, size_t class);

/* A block of the class, or NULL: the list is empty, or its link was damaged. */
static inline void *cache_malloc(struct cache *cache, size_t class)
{
    struct cache_bin *bin = &cache->bins[class];
    struct cached *block = cached_at(bin->head);
    if (__builtin_expect(!cached_is_block(block), 0)) {
        return NULL;
    }
    if (block == NULL) { /* would take a link that is the key */
        __builtin_unreachable();
    }
    bin->head = block->link;
    block->key = 0;
    cache_count(&bin->counts, CACHE_TAKEN - 1);
    return block;
}

/*
 * Keeps a block in use that has a class; false: it is none, or the list is
 * full.  An address that no arena owns has no place, nor one between places:
 * its low bits are the highest of the quotient.
 */
static inline bool cache_free(struct cache *cache, void *payload)
{
    uintptr_t offset = (uintptr_t)payload - (uintptr_t)arenas.base;
    uintptr_t place = offset >> 4 | offset << (sizeof offset * 8 - 4);
    if (__builtin_expect(
            place >= atomic_load_explicit(&arenas.places, memory_order_relaxed),
            0)) {
        return false;
    }
    size_t state = arena_state_at(place);
    if (__builtin_expect(state >= 128, 0)) {
        return false;
    }
    struct cache_bin *bin = &cache->bins[state];
    struct cached *block = payload;
    uint_fast64_t counts =
        atomic_load_explicit(&bin->counts, memory_order_relaxed);
    if (__builtin_expect(cache_count_low(counts) >= bin->most ||
                             block->key == arenas_key,
                         0)) {
        return false;
    }
    block->link = bin->head;
    block->key = arenas_key;
    bin->head = cached_link(block);
    atomic_store_explicit(&bin->counts, counts + 1, memory_order_relaxed);
    return true;
}

/* Gives all that the calling thread's cache and the depots hold back. */
void cache_flush(void);

/* Of all threads together, those that ended included. */
struct cache_totals {
    uint64_t allocations, frees; /* calls that caches served */
    uint64_t fills, returns;     /* batches that came from, went to arenas */
};

void cache_count_all(struct cache_totals *totals);

#endif
