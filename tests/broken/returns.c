/*
 * returns.c -- wrong answers: NULL, init, and what is done to the heap.
 */
#include "tests/broken/broken.h"

static void *refusing_malloc(struct heap *heap, size_t size)
{
    return sound_due(heap, 5) ? NULL : sound_malloc(heap, size);
}

/* The heap refuses, but nobody needed so much. */
static void *greedy_malloc(struct heap *heap, size_t size)
{
    return sound_due(heap, 5) ? heap_grow(heap, (size_t)1 << 40)
                              : sound_malloc(heap, size);
}

static void *refusing_memalign(struct heap *heap, size_t alignment, size_t size)
{
    (void)heap;
    (void)alignment;
    (void)size;
    return NULL;
}

static void *refusing_realloc(struct heap *heap, void *payload, size_t size)
{
    return sound_due(heap, 1) ? NULL : sound_realloc(heap, payload, size);
}

static void *realloc_to_something(struct heap *heap, void *payload, size_t size)
{
    void *result = sound_realloc(heap, payload, size);
    return size == 0 ? payload : result;
}

static int refusing_init(struct heap *heap, const uint64_t *values)
{
    (void)heap;
    (void)values;
    return -1;
}

static int once_init(struct heap *heap, const uint64_t *values)
{
    struct sound_root *root = heap_grow(heap, sizeof *root);
    bool again = root->magic != 0;
    heap_shrink(heap, sizeof *root);
    return again ? -1 : sound_init(heap, values);
}

/* Finds its old root and goes on with the free list in it. */
static int stale_init(struct heap *heap, const uint64_t *values)
{
    struct sound_root *root = heap_grow(heap, sizeof *root);
    if (root->magic != 0) {
        return 0;
    }
    heap_shrink(heap, sizeof *root);
    return sound_init(heap, values);
}

/* Forgets what the peak was before memory went back. */
static void forging_free(struct heap *heap, void *payload)
{
    sound_free(heap, payload);
    heap->past_peak = 0;
}

static void *unmapping_malloc(struct heap *heap, size_t size)
{
    void *payload = sound_malloc(heap, size);
    if (size >= SOUND_MAP_FROM) {
        heap->mapped = 0;
    }
    return payload;
}

/* Says that pages went back which are still in use. */
static void *retiring_malloc(struct heap *heap, size_t size)
{
    void *payload = sound_malloc(heap, size);
    if (sound_due(heap, 5)) {
        heap->retired += 64;
    }
    return payload;
}

static void *stretching_malloc(struct heap *heap, size_t size)
{
    void *payload = sound_malloc(heap, size);
    if (sound_due(heap, 5)) {
        heap->brk = heap->committed + 4096;
    }
    return payload;
}

/* Gives back a mapping in which a payload lives. */
static void unmapping_free(struct heap *heap, void *payload)
{
    sound_free(heap, payload);
    if (sound_due(heap, 4)) {
        heap_unmap(heap, heap->base + heap->mappings.at[0].offset, HEAP_PAGE);
    }
}

const struct broken broken_returns[] = {
    BROKEN("malloc-null-without-need", malloc, refusing_malloc, RULE_NULL, 5),
    BROKEN("malloc-null-after-absurd-request", malloc, greedy_malloc, RULE_NULL,
           5),
    BROKEN("memalign-null-without-need", memalign, refusing_memalign, RULE_NULL,
           10),
    BROKEN("realloc-null-without-need", realloc, refusing_realloc, RULE_NULL,
           6),
    BROKEN("realloc-to-zero-returns-payload", realloc, realloc_to_something,
           RULE_REALLOC_ZERO, 12),
    BROKEN("init-fails", init, refusing_init, RULE_INIT, FAULT_NO_OP),
    BROKEN_WITH("second-init-fails", init, once_init, RULE_REINIT, FAULT_NO_OP,
                .round = 2),
    BROKEN_WITH("second-init-keeps-free-list", init, stale_init,
                "free-list-outside", FAULT_NO_OP, .round = 2),
    BROKEN_WITH("second-init-keeps-free-list-unchecked", init, stale_init,
                RULE_OUT_OF_HEAP, 0, .round = 2, .unchecked = true),
    BROKEN("forges-peak", free, forging_free, RULE_HEAP_BOOKS, 21),
    BROKEN("forges-mapped", malloc, unmapping_malloc, RULE_HEAP_BOOKS, 15),
    BROKEN("forges-retired", malloc, retiring_malloc, RULE_HEAP_BOOKS, 5),
    BROKEN("forges-break", malloc, stretching_malloc, RULE_HEAP_BOOKS, 5),
    BROKEN_WITH("unmaps-live-payload", free, unmapping_free, RULE_GIVEN_BACK,
                17, .unchecked = true),
    BROKEN_END,
};
