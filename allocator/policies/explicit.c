/*
 * explicit.c -- first, next, best and worst fit over an index of free blocks.
 *
 * One implementation composed of a fit and an order: block/tags.h splits and
 * merges, block/list.c keeps the free blocks in lifo, fifo or address order,
 * block/fit.c chooses among them.  All but next fit may also keep them in a
 * tree, by size for best and worst fit (block/tree.h), by address for first fit
 * (block/address_tree.h), which chooses exactly as the list in address order.
 * A fresh heap:
 *
 *   | root: split, bound, index, order  24 | end mark 8 |  break
 *
 * Cost            malloc             free
 *   lifo, fifo    O(free blocks)     O(1)
 *   address       O(free blocks)     about O(sqrt blocks), see block/list.h
 *   tree          O(log free blocks) likewise
 *
 * Defaults.  First and next fit: address, which keeps free memory together; it
 * is next fit's classic form, and the frugal one of first fit.  Best and worst
 * fit: tree, for its speed.
 *
 * Sources: Wilson, Johnstone, Neely, Boles, Dynamic Storage Allocation: A
 * Survey and Critical Review (1995); Johnstone and Wilson, The Memory
 * Fragmentation Problem: Solved? (ISMM 1998).
 */
#include "allocator/block/address_tree.h"
#include "allocator/block/list.h"
#include "allocator/block/list_check.h"
#include "allocator/policies/tagged.h"

enum { ORDER_TREE = LIST_ORDERS }; /* one more than the lists have */

_Static_assert(offsetof(struct tree_root, top) ==
                   offsetof(struct list_root, first),
               "the tree hangs where a list begins");

static bool has_tree(const struct heap *heap)
{
    return list_root(heap)->order == ORDER_TREE;
}

/* ---- list or tree by address -------------------------------------------- */

static struct block *find_first(struct heap *heap, size_t bytes)
{
    return (has_tree(heap) ? address_tree_find_first : list_find_first)(heap,
                                                                        bytes);
}

static void insert_placed(struct heap *heap, struct block *block, size_t bytes)
{
    (has_tree(heap) ? address_tree_insert : list_insert)(heap, block, bytes);
}

static void remove_placed(struct heap *heap, struct block *block)
{
    (has_tree(heap) ? address_tree_remove : list_remove)(heap, block);
}

static void absorb_placed(struct heap *heap, struct block *known,
                          struct block *merged, size_t bytes)
{
    (has_tree(heap) ? address_tree_replace : list_absorb)(heap, known, merged,
                                                          bytes);
}

static void shrink_placed(struct heap *heap, struct block *known,
                          struct block *rest, size_t bytes)
{
    (has_tree(heap) ? address_tree_replace : list_shrink)(heap, known, rest,
                                                          bytes);
}

/* ---- list or tree by size ----------------------------------------------- */

static struct block *find_best(struct heap *heap, size_t bytes)
{
    return has_tree(heap) ? tree_find_best(heap, bytes)
                          : list_find_best(heap, bytes);
}

static struct block *find_worst(struct heap *heap, size_t bytes)
{
    return has_tree(heap) ? tree_find_worst(heap, bytes)
                          : list_find_worst(heap, bytes);
}

static void insert(struct heap *heap, struct block *block, size_t bytes)
{
    (has_tree(heap) ? tree_insert : list_insert)(heap, block, bytes);
}

static void withdraw(struct heap *heap, struct block *block)
{
    (has_tree(heap) ? tree_remove : list_remove)(heap, block);
}

static void absorb(struct heap *heap, struct block *known, struct block *merged,
                   size_t bytes)
{
    (has_tree(heap) ? tree_replace : list_absorb)(heap, known, merged, bytes);
}

static void shrink(struct heap *heap, struct block *known, struct block *rest,
                   size_t bytes)
{
    (has_tree(heap) ? tree_replace : list_shrink)(heap, known, rest, bytes);
}

static const struct free_index first_fit = {
    find_first, insert_placed, remove_placed, absorb_placed, shrink_placed};
static const struct free_index next_fit = {
    list_find_next, list_insert, list_remove, list_absorb, list_shrink};
static const struct free_index best_fit = {find_best, insert, withdraw, absorb,
                                           shrink};
static const struct free_index worst_fit = {find_worst, insert, withdraw,
                                            absorb, shrink};

/* ---- hooks -------------------------------------------------------------- */

TAGGED_HOOKS(first_fit, first_fit)
TAGGED_HOOKS(next_fit, next_fit)
TAGGED_HOOKS(best_fit, best_fit)
TAGGED_HOOKS(worst_fit, worst_fit)

enum option { OPTION_ORDER, OPTION_TAGS };

/* Next fit has no tree: it would have to search from the middle of one. */
static const struct policy_option list_options[] = {
    [OPTION_ORDER] = {.name = "order",
                      .summary = "where a freed block goes in the list",
                      .words = {"lifo", "fifo", "address"},
                      .initial = LIST_ADDRESS},
    TAGGED_OPTIONS(OPTION_TAGS),
    {0},
};

static const struct policy_option first_options[] = {
    [OPTION_ORDER] = {.name = "order",
                      .summary = "list order, or a tree by address",
                      .words = {"lifo", "fifo", "address", "tree"},
                      .initial = LIST_ADDRESS},
    TAGGED_OPTIONS(OPTION_TAGS),
    {0},
};

static const struct policy_option tree_options[] = {
    [OPTION_ORDER] = {.name = "order",
                      .summary = "list order, or a tree by size",
                      .words = {"lifo", "fifo", "address", "tree"},
                      .initial = ORDER_TREE},
    TAGGED_OPTIONS(OPTION_TAGS),
    {0},
};

static int init(struct heap *heap, const uint64_t *values)
{
    if (tags_init(heap, sizeof(struct list_root),
                  tagged_choice(&values[OPTION_TAGS])) != 0) {
        return -1;
    }
    list_root(heap)->order = (uint32_t)values[OPTION_ORDER];
    return 0;
}

static int check_in(struct heap *heap, enum tree_order tree,
                    struct policy_fault *fault)
{
    struct block_census census;
    struct block_fault found;
    size_t root_bytes = sizeof(struct list_root);
    int status = block_inspect(heap, root_bytes, &census, &found);
    if (status == 0) {
        status = has_tree(heap)
                     ? tree_check(heap, root_bytes, tree, &census, &found)
                     : list_check(heap, &census, &found);
    }
    return status == 0 ? 0 : tagged_report(&found, fault);
}

static int check_by_address(struct heap *heap, struct policy_fault *fault)
{
    return check_in(heap, TREE_BY_ADDRESS, fault);
}

static int check_by_size(struct heap *heap, struct policy_fault *fault)
{
    return check_in(heap, TREE_BY_SIZE, fault);
}

static int walk(struct heap *heap, policy_visit_fn *visit, void *context)
{
    return tagged_walk(heap, sizeof(struct list_root), visit, context);
}

#define POLICY(prefix, policy_name, policy_options, policy_check,              \
               policy_summary)                                                 \
    const struct policy prefix##_policy = {                                    \
        .name = policy_name,                                                   \
        .summary = policy_summary,                                             \
        .options = policy_options,                                             \
        .init = init,                                                          \
        .malloc = prefix##_malloc,                                             \
        .free = prefix##_free,                                                 \
        .realloc = prefix##_realloc,                                           \
        .memalign = prefix##_memalign,                                         \
        .usable_size = tagged_usable_size,                                     \
        .check = policy_check,                                                 \
        .walk = walk,                                                          \
        .trim = tagged_trim,                                                   \
    }

POLICY(first_fit, "first-fit", first_options, check_by_address,
       "free list or tree, the first block that is large enough");
POLICY(next_fit, "next-fit", list_options, check_by_address,
       "free list, first fit from where the last search ended");
POLICY(best_fit, "best-fit", tree_options, check_by_size,
       "free list or tree, the smallest block that is large enough");
POLICY(worst_fit, "worst-fit", tree_options, check_by_size,
       "free list or tree, the largest block");
