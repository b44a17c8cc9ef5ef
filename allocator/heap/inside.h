/*
 * inside.h -- what the files of heap/ share, and nobody else uses: accounts,
 * and pages of a heap, named by their offset from its base.
 */
#ifndef ALLOCATOR_HEAP_INSIDE_H
#define ALLOCATOR_HEAP_INSIDE_H

#include "allocator/heap/heap.h"

static inline size_t inside_round_up(size_t bytes, size_t unit)
{
    return (bytes + unit - 1) / unit * unit;
}

static inline size_t inside_smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/*
 * Sets how far beyond brk the break may move unasked: over accessible pages,
 * as far as the limit lets it, and nowhere while somebody wants to be asked.
 */
static inline void inside_update_ready(struct heap *heap, size_t brk)
{
    heap->ready =
        heap->refuse != NULL
            ? brk
            : inside_smaller(heap->committed,
                             heap->limit - heap->mapped + heap->retired);
}

/* Before the footprint shrinks. */
static inline void inside_note_peak(struct heap *heap)
{
    heap->past_peak = heap_peak(heap);
}

/* Notes that so many bytes were refused; NULL. */
static inline void *inside_refused(struct heap *heap, size_t bytes)
{
    heap->refusals++;
    heap->refused_bytes = bytes;
    return NULL;
}

/* Whether the limit, or who tests failure, lets the footprint grow so far. */
static inline bool inside_allowed(const struct heap *heap, size_t bytes)
{
    return bytes <= heap->limit - heap_footprint(heap) &&
           (heap->refuse == NULL || !heap->refuse(heap->refuse_context, bytes));
}

/* Before the break moves up by bytes, of which so many count; 0 or -1. */
int inside_make_room(struct heap *heap, size_t bytes, size_t counted);

/* Gives the memory of a range back, which then reads as zero; 0 or -1. */
int inside_drop(struct heap *heap, size_t offset, size_t bytes);

/* Lets a range be accessed, or not (PROT_NONE); 0 or -1. */
int inside_protect(struct heap *heap, size_t offset, size_t bytes, int access);

/* Drops the pages of a range and makes it inaccessible; 0 or -1. */
int inside_discard(struct heap *heap, size_t offset, size_t bytes);

/* Makes a range accessible for the first time; 0 or -1. */
int inside_open(struct heap *heap, size_t offset, size_t bytes);

/* As if the range had never been opened. */
void inside_close(struct heap *heap, size_t offset, size_t bytes);

/*
 * Ends the retirement of all pages in [start, end), which divides no range of
 * them.
 */
void inside_forget_retired(struct heap *heap, size_t start, size_t end);

#endif
