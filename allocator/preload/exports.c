/*
 * exports.c -- the standard functions, as POSIX, C23 and glibc document them.
 *
 * Each verifies its arguments, and leaves the work to serve.h.
 */
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>

#include "allocator/include/allocator.h"
#include "allocator/preload/export.h"
#include "allocator/preload/serve.h"

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

EXPORT void *malloc(size_t size)
{
    return serve_malloc(size);
}

EXPORT void free(void *payload)
{
    serve_free(payload);
}

EXPORT void cfree(void *payload)
{
    serve_free(payload);
}

EXPORT void free_sized(void *payload, size_t size)
{
    (void)size;
    serve_free(payload);
}

EXPORT void free_aligned_sized(void *payload, size_t alignment, size_t size)
{
    (void)alignment;
    (void)size;
    serve_free(payload);
}

EXPORT void *calloc(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        return refuse(ENOMEM);
    }
    return serve_calloc(bytes);
}

EXPORT void *realloc(void *payload, size_t size)
{
    return serve_realloc(payload, size);
}

EXPORT void *reallocarray(void *payload, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        return refuse(ENOMEM);
    }
    return serve_realloc(payload, bytes);
}

EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
    if (!is_power_of_two(alignment)) {
        return refuse(EINVAL);
    }
    return serve_memalign(alignment, size);
}

EXPORT int posix_memalign(void **payload, size_t alignment, size_t size)
{
    if (!is_power_of_two(alignment) || alignment % sizeof(void *) != 0) {
        return EINVAL;
    }
    int error = errno;
    void *made = serve_memalign(alignment, size);
    errno = error;
    if (made == NULL) {
        return ENOMEM;
    }
    *payload = made;
    return 0;
}

/* As glibc does, other alignments are rounded up to a power of two. */
EXPORT void *memalign(size_t alignment, size_t size)
{
    if (alignment > SIZE_MAX / 2 + 1) {
        return refuse(EINVAL);
    }
    size_t power = 16;
    while (power < alignment) {
        power *= 2;
    }
    return serve_memalign(power, size);
}

EXPORT void *valloc(size_t size)
{
    return serve_memalign(PAGE, size);
}

EXPORT void *pvalloc(size_t size)
{
    if (size > SIZE_MAX - PAGE) {
        return refuse(ENOMEM);
    }
    return serve_memalign(PAGE, (size + PAGE - 1) & ~(PAGE - 1));
}

EXPORT size_t malloc_usable_size(void *payload)
{
    return serve_usable_size(payload);
}
