/*
 * retire.c -- pages inside free blocks that are the system's for a while
 * (heap.h).
 *
 * Lazily they cost a system call for each range when they go; at once it is
 * two, and one more to restore them.
 */
#include <sys/mman.h>

#include "allocator/heap/inside.h"

/* Lets the system have a range of the contiguous part; 0 or -1. */
static int give_up(struct heap *heap, size_t offset, size_t bytes)
{
    if (heap->retirement == HEAP_AT_ONCE) {
        return inside_discard(heap, offset, bytes);
    }
    heap->system_calls++;
    return madvise(heap->base + offset, bytes, MADV_FREE);
}

/* The opposite; 0 or -1. */
static int take_back(struct heap *heap, size_t offset, size_t bytes)
{
    return heap->retirement == HEAP_AT_ONCE
               ? inside_protect(heap, offset, bytes, PROT_READ | PROT_WRITE)
               : 0;
}

/*
 * Access alone comes back, which the system has no reason to refuse: no mapping
 * is divided, and the memory was accounted for when it was first accessible.
 */
void inside_forget_retired(struct heap *heap, size_t start, size_t end)
{
    size_t bytes = ranges_overlap(&heap->retired_pages, start, end);
    if (bytes != 0) {
        take_back(heap, start, end - start);
        ranges_cut(&heap->retired_pages, start, end);
        heap->retired -= bytes;
    }
}

/* The whole pages below the break inside a range; false: there are none. */
static bool whole_pages(const struct heap *heap, const void *address,
                        size_t bytes, size_t *start, size_t *end)
{
    size_t offset = (size_t)((const unsigned char *)address - heap->base);
    *start = inside_round_up(offset, HEAP_PAGE);
    *end = inside_smaller(offset + bytes, heap->brk) / HEAP_PAGE * HEAP_PAGE;
    return *start < *end;
}

size_t heap_release(struct heap *heap, const void *address, size_t bytes)
{
    size_t start, end;
    if (!whole_pages(heap, address, bytes, &start, &end)) {
        return 0;
    }
    inside_drop(heap, start, end - start);
    return end - start - ranges_overlap(&heap->retired_pages, start, end);
}

/* Retires pages of which none is retired; 0 or -1. */
static int retire(struct heap *heap, size_t start, size_t end)
{
    if (ranges_reserve(&heap->retired_pages) != 0 ||
        give_up(heap, start, end - start) != 0) {
        return -1;
    }
    inside_note_peak(heap);
    ranges_join(&heap->retired_pages, start, end);
    heap->retired += end - start;
    inside_update_ready(heap, heap->brk);
    return 0;
}

size_t heap_retire(struct heap *heap, const void *address, size_t bytes)
{
    size_t before = heap->retired, start, last;
    bool any = whole_pages(heap, address, bytes, &start, &last);
    for (size_t end = last; any && start < last; start = end, end = last) {
        if (!ranges_gap(&heap->retired_pages, &start, &end) ||
            retire(heap, start, end) != 0) {
            break;
        }
    }
    return heap->retired - before;
}

/* Lets nobody touch pages beyond the break, if that is how they retire. */
static int keep_out(struct heap *heap, size_t start, size_t bytes)
{
    return heap->retirement == HEAP_AT_ONCE
               ? inside_protect(heap, start, bytes, PROT_NONE)
               : 0;
}

void *heap_grow_retired(struct heap *heap, size_t bytes)
{
    size_t brk = heap->brk, start = inside_round_up(brk, HEAP_PAGE);
    size_t end = (brk + bytes) / HEAP_PAGE * HEAP_PAGE;
    size_t pages = start < end ? end - start : 0;
    if (ranges_reserve(&heap->retired_pages) != 0) {
        return inside_refused(heap, bytes);
    }
    if (inside_make_room(heap, bytes, bytes - pages) != 0) {
        return NULL;
    }
    if (pages != 0) {
        if (keep_out(heap, start, pages) != 0) {
            return inside_refused(heap, bytes);
        }
        ranges_join(&heap->retired_pages, start, end);
        heap->retired += pages;
    }
    heap->brk += bytes;
    inside_update_ready(heap, heap->brk);
    return heap->base + brk;
}

/* The pages that a range touches. */
static void touched_pages(const struct heap *heap, const void *address,
                          size_t bytes, size_t *start, size_t *end)
{
    size_t offset = (size_t)((const unsigned char *)address - heap->base);
    *start = offset / HEAP_PAGE * HEAP_PAGE;
    *end =
        inside_round_up(inside_smaller(offset + bytes, heap->brk), HEAP_PAGE);
}

int heap_restore(struct heap *heap, const void *address, size_t bytes)
{
    size_t start, end;
    touched_pages(heap, address, bytes, &start, &end);
    bytes = ranges_overlap(&heap->retired_pages, start, end);
    if (bytes == 0) {
        return 0;
    }
    if (!inside_allowed(heap, bytes) ||
        ranges_reserve(&heap->retired_pages) != 0 ||
        take_back(heap, start, end - start) != 0) {
        inside_refused(heap, bytes);
        return -1;
    }
    ranges_cut(&heap->retired_pages, start, end);
    heap->retired -= bytes;
    inside_update_ready(heap, heap->brk);
    return 0;
}

bool heap_allows(struct heap *heap, size_t bytes)
{
    if (inside_allowed(heap, bytes)) {
        return true;
    }
    inside_refused(heap, bytes);
    return false;
}

void heap_recall(struct heap *heap, const void *address, size_t bytes)
{
    size_t start, end;
    touched_pages(heap, address, bytes, &start, &end);
    inside_forget_retired(heap, start, end);
    inside_update_ready(heap, heap->brk);
}
