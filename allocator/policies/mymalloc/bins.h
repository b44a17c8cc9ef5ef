/*
 * bins.h -- the index of free blocks: best fit in O(1).
 *
 * Free blocks are kept in doubly linked lists by size, newest first.  Up to
 * 2^(k+1) units each bin holds one size; above, each power of two is divided
 * into 2^k bins of equal width, so that a bin is at most 1/2^k wider than its
 * smallest block.  k grows with the heap (tables.h).
 *
 *   k = 2:  1 2 3 4 5 6 7 | 8-9 10-11 12-13 14-15 | 16-19 20-23 24-27 28-31 |
 *
 * A search looks at up to 16 blocks of the request's own bin and up to 8 of
 * the next bin that has any, found by the bits of occupied; the smallest that
 * fits wins.
 *
 * One free block, the victim, stays outside: the last one freed or split.  It
 * competes as if it were listed, but taking from it and merging with it, the
 * common cases, cost no list operation.
 *
 * While the heap has no tables, root.victim heads a single list instead.
 */
#ifndef ALLOCATOR_POLICIES_MYMALLOC_BINS_H
#define ALLOCATOR_POLICIES_MYMALLOC_BINS_H

#include "allocator/policies/mymalloc/tables.h"

/*
 * The bin of blocks of so many units, were there no end to the bins.  Without a
 * branch: sizes are what no processor can predict.
 */
static inline uint32_t bin_at(uint32_t units, uint32_t log_bins)
{
    uint32_t at_least = units | (uint32_t)1 << log_bins;
    uint32_t shift = 31 - (uint32_t)__builtin_clz(at_least) - log_bins;
    return (shift << log_bins) + (units >> shift);
}

static inline uint32_t bin_of(const struct tables *tables, uint32_t units)
{
    uint32_t bin = bin_at(units, tables->log_bins);
    return bin < tables->n_bins ? bin : tables->n_bins - 1;
}

/* Puts block in front of the list that starts at *head. */
static inline void bins_push(const struct heap *heap, uint32_t *head,
                             uint32_t block)
{
    *links_of(heap, block) = (struct links){*head, 0};
    if (*head != 0) {
        links_of(heap, *head)->previous = block;
    }
    *head = block;
}

/* Puts a free block of so many units into its list in these tables. */
static inline void bins_insert(const struct heap *heap, struct tables *tables,
                               uint32_t block, uint32_t units)
{
    uint32_t bin = bin_of(tables, units);
    bins_push(heap, &tables_bins(tables)[bin], block);
    tables_occupied(tables)[bin / BINS_PER_WORD] |= (uint64_t)1
                                                    << bin % BINS_PER_WORD;
}

/* Makes a free block, its word and end written, the victim. */
static inline void bins_offer(const struct heap *heap, struct tables *tables,
                              uint32_t block)
{
    struct root *root = root_of(heap);
    uint32_t old = root->victim;
    if (tables == NULL) {
        bins_push(heap, &root->victim, block);
        return;
    }
    if (old != 0) {
        bins_insert(heap, tables, old, units_of(heap, old));
    }
    root->victim = block;
}

/* The first of its list goes: the next one, 0: none, becomes the first. */
void my_bins_behead(const struct heap *heap, struct tables *tables,
                    uint32_t units, uint32_t next);

/* Takes a free block of so many units out of the index. */
static inline void bins_remove(const struct heap *heap, struct tables *tables,
                               uint32_t block, uint32_t units)
{
    if (tables != NULL && block == root_of(heap)->victim) {
        root_of(heap)->victim = 0;
        return;
    }
    struct links links = *links_of(heap, block);
    if (links.next != 0) {
        links_of(heap, links.next)->previous = links.previous;
    }
    if (links.previous != 0) {
        links_of(heap, links.previous)->next = links.next;
    } else {
        my_bins_behead(heap, tables, units, links.next);
    }
}

/* The best free block of at least units, still in the index; 0: none. */
uint32_t my_bins_best(const struct heap *heap, const struct tables *tables,
                      uint32_t units);

/* Whether that was enough. */
typedef bool my_bins_visit_fn(struct heap *heap, uint32_t block, void *context);

/*
 * Calls visit for the free blocks, the victim first and then from the largest
 * bin on, down to the bin of least_bytes, until one is enough.
 */
void my_bins_visit(struct heap *heap, my_bins_visit_fn *visit, void *context,
                   size_t least_bytes);

#endif
