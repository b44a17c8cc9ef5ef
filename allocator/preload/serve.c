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

/* From an arena; NULL: refused, or there is none. */
static void *malloc_in_arena(struct cache *cache, size_t alignment, size_t size,
                             size_t *dirty)
{
    struct arena *arena = arena_for(cache);
    if (arena == NULL) {
        return NULL;
    }
    size_t class =
        alignment <= HEAP_ALIGNMENT ? class_of(size + (size == 0)) : 0;
    return class != 0
               ? arena_malloc(arena, alignment, class_bytes(class), class,
                              dirty)
               : arena_malloc(arena, alignment, size, STATE_OTHER, dirty);
}

/* What the system refuses may lie idle in caches and arenas. */
static void *large_malloc_at_any_price(size_t alignment, size_t size)
{
    void *payload = large_malloc(alignment, size);
    if (payload == NULL && arenas_footprint() > size) {
        cache_flush();
        payload = arenas_trim() ? large_malloc(alignment, size) : NULL;
    }
    return payload;
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
        payload = malloc_in_arena(cache, alignment, size, dirty);
    }
    errno = error;
    if (payload == NULL) {
        *dirty = 0;
        payload = large_malloc_at_any_price(alignment, size);
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
static __attribute__((noinline)) void *malloc_missed(size_t size)
{
    struct cache *cache = cache_get();
    size_t class = class_of(size + (size == 0));
    void *payload = NULL;
    if (cache != NULL && class != 0 && size < threshold()) {
        payload = cache_malloc(cache, class); /* size 0, or a new cache */
        if (payload == NULL && cache_fill(cache, class)) {
            payload = cache_malloc(cache, class);
        }
    }
    return payload != NULL ? payload : malloc_elsewhere(HEAP_ALIGNMENT, size);
}

void *serve_malloc(size_t size)
{
    void *payload = cache_malloc(cache_mine.own, class_of(size));
    return __builtin_expect(payload != NULL, 1) ? payload : malloc_missed(size);
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
    void *payload = NULL;
    if (size <= CLASS_FINE_BYTES) {
        payload = serve_malloc(size);
    } else {
        payload = cache_malloc(cache_mine.own, class_of(size));
    }
    if (payload == NULL) {
        payload = malloc_slowly(HEAP_ALIGNMENT, size, &dirty);
    }
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
    unsigned state =
        (uintptr_t)payload % HEAP_ALIGNMENT == 0 ? arena_state(payload) : 0;
    if (__builtin_expect(state == 0, 0)) {
        message_misuse("invalid free", payload);
    }
    if (__builtin_expect(state == STATE_FREE ||
                             (state <= CLASSES && arena_is_cached(payload)),
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

/*
 * Whatever is not a block in use that the thread's cache has room for.  Who
 * comes here has time to see whether somebody wrote beyond the block.
 */
static __attribute__((noinline)) void free_missed(void *payload)
{
    if (payload == NULL) {
        return;
    }
    if (!arena_owns(payload)) {
        free_elsewhere(payload);
        return;
    }
    unsigned state = state_in_use(payload, "double free");
    struct cache *cache = cache_get();
    if (cache != NULL && state <= CLASSES) {
        bool few = cache_make_room(cache, state);
        if (cache_free(cache, payload)) {
            if (few) {
                arena_verify(payload, state);
            }
            return;
        }
    }
    int error = errno;
    arena_free(payload);
    errno = error;
}

void serve_free(void *payload)
{
    if (__builtin_expect(!cache_free(cache_mine.own, payload), 0)) {
        free_missed(payload);
    }
}

/* Of a block of an arena; after as for state_in_use. */
static size_t usable_in_arena(const void *payload, const char *after)
{
    unsigned state = state_in_use(payload, after);
    return state != STATE_OTHER ? class_bytes(state)
                                : arena_usable_size(payload);
}

static size_t usable(const void *payload)
{
    if (!arena_owns(payload)) {
        return debugs() ? debug_usable_size(payload)
                        : large_usable_size(payload);
    }
    return usable_in_arena(payload, "use after free");
}

void serve_spoil(void *payload, int byte)
{
    if (arena_owns(payload)) {
        memset(payload, byte, usable_in_arena(payload, "double free"));
    }
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

/* Resized by the arena; the block then has no class. */
static void *resize_without_class(void *payload, size_t size)
{
    int error = errno;
    void *resized = size < threshold() ? arena_realloc(payload, size) : NULL;
    errno = error;
    return resized != NULL ? resized : move(payload, size);
}

/* Blocks keep their class while the size fits and is half used. */
static void *resize_in_arena(void *payload, size_t size)
{
    unsigned state = state_in_use(payload, "use after free");
    if (state == STATE_OTHER) {
        return resize_without_class(payload, size);
    }
    size_t old = class_bytes(state);
    if (size <= old && size > old / 2) {
        return payload;
    }
    return size <= CLASS_FINE_BYTES || old <= CLASS_FINE_BYTES
               ? move(payload, size)
               : resize_without_class(payload, size);
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
    return arena_owns(payload) ? resize_in_arena(payload, size)
                               : resize_elsewhere(payload, size);
}
