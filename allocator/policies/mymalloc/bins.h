/*
 * bins.h -- the index of free blocks: best fit in O(1).
 *
 * Free blocks are kept in doubly linked lists by size, newest first.  Below
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
 * While the heap has no tables, root.free heads a single list instead.
 */
#ifndef ALLOCATOR_POLICIES_MYMALLOC_BINS_H
#define ALLOCATOR_POLICIES_MYMALLOC_BINS_H

#include "allocator/policies/mymalloc/tables.h"

#define OWN_BIN_LOOKS  16
#define NEXT_BIN_LOOKS 8

/*
 * The bin of blocks of so many units, were there no end to the bins.  Without a
 * branch: sizes are what no processor can predict.
 */
static inline uint32_t bin_at(uint32_t units, uint32_t log_bins)
{
    uint32_t at_least = units | (uint32_t)1 << log_bins;
    uint32_t shift = (31 ^ (uint32_t)__builtin_clz(at_least)) - log_bins;
    return (shift << log_bins) + (units >> shift);
}

static inline void bins_mark(const struct tables *tables, uint32_t bin)
{
    tables_occupied(tables)[bin / BINS_PER_WORD] |= (uint64_t)1
                                                    << bin % BINS_PER_WORD;
}

/* In new tables: lets who finds no block stop behind the last bin. */
static inline void bins_end_searches(const struct tables *tables)
{
    bins_mark(tables, tables->n_bins);
}

static inline uint32_t bin_of(const struct tables *tables, uint32_t units)
{
    uint32_t bin = bin_at(units, tables->log_bins);
    return bin < tables->n_bins ? bin : tables->n_bins - 1;
}

/*
 * Puts block in front of the list that starts at *head.  Where that is empty,
 * unit 0 takes the link of the block behind (layout.h).
 */
static inline void bins_push(const struct heap *heap, uint32_t *head,
                             uint32_t block)
{
    *links_of(heap, block) = (struct links){*head, 0};
    links_of(heap, *head)->previous = block;
    *head = block;
}

/* Puts a free block of so many units into its list in these tables. */
static inline void bins_insert(const struct heap *heap, struct tables *tables,
                               uint32_t block, uint32_t units)
{
    uint32_t bin = bin_of(tables, units);
    bins_push(heap, &tables_bins(tables)[bin], block);
    bins_mark(tables, bin);
}

/* Makes a free block, its word and end written, the victim. */
static inline void bins_offer(const struct heap *heap, struct tables *tables,
                              uint32_t block)
{
    if (tables == NULL) {
        bins_push(heap, &root_of(heap)->free, block);
        return;
    }
    uint32_t old = tables->victim;
    if (old != 0) {
        bins_insert(heap, tables, old, units_of(heap, old));
    }
    tables->victim = block;
}

/* The first of its list goes: the next one, 0: none, becomes the first. */
static inline void bins_behead(const struct heap *heap, struct tables *tables,
                               uint32_t units, uint32_t next)
{
    if (tables == NULL) {
        root_of(heap)->free = next;
        return;
    }
    uint32_t bin = bin_of(tables, units);
    uint64_t gone = (uint64_t)(next == 0) << bin % BINS_PER_WORD;
    tables_bins(tables)[bin] = next;
    tables_occupied(tables)[bin / BINS_PER_WORD] &= ~gone;
}

/* Takes a free block of so many units, not the victim, out of its list. */
static inline void bins_unlink(const struct heap *heap, struct tables *tables,
                               uint32_t block, uint32_t units)
{
    struct links links = *links_of(heap, block);
    if (tables != NULL || links.next != 0) {
        links_of(heap, links.next)->previous = links.previous;
    }
    if (links.previous != 0) {
        links_of(heap, links.previous)->next = links.next;
    } else {
        bins_behead(heap, tables, units, links.next);
    }
}

/* Whether a free block is the one outside the lists. */
static inline bool bins_is_victim(const struct tables *tables, uint32_t block)
{
    return tables != NULL && block == tables->victim;
}

/* Takes a free block of so many units out of the index. */
static inline void bins_remove(const struct heap *heap, struct tables *tables,
                               uint32_t block, uint32_t units)
{
    if (bins_is_victim(tables, block)) {
        tables->victim = 0;
    } else {
        bins_unlink(heap, tables, block, units);
    }
}

/* The smallest of the list's first looks blocks that has units; 0: none. */
static inline uint32_t bins_smallest(const struct heap *heap, uint32_t block,
                                     uint32_t units, unsigned looks)
{
    uint32_t best = 0, best_units = UINT32_MAX;
    for (; block != 0 && looks != 0; looks--) {
        uint32_t found = units_of(heap, block);
        if (found >= units && found < best_units) {
            best = block;
            best_units = found;
            if (found == units) {
                break;
            }
        }
        block = links_of(heap, block)->next;
    }
    return best;
}

/* The first bin from bin on, at most n_bins, that has a block; n_bins: none. */
static inline uint32_t bins_occupied_from(const struct tables *tables,
                                          uint32_t bin)
{
    const uint64_t *occupied = tables_occupied(tables);
    uint32_t word = bin / BINS_PER_WORD;
    uint64_t bits = occupied[word] & ~(uint64_t)0 << bin % BINS_PER_WORD;
    while (bits == 0) {
        bits = occupied[++word];
    }
    return word * BINS_PER_WORD + (uint32_t)__builtin_ctzll(bits);
}

/* Whether all blocks of a bin have one size. */
static inline bool bins_exact(const struct tables *tables, uint32_t bin)
{
    return bin >> tables->log_bins < 2;
}

static inline uint32_t bins_best_listed(const struct heap *heap,
                                        const struct tables *tables,
                                        uint32_t units)
{
    const uint32_t *bins = tables_bins(tables);
    uint32_t own = bin_of(tables, units);
    uint32_t best = bins[own];
    if (best != 0 && !bins_exact(tables, own)) {
        best = bins_smallest(heap, best, units, OWN_BIN_LOOKS);
    }
    if (best != 0) {
        return best;
    }
    uint32_t bin = bins_occupied_from(tables, own + 1);
    if (bin == tables->n_bins) {
        return 0;
    }
    return bins_exact(tables, bin)
               ? bins[bin]
               : bins_smallest(heap, bins[bin], units, NEXT_BIN_LOOKS);
}

/* The best free block of at least units, still in the index; 0: none. */
static inline uint32_t bins_best(const struct heap *heap,
                                 const struct tables *tables, uint32_t units)
{
    uint32_t victim = tables->victim;
    uint32_t victim_units = victim != 0 ? units_of(heap, victim) : 0;
    if (victim_units == units) {
        return victim;
    }
    uint32_t best = bins_best_listed(heap, tables, units);
    if (victim_units > units &&
        (best == 0 || victim_units <= units_of(heap, best))) {
        return victim;
    }
    return best;
}

/* Whether that was enough. */
typedef bool my_bins_visit_fn(struct heap *heap, uint32_t block, void *context);

/*
 * Calls visit for the free blocks, the victim first and then from the largest
 * bin on, down to the bin of least_bytes, until one is enough.
 */
void my_bins_visit(struct heap *heap, my_bins_visit_fn *visit, void *context,
                   size_t least_bytes);

#endif
