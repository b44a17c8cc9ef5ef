/*
 * half_fit.c -- one list for each power of two, and never a search.
 *
 * List i has the free blocks of 2^i to 2^(i+1) - 1 units of 16 bytes.  A freed
 * block goes to the list of its size's logarithm, rounded down; a request looks
 * from the logarithm of its own size on, rounded up, and takes the head of the
 * first list there that has one, which a word of bits tells.  Everything in it
 * is large enough:
 *
 *   bits    0 1 0 1 ...        request of 5 units: lists 3 and up
 *             |   '-> 8..15  :  | 11 | <-> | 8 |      the first one is split
 *             '-----> 2..3   :  | 3 |
 *
 * What is cut off goes back to its list; free blocks merge with neighbours at
 * once.  Allocation and release are O(1) with the smallest of roots, 296 bytes.
 *
 * The worst case is in the rounding ("incomplete memory use" in the paper): a
 * free block of 2^(i+1) - 1 units does not serve a request of 2^i + 1 units, so
 * nearly half of every free block can stay unused while the heap grows.  Equal
 * requests that are no power of two never find what their like has freed,
 * unless it has merged.
 *
 * Source: T. Ogasawara, An Algorithm with Constant Execution Time for Dynamic
 * Storage Allocation, RTCSA 1995.
 */
#include "allocator/block/bins.h"
#include "allocator/policies/tagged.h"

static const struct free_index bins = {bins_find_above, bins_insert,
                                       bins_remove, bins_replace, bins_replace};

TAGGED_HOOKS(half_fit, bins)

static const struct policy_option options[] = {TAGGED_OPTIONS(0), {0}};

static int half_fit_init(struct heap *heap, const uint64_t *values)
{
    return bins_init(heap, 0, tagged_choice(values));
}

const struct policy half_fit_policy = {
    .name = "half-fit",
    .summary = "a free list for each power of two, any block above, O(1)",
    .options = options,
    .init = half_fit_init,
    .malloc = half_fit_malloc,
    .free = half_fit_free,
    .realloc = half_fit_realloc,
    .memalign = half_fit_memalign,
    .usable_size = tagged_usable_size,
    .check = tagged_check_bins,
    .walk = tagged_walk_bins,
    .trim = tagged_trim,
};
