/*
 * plain.h -- from a store of blocks with one word of header to the hooks of a
 * policy.
 *
 * The blocks of a plain store begin with a word of the store's own, the payload
 * follows.  Whatever the store does, two low bits of words below payloads have
 * a meaning here, which is how payloads with an alignment of their own work:
 *
 *   +--------+------------------------------------------------------+
 *   | word 0 0 | payload                                            |
 *   +--------+------------------------------------------------------+
 *   +--------+----------+---------+------------+--------------------+
 *   | word 1 0 | distance |   ...   | distance 0 1 | payload         |
 *   +--------+----------+---------+------------+--------------------+
 *            '--------- distance, a multiple of 16 ----^
 *
 * A displaced payload has a stand-in below it that tells the way back, and the
 * block's first bytes tell the way there, for the walk.
 *
 * PLAIN_HOOKS(prefix, store) defines those hooks that a store completes; the
 * file that uses it adds init, check and walk.
 */
#ifndef ALLOCATOR_POLICIES_PLAIN_H
#define ALLOCATOR_POLICIES_PLAIN_H

#include "allocator/policy.h"

#define PLAIN_STAND_IN  UINT64_C(1)
#define PLAIN_DISPLACED UINT64_C(2)
#define PLAIN_FLAGS     (PLAIN_STAND_IN | PLAIN_DISPLACED)

/*
 * Where blocks come from.  "own" is the first payload byte of a block, which a
 * displaced payload is not.
 */
struct plain_store {
    /* A block for bytes of payload, both flags clear; NULL when refused. */
    void *(*take)(struct heap *heap, size_t bytes);

    void (*give)(struct heap *heap, void *own);

    /* Bytes behind the header. */
    size_t (*room)(struct heap *heap, const void *own);

    /*
     * Makes the block hold bytes without moving it, and may give back what it
     * holds beyond them; false: it has less room and nothing has changed.  It
     * leaves the flags as they are.
     */
    bool (*resize)(struct heap *heap, void *own, size_t bytes);
};

static inline uint64_t *plain_word(const void *payload)
{
    return (uint64_t *)((uintptr_t)payload - sizeof(uint64_t));
}

/* The first payload byte of the block in which a payload lies. */
static inline void *plain_own(const void *payload)
{
    uint64_t word = *plain_word(payload);
    uint64_t distance = word & PLAIN_STAND_IN ? word & ~PLAIN_FLAGS : 0;
    return (void *)((uintptr_t)payload - distance);
}

/* Bytes from there to the payload that was handed out. */
static inline size_t plain_distance(const void *own)
{
    return *plain_word(own) & PLAIN_DISPLACED ? *(const uint64_t *)own : 0;
}

void *plain_malloc(struct heap *heap, size_t size,
                   const struct plain_store *store);
void plain_free(struct heap *heap, void *payload,
                const struct plain_store *store);
void *plain_realloc(struct heap *heap, void *payload, size_t size,
                    const struct plain_store *store);
void *plain_memalign(struct heap *heap, size_t alignment, size_t size,
                     const struct plain_store *store);
size_t plain_usable_size(struct heap *heap, const void *payload,
                         const struct plain_store *store);

/* A block as walk shows it: bytes in all, room of them behind the header. */
struct block_info plain_info(const void *own, size_t bytes, size_t room,
                             enum block_kind kind);

/* Verifies what is known of displacement; 0, or -1 with *fault filled. */
int plain_check(const void *own, size_t room, struct policy_fault *fault);

/* Fills *fault; returns -1. */
__attribute__((format(printf, 4, 5))) int plain_fail(struct policy_fault *fault,
                                                     const char *rule,
                                                     const void *address,
                                                     const char *format, ...);

#define PLAIN_HOOKS(prefix, store)                                             \
    static void *prefix##_malloc(struct heap *heap, size_t size)               \
    {                                                                          \
        return plain_malloc(heap, size, &(store));                             \
    }                                                                          \
    static void prefix##_free(struct heap *heap, void *payload)                \
    {                                                                          \
        plain_free(heap, payload, &(store));                                   \
    }                                                                          \
    static void *prefix##_realloc(struct heap *heap, void *payload,            \
                                  size_t size)                                 \
    {                                                                          \
        return plain_realloc(heap, payload, size, &(store));                   \
    }                                                                          \
    static void *prefix##_memalign(struct heap *heap, size_t alignment,        \
                                   size_t size)                                \
    {                                                                          \
        return plain_memalign(heap, alignment, size, &(store));                \
    }                                                                          \
    static size_t prefix##_usable_size(struct heap *heap, const void *payload) \
    {                                                                          \
        return plain_usable_size(heap, payload, &(store));                     \
    }

#endif
