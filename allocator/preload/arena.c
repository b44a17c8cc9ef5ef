/*
 * arena.c -- the range, its slices, and policies under locks (arena.h).
 *
 * Each slice is as large as the flagship's 32-bit units reach, 64 GiB.  A slice
 * becomes a heap when the first thread is assigned to it.
 *
 * The range is not reserved: it lies where nobody else comes to by himself.
 * The system places mappings from the stack downwards; where stacks are
 * unlimited, from below 0x155555555555 downwards, or upwards from
 * 0x2aaaaaaaa000; programs lie at their beginning or above 0x555555554000;
 * sanitizers keep their shadow below 0x10007fff8000.
 */
#include "allocator/preload/arena.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/random.h>

#include "allocator/preload/release.h"
#include "allocator/preload/settings.h"
#include "allocator/preload/verify.h"

#ifndef ARENA_FLOOR /* the thread sanitizer has its own idea */
#define ARENA_FLOOR  ((uintptr_t)0x160000000000)
#define ARENA_SHIFT  36
#define ARENA_PLACES ((uintptr_t)1 << 23)
#endif
#define PLACE_STEP ((uintptr_t)2 << 20)
#define TRIES      8

struct arenas arenas;
uintptr_t arenas_key = ARENA_KEY_DIGIT;

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

static size_t all_bytes(void)
{
    return (size_t)arenas.n << arenas.shift;
}

/* Random for each process, unless debuggers and the like want it the same. */
static uintptr_t random_place(void)
{
    enum { AS_IT_IS = -1 };
    uintptr_t place = 0;
    int flags = personality((unsigned long)AS_IT_IS);
    if (flags != -1 && (flags & ADDR_NO_RANDOMIZE) == 0) {
        getrandom(&place, sizeof place, GRND_NONBLOCK);
    }
    return place;
}

static uintptr_t random_key(void)
{
    uintptr_t key = (uintptr_t)&arenas * UINT64_C(0x9e3779b97f4a7c15);
    getrandom(&key, sizeof key, GRND_NONBLOCK);
    return (key & ~(uintptr_t)15) | ARENA_KEY_DIGIT;
}

/* Finds a range where nothing begins; false: there is none. */
static bool find_place(void)
{
    uintptr_t place = random_place();
    for (int tries = 0; tries < TRIES; tries++, place++) {
        void *base = (void *)(ARENA_FLOOR + place % ARENA_PLACES * PLACE_STEP);
        if (claim_pages(base, HEAP_PAGE)) {
            munmap(base, HEAP_PAGE);
            arenas.base = base;
            return true;
        }
    }
    return false;
}

int arenas_make(void)
{
    if (!find_place()) {
        return -1;
    }
    arenas.shift = ARENA_SHIFT;
    arenas.n = count_wanted();
    arenas_reset_locks();
    arenas.map = arenas.base + all_bytes();
    arenas_key = random_key();
    return 0;
}

unsigned char *arenas_end(void)
{
    return arenas.map + all_bytes() / CLAIM_RATIO;
}

bool arena_in_range(const void *address)
{
    return (uintptr_t)address >= (uintptr_t)arenas.base &&
           (uintptr_t)address < (uintptr_t)arenas_end();
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
        size_t offset = (size_t)(arena - arenas.arena) * bytes;
        struct heap_options options = {
            .reserve_bytes = bytes,
            .shadow = arenas.map + offset / CLAIM_RATIO,
        };
        atomic_store(
            &arena->open,
            heap_init_at(&arena->heap, &options, arenas.base + offset) == 0 &&
                policy()->init(&arena->heap, settings.choice.values) == 0);
    }
    pthread_mutex_unlock(&arena->lock);
    return arena->open;
}

struct arena *arena_next(void)
{
    unsigned most =
        atomic_load_explicit(&settings.arenas_most, memory_order_relaxed);
    unsigned n = most != 0 && most < arenas.n ? most : arenas.n;
    unsigned index = atomic_fetch_add(&assigned, 1) % n;
    struct arena *arena = &arenas.arena[index];
    return open_arena(arena) ? arena : NULL;
}

/* Lets arena_owns, and whoever counts in places, reach so far at least. */
static void own(size_t bytes)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&lock);
    if (bytes > atomic_load_explicit(&arenas.bytes, memory_order_relaxed)) {
        atomic_store_explicit(&arenas.bytes, bytes, memory_order_relaxed);
        atomic_store_explicit(&arenas.places, bytes / 16, memory_order_relaxed);
    }
    pthread_mutex_unlock(&lock);
}

/*
 * Tells others of growth, under the lock.  As far as this arena has a map we
 * own addresses, so that a wild address beyond is told from a block.
 */
static void note_growth(struct arena *arena)
{
    const struct claim_shadow *shadow = &arena->heap.shadow;
    size_t all = arena->heap.reserved / CLAIM_RATIO;
    const unsigned char *end =
        shadow->base + (shadow->high != all ? all : shadow->low);
    size_t bytes = (size_t)(end - arenas.map) * CLAIM_RATIO;
    if (settings.debug == DEBUG_OFF &&
        bytes > atomic_load_explicit(&arenas.bytes, memory_order_relaxed)) {
        own(bytes);
    }
    atomic_store_explicit(&arena->footprint, heap_footprint(&arena->heap),
                          memory_order_relaxed);
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
        note_growth(arena);
        arena_set_state(payload, state);
        if (state <= CLASSES) {
            verify_begin(arena, payload, state);
        }
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

size_t arena_take(struct arena *arena, size_t class, size_t n, uintptr_t *list)
{
    void *payloads[ARENA_BATCH];
    pthread_mutex_lock(&arena->lock);
    n = malloc_batch(&arena->heap, class_bytes(class), n, payloads);
    for (size_t i = 0; i < n; i++) {
        struct cached *block = payloads[i];
        arena_set_state(block, class);
        verify_begin(arena, block, class);
        block->key = arenas_key;
        *list = cached_link(block);
        list = &block->link;
    }
    *list = 0;
    note_growth(arena);
    pthread_mutex_unlock(&arena->lock);
    return n;
}

void arena_verify(const void *payload, size_t class)
{
    struct arena *arena = arena_of(payload);
    pthread_mutex_lock(&arena->lock);
    verify_block(arena, payload, class);
    pthread_mutex_unlock(&arena->lock);
}

/* Frees blocks of one arena and class, which were in caches. */
static void give(struct arena *arena, size_t class, void *const *payloads,
                 size_t n)
{
    pthread_mutex_lock(&arena->lock);
    verify_block(arena, payloads[0], class);
    for (size_t i = 0; i < n; i++) {
        ((struct cached *)payloads[i])->key = 0;
        arena_set_state(payloads[i], STATE_FREE);
    }
    free_batch(&arena->heap, payloads, n);
    release_note(arena, class_bytes(class) * n);
    pthread_mutex_unlock(&arena->lock);
}

/* The first of a list's n blocks, as many as belong to its arena and fit. */
static size_t take_some(size_t class, uintptr_t *list, size_t n,
                        void **payloads)
{
    struct cached *block = verify_link(class, *list, NULL);
    const struct arena *arena = arena_of(block);
    size_t taken = 0;
    for (;;) {
        payloads[taken++] = block;
        *list = block->link;
        if (taken == n || taken == ARENA_BATCH) {
            return taken;
        }
        block = verify_link(class, *list, block);
        if (arena_of(block) != arena) {
            return taken;
        }
    }
}

void arena_give(size_t class, uintptr_t list, size_t n)
{
    void *payloads[ARENA_BATCH];
    while (n != 0) {
        size_t taken = take_some(class, &list, n, payloads);
        give(arena_of(payloads[0]), class, payloads, taken);
        n -= taken;
    }
    if (list != 0) {
        verify_blame(class, list);
    }
}

void arena_free(void *payload)
{
    struct arena *arena = arena_of(payload);
    pthread_mutex_lock(&arena->lock);
    size_t bytes = verify_block(arena, payload, arena_state(payload));
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
    verify_block(arena, payload, arena_state(payload));
    void *moved = policy()->realloc(&arena->heap, payload, size);
    if (moved != NULL) {
        note_growth(arena);
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
    size_t bytes = verify_block(arena, payload, arena_state(payload));
    pthread_mutex_unlock(&arena->lock);
    return bytes;
}

size_t arenas_footprint(void)
{
    size_t bytes = 0;
    for (unsigned i = 0; i < arenas.n; i++) {
        bytes += atomic_load_explicit(&arenas.arena[i].footprint,
                                      memory_order_relaxed);
    }
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
