/*
 * exports.c -- the allocation functions that the program calls.
 *
 * Each hands the call to the real allocator and records it: an allocation
 * after it was obtained, a release before it happens (see events.h).  The
 * functions that are defined by others (reallocarray, valloc, pvalloc, cfree)
 * go through those, so that no call is recorded twice and none is missed,
 * whichever allocator is the real one.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "driver/record/preload/real.h"
#include "driver/record/preload/record.h"

#define EXPORT __attribute__((visibility("default")))

/* glibc's headers no longer declare all of them. */
EXPORT void *malloc(size_t size);
EXPORT void *calloc(size_t count, size_t size);
EXPORT void *realloc(void *payload, size_t size);
EXPORT void *reallocarray(void *payload, size_t count, size_t size);
EXPORT void free(void *payload);
EXPORT void cfree(void *payload);
EXPORT void *memalign(size_t alignment, size_t size);
EXPORT void *aligned_alloc(size_t alignment, size_t size);
EXPORT int posix_memalign(void **payload, size_t alignment, size_t size);
EXPORT void *valloc(size_t size);
EXPORT void *pvalloc(size_t size);
EXPORT size_t malloc_usable_size(void *payload);

/* An image that never allocates leaves an event file as well. */
__attribute__((constructor)) static void open_log(void)
{
    real_allocator();
    log_open();
}

static inline void *recorded(enum event_kind kind, void *payload,
                             uint64_t number)
{
    if (__builtin_expect(payload != NULL, 1) && !real_is_from_arena(payload))
        record_allocation(kind, payload, number);
    return payload;
}

static void *allocate(size_t size)
{
    return recorded(EVENT_MALLOC, real_allocator()->malloc(size), size);
}

static void release(void *payload)
{
    if (payload == NULL || real_is_from_arena(payload))
        return;
    record_free(payload);
    real_allocator()->free(payload);
}

static void *move_from_arena(void *payload, size_t size)
{
    void *moved = allocate(size);
    if (moved != NULL) {
        size_t old = real_arena_size(payload);
        memcpy(moved, payload, old < size ? old : size);
    }
    return moved;
}

/* realloc(p, 0): glibc frees and answers NULL, others answer a new block. */
static void *resize_to_nothing(void *payload)
{
    record_free(payload);
    return recorded(EVENT_MALLOC, real_allocator()->realloc(payload, 0), 0);
}

static void *resize(void *payload, size_t size)
{
    if (payload == NULL)
        return allocate(size);
    if (real_is_from_arena(payload))
        return move_from_arena(payload, size);
    if (size == 0)
        return resize_to_nothing(payload);
    struct record_move move = record_move(payload);
    void *moved = real_allocator()->realloc(payload, size);
    record_moved(&move, moved, size);
    return moved;
}

/* A size with the logarithm of its alignment, as an event holds them. */
static uint64_t aligned_size(size_t alignment, size_t size)
{
    uint64_t log2 = 0;
    while (log2 < 63 && (size_t)1 << log2 < alignment)
        log2++;
    return size | log2 << EVENT_SIZE_BITS;
}

static void *allocate_aligned(size_t alignment, size_t size)
{
    return recorded(EVENT_MEMALIGN, real_allocator()->memalign(alignment, size),
                    aligned_size(alignment, size));
}

void *malloc(size_t size)
{
    return allocate(size);
}

void *calloc(size_t count, size_t size)
{
    return recorded(EVENT_CALLOC, real_allocator()->calloc(count, size),
                    count * size);
}

void *realloc(void *payload, size_t size)
{
    return resize(payload, size);
}

void *reallocarray(void *payload, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return resize(payload, bytes);
}

void free(void *payload)
{
    release(payload);
}

void cfree(void *payload)
{
    release(payload);
}

void *memalign(size_t alignment, size_t size)
{
    return allocate_aligned(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return recorded(EVENT_MEMALIGN,
                    real_allocator()->aligned_alloc(alignment, size),
                    aligned_size(alignment, size));
}

int posix_memalign(void **payload, size_t alignment, size_t size)
{
    int problem = real_allocator()->posix_memalign(payload, alignment, size);
    if (problem == 0)
        recorded(EVENT_MEMALIGN, *payload, aligned_size(alignment, size));
    return problem;
}

void *valloc(size_t size)
{
    return allocate_aligned((size_t)sysconf(_SC_PAGESIZE), size);
}

void *pvalloc(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t bytes;
    if (__builtin_add_overflow(size, page - 1, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return allocate_aligned(page, bytes / page * page);
}

size_t malloc_usable_size(void *payload)
{
    if (payload != NULL && real_is_from_arena(payload))
        return real_arena_size(payload);
    return real_allocator()->malloc_usable_size(payload);
}
