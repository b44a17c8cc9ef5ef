/*
 * serve.c -- which of the three ways serves a request (see serve.h).
 */
#include "allocator/preload/serve.h"

#include <errno.h>
#include <string.h>

#include "allocator/policy.h"
#include "allocator/preload/cache.h"
#include "allocator/preload/debug/debug.h"
#include "allocator/preload/large.h"
#include "allocator/preload/message.h"
#include "allocator/preload/settings.h"
#include "allocator/preload/survey.h"

static size_t threshold(void)
{
    return atomic_load_explicit(&settings.mmap_threshold_bytes,
                                memory_order_relaxed);
}

/* The arena of a thread without a cache: each call another's turn. */
static struct arena *arena_for(const struct cache *cache)
{
    if (cache != NULL) {
        return cache->arena;
    }
    return arenas.n != 0 ? arena_next() : NULL;
}

/*
 * Asked where no cache and no arena serves; even the first call of all may be
 * a free.
 */
static bool debugs(void)
{
    cache_get();
    return settings.debug != DEBUG_OFF;
}

/* What no cached block serves; *dirty as arena_malloc says, 0: all is zero. */
static __attribute__((noinline)) void *malloc_slowly(size_t alignment,
                                                     size_t size, size_t *dirty)
{
    struct cache *cache = cache_get();
    void *payload = NULL;
    *dirty = size;
    if (debugs()) {
        return debug_malloc(0, size);
    }
    int error = errno;
    if (size < threshold() && alignment < threshold() - size) {
        struct arena *arena = arena_for(cache);
        if (arena != NULL) {
            payload = arena_malloc(arena, alignment, size, dirty);
        }
    }
    errno = error;
    if (payload == NULL) {
        *dirty = 0;
        payload = large_malloc(alignment, size);
    }
    return payload;
}

/* The same for whoever does not ask. */
static void *malloc_elsewhere(size_t alignment, size_t size)
{
    size_t dirty;
    return malloc_slowly(alignment, size, &dirty);
}

/* What the thread's cache has not at hand. */
static __attribute__((noinline)) void *malloc_small(size_t size)
{
    struct cache *cache = cache_get();
    size_t class = cache_class(size);
    if (cache != NULL &&
        (cache->bins[class].head != NULL || cache_fill(cache, class))) {
        return cache_malloc(cache, class);
    }
    return malloc_elsewhere(HEAP_ALIGNMENT, size);
}

void *serve_malloc(size_t size)
{
    if (__builtin_expect(size > CACHE_BYTES, 0)) {
        return malloc_elsewhere(HEAP_ALIGNMENT, size);
    }
    struct cache *cache = cache_mine;
    if (__builtin_expect(cache != NULL, 1)) {
        void *payload = cache_malloc(cache, cache_class(size));
        if (__builtin_expect(payload != NULL, 1)) {
            return payload;
        }
    }
    return malloc_small(size);
}

static void clear(unsigned char *payload, size_t size, size_t dirty)
{
    if (dirty >= size || size - dirty <= POLICY_NOTES_LAST) {
        memset(payload, 0, size);
    } else if (dirty != 0) {
        memset(payload, 0, dirty);
        memset(payload + size - POLICY_NOTES_LAST, 0, POLICY_NOTES_LAST);
    }
}

void *serve_calloc(size_t size)
{
    size_t dirty = size;
    void *payload = size <= CACHE_BYTES
                        ? serve_malloc(size)
                        : malloc_slowly(HEAP_ALIGNMENT, size, &dirty);
    if (payload != NULL) {
        clear(payload, size, dirty);
    }
    return payload;
}

void *serve_memalign(size_t alignment, size_t size)
{
    if (debugs()) {
        return debug_malloc(alignment, size);
    }
    if (alignment <= HEAP_ALIGNMENT) {
        return serve_malloc(size);
    }
    return malloc_elsewhere(alignment, size);
}

/*
 * The state of a block of an arena.  When it is not in use, tells what that
 * means to the caller, for a freed one in the words of after, and ends.  Where
 * a freed one was, a larger one may lie now: then it is an address inside that.
 */
static inline unsigned state_in_use(const void *payload, const char *after)
{
    unsigned state = *arena_state(payload);
    if (__builtin_expect((uintptr_t)payload % HEAP_ALIGNMENT != 0 || state == 0,
                         0)) {
        message_misuse("invalid free", payload);
    }
    if (__builtin_expect(state == STATE_FREE || (state <= CACHE_CLASSES &&
                                                 arena_is_cached(payload)),
                         0)) {
        message_misuse(survey_is_inside(payload) ? "invalid free" : after,
                       payload);
    }
    return state;
}

/* What no arena owns: all blocks of the debug mode, or mappings. */
static void free_elsewhere(void *payload)
{
    if (debugs()) {
        debug_free(payload);
    } else {
        large_free(payload);
    }
}

/* The block's class keeps it; whether it could. */
static inline bool free_cached(struct cache *cache, size_t class, void *payload)
{
    if (cache == NULL) {
        return false;
    }
    if (cache_free(cache, class, payload)) {
        cache_put_aside(cache, class);
    }
    return true;
}

/* Whatever is not a small block in use of a thread with a cache. */
static __attribute__((noinline)) void free_slowly(void *payload)
{
    if (payload == NULL) {
        return;
    }
    if (!arena_owns(payload)) {
        free_elsewhere(payload);
        return;
    }
    unsigned state = state_in_use(payload, "double free");
    if (state <= CACHE_CLASSES && free_cached(cache_get(), state, payload)) {
        return;
    }
    int error = errno;
    arena_free(payload);
    errno = error;
}

void serve_free(void *payload)
{
    struct cache *cache = cache_mine;
    if (__builtin_expect(cache == NULL || !arena_owns(payload) ||
                             (uintptr_t)payload % HEAP_ALIGNMENT != 0,
                         0)) {
        free_slowly(payload);
        return;
    }
    unsigned class = *arena_state(payload);
    if (__builtin_expect(class - 1 >= CACHE_CLASSES || arena_is_cached(payload),
                         0)) {
        free_slowly(payload);
    } else {
        free_cached(cache, class, payload);
    }
}

static size_t usable(const void *payload)
{
    if (!arena_owns(payload)) {
        return debugs() ? debug_usable_size(payload)
                        : large_usable_size(payload);
    }
    unsigned state = state_in_use(payload, "use after free");
    return state != STATE_OTHER ? 16 * (size_t)state
                                : arena_usable_size(payload);
}

void serve_claim(const void *payload, size_t alignment, size_t size)
{
    if (payload != NULL && !arena_owns(payload) && debugs()) {
        debug_claim(payload, alignment, size);
    }
}

size_t serve_usable_size(const void *payload)
{
    return payload != NULL ? usable(payload) : 0;
}

/* A new block with the contents of the old, which is freed. */
static void *move(void *payload, size_t size)
{
    size_t old = usable(payload);
    void *moved = serve_malloc(size);
    if (moved != NULL) {
        memcpy(moved, payload, old < size ? old : size);
        serve_free(payload);
    }
    return moved;
}

static void *resize_elsewhere(void *payload, size_t size)
{
    if (debugs()) {
        return debug_realloc(payload, size);
    }
    return size >= threshold() ? large_realloc(payload, size)
                               : move(payload, size);
}

/* Blocks of caches keep their class while it fits and is half used. */
static void *resize_small(void *payload, size_t size)
{
    unsigned state = state_in_use(payload, "use after free");
    size_t old = 16 * (size_t)state;
    if (state != STATE_OTHER && size <= CACHE_BYTES) {
        return size <= old && size > old / 2 ? payload : move(payload, size);
    }
    if (size >= threshold()) {
        return move(payload, size);
    }
    int error = errno;
    void *resized = arena_realloc(payload, size);
    errno = error;
    return resized != NULL ? resized : move(payload, size);
}

void *serve_realloc(void *payload, size_t size)
{
    if (payload == NULL) {
        return serve_malloc(size);
    }
    if (size == 0) {
        serve_free(payload);
        return NULL;
    }
    return arena_owns(payload) ? resize_small(payload, size)
                               : resize_elsewhere(payload, size);
}
