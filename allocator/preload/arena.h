/*
 * arena.h -- several heaps side by side, each with a policy and a lock.
 *
 *   base                                                     base + bytes
 *    |  arena 0: heap, policy  |  arena 1  |  ...  |  arena n - 1  |
 *    '------ 1 << shift -------'
 *
 * All arenas are slices of one range of addresses, so that a shift finds the
 * arena of any block, and one comparison says whether an address is ours at
 * all.  Behind it lies one byte for each 32 bytes of the range, about the one
 * block whose payload may start there: in its low bits a state,
 *
 *   0            no block has ever started here
 *   1 .. CLASSES of that class: in use or in a thread's cache (cache.h)
 *   STATE_OTHER  in use, of another size
 *   STATE_FREE   free, in the arena
 *
 * and in its highest in which half.  It is written under the arena's lock, and
 * therefore free learns the block's class without taking a lock.  A block in a
 * thread's cache has a key in its second word, random for each process, which
 * is gone when it is handed out or goes home: so nobody sees it but who reads
 * freed memory, and a second free is told from the first.  The map costs 1/32
 * of the memory that blocks of all sizes start in.
 */
#ifndef ALLOCATOR_PRELOAD_ARENA_H
#define ALLOCATOR_PRELOAD_ARENA_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/heap/heap.h"
#include "allocator/preload/classes.h"

#define ARENA_MOST  16
#define ARENA_BATCH ((size_t)64) /* blocks under one lock */

#define STATE_OTHER (CLASSES + 1)
#define STATE_FREE  (CLASSES + 2)
#define STATES      (CLASSES + 3)

_Static_assert(STATES <= 128, "a state has seven bits");

struct arena {
    _Alignas(64) pthread_mutex_t lock;
    atomic_bool open; /* its heap can be used */
    struct heap heap;
    atomic_size_t footprint;     /* of the heap, when it was last used */
    uint64_t allocations, frees; /* of blocks that no cache saw */
    size_t freed_bytes;          /* since release.c last looked around */
    uint64_t looked_ms;          /* when that was */
};

struct arenas {
    unsigned char *base;
    unsigned char *map;
    atomic_size_t bytes;  /* of addresses that arena_owns; 0: none yet, or the
                             debug mode stands between arenas and callers */
    atomic_size_t places; /* where blocks may start in them: a sixteenth */
    unsigned shift;
    unsigned n;
    struct arena arena[ARENA_MOST];
};

/* Hidden: no table of addresses lies between. */
extern struct arenas arenas __attribute__((visibility("hidden")));

/*
 * Of blocks in caches, random but for its last digit, and never 0.  That digit
 * is what a link has there, unlike zeros, pointers and most text.
 */
#define ARENA_KEY_DIGIT ((uintptr_t)11)
extern uintptr_t arenas_key __attribute__((visibility("hidden")));

static inline bool arena_owns(const void *address)
{
    return (uintptr_t)address - (uintptr_t)arenas.base <
           atomic_load_explicit(&arenas.bytes, memory_order_relaxed);
}

/* Whether an address lies in any arena, owned or under the debug mode. */
static inline bool arena_in_slices(const void *address)
{
    return ((uintptr_t)address - (uintptr_t)arenas.base) >> arenas.shift <
           arenas.n;
}

/*
 * The state of the block that starts at place, a number of 16 bytes behind the
 * base; 128 and more: none does, but half a step away.
 */
static inline size_t arena_state_at(uintptr_t place)
{
    return (unsigned char)(arenas.map[place / 2] ^ (unsigned char)(place << 7));
}

/* The same of an aligned address in an arena; 0: none starts there. */
static inline unsigned arena_state(const void *payload)
{
    uintptr_t offset = (uintptr_t)payload - (uintptr_t)arenas.base;
    size_t state = arena_state_at(offset / 16);
    return state < STATES ? (unsigned)state : 0;
}

static inline void arena_set_state(const void *payload, size_t state)
{
    uintptr_t offset = (uintptr_t)payload - (uintptr_t)arenas.base;
    arenas.map[offset / 32] = (unsigned char)(state | (offset << 3 & 128));
}

static inline struct arena *arena_of(const void *payload)
{
    return &arenas.arena[((uintptr_t)payload - (uintptr_t)arenas.base) >>
                         arenas.shift];
}

/* Whether an address is in the slices, or in their map. */
bool arena_in_range(const void *address);

/* Where slices and map end. */
unsigned char *arenas_end(void);

/* Chooses the addresses; 0, or -1 when there are none. */
int arenas_make(void);

/* Each thread's in turn, opened; NULL when none can be. */
struct arena *arena_next(void);

/*
 * A block with the state at a multiple of alignment; NULL: refused.  All but
 * its first *dirty and its last POLICY_NOTES_LAST bytes are zero.
 */
void *arena_malloc(struct arena *arena, size_t alignment, size_t size,
                   size_t state, size_t *dirty);

/*
 * A block in a thread's cache.  Lists name blocks by links: the address mixed
 * with the key, 0 at the end.  What somebody writes over a link of a freed
 * block does not lead to a multiple of 16 then, unless it has the key's last
 * digit; nor does 0.
 */
struct cached {
    uintptr_t link; /* to the next one */
    uintptr_t key;
};

static inline uintptr_t cached_link(const struct cached *block)
{
    return (uintptr_t)block ^ arenas_key;
}

/* What a link leads to, no block unless cached_is_block. */
static inline struct cached *cached_at(uintptr_t link)
{
    return (struct cached *)(link ^ arenas_key);
}

static inline bool cached_is_block(const struct cached *block)
{
    return (uintptr_t)block % HEAP_ALIGNMENT == 0;
}

/* Whether a block that has a class is in a cache. */
static inline bool arena_is_cached(const void *payload)
{
    return ((const struct cached *)payload)->key == arenas_key;
}

/* Up to n <= ARENA_BATCH blocks of a class, linked, with key and state. */
size_t arena_take(struct arena *arena, size_t class, size_t n, uintptr_t *list);

/*
 * Frees n linked blocks of a class, of any arenas.  Ends the process where they
 * are not as they were left.
 */
void arena_give(size_t class, uintptr_t list, size_t n);

/* Ends the process where somebody wrote beyond a block of a class (verify.h).
 */
void arena_verify(const void *payload, size_t class);

/* Frees a block that is in use. */
void arena_free(void *payload);

/* As policy.h says; the block then has STATE_OTHER.  size > 0. */
void *arena_realloc(void *payload, size_t size);

size_t arena_usable_size(const void *payload);

/* About as many bytes as all arenas have from the system. */
size_t arenas_footprint(void);

/* Gives back what the policies keep and the pages above; whether any were. */
bool arenas_trim(void);

/* Around fork: nobody is inside an arena while memory is copied. */
void arenas_lock(void);
void arenas_unlock(void);
void arenas_reset_locks(void);

#endif
