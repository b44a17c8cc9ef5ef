/*
 * tagged.h -- from boundary tags over an index to the hooks of a policy.
 *
 * TAGGED_HOOKS(prefix, index) defines those hooks that an index completes,
 * specialised by the compiler for it; the file that uses it adds init, check
 * and walk.
 */
#ifndef ALLOCATOR_POLICIES_TAGGED_H
#define ALLOCATOR_POLICIES_TAGGED_H

#include "allocator/block/inspect.h"
#include "allocator/block/tags.h"
#include "allocator/policy.h"

/* The options that all of them share, from a place in their table on. */
#define TAGGED_OPTIONS(place)                                                  \
    [place] = {.name = "split",                                                \
               .summary = "smallest remainder split off, in bytes",            \
               .least = BLOCK_SMALLEST,                                        \
               .most = TAGS_MOST_SPLIT,                                        \
               .initial = BLOCK_SMALLEST},                                     \
    [(place) + 1] = {.name = "grow",                                           \
                     .summary =                                                \
                         "the break moves by multiples of it, in bytes",       \
                     .least = BLOCK_UNIT,                                      \
                     .most = TAGS_MOST_GROW,                                   \
                     .initial = BLOCK_UNIT},                                   \
    [(place) + 2] = {.name = "cut",                                            \
                     .summary = "which end of a free block a request gets",    \
                     .words = {"low", "high"},                                 \
                     .initial = TAGS_CUT_LOW}

/* What the values of these options, in the table's order, choose. */
struct tags_choice tagged_choice(const uint64_t *values);

#define TAGGED_HOOKS(prefix, index)                                            \
    static void *prefix##_malloc(struct heap *heap, size_t size)               \
    {                                                                          \
        return tags_malloc(heap, size, &(index));                              \
    }                                                                          \
    static void prefix##_free(struct heap *heap, void *payload)                \
    {                                                                          \
        tags_free(heap, payload, &(index));                                    \
    }                                                                          \
    static void *prefix##_realloc(struct heap *heap, void *payload,            \
                                  size_t size)                                 \
    {                                                                          \
        return tags_realloc(heap, payload, size, &(index));                    \
    }                                                                          \
    static void *prefix##_memalign(struct heap *heap, size_t alignment,        \
                                   size_t size)                                \
    {                                                                          \
        return tags_memalign(heap, alignment, size, &(index));                 \
    }

size_t tagged_usable_size(struct heap *heap, const void *payload);

/* Walks the blocks behind a root of root_bytes as policy.h says. */
int tagged_walk(struct heap *heap, size_t root_bytes, policy_visit_fn *visit,
                void *context);

/* Hands a fault of the blocks on to the policy's caller; returns -1. */
int tagged_report(const struct block_fault *found, struct policy_fault *fault);

/* The check and walk of policies over bins (block/bins.h). */
int tagged_check_bins(struct heap *heap, struct policy_fault *fault);
int tagged_walk_bins(struct heap *heap, policy_visit_fn *visit, void *context);

/* Gives the free top back. */
void tagged_trim(struct heap *heap);

#endif
