/*
 * arena.c -- the reservation, its slices, and policies under locks (arena.h).
 *
 * Each slice reserves as much as the flagship's 32-bit units reach, 64 GiB;
 * where that much address space is refused (ulimit -v), half, and so on.
 * A slice becomes a heap when the first thread is assigned to it.
 */
#include "allocator/preload/arena.h"

#include <sched.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#include "allocator/preload/release.h"
#include "allocator/preload/settings.h"

#ifndef ARENA_SHIFT_MOST /* a sanitizer shadows all of it */
#define ARENA_SHIFT_MOST 36
#endif
#define SHIFT_LEAST 24

struct arenas arenas;

static atomic_uint assigned; /* threads so far */

static const struct policy *policy(void)
{
    return settings.choice.policy;
}

/* Twice the cores, so that threads seldom meet. */
static unsigned count_wanted(void)
{
    cpu_set_t cores;
    if (settings.debug != DEBUG_OFF) {
        return 1;
    }
    int n = sched_getaffinity(0, sizeof cores, &cores) == 0 ? CPU_COUNT(&cores)
                                                            : ARENA_MOST;
    return n < ARENA_MOST / 2 ? 2 * (unsigned)n : ARENA_MOST;
}

static void *reserve(size_t bytes, int protection)
{
    void *start = mmap(NULL, bytes, protection,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return start != MAP_FAILED ? start : NULL;
}

/* From the kernel's random bytes for this process. */
static uintptr_t random_key(void)
{
    uintptr_t key = (uintptr_t)&arenas;
    const void *bytes = (const void *)getauxval(AT_RANDOM);
    if (bytes != NULL) {
        memcpy(&key, bytes, sizeof key);
    }
    return key * UINT64_C(0x9e3779b97f4a7c15) | 1;
}

/* Reserves n slices of 1 << shift bytes and their map; 0 or -1. */
static int reserve_slices(unsigned n, unsigned shift)
{
    size_t bytes = (size_t)n << shift;
    unsigned char *base = reserve(bytes, PROT_NONE);
    if (base == NULL) {
        return -1;
    }
    unsigned char *map = reserve(bytes / 32, PROT_READ | PROT_WRITE);
    if (map == NULL) {
        munmap(base, bytes);
        return -1;
    }
    madvise(map, bytes / 32, MADV_NOHUGEPAGE);
    arenas.base = base;
    arenas.map = map;
    arenas.key = random_key();
    arenas.shift = shift;
    arenas.n = n;
    arenas.bytes = settings.debug == DEBUG_OFF ? bytes : 0;
    arenas.places = arenas.bytes / 16;
    return 0;
}

int arenas_make(void)
{
    unsigned n = count_wanted();
    for (unsigned i = 0; i < ARENA_MOST; i++) {
        pthread_mutex_init(&arenas.arena[i].lock, NULL);
    }
    for (unsigned shift = ARENA_SHIFT_MOST; shift >= SHIFT_LEAST; shift--) {
        if (reserve_slices(n, shift) == 0) {
            return 0;
        }
    }
    return -1;
}

/* Makes the slice a heap unless it is one. */
static bool open_arena(struct arena *arena)
{
    if (atomic_load_explicit(&arena->open, memory_order_acquire)) {
        return true;
    }
    pthread_mutex_lock(&arena->lock);
    if (!arena->open) {
        size_t bytes = (size_t)1 << arenas.shift;
        size_t index = (size_t)(arena - arenas.arena);
        struct heap_options options = {.reserve_bytes = bytes};
        atomic_store(
            &arena->open,
            heap_init_at(&arena->heap, &options, arenas.base + index * bytes) ==
                    0 &&
                policy()->init(&arena->heap, settings.choice.values) == 0);
    }
    pthread_mutex_unlock(&arena->lock);
    return arena->open;
}

struct arena *arena_next(void)
{
    unsigned index = atomic_fetch_add(&assigned, 1) % arenas.n;
    struct arena *arena = &arenas.arena[index];
    return open_arena(arena) ? arena : NULL;
}

/* As arena_malloc tells them.  In mappings of the policy's own: all. */
static size_t dirty_bytes(const struct heap *heap, const unsigned char *payload,
                          const unsigned char *fresh)
{
    if (payload > heap_top(heap)) {
        return SIZE_MAX;
    }
    return POLICY_NOTES_FIRST +
           (payload < fresh ? (size_t)(fresh - payload) : 0);
}

void *arena_malloc(struct arena *arena, size_t alignment, size_t size,
                   size_t state, size_t *dirty)
{
    size = size > CLASS_LEAST_BYTES ? size : CLASS_LEAST_BYTES;
    pthread_mutex_lock(&arena->lock);
    const unsigned char *fresh = arena->heap.base + heap_touched(&arena->heap);
    unsigned char *payload =
        alignment <= HEAP_ALIGNMENT
            ? policy()->malloc(&arena->heap, size)
            : policy()->memalign(&arena->heap, alignment, size);
    if (payload != NULL) {
        arena_set_state(payload, state);
        arena->allocations++;
        *dirty = dirty_bytes(&arena->heap, payload, fresh);
    }
    pthread_mutex_unlock(&arena->lock);
    return payload;
}

/* As the policy's hook, or in its place. */
static size_t malloc_batch(struct heap *heap, size_t size, size_t n, void **out)
{
    if (policy()->malloc_batch != NULL) {
        return policy()->malloc_batch(heap, size, n, out);
    }
    size_t taken = 0;
    while (taken < n && (out[taken] = policy()->malloc(heap, size)) != NULL) {
        taken++;
    }
    return taken;
}

/* The same. */
static void free_batch(struct heap *heap, void *const *payloads, size_t n)
{
    if (policy()->free_batch != NULL) {
        policy()->free_batch(heap, payloads, n);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        policy()->free(heap, payloads[i]);
    }
}

size_t arena_take(struct arena *arena, size_t class, size_t n,
                  struct cached **list)
{
    void *payloads[ARENA_BATCH];
    pthread_mutex_lock(&arena->lock);
    n = malloc_batch(&arena->heap, class_bytes(class), n, payloads);
    for (size_t i = 0; i < n; i++) {
        struct cached *block = payloads[i];
        arena_set_state(block, class);
        block->key = arenas.key;
        *list = block;
        list = &block->next;
    }
    *list = NULL;
    atomic_store_explicit(&arena->footprint, heap_footprint(&arena->heap),
                          memory_order_relaxed);
    pthread_mutex_unlock(&arena->lock);
    return n;
}

/* Frees blocks of one arena and class. */
static void give(struct arena *arena, size_t class, void *const *payloads,
                 size_t n)
{
    pthread_mutex_lock(&arena->lock);
    for (size_t i = 0; i < n; i++) {
        arena_set_state(payloads[i], STATE_FREE);
    }
    free_batch(&arena->heap, payloads, n);
    release_note(arena, class_bytes(class) * n);
    pthread_mutex_unlock(&arena->lock);
}

void arena_give(size_t class, struct cached *list)
{
    void *payloads[ARENA_BATCH];
    while (list != NULL) {
        struct arena *arena = arena_of(list);
        size_t n = 0;
        do {
            payloads[n++] = list;
            list->key = 0;
            list = list->next;
        } while (list != NULL && n < ARENA_BATCH && arena_of(list) == arena);
        give(arena, class, payloads, n);
    }
}

void arena_free(void *payload)
{
    struct arena *arena = arena_of(payload);
    pthread_mutex_lock(&arena->lock);
    size_t bytes = policy()->usable_size(&arena->heap, payload);
    arena_set_state(payload, STATE_FREE);
    policy()->free(&arena->heap, payload);
    arena->frees++;
    release_note(arena, bytes);
    pthread_mutex_unlock(&arena->lock);
}

void *arena_realloc(void *payload, size_t size)
{
    struct arena *arena = arena_of(payload);
    size = size > CLASS_LEAST_BYTES ? size : CLASS_LEAST_BYTES;
    pthread_mutex_lock(&arena->lock);
    void *moved = policy()->realloc(&arena->heap, payload, size);
    if (moved != NULL) {
        arena_set_state(payload, STATE_FREE);
        arena_set_state(moved, STATE_OTHER);
    }
    pthread_mutex_unlock(&arena->lock);
    return moved;
}

size_t arena_usable_size(const void *payload)
{
    struct arena *arena = arena_of(payload);
    pthread_mutex_lock(&arena->lock);
    size_t bytes = policy()->usable_size(&arena->heap, payload);
    pthread_mutex_unlock(&arena->lock);
    return bytes;
}

bool arenas_trim(void)
{
    size_t released = 0;
    for (unsigned i = 0; i < arenas.n; i++) {
        struct arena *arena = &arenas.arena[i];
        pthread_mutex_lock(&arena->lock);
        if (arena->open) {
            released += release_all(arena);
        }
        pthread_mutex_unlock(&arena->lock);
    }
    return released != 0;
}

void arenas_lock(void)
{
    for (unsigned i = 0; i < arenas.n; i++) {
        pthread_mutex_lock(&arenas.arena[i].lock);
    }
}

void arenas_unlock(void)
{
    for (unsigned i = arenas.n; i-- > 0;) {
        pthread_mutex_unlock(&arenas.arena[i].lock);
    }
}

void arenas_reset_locks(void)
{
    for (unsigned i = 0; i < arenas.n; i++) {
        pthread_mutex_init(&arenas.arena[i].lock, NULL);
    }
}
