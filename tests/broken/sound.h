/*
 * sound.h -- a small allocator that is right, for others to break.
 *
 * First fit over one free list in address order, which free joins with its
 * neighbours (Kernighan and Ritchie, "The C Programming Language", section
 * 8.7).  Large requests get a mapping of their own.
 *
 *   base                                                          break
 *    | root | header payload | header link ... | header payload ... |
 *      64     16      used       free '--> offset of the next free header
 *
 *   mapping: | header payload ... |
 */
#ifndef TESTS_BROKEN_SOUND_H
#define TESTS_BROKEN_SOUND_H

#include "allocator/policy.h"

#define SOUND_MAP_FROM ((size_t)65536)

enum sound_tag { SOUND_USED = 0x5ed, SOUND_FREE = 0xf4ee };

struct sound_header {
    uint64_t bytes; /* of the block, header included; a multiple of 16 */
    uint64_t tag;   /* enum sound_tag */
};

struct sound_root {
    uint64_t magic;
    uint64_t first_free; /* offset of a header, or 0 */
    uint64_t calls;      /* of a broken hook so far: see sound_due */
    uint64_t last;       /* offset of the payload handed out last, or 0 */
    uint64_t first;      /* ... handed out first, or 0 */
    uint64_t spare[3];
};

static inline struct sound_root *sound_root(const struct heap *heap)
{
    return (struct sound_root *)(void *)heap->base;
}

static inline struct sound_header *sound_header(const void *payload)
{
    return (struct sound_header *)(uintptr_t)payload - 1;
}

/* Where a free block keeps the offset of the next one. */
static inline uint64_t *sound_link(struct sound_header *header)
{
    return (uint64_t *)(header + 1);
}

/* Counts the calls of a broken hook; true at the nth, from 1. */
static inline bool sound_due(struct heap *heap, uint64_t n)
{
    return ++sound_root(heap)->calls == n;
}

int sound_init(struct heap *heap, const uint64_t *values);
void *sound_malloc(struct heap *heap, size_t size);
void sound_free(struct heap *heap, void *payload);
void *sound_realloc(struct heap *heap, void *payload, size_t size);
void *sound_memalign(struct heap *heap, size_t alignment, size_t size);
size_t sound_usable_size(struct heap *heap, const void *payload);
int sound_check(struct heap *heap, struct policy_fault *fault);
int sound_walk(struct heap *heap, policy_visit_fn *visit, void *context);

/* All of them, as a policy. */
extern const struct policy sound_policy;

#endif
