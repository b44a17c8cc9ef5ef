/*
 * tlsf.c -- two-level segregated fit: every operation in constant time.
 *
 * The first level of the index is the power of two, the second cuts it into
 * `classes` equal parts.  A request is rounded up to the next part, so that any
 * block found there is large enough and none is ever looked at in vain:
 *
 *   request of 1100 bytes, 16 parts of 64 between 1024 and 2048
 *
 *     level     ... 512   1024    2048   ...      one word of bits
 *     part          1024  1088  [1152]  1216 ...  one word of bits for each
 *                                  |
 *                                  v
 *                        list of free blocks of 1152 to 1215 bytes
 *
 * Two instructions that find the lowest bit set take the place of the search,
 * in malloc and free alike.  The price is that a block of the part below which
 * would have been large enough goes unseen: at most 1/classes of the request,
 * the bound on what good fit loses against best fit.
 *
 *   malloc, free   O(1), whatever the heap holds
 *   root           3.7 KB with 32 classes (links have 32 bits)
 *   worst case     free blocks just short of a part's end serve no request of
 *                  their own size: each wastes up to 1/classes of itself
 *
 * What differs from the paper: the block at the break stays outside the index
 * and is used last (block/tags.h), and the second level's bitmaps and heads are
 * as wide as an option says.
 *
 * Source: M. Masmano, I. Ripoll, A. Crespo, J. Real, TLSF: A New Dynamic Memory
 * Allocator for Real-Time Systems, ECRTS 2004.
 */
#include "allocator/block/bins.h"
#include "allocator/policies/tagged.h"

static const struct free_index bins = {bins_find_above, bins_insert,
                                       bins_remove, bins_replace, bins_replace};

TAGGED_HOOKS(tlsf, bins)

enum option { OPTION_CLASSES, OPTION_TAGS };

/* A word's place is the logarithm of the number that it tells. */
static const struct policy_option options[] = {
    [OPTION_CLASSES] = {.name = "classes",
                        .summary = "parts of each power of two",
                        .words = {"1", "2", "4", "8", "16", "32"},
                        .initial = 5},
    TAGGED_OPTIONS(OPTION_TAGS),
    {0},
};

static int tlsf_init(struct heap *heap, const uint64_t *values)
{
    return bins_init(heap, (uint32_t)values[OPTION_CLASSES],
                     tagged_choice(&values[OPTION_TAGS]));
}

const struct policy tlsf_policy = {
    .name = "tlsf",
    .summary = "two-level segregated fit, all operations O(1)",
    .options = options,
    .init = tlsf_init,
    .malloc = tlsf_malloc,
    .free = tlsf_free,
    .realloc = tlsf_realloc,
    .memalign = tlsf_memalign,
    .usable_size = tagged_usable_size,
    .check = tagged_check_bins,
    .walk = tagged_walk_bins,
    .trim = tagged_trim,
};
