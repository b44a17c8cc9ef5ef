/*
 * exports.c -- the standard functions, as POSIX, C23 and glibc document them.
 *
 * Each verifies its arguments, and leaves the work to serve.h, or to whoever
 * looks on.
 */
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>

#include "allocator/heap/heap.h"
#include "allocator/include/allocator.h"
#include "allocator/preload/cache.h"
#include "allocator/preload/debug/debug.h"
#include "allocator/preload/export.h"
#include "allocator/preload/onlooker.h"
#include "allocator/preload/serve.h"
#include "allocator/preload/settings.h"

#define PAGE ((size_t)4096)

static int is_power_of_two(size_t n)
{
    return n != 0 && (n & (n - 1)) == 0;
}

static void *refuse(int error)
{
    errno = error;
    return NULL;
}

static inline void *resize(enum call call, void *payload, size_t size)
{
    const struct onlooker *looks = onlooker_now();
    return __builtin_expect(looks == NULL, 1)
               ? serve_realloc(payload, size)
               : looks->realloc(call, payload, size);
}

static void *align(enum call call, size_t alignment, size_t size)
{
    const struct onlooker *looks = onlooker_now();
    return looks == NULL ? serve_memalign(alignment, size)
                         : looks->malloc(call, alignment, size);
}

static inline void release(enum call call, void *payload)
{
    const struct onlooker *looks = onlooker_now();
    if (__builtin_expect(looks == NULL, 1)) {
        serve_free(payload);
    } else {
        looks->free(call, payload);
    }
}

/* The debug mode does not let it pass. */
static void blame_alignment(const char *function, size_t alignment)
{
    if (settings.debug != DEBUG_OFF) {
        debug_refuse(function, "no valid alignment", alignment);
    }
}

/* What the quick cache has not at hand, or not for us. */
static __attribute__((noinline)) void *malloc_missed(size_t size)
{
    const struct onlooker *looks = onlooker_now();
    return looks == NULL ? serve_malloc(size)
                         : looks->malloc(CALL_MALLOC, HEAP_ALIGNMENT, size);
}

EXPORT void *malloc(size_t size)
{
    void *payload = cache_malloc(cache_mine.quick, class_of(size));
    return __builtin_expect(payload != NULL, 1) ? payload : malloc_missed(size);
}

/* What it has no room for. */
static __attribute__((noinline)) void free_missed(void *payload)
{
    release(CALL_FREE, payload);
}

EXPORT void free(void *payload)
{
    if (__builtin_expect(!cache_free(cache_mine.quick, payload), 0)) {
        free_missed(payload);
    }
}

EXPORT void cfree(void *payload)
{
    release(CALL_CFREE, payload);
}

EXPORT void free_sized(void *payload, size_t size)
{
    serve_claim(payload, 0, size);
    release(CALL_FREE_SIZED, payload);
}

EXPORT void free_aligned_sized(void *payload, size_t alignment, size_t size)
{
    serve_claim(payload, alignment, size);
    release(CALL_FREE_ALIGNED_SIZED, payload);
}

EXPORT void *calloc(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        return refuse(ENOMEM);
    }
    const struct onlooker *looks = onlooker_now();
    return __builtin_expect(looks == NULL, 1) ? serve_calloc(bytes)
                                              : looks->calloc(bytes);
}

EXPORT void *realloc(void *payload, size_t size)
{
    return resize(CALL_REALLOC, payload, size);
}

EXPORT void *reallocarray(void *payload, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        return refuse(ENOMEM);
    }
    return resize(CALL_REALLOCARRAY, payload, bytes);
}

EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
    if (!is_power_of_two(alignment)) {
        blame_alignment("aligned_alloc", alignment);
        return refuse(EINVAL);
    }
    return align(CALL_ALIGNED_ALLOC, alignment, size);
}

/* Like glibc's it leaves ENOMEM in errno as well, which POSIX leaves open. */
EXPORT int posix_memalign(void **payload, size_t alignment, size_t size)
{
    if (!is_power_of_two(alignment) || alignment % sizeof(void *) != 0) {
        blame_alignment("posix_memalign", alignment);
        return EINVAL;
    }
    void *made = align(CALL_POSIX_MEMALIGN, alignment, size);
    if (made == NULL) {
        return ENOMEM;
    }
    *payload = made;
    return 0;
}

/* As glibc does, other alignments are rounded up to a power of two. */
EXPORT void *memalign(size_t alignment, size_t size)
{
    if (!is_power_of_two(alignment)) {
        blame_alignment("memalign", alignment);
    }
    if (alignment > SIZE_MAX / 2 + 1) {
        return refuse(EINVAL);
    }
    size_t power = 16;
    while (power < alignment) {
        power *= 2;
    }
    return align(CALL_MEMALIGN, power, size);
}

EXPORT void *valloc(size_t size)
{
    return align(CALL_VALLOC, PAGE, size);
}

EXPORT void *pvalloc(size_t size)
{
    if (size > SIZE_MAX - PAGE) {
        return refuse(ENOMEM);
    }
    return align(CALL_PVALLOC, PAGE, (size + PAGE - 1) & ~(PAGE - 1));
}

EXPORT size_t malloc_usable_size(void *payload)
{
    return serve_usable_size(payload);
}
