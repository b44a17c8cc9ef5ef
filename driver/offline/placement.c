/*
 * placement.c -- the smallest heap that could be found for a whole trace.
 */
#include "driver/offline/placement.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "driver/offline/first_fit.h"
#include "driver/offline/outward.h"
#include "driver/trace/prng.h"

enum {
    STRETCHES = 8,
    POLL_EVERY = 256, /* blocks */
    SEED = 1,         /* of the variations */
    MOST_MOVES = 3,   /* of one variation of a stack */
    SELDOM = 8,       /* tries, one of them */
    NEAR = 10         /* how far most blocks move in it */
};

/* An order of blocks that makes a heap, and how high that was. */
struct plan {
    bool outward; /* else first fit of all */
    uint32_t cut;
    uint32_t *order;
    uint32_t n;
    uint32_t critical; /* first fit: whose turn made the heap that high */
    uint64_t units;    /* UINT64_MAX: not tried yet */
};

struct search {
    const struct rectangles *rectangles;
    const struct patience *patience;
    struct placement *found;
    struct outward outward;
    struct first_fit first_fit;
    struct plan best_outward, best_first_fit;
    struct plan trial;
    uint64_t *addresses; /* of the trial */
    struct sort_entry *keys;
    struct prng prng;
};

struct sort_entry {
    double key;
    uint32_t it;
};

/* ---- one try ----------------------------------------------------------- */

static bool lasts(const struct search *search)
{
    const struct patience *patience = search->patience;
    return patience->lasts == NULL || patience->lasts(patience->context);
}

static bool goes_on(const struct search *search)
{
    uint64_t most = search->patience->tries;
    return search->found->units > search->rectangles->peak_units &&
           (search->found->tries == 0 ||
            ((most == 0 || search->found->tries < most) && lasts(search)));
}

/* All blocks by first fit; gives up like outward_place. */
static uint64_t place_first_fit(struct search *search, struct plan *plan,
                                uint64_t limit)
{
    uint64_t height = 0;
    first_fit_clear(&search->first_fit);
    for (uint32_t i = 0; i < plan->n && height < limit; i++) {
        uint32_t it = plan->order[i];
        uint64_t address = first_fit_add(&search->first_fit, it);
        uint64_t end = address + search->rectangles->items[it].units;
        search->addresses[it] = address;
        if (end > height) {
            height = end;
            plan->critical = i;
        }
        if (i % POLL_EVERY == 0 && !lasts(search)) {
            return UINT64_MAX;
        }
    }
    return height;
}

static void keep_addresses(struct search *search, uint64_t units)
{
    uint64_t *addresses = search->found->addresses;
    search->found->addresses = search->addresses;
    search->found->units = units;
    search->addresses = addresses;
}

/* Makes the trial the best of its kind, unless it is worse than that one. */
static void try_plan(struct search *search)
{
    struct plan *plan = &search->trial;
    struct plan *best =
        plan->outward ? &search->best_outward : &search->best_first_fit;
    uint64_t limit = best->units < UINT64_MAX ? best->units + 1 : UINT64_MAX;
    uint64_t units =
        plan->outward ? outward_place(&search->outward, plan->cut, plan->order,
                                      plan->n, limit, search->addresses)
                      : place_first_fit(search, plan, limit);
    search->found->tries++;
    if (units >= limit) {
        return;
    }
    if (units < search->found->units) {
        keep_addresses(search, units);
    }
    plan->units = units;
    struct plan old = *best;
    *best = *plan;
    plan->order = old.order;
}

/* ---- plans to begin with ----------------------------------------------- */

static int compare_keys(const void *a, const void *b)
{
    const struct sort_entry *x = a;
    const struct sort_entry *y = b;
    if (x->key != y->key) {
        return x->key > y->key ? -1 : 1;
    }
    return x->it < y->it ? -1 : 1;
}

typedef double key_fn(const struct rectangle *rectangle);

static double lifetime(const struct rectangle *it)
{
    return (double)(it->death - it->birth);
}

static double earliest(const struct rectangle *it)
{
    return -(double)it->birth;
}

static double latest(const struct rectangle *it)
{
    return (double)it->death;
}

static double size(const struct rectangle *it)
{
    return (double)it->units;
}

static double size_by_log(const struct rectangle *it)
{
    return size(it) * log2(1 + lifetime(it));
}

static double area(const struct rectangle *it)
{
    return size(it) * lifetime(it);
}

/* The trial's n blocks by decreasing key. */
static void sort_trial(struct search *search, key_fn *key)
{
    struct plan *plan = &search->trial;
    for (uint32_t i = 0; i < plan->n; i++) {
        uint32_t it = plan->order[i];
        search->keys[i] =
            (struct sort_entry){key(&search->rectangles->items[it]), it};
    }
    qsort(search->keys, plan->n, sizeof *search->keys, compare_keys);
    for (uint32_t i = 0; i < plan->n; i++) {
        plan->order[i] = search->keys[i].it;
    }
}

static void try_outward(struct search *search, uint32_t cut)
{
    static key_fn *const keys[] = {earliest, latest, lifetime};
    for (size_t k = 0; k < sizeof keys / sizeof *keys && goes_on(search); k++) {
        struct plan *plan = &search->trial;
        plan->outward = true;
        plan->cut = cut;
        plan->n = 0;
        for (uint32_t i = 0; i < search->rectangles->n; i++) {
            if (outward_is_live(&search->rectangles->items[i], cut)) {
                plan->order[plan->n++] = i;
            }
        }
        sort_trial(search, keys[k]);
        try_plan(search);
    }
}

static void try_first_fit(struct search *search)
{
    static key_fn *const keys[] = {size, size_by_log, area, lifetime};
    for (size_t k = 0; k < sizeof keys / sizeof *keys && goes_on(search); k++) {
        struct plan *plan = &search->trial;
        plan->outward = false;
        plan->n = search->rectangles->n;
        for (uint32_t i = 0; i < plan->n; i++) {
            plan->order[i] = i;
        }
        sort_trial(search, keys[k]);
        try_plan(search);
    }
}

/* The moment of the highest load in a stretch of the trace. */
static uint32_t highest(const struct rectangles *all, uint32_t stretch)
{
    uint32_t first = (uint32_t)((uint64_t)all->n_ops * stretch / STRETCHES);
    uint32_t end = (uint32_t)((uint64_t)all->n_ops * (stretch + 1) / STRETCHES);
    uint32_t best = first;
    for (uint32_t i = first; i < end; i++) {
        best = all->load[i] > all->load[best] ? i : best;
    }
    return best;
}

/* ---- variations -------------------------------------------------------- */

static uint32_t below(struct search *search, uint32_t bound)
{
    return (uint32_t)prng_below(&search->prng, bound);
}

static void move(uint32_t *order, uint32_t from, uint32_t to)
{
    uint32_t it = order[from];
    if (from < to) {
        memmove(order + from, order + from + 1, (to - from) * sizeof *order);
    } else {
        memmove(order + to + 1, order + to, (from - to) * sizeof *order);
    }
    order[to] = it;
}

static void copy_plan(struct plan *to, const struct plan *from)
{
    uint32_t *order = to->order;
    memcpy(order, from->order, from->n * sizeof *order);
    *to = *from;
    to->order = order;
}

static void vary_first_fit(struct search *search)
{
    struct plan *plan = &search->trial;
    copy_plan(plan, &search->best_first_fit);
    uint32_t from = plan->critical;
    uint32_t near = from < NEAR ? from : from - below(search, from / NEAR + 1);
    uint32_t to = below(search, 2) == 0 ? near : below(search, from + 1);
    move(plan->order, from, to);
    if (below(search, 2) == 0) {
        move(plan->order, below(search, plan->n), below(search, plan->n));
    }
    try_plan(search);
}

static void vary_outward(struct search *search)
{
    struct plan *plan = &search->trial;
    copy_plan(plan, &search->best_outward);
    for (uint32_t moves = 1 + below(search, MOST_MOVES); moves > 0; moves--) {
        uint32_t from = below(search, plan->n);
        uint32_t near = from + below(search, 2 * NEAR);
        near = near < NEAR ? 0 : near - NEAR;
        near = near < plan->n ? near : plan->n - 1;
        uint32_t to = below(search, 2) == 0 ? near : below(search, plan->n);
        move(plan->order, from, to);
    }
    try_plan(search);
}

/* ---- the whole search -------------------------------------------------- */

static void begin(struct search *search)
{
    const struct rectangles *all = search->rectangles;
    try_outward(search, all->peak_op);
    for (uint32_t i = 0; i < STRETCHES; i++) {
        uint32_t cut = highest(all, i);
        if (cut != all->peak_op && all->load[cut] > 0) {
            try_outward(search, cut);
        }
    }
    if (all->n <= PLACEMENT_MOST_FIRST_FIT) {
        try_first_fit(search);
    }
}

/* Both kinds in turn, the one that does worse on this trace less often. */
static bool is_turn_of_outward(const struct search *search)
{
    uint64_t outward = search->best_outward.units;
    uint64_t first_fit = search->best_first_fit.units;
    bool seldom = search->found->tries % SELDOM == 0;
    if (outward == first_fit) {
        return search->found->tries % 2 == 0;
    }
    return outward < first_fit ? !seldom : seldom;
}

static void improve(struct search *search)
{
    bool both = search->rectangles->n <= PLACEMENT_MOST_FIRST_FIT;
    while (goes_on(search)) {
        if (!both || is_turn_of_outward(search)) {
            vary_outward(search);
        } else {
            vary_first_fit(search);
        }
    }
}

static int make_plan(struct plan *plan, size_t room)
{
    plan->units = UINT64_MAX;
    plan->order = malloc(room * sizeof *plan->order);
    return plan->order != NULL ? 0 : -1;
}

static int make_tables(struct search *search)
{
    size_t room = search->rectangles->n;
    search->addresses = malloc(room * sizeof *search->addresses);
    search->found->addresses = malloc(room * sizeof *search->addresses);
    search->keys = malloc(room * sizeof *search->keys);
    return search->addresses != NULL && search->found->addresses != NULL &&
                   search->keys != NULL &&
                   make_plan(&search->best_outward, room) == 0 &&
                   make_plan(&search->best_first_fit, room) == 0 &&
                   make_plan(&search->trial, room) == 0 &&
                   outward_open(&search->outward, search->rectangles) == 0 &&
                   first_fit_open(&search->first_fit, search->rectangles) == 0
               ? 0
               : -1;
}

static void free_tables(struct search *search)
{
    free(search->addresses);
    free(search->keys);
    free(search->best_outward.order);
    free(search->best_first_fit.order);
    free(search->trial.order);
    outward_close(&search->outward);
    first_fit_close(&search->first_fit);
}

int placement_find(const struct rectangles *rectangles,
                   const struct patience *patience, struct placement *placement)
{
    struct search search = {
        .rectangles = rectangles, .patience = patience, .found = placement};
    *placement = (struct placement){.units = UINT64_MAX};
    prng_seed(&search.prng, SEED);
    int result = make_tables(&search);
    if (result == 0) {
        begin(&search);
        improve(&search);
    } else {
        free(placement->addresses);
        placement->addresses = NULL;
    }
    free_tables(&search);
    return result;
}
