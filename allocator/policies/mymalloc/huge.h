/*
 * huge.h -- requests that no block can hold: mappings of their own.
 *
 * A request of 4 GiB or more (layout.h) gets one mapping from the heap:
 *
 *   |  padding for the alignment  | struct huge | payload ...          |
 *   '-- start                       32 bytes
 *
 * All of them form a list, unsorted, from the tables' head; there are at most
 * reservation / 4 GiB of them.  Giving one back unmaps it.
 */
#ifndef ALLOCATOR_POLICIES_MYMALLOC_HUGE_H
#define ALLOCATOR_POLICIES_MYMALLOC_HUGE_H

#include "allocator/policies/mymalloc/tables.h"

#define HUGE_FROM_BYTES ((size_t)MAX_BLOCK_UNITS * UNIT - UNIT)

struct huge {
    struct huge *next, *previous; /* NULL at the ends */
    unsigned char *start;         /* of the mapping */
    size_t bytes;                 /* of the mapping */
};

_Static_assert(sizeof(struct huge) % HEAP_ALIGNMENT == 0, "payloads align");

static inline struct huge *huge_of(const void *payload)
{
    return (struct huge *)(uintptr_t)payload - 1;
}

/* Whether a live payload lies in a mapping of its own. */
static inline bool is_huge(const struct heap *heap, const void *payload)
{
    return (size_t)((const unsigned char *)payload - heap->base) >= heap->brk;
}

static inline size_t huge_usable(const struct huge *huge)
{
    const unsigned char *payload = (const unsigned char *)(huge + 1);
    return huge->bytes - (size_t)(payload - huge->start);
}

/* A payload in a mapping of its own, or NULL. */
void *my_huge_malloc(struct heap *heap, size_t alignment, size_t size);

void my_huge_free(struct heap *heap, void *payload);

#endif
