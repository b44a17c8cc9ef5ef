/*
 * overlap.c -- is a placement one that could be?
 */
#include "driver/offline/overlap.h"

#include <stdbool.h>
#include <stdlib.h>

struct node {
    uint32_t count, most;
};

struct judge {
    const struct rectangles *rectangles;
    const uint64_t *addresses;
    uint64_t *edges; /* all starts and ends, ascending, each once */
    size_t n_edges;
    struct node *nodes; /* 1 is the root, 2k and 2k + 1 below k */
    uint64_t *ending;   /* death and rectangle, ascending */
};

/* Leaves first up to before end. */
struct stretch {
    size_t first, end;
};

static int compare_numbers(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static uint64_t end_of(const struct judge *judge, uint32_t it)
{
    return judge->addresses[it] + judge->rectangles->items[it].units;
}

static void find_edges(struct judge *judge)
{
    size_t n = 0;
    for (uint32_t i = 0; i < judge->rectangles->n; i++) {
        judge->edges[n++] = judge->addresses[i];
        judge->edges[n++] = end_of(judge, i);
    }
    qsort(judge->edges, n, sizeof *judge->edges, compare_numbers);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || judge->edges[i] != judge->edges[i - 1]) {
            judge->edges[judge->n_edges++] = judge->edges[i];
        }
    }
}

static size_t edge_index(const struct judge *judge, uint64_t edge)
{
    const uint64_t *found = bsearch(&edge, judge->edges, judge->n_edges,
                                    sizeof edge, compare_numbers);
    return (size_t)(found - judge->edges);
}

static struct stretch stretch_of(const struct judge *judge, uint32_t it)
{
    return (struct stretch){edge_index(judge, judge->addresses[it]),
                            edge_index(judge, end_of(judge, it))};
}

/*
 * Adds change to the count of all leaves of the stretch that lie in the node,
 * which spans the leaves of within.  Returns the most that they had before.
 */
static uint32_t cover(struct judge *judge, size_t node, struct stretch within,
                      struct stretch stretch, uint32_t change)
{
    struct node *it = &judge->nodes[node];
    if (stretch.first >= within.end || stretch.end <= within.first) {
        return 0;
    }
    if (stretch.first <= within.first && stretch.end >= within.end) {
        uint32_t before = it->most;
        it->count += change;
        it->most += change;
        return before;
    }
    size_t middle = within.first + (within.end - within.first) / 2;
    uint32_t low =
        cover(judge, 2 * node, (struct stretch){within.first, middle}, stretch,
              change);
    uint32_t high =
        cover(judge, 2 * node + 1, (struct stretch){middle, within.end},
              stretch, change);
    uint32_t low_most = judge->nodes[2 * node].most;
    uint32_t high_most = judge->nodes[2 * node + 1].most;
    uint32_t before = it->count + (low > high ? low : high);
    it->most = it->count + (low_most > high_most ? low_most : high_most);
    return before;
}

static uint32_t change_all(struct judge *judge, uint32_t it, uint32_t change)
{
    return cover(judge, 1, (struct stretch){0, judge->n_edges - 1},
                 stretch_of(judge, it), change);
}

/* One number each: the death above, the rectangle below. */
static void sort_by_death(struct judge *judge)
{
    for (uint32_t i = 0; i < judge->rectangles->n; i++) {
        uint64_t death = judge->rectangles->items[i].death;
        judge->ending[i] = death << 32 | i;
    }
    qsort(judge->ending, judge->rectangles->n, sizeof *judge->ending,
          compare_numbers);
}

static bool any_overlaps(struct judge *judge)
{
    uint32_t n_ended = 0;
    for (uint32_t i = 0; i < judge->rectangles->n; i++) {
        uint32_t birth = judge->rectangles->items[i].birth;
        while (judge->ending[n_ended] >> 32 <= birth) {
            change_all(judge, (uint32_t)judge->ending[n_ended++], UINT32_MAX);
        }
        if (change_all(judge, i, 1) > 0) {
            return true;
        }
    }
    return false;
}

static enum overlap_verdict judge_each(const struct judge *judge,
                                       uint64_t height)
{
    for (uint32_t i = 0; i < judge->rectangles->n; i++) {
        if (judge->addresses[i] % judge->rectangles->items[i].align_units !=
            0) {
            return PLACEMENT_MISALIGNED;
        }
        if (end_of(judge, i) > height) {
            return PLACEMENT_TOO_HIGH;
        }
    }
    return PLACEMENT_RIGHT;
}

static int make_tables(struct judge *judge)
{
    size_t n = judge->rectangles->n;
    judge->edges = malloc(2 * n * sizeof *judge->edges);
    judge->nodes = calloc(8 * n, sizeof *judge->nodes);
    judge->ending = malloc(n * sizeof *judge->ending);
    return judge->edges != NULL && judge->nodes != NULL && judge->ending != NULL
               ? 0
               : -1;
}

enum overlap_verdict overlap_judge(const struct rectangles *rectangles,
                                   const uint64_t *addresses, uint64_t height)
{
    struct judge judge = {.rectangles = rectangles, .addresses = addresses};
    enum overlap_verdict verdict = judge_each(&judge, height);
    if (verdict != PLACEMENT_RIGHT || rectangles->n == 0) {
        return verdict;
    }
    if (make_tables(&judge) != 0) {
        verdict = PLACEMENT_UNKNOWN;
    } else {
        find_edges(&judge);
        sort_by_death(&judge);
        verdict = any_overlaps(&judge) ? PLACEMENT_OVERLAPS : PLACEMENT_RIGHT;
    }
    free(judge.edges);
    free(judge.nodes);
    free(judge.ending);
    return verdict;
}
