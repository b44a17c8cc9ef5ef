/*
 * real.h -- the allocator that the program would use without the recorder.
 *
 * "Next" in the dynamic linker's search order: libc's, or that of a library
 * the program is linked with.  Looking it up may itself allocate; such calls
 * are served from a small arena that is never given back.
 */
#ifndef DRIVER_RECORD_PRELOAD_REAL_H
#define DRIVER_RECORD_PRELOAD_REAL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct real_allocator {
    void *(*malloc)(size_t size);
    void *(*calloc)(size_t count, size_t size);
    void *(*realloc)(void *payload, size_t size);
    void (*free)(void *payload);
    void *(*memalign)(size_t alignment, size_t size);
    void *(*aligned_alloc)(size_t alignment, size_t size);
    int (*posix_memalign)(void **payload, size_t alignment, size_t size);
    size_t (*malloc_usable_size)(void *payload);
};

/* What real_allocator() answers; NULL until it is first asked. */
extern const struct real_allocator *_Atomic real_current;

/* Where the arena lies. */
#define REAL_ARENA_BYTES ((size_t)64 << 10)
extern unsigned char real_arena[REAL_ARENA_BYTES];

/* Looks the functions up. */
const struct real_allocator *real_resolve(void);

/* The functions to call now: the arena's while the lookup is under way. */
static inline const struct real_allocator *real_allocator(void)
{
    const struct real_allocator *known =
        atomic_load_explicit(&real_current, memory_order_acquire);
    return __builtin_expect(known != NULL, 1) ? known : real_resolve();
}

/* Was this handed out by the arena?  Then it is neither freed nor recorded. */
static inline bool real_is_from_arena(const void *payload)
{
    return (uintptr_t)payload - (uintptr_t)real_arena < REAL_ARENA_BYTES;
}

/* The size that was asked for, of a payload from the arena. */
size_t real_arena_size(const void *payload);

#endif
