/*
 * explicit.c -- first, next, best and worst fit over an explicit free list.
 *
 * One implementation composed of a fit and an order: block/tags.h splits and
 * merges, block/list.c keeps the free blocks in lifo, fifo or address order,
 * block/fit.c chooses.  A fresh heap:
 *
 *   | root: bound, list, rover, order  24 | end mark 8 |  break
 *
 * malloc is O(free blocks); free is O(1), in address order see block/list.h.
 *
 * Default orders.  Address order for all: it keeps free memory together (Wilson
 * et al. 1995; Johnstone and Wilson, ISMM 1998), and its search for a place is
 * short beside the search for a fit.
 */
#include "allocator/block/list.h"
#include "allocator/block/list_check.h"
#include "allocator/policies/tagged.h"

enum option { OPTION_ORDER, OPTION_SPLIT };

static const struct policy_option options[] = {
    [OPTION_ORDER] = {.name = "order",
                      .summary = "where a freed block goes in the list",
                      .words = {"lifo", "fifo", "address"},
                      .initial = LIST_ADDRESS},
    [OPTION_SPLIT] = TAGGED_SPLIT_OPTION,
    {0},
};

#define LIST_INDEX(fit)                                                        \
    {                                                                          \
        fit, list_insert, list_remove, list_absorb, list_shrink                \
    }

static const struct free_index first_fit = LIST_INDEX(list_find_first);
static const struct free_index next_fit = LIST_INDEX(list_find_next);
static const struct free_index best_fit = LIST_INDEX(list_find_best);
static const struct free_index worst_fit = LIST_INDEX(list_find_worst);

TAGGED_HOOKS(first_fit, first_fit)
TAGGED_HOOKS(next_fit, next_fit)
TAGGED_HOOKS(best_fit, best_fit)
TAGGED_HOOKS(worst_fit, worst_fit)

static int init(struct heap *heap, const uint64_t *values)
{
    if (tags_init(heap, sizeof(struct list_root), values[OPTION_SPLIT]) != 0) {
        return -1;
    }
    list_root(heap)->order = (uint32_t)values[OPTION_ORDER];
    return 0;
}

static int check(struct heap *heap, struct policy_fault *fault)
{
    struct block_census census;
    struct block_fault found;
    if (block_inspect(heap, sizeof(struct list_root), &census, &found) != 0 ||
        list_check(heap, &census, &found) != 0) {
        return tagged_report(&found, fault);
    }
    return 0;
}

static int walk(struct heap *heap, policy_visit_fn *visit, void *context)
{
    return tagged_walk(heap, sizeof(struct list_root), visit, context);
}

#define LIST_POLICY(prefix, policy_name, policy_summary)                       \
    const struct policy prefix##_policy = {                                    \
        .name = policy_name,                                                   \
        .summary = policy_summary,                                             \
        .options = options,                                                    \
        .init = init,                                                          \
        .malloc = prefix##_malloc,                                             \
        .free = prefix##_free,                                                 \
        .realloc = prefix##_realloc,                                           \
        .memalign = prefix##_memalign,                                         \
        .usable_size = tagged_usable_size,                                     \
        .check = check,                                                        \
        .walk = walk,                                                          \
        .trim = tagged_trim,                                                   \
    }

LIST_POLICY(first_fit, "first-fit",
            "free list, the first block that is large enough");
LIST_POLICY(next_fit, "next-fit",
            "free list, first fit from where the last search ended");
LIST_POLICY(best_fit, "best-fit",
            "free list, the smallest block that is large enough");
LIST_POLICY(worst_fit, "worst-fit", "free list, the largest block");
