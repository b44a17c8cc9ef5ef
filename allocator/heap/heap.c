/*
 * heap.c -- a heap inside one reservation of address space, or where nobody
 * else is (claim.h).
 *
 * The contiguous part is made accessible in steps and stays so until destroy.
 * Mappings have a file of their own (mappings.c), and retired pages (retire.c).
 */
#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "allocator/heap/inside.h"

/* A file without a name that backs a shared heap; -1 for a private one. */
static int open_backing(const struct heap *heap, enum heap_visibility how)
{
    if (how == HEAP_PRIVATE) {
        return -1;
    }
    int fd = memfd_create("heap", MFD_CLOEXEC);
    if (fd >= 0 && ftruncate(fd, (off_t)heap->reserved) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* All but where the heap lies; 0 or -1. */
static int set_up(struct heap *heap, const struct heap_options *options)
{
    memset(heap, 0, sizeof *heap);
    heap->reserved = options->reserve_bytes != 0 ? options->reserve_bytes
                                                 : HEAP_DEFAULT_RESERVE;
    if (heap->reserved > SIZE_MAX - HEAP_PAGE) {
        errno = ENOMEM;
        return -1;
    }
    heap->reserved = inside_round_up(heap->reserved, HEAP_PAGE);
    heap->limit = options->limit_bytes != 0
                      ? inside_smaller(options->limit_bytes, heap->reserved)
                      : heap->reserved;
    heap->retirement = options->visibility == HEAP_PRIVATE ? options->retirement
                                                           : HEAP_AT_ONCE;
    heap->mappings_floor = heap->reserved;
    heap->commit_step = options->commit_step_bytes != 0
                            ? options->commit_step_bytes
                            : HEAP_COMMIT_STEP;
    heap->fd = -1;
    return 0;
}

static int reserve(struct heap *heap)
{
    int flags = MAP_NORESERVE |
                (heap->fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED);
    void *base = mmap(NULL, heap->reserved, PROT_NONE, flags, heap->fd, 0);
    heap->base = base != MAP_FAILED ? base : NULL;
    return heap->base != NULL ? 0 : -1;
}

int heap_init(struct heap *heap, const struct heap_options *options)
{
    static const struct heap_options defaults = {.reserve_bytes = 0};
    options = options != NULL ? options : &defaults;
    if (set_up(heap, options) != 0) {
        return -1;
    }
    heap->fd = open_backing(heap, options->visibility);
    if (heap->fd < 0 && options->visibility == HEAP_SHARED) {
        return -1;
    }
    if (reserve(heap) == 0) {
        return 0;
    }
    int error = errno;
    if (heap->fd >= 0) {
        close(heap->fd);
    }
    errno = error;
    return -1;
}

int heap_init_at(struct heap *heap, const struct heap_options *options,
                 void *address)
{
    if (set_up(heap, options) != 0) {
        return -1;
    }
    heap->base = address;
    heap->is_claimed = true;
    heap->shadow.base = options->shadow;
    heap->shadow.high = heap->reserved / CLAIM_RATIO;
    return 0;
}

/* Gives back what was claimed, and nothing beside it. */
static void unclaim(struct heap *heap)
{
    munmap(heap->base, heap->committed);
    for (size_t i = 0; i < heap->mappings.n; i++) {
        const struct heap_range *mapping = &heap->mappings.at[i];
        munmap(heap->base + mapping->offset, mapping->bytes);
    }
    claim_shadow_end(&heap->shadow, heap->reserved);
}

void heap_destroy(struct heap *heap)
{
    if (heap->base == NULL) {
        return;
    }
    if (heap->is_claimed) {
        unclaim(heap);
    } else {
        munmap(heap->base, heap->reserved);
    }
    if (heap->fd >= 0) {
        close(heap->fd);
    }
    ranges_free(&heap->mappings);
    ranges_free(&heap->retired_pages);
    memset(heap, 0, sizeof *heap);
    heap->fd = -1;
}

void heap_reset(struct heap *heap)
{
    heap->past_brk = heap_touched(heap);
    inside_forget_retired(heap, 0, heap->committed);
    for (size_t i = 0; i < heap->mappings.n; i++) {
        const struct heap_range *mapping = &heap->mappings.at[i];
        inside_close(heap, mapping->offset, mapping->bytes);
    }
    heap->mappings.n = 0;
    heap->mappings_floor = heap->reserved;
    heap->brk = heap->mapped = heap->past_peak = 0;
    inside_update_ready(heap, 0);
    heap->refusals = heap->refused_bytes = 0;
}

/* Makes the contiguous part accessible up to brk; 0 or -1. */
static int commit(struct heap *heap, size_t brk)
{
    size_t end = inside_smaller(inside_round_up(brk, heap->commit_step),
                                heap->mappings_floor);
    if (!claim_shadow_up_to(&heap->shadow, end) ||
        inside_open(heap, heap->committed, end - heap->committed) != 0) {
        return -1;
    }
    heap->committed = end;
    return 0;
}

int inside_make_room(struct heap *heap, size_t bytes, size_t counted)
{
    if (!inside_allowed(heap, counted) ||
        bytes > heap->mappings_floor - heap->brk) {
        inside_refused(heap, bytes);
        return -1;
    }
    size_t brk = heap->brk + bytes;
    if (brk > heap->committed && commit(heap, brk) != 0) {
        inside_refused(heap, bytes);
        return -1;
    }
    inside_update_ready(heap, brk);
    return 0;
}

int heap_make_room(struct heap *heap, size_t bytes)
{
    return inside_make_room(heap, bytes, bytes);
}

void heap_shrink(struct heap *heap, size_t bytes)
{
    assert(bytes % HEAP_ALIGNMENT == 0 && bytes <= heap->brk &&
           ((heap->brk - bytes) % HEAP_PAGE == 0 ||
            heap_retired_bytes(heap, heap_top(heap) - bytes, 1) == 0));
    inside_note_peak(heap);
    heap->past_brk = heap_touched(heap);
    heap->brk -= bytes;
    inside_forget_retired(heap, heap->brk / HEAP_PAGE * HEAP_PAGE,
                          heap->committed);
    inside_update_ready(heap, heap->brk);
}

size_t heap_release_spare(struct heap *heap)
{
    size_t used = inside_round_up(heap->brk, HEAP_PAGE);
    size_t spare = heap->committed - used;
    if (spare != 0 && heap->is_claimed) {
        inside_close(heap, used, spare);
        heap->committed = used;
        inside_update_ready(heap, heap->brk);
    } else if (spare != 0) {
        inside_drop(heap, used, spare);
    }
    heap->past_brk = used;
    return spare;
}

bool heap_contains(const struct heap *heap, const void *address, size_t bytes)
{
    uintptr_t start = (uintptr_t)address, base = (uintptr_t)heap->base;
    if (start < base || start - base >= heap->reserved) {
        return false;
    }
    size_t offset = start - base;
    if (offset < heap->brk) {
        return bytes <= heap->brk - offset &&
               heap_retired_bytes(heap, address, bytes) == 0;
    }
    size_t index = ranges_behind(&heap->mappings, offset);
    if (index == heap->mappings.n || offset < heap->mappings.at[index].offset) {
        return false;
    }
    return bytes <= range_end(&heap->mappings.at[index]) - offset;
}

void heap_lower_limit(struct heap *heap, size_t bytes)
{
    assert(bytes >= heap_footprint(heap));
    heap->limit = inside_smaller(heap->limit, bytes);
    inside_update_ready(heap, heap->brk);
}

void heap_set_refusal(struct heap *heap, heap_refuse_fn *refuse, void *context)
{
    heap->refuse = refuse;
    heap->refuse_context = context;
    inside_update_ready(heap, heap->brk);
}
