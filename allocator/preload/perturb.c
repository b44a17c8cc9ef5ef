/*
 * perturb.c -- fills blocks, and hands on (perturb.h).
 */
#include "allocator/preload/perturb.h"

#include <string.h>

#include "allocator/preload/cache.h"
#include "allocator/preload/onlooker.h"
#include "allocator/preload/serve.h"
#include "allocator/preload/settings.h"

static struct {
    atomic_uchar byte;
    const struct onlooker *_Atomic next; /* NULL: serve.h */
} perturbing;

static unsigned char byte_now(void)
{
    return atomic_load_explicit(&perturbing.byte, memory_order_relaxed);
}

/* Bytes of a payload that are new, from .. to. */
static void fill(unsigned char *payload, size_t from, size_t to)
{
    unsigned char byte = byte_now();
    if (payload != NULL && byte != 0 && from < to) {
        memset(payload + from, byte ^ 255, to - from);
    }
}

static void spoil(void *payload)
{
    unsigned char byte = byte_now();
    if (byte != 0) {
        serve_spoil(payload, byte);
    }
}

static void *perturb_malloc(enum call call, size_t alignment, size_t size)
{
    const struct onlooker *next = perturbing.next;
    void *payload = next != NULL ? next->malloc(call, alignment, size)
                                 : serve_memalign(alignment, size);
    fill(payload, 0, size);
    return payload;
}

static void *perturb_calloc(size_t size)
{
    const struct onlooker *next = perturbing.next;
    return next != NULL ? next->calloc(size) : serve_calloc(size);
}

static void *perturb_realloc(enum call call, void *payload, size_t size)
{
    const struct onlooker *next = perturbing.next;
    size_t old = serve_usable_size(payload);
    if (size == 0) {
        spoil(payload);
    }
    void *moved = next != NULL ? next->realloc(call, payload, size)
                               : serve_realloc(payload, size);
    fill(moved, old, size);
    return moved;
}

static void perturb_free(enum call call, void *payload)
{
    const struct onlooker *next = perturbing.next;
    spoil(payload);
    if (next != NULL) {
        next->free(call, payload);
    } else {
        serve_free(payload);
    }
}

static const struct onlooker perturb = {perturb_malloc, perturb_calloc,
                                        perturb_realloc, perturb_free};

void perturb_set(unsigned char byte)
{
    const struct onlooker *now = onlooker_now();
    atomic_store(&perturbing.byte, byte);
    if (byte != 0 && now != &perturb && settings.debug == DEBUG_OFF) {
        atomic_store(&perturbing.next, now);
        atomic_store(&onlooker, &perturb);
        cache_mine.quick = &cache_none;
    }
}
