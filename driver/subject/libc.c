/*
 * libc.c -- the C library's malloc as a subject.
 *
 * The hooks only forward, so that a replay costs it the same indirect call as
 * any policy.
 */
#include "driver/subject/libc.h"

#include <malloc.h>
#include <stdlib.h>

static int libc_init(struct heap *heap, const uint64_t *values)
{
    (void)heap;
    (void)values;
    return 0;
}

static void *libc_malloc(struct heap *heap, size_t size)
{
    (void)heap;
    return malloc(size);
}

static void libc_free(struct heap *heap, void *payload)
{
    (void)heap;
    free(payload);
}

static void *libc_realloc(struct heap *heap, void *payload, size_t size)
{
    (void)heap;
    return realloc(payload, size);
}

static void *libc_memalign(struct heap *heap, size_t alignment, size_t size)
{
    (void)heap;
    return memalign(alignment, size);
}

static size_t libc_usable_size(struct heap *heap, const void *payload)
{
    (void)heap;
    return malloc_usable_size((void *)(uintptr_t)payload);
}

const struct policy libc_policy = {
    .name = "libc",
    .summary = "the C library's own malloc, for reference",
    .init = libc_init,
    .malloc = libc_malloc,
    .free = libc_free,
    .realloc = libc_realloc,
    .memalign = libc_memalign,
    .usable_size = libc_usable_size,
};
