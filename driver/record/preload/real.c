/*
 * real.c -- finds the next allocator, with an arena for the meantime.
 *
 * The first call of any allocation function resolves all of them.  dlsym()
 * may allocate (its error buffer, for one) and so come back here before it
 * has answered: from then until the table is complete the arena answers.  It
 * is a bump allocator of 64 KiB; each block has its size in front, which
 * realloc needs:
 *
 *     | size | payload, 16-byte aligned ... | size | payload ...
 *     16 bytes
 */
#include "driver/record/preload/real.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "driver/record/preload/control.h"
#include "driver/record/preload/witness.h"

#define ARENA_HEAD      16
#define ARENA_ALIGNMENT 16

const struct real_allocator *_Atomic real_current;

_Alignas(ARENA_ALIGNMENT) unsigned char real_arena[REAL_ARENA_BYTES];
static atomic_size_t arena_used;

/* Alignments above 16 do not occur while symbols are looked up. */
static void *arena_malloc(size_t size)
{
    if (size > REAL_ARENA_BYTES - ARENA_HEAD) {
        errno = ENOMEM;
        return NULL;
    }
    size_t bytes = ARENA_HEAD + (size + ARENA_ALIGNMENT - 1) / ARENA_ALIGNMENT *
                                    ARENA_ALIGNMENT;
    size_t at = atomic_fetch_add(&arena_used, bytes);
    if (at > REAL_ARENA_BYTES - bytes) {
        errno = ENOMEM;
        return NULL;
    }
    memcpy(real_arena + at, &size, sizeof size);
    return real_arena + at + ARENA_HEAD;
}

static void *arena_calloc(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return arena_malloc(bytes); /* fresh memory is zero */
}

size_t real_arena_size(const void *payload)
{
    size_t size;
    memcpy(&size, (const unsigned char *)payload - ARENA_HEAD, sizeof size);
    return size;
}

static void *arena_realloc(void *payload, size_t size)
{
    void *moved = arena_malloc(size);
    if (moved != NULL && payload != NULL) {
        size_t old = real_arena_size(payload);
        memcpy(moved, payload, old < size ? old : size);
    }
    return moved;
}

static void arena_free(void *payload)
{
    (void)payload;
}

static void *arena_memalign(size_t alignment, size_t size)
{
    return alignment <= ARENA_ALIGNMENT ? arena_malloc(size) : NULL;
}

static int arena_posix_memalign(void **payload, size_t alignment, size_t size)
{
    *payload = arena_memalign(alignment, size);
    return *payload == NULL ? ENOMEM : 0;
}

static size_t arena_usable_size(void *payload)
{
    return payload == NULL ? 0 : real_arena_size(payload);
}

static const struct real_allocator arena_allocator = {
    .malloc = arena_malloc,
    .calloc = arena_calloc,
    .realloc = arena_realloc,
    .free = arena_free,
    .memalign = arena_memalign,
    .aligned_alloc = arena_memalign,
    .posix_memalign = arena_posix_memalign,
    .malloc_usable_size = arena_usable_size,
};

static struct real_allocator next;

/* ISO C knows no conversion from dlsym's pointer to one of a function. */
static void find(void *function, const char *name)
{
    void *symbol = dlsym(RTLD_NEXT, name);
    memcpy(function, &symbol, sizeof symbol);
}

static void find_next(void)
{
    find(&next.malloc, "malloc");
    find(&next.calloc, "calloc");
    find(&next.realloc, "realloc");
    find(&next.free, "free");
    find(&next.memalign, "memalign");
    find(&next.aligned_alloc, "aligned_alloc");
    find(&next.posix_memalign, "posix_memalign");
    find(&next.malloc_usable_size, "malloc_usable_size");
}

/* The process has one thread when it first allocates. */
const struct real_allocator *real_resolve(void)
{
    atomic_store(&real_current, &arena_allocator);
    find_next();
    const struct record_control *control = control_find();
    atomic_store(&real_current, control != NULL && control->verify
                                    ? witness_allocator(&next)
                                    : &next);
    return real_current;
}
