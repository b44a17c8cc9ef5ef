/*
 * segregated.c -- segregated fit: a list of free blocks for each size class.
 *
 * Each doubling of the size has `classes` classes of equal width; small sizes
 * have one each.  A request takes the first block of its own class that is
 * large enough, else any block of the next class that has some, which a bitmap
 * tells; the remainder goes back to the list of its class.  Freed blocks merge
 * with their neighbours at once and stand in front of their list.
 *
 *   root     | bound, split | bitmaps | heads: 16 32 48 .. 128-159 160-191 .. |
 *                                              |                   |
 *                                              v                   v
 *   in use   | bytes, flags | payload          free <-> free      free
 *   free     | bytes, flags | next, previous | ... | bytes |
 *
 * First fit inside classes so narrow comes close to best fit, at a fraction of
 * the search: malloc is O(free blocks of one class), free O(1).  The worst case
 * of malloc is a class full of blocks that are all a little too small.  The
 * root costs 152 bytes and 4 more for each class: 648 in all with 4 classes.
 *
 * Sources: Wilson, Johnstone, Neely, Boles, Dynamic Storage Allocation: A
 * Survey and Critical Review (1995), section 3.6; Bryant and O'Hallaron,
 * Computer Systems: A Programmer's Perspective, section 9.9.14.
 */
#include "allocator/block/bins.h"
#include "allocator/policies/tagged.h"

static const struct free_index bins = {bins_find_in_class, bins_insert,
                                       bins_remove, bins_replace, bins_replace};

TAGGED_HOOKS(segregated, bins)

enum option { OPTION_CLASSES, OPTION_TAGS };

/* A word's place is the logarithm of the number that it tells. */
static const struct policy_option options[] = {
    [OPTION_CLASSES] = {.name = "classes",
                        .summary = "size classes for each doubling",
                        .words = {"1", "2", "4", "8", "16", "32"},
                        .initial = 2},
    TAGGED_OPTIONS(OPTION_TAGS),
    {0},
};

static int segregated_init(struct heap *heap, const uint64_t *values)
{
    return bins_init(heap, (uint32_t)values[OPTION_CLASSES],
                     tagged_choice(&values[OPTION_TAGS]));
}

const struct policy segregated_policy = {
    .name = "segregated",
    .summary = "segregated fit: a free list for each size class",
    .options = options,
    .init = segregated_init,
    .malloc = segregated_malloc,
    .free = segregated_free,
    .realloc = segregated_realloc,
    .memalign = segregated_memalign,
    .usable_size = tagged_usable_size,
    .check = tagged_check_bins,
    .walk = tagged_walk_bins,
    .trim = tagged_trim,
};
