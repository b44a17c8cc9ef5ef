/*
 * implicit.c -- first fit over an implicit list: the row of all blocks.
 *
 * There is no index of free blocks at all: the headers lead from block to
 * block, used ones included, and the first free one that is large enough is
 * taken.  A fresh heap is as small as can be:
 *
 *   | root: bound, split  8 | end mark 8 |  break
 *
 * malloc is O(all blocks), unless the bound on the largest free block tells at
 * once that none will do; free is O(1).  Being a search by address, it places
 * every block where first-fit:address does.
 *
 * Source: Bryant and O'Hallaron, Computer Systems: A Programmer's Perspective,
 * section 9.9; Knuth, The Art of Computer Programming 1, section 2.5.
 */
#include "allocator/policies/tagged.h"

static const struct policy_option options[] = {TAGGED_OPTIONS(0), {0}};

enum { ROOT_BYTES = sizeof(struct tags_root) };

static struct block *find(struct heap *heap, size_t bytes)
{
    size_t seen = 0;
    struct block *end = tags_end(heap);
    struct block *b = tags_first(heap, ROOT_BYTES);
    for (; b != end; b = block_above(b)) {
        if (block_in_use(b) || block_above(b) == end) {
            continue;
        }
        if (block_bytes(b) >= bytes) {
            return b;
        }
        if (block_bytes(b) > seen) {
            seen = block_bytes(b);
        }
    }
    tags_set_largest(heap, seen);
    return NULL;
}

/* The tags are the index: there is nothing to note. */

static void insert(struct heap *heap, struct block *block, size_t bytes)
{
    (void)heap, (void)block, (void)bytes;
}

static void removed(struct heap *heap, struct block *block)
{
    (void)heap, (void)block;
}

static void absorb(struct heap *heap, struct block *known, struct block *merged,
                   size_t bytes)
{
    (void)heap, (void)known, (void)merged, (void)bytes;
}

static void shrink(struct heap *heap, struct block *known, struct block *rest,
                   size_t bytes)
{
    (void)heap, (void)known, (void)rest, (void)bytes;
}

static const struct free_index row = {find, insert, removed, absorb, shrink};

TAGGED_HOOKS(implicit, row)

static int implicit_init(struct heap *heap, const uint64_t *values)
{
    return tags_init(heap, ROOT_BYTES, tagged_choice(values));
}

/* No free block is larger than the bound. */
static int check_bound(const struct heap *heap, struct block_fault *fault)
{
    const struct block *end = tags_end(heap);
    const struct block *b = tags_first(heap, ROOT_BYTES);
    for (; b != end; b = block_above(b)) {
        if (!block_in_use(b) && block_above(b) != end &&
            block_bytes(b) > tags_largest(heap)) {
            return block_fail(fault, "largest-bound", b,
                              "has %zu bytes, the bound is %zu", block_bytes(b),
                              tags_largest(heap));
        }
    }
    return 0;
}

static int implicit_check(struct heap *heap, struct policy_fault *fault)
{
    struct block_census census;
    struct block_fault found;
    if (block_inspect(heap, ROOT_BYTES, &census, &found) != 0 ||
        check_bound(heap, &found) != 0) {
        return tagged_report(&found, fault);
    }
    return 0;
}

static int implicit_walk(struct heap *heap, policy_visit_fn *visit,
                         void *context)
{
    return tagged_walk(heap, ROOT_BYTES, visit, context);
}

const struct policy implicit_policy = {
    .name = "implicit",
    .summary = "implicit list of all blocks, first fit",
    .options = options,
    .init = implicit_init,
    .malloc = implicit_malloc,
    .free = implicit_free,
    .realloc = implicit_realloc,
    .memalign = implicit_memalign,
    .usable_size = tagged_usable_size,
    .check = implicit_check,
    .walk = implicit_walk,
    .trim = tagged_trim,
};
