/*
 * arena.h -- several heaps side by side, each with a policy and a lock.
 *
 *   base                                                     base + bytes
 *    |  arena 0: heap, policy  |  arena 1  |  ...  |  arena n - 1  |
 *    '------ 1 << shift -------'
 *
 * All arenas are slices of one reservation of address space, so that a shift
 * finds the arena of any block, and one comparison says whether an address is
 * ours at all.  Beside it lies one byte for each 16 bytes of the reservation,
 * the state of the block whose payload starts there:
 *
 *   0            no block has ever started here
 *   1 .. 64      of that class: in use or in a thread's cache (cache.h)
 *   127          in use, of another size
 *   128          free, in the arena
 *
 * It is written under the arena's lock, and therefore free learns the block's
 * class without taking a lock.  A block in a thread's cache has a key in its
 * second word, random for each process, which is gone when it is handed out or
 * goes home: so nobody sees it but who reads freed memory, and a second free is
 * told from the first.  The map costs 1/16 of the memory that blocks of all
 * sizes start in.
 */
#ifndef ALLOCATOR_PRELOAD_ARENA_H
#define ALLOCATOR_PRELOAD_ARENA_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/heap/heap.h"

#define ARENA_MOST 16

#define STATE_OTHER 127
#define STATE_FREE  128

struct arena {
    _Alignas(64) pthread_mutex_t lock;
    atomic_bool open; /* its heap can be used */
    struct heap heap;
    atomic_size_t footprint;     /* of the heap, when blocks were last taken */
    uint64_t allocations, frees; /* of blocks with STATE_OTHER */
    size_t freed_bytes;          /* since release.c last looked around */
    uint64_t looked_ms;          /* when that was */
};

struct arenas {
    unsigned char *base;
    unsigned char *states;
    uintptr_t key; /* of blocks in caches */
    size_t bytes;  /* of addresses that arena_owns; 0: not made yet, or the
                      debug mode stands between arenas and callers */
    unsigned shift;
    unsigned n;
    struct arena arena[ARENA_MOST];
};

extern struct arenas arenas;

static inline bool arena_owns(const void *address)
{
    return (uintptr_t)address - (uintptr_t)arenas.base < arenas.bytes;
}

/* Whether an address lies in any arena, owned or under the debug mode. */
static inline bool arena_in_slices(const void *address)
{
    return ((uintptr_t)address - (uintptr_t)arenas.base) >> arenas.shift <
           arenas.n;
}

static inline unsigned char *arena_state(const void *payload)
{
    return arenas.states + ((uintptr_t)payload - (uintptr_t)arenas.base) / 16;
}

static inline struct arena *arena_of(const void *payload)
{
    return &arenas.arena[((uintptr_t)payload - (uintptr_t)arenas.base) >>
                         arenas.shift];
}

/* Reserves the address space; 0, or -1 when the system gives none. */
int arenas_make(void);

/* Each thread's in turn, opened; NULL when none can be. */
struct arena *arena_next(void);

/*
 * A block with STATE_OTHER at a multiple of alignment; NULL: refused.  All but
 * its first *dirty and its last POLICY_NOTES_LAST bytes are zero.
 */
void *arena_malloc(struct arena *arena, size_t alignment, size_t size,
                   size_t *dirty);

/* A block in a thread's cache. */
struct cached {
    struct cached *next;
    uintptr_t key;
};

/* Whether a block that has a class is in a cache. */
static inline bool arena_is_cached(const void *payload)
{
    return ((const struct cached *)payload)->key == arenas.key;
}

/* Up to n blocks of a class, linked, with key and state; how many. */
size_t arena_take(struct arena *arena, size_t class, size_t n,
                  struct cached **list);

/* Frees linked blocks of any arenas. */
void arena_give(struct cached *list);

/* Frees a block that is in use. */
void arena_free(void *payload);

/* As policy.h says; the block then has STATE_OTHER.  size > 0. */
void *arena_realloc(void *payload, size_t size);

size_t arena_usable_size(const void *payload);

/* Gives back what the policies keep and the pages above; whether any were. */
bool arenas_trim(void);

/* Around fork: nobody is inside an arena while memory is copied. */
void arenas_lock(void);
void arenas_unlock(void);
void arenas_reset_locks(void);

#endif
