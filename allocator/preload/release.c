/*
 * release.c -- when, and which pages (release.h).
 */
#include "allocator/preload/release.h"

#include <time.h>

#include "allocator/preload/settings.h"

struct look {
    struct heap *heap;
    size_t least; /* bytes of a block worth a system call */
    size_t released;
};

static int release_inside(void *context, const struct block_info *block)
{
    const size_t notes = POLICY_NOTES_FIRST + POLICY_NOTES_LAST;
    struct look *look = context;
    if (block->kind == BLOCK_FREE && block->bytes >= look->least + notes) {
        look->released += heap_release(look->heap,
                                       (const unsigned char *)block->address +
                                           POLICY_NOTES_FIRST,
                                       block->bytes - notes);
    }
    return 0;
}

/* Free memory above the last block in use, as far as the system gave it. */
static size_t release_top(struct arena *arena, size_t threshold)
{
    struct heap *heap = &arena->heap;
    if (settings.choice.policy->trim != NULL) {
        settings.choice.policy->trim(heap);
    }
    size_t spare = heap_touched(heap) - heap->brk;
    return spare != 0 && spare >= threshold ? heap_release_spare(heap) : 0;
}

static size_t release(struct arena *arena, size_t threshold, size_t least)
{
    struct look look = {.heap = &arena->heap, .least = least};
    size_t top = release_top(arena, threshold);
    settings.choice.policy->walk(&arena->heap, release_inside, &look);
    return top + look.released;
}

size_t release_all(struct arena *arena)
{
    return release(arena, 0, HEAP_PAGE);
}

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void release_look(struct arena *arena)
{
    size_t threshold = atomic_load_explicit(&settings.trim_threshold_bytes,
                                            memory_order_relaxed);
    if (arena->freed_bytes < heap_footprint(&arena->heap) / 16 ||
        threshold == SETTINGS_TRIM_NEVER) {
        return;
    }
    uint64_t now = now_ms();
    if (arena->looked_ms == 0) {
        arena->looked_ms = now;
    }
    if (now - arena->looked_ms >= settings.decay_ms) {
        release(arena, threshold, RELEASE_LEAST);
        arena->looked_ms = now;
    }
    arena->freed_bytes = 0;
}
