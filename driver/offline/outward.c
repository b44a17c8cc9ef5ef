/*
 * outward.c -- placing all blocks, beginning at one moment of the trace.
 */
#include "driver/offline/outward.h"

#include <stdlib.h>

int outward_open(struct outward *outward, const struct rectangles *rectangles)
{
    size_t room = (size_t)rectangles->n + 1;
    outward->rectangles = rectangles;
    outward->standing = malloc(room * sizeof *outward->standing);
    if (gaps_open(&outward->gaps, rectangles->n) != 0 ||
        outward->standing == NULL) {
        outward_close(outward);
        return -1;
    }
    return 0;
}

void outward_close(struct outward *outward)
{
    gaps_close(&outward->gaps);
    free(outward->standing);
    outward->standing = NULL;
}

bool outward_is_live(const struct rectangle *rectangle, uint32_t cut)
{
    return rectangle->birth <= cut && rectangle->death > cut;
}

/* Returns whether the height is still below the limit. */
static bool add(struct outward *outward, uint32_t it)
{
    const struct rectangle *rectangle = &outward->rectangles->items[it];
    uint64_t address =
        gaps_add(&outward->gaps, it, rectangle->units, rectangle->align_units);
    uint64_t end = address + rectangle->units;
    outward->addresses[it] = address;
    outward->height = end > outward->height ? end : outward->height;
    return outward->height < outward->limit;
}

static bool stack_all(struct outward *outward, const uint32_t *order,
                      uint32_t n)
{
    gaps_clear(&outward->gaps);
    for (uint32_t i = 0; i < n; i++) {
        if (!add(outward, order[i])) {
            return false;
        }
    }
    gaps_list(&outward->gaps, outward->standing);
    return true;
}

/* What was live at the cut once more, where it is. */
static void restore(struct outward *outward, uint32_t n)
{
    gaps_clear(&outward->gaps);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t it = outward->standing[i];
        gaps_stack(&outward->gaps, it, outward->rectangles->items[it].units,
                   outward->addresses[it]);
    }
}

/* One operation, in either direction of time. */
static bool pass(struct outward *outward, uint32_t goes, uint32_t comes)
{
    if (goes != NO_RECTANGLE) {
        gaps_remove(&outward->gaps, goes);
    }
    return comes == NO_RECTANGLE || add(outward, comes);
}

static bool go_forward(struct outward *outward, uint32_t cut)
{
    const struct rectangles *all = outward->rectangles;
    for (uint32_t i = cut + 1; i < all->n_ops; i++) {
        if (!pass(outward, all->died[i], all->born[i])) {
            return false;
        }
    }
    return true;
}

static bool go_backward(struct outward *outward, uint32_t cut)
{
    const struct rectangles *all = outward->rectangles;
    for (uint32_t i = cut + 1; i-- > 0;) {
        if (!pass(outward, all->born[i], all->died[i])) {
            return false;
        }
    }
    return true;
}

uint64_t outward_place(struct outward *outward, uint32_t cut,
                       const uint32_t *order, uint32_t n, uint64_t limit,
                       uint64_t *addresses)
{
    outward->addresses = addresses;
    outward->limit = limit;
    outward->height = 0;
    if (stack_all(outward, order, n) && go_forward(outward, cut)) {
        restore(outward, n);
        go_backward(outward, cut);
    }
    return outward->height;
}
