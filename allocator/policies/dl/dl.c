/*
 * dl.c -- best fit after Doug Lea's design: bins, tries, a designated victim.
 *
 * Free blocks of up to 240 bytes lie in bins of one size each, larger ones in
 * bitwise tries, where the smallest that is large enough is found in as many
 * steps as a size has bits (index.h has the picture).  Small requests that find
 * none of their size are cut from the victim, the rest of the last block that
 * was split: what is asked for in a row lies in a row, at the cost of a
 * subtraction.  The free block at the break is used last.
 *
 *   | root 312 | block | block | free | block | ... | free top | end 8 | break
 *
 * Blocks, merging, realloc in place and the top are those of block/tags.h:
 * nothing is deferred, free blocks never touch.
 *
 *   malloc, free   O(1) up to 240 bytes, else O(bits of the size) <= 30 steps
 *   worst case     as best fit: splinters too small for any request; and a
 *                  victim is used where an unsplit block would fit better
 *
 * What differs from the original: links have 32 bits and free blocks of 16
 * bytes exist; small bins step by 16 bytes; tries have no parent links, removal
 * goes down from the root; large requests are not mapped separately; realloc
 * may slide a block down.
 *
 * Source: D. Lea, A Memory Allocator (2000), http://gee.cs.oswego.edu, and the
 * design notes of version 2.8.
 */
#include "allocator/policies/dl/index.h"
#include "allocator/policies/tagged.h"

static const struct free_index dl_index = {dl_find, dl_insert, dl_remove,
                                           dl_absorb, dl_shrink};

TAGGED_HOOKS(dl, dl_index)

static const struct policy_option options[] = {TAGGED_OPTIONS(0), {0}};

static int dl_init(struct heap *heap, const uint64_t *values)
{
    return tags_init(heap, sizeof(struct dl_root), tagged_choice(values));
}

static int dl_check(struct heap *heap, struct policy_fault *fault)
{
    struct block_fault found;
    return dl_index_check(heap, &found) == 0 ? 0 : tagged_report(&found, fault);
}

static int dl_walk(struct heap *heap, policy_visit_fn *visit, void *context)
{
    return tagged_walk(heap, sizeof(struct dl_root), visit, context);
}

const struct policy dl_policy = {
    .name = "dl",
    .summary = "best fit over small bins and tries, in Doug Lea's manner",
    .options = options,
    .init = dl_init,
    .malloc = dl_malloc,
    .free = dl_free,
    .realloc = dl_realloc,
    .memalign = dl_memalign,
    .usable_size = tagged_usable_size,
    .check = dl_check,
    .walk = dl_walk,
    .trim = tagged_trim,
};
