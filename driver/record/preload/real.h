/*
 * real.h -- the allocator that the program would use without the recorder.
 *
 * "Next" in the dynamic linker's search order: libc's, or that of a library
 * the program is linked with.  Looking it up may itself allocate; such calls
 * are served from a small arena that is never given back.
 */
#ifndef DRIVER_RECORD_PRELOAD_REAL_H
#define DRIVER_RECORD_PRELOAD_REAL_H

#include <stdbool.h>
#include <stddef.h>

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

/* The functions to call now: the arena's while the lookup is under way. */
const struct real_allocator *real_allocator(void);

/* Was this handed out by the arena?  Then it is neither freed nor recorded. */
bool real_is_from_arena(const void *payload);

/* The size that was asked for, of a payload from the arena. */
size_t real_arena_size(const void *payload);

#endif
