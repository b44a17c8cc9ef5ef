/*
 * pages.c -- what heaps ask of the system: access to pages, and to be rid of
 * them (inside.h).
 */
#include <sys/mman.h>

#include "allocator/heap/inside.h"

int inside_drop(struct heap *heap, size_t offset, size_t bytes)
{
    heap->system_calls++;
    return madvise(heap->base + offset, bytes,
                   heap->fd < 0 ? MADV_DONTNEED : MADV_REMOVE);
}

int inside_protect(struct heap *heap, size_t offset, size_t bytes, int access)
{
    heap->system_calls++;
    return mprotect(heap->base + offset, bytes, access);
}

int inside_discard(struct heap *heap, size_t offset, size_t bytes)
{
    return inside_drop(heap, offset, bytes) == 0
               ? inside_protect(heap, offset, bytes, PROT_NONE)
               : -1;
}

int inside_open(struct heap *heap, size_t offset, size_t bytes)
{
    if (heap->is_claimed) {
        heap->system_calls++;
        return claim_pages(heap->base + offset, bytes) ? 0 : -1;
    }
    return inside_protect(heap, offset, bytes, PROT_READ | PROT_WRITE);
}

void inside_close(struct heap *heap, size_t offset, size_t bytes)
{
    if (heap->is_claimed) {
        heap->system_calls++;
        munmap(heap->base + offset, bytes);
    } else {
        inside_discard(heap, offset, bytes);
    }
}
