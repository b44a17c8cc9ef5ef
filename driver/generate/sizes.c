/*
 * sizes.c -- families that differ in what sizes they ask for.
 *
 * All hold so many blocks live.  Of the new ones some share dies at once, as
 * most objects of real programs do; for each of the others one of any age
 * dies when the number is reached.  "The weak generational hypothesis":
 * Ungar, "Generation scavenging", 1984; sizes of real programs: Johnstone and
 * Wilson, "The memory fragmentation problem: solved?", 1998.
 */
#include "driver/generate/families.h"
#include "driver/generate/pool.h"

enum { SMALL, LARGE, LIVE, YOUNG, FIFTH };

static uint64_t value(const struct generator *g, int which)
{
    return g->params->values[which];
}

static int begin_pool(struct generator *g, struct generate_error *error)
{
    return pool_open(g->state, value(g, LIVE), error);
}

static void end_pool(struct generator *g)
{
    pool_close(g->state, g);
}

/* A new block, and then a death. */
static void churn(struct generator *g, struct pool *pool, uint64_t size)
{
    pool_add(pool, g, size);
    if (draw_chance(g, value(g, YOUNG))) {
        pool_free_last(pool, g);
    } else if (pool_is_full(pool)) {
        pool_free_any(pool, g);
    }
}

#define YOUNG_PARAM                                                            \
    PARAM_PERCENT("young", "share of blocks that die at once", 50)

#define IN_A_POOL                                                              \
    .seeded = true, .state_bytes = sizeof(struct pool), .begin = begin_pool,   \
    .end = end_pool

/* ---- uniform sizes ----------------------------------------------------- */

static void step_uniform(struct generator *g)
{
    churn(g, g->state, draw_between(g, value(g, SMALL), value(g, LARGE)));
}

#define UNIFORM(its_name, its_summary, its_small, its_large, its_live)         \
    {                                                                          \
        .name = its_name, .summary = its_summary, .ops = 20000,                \
        .params = {PARAM_SMALL("least size", its_small),                       \
                   PARAM_LARGE("largest size", its_large),                     \
                   PARAM_LIVE("blocks live at once", its_live), YOUNG_PARAM},  \
        .step = step_uniform, IN_A_POOL                                        \
    }

const struct trace_family family_tiny =
    UNIFORM("tiny", "objects of a few bytes", 1, 32, 5000);
const struct trace_family family_small =
    UNIFORM("small", "objects of up to a kilobyte", 1, 1024, 2000);
const struct trace_family family_large =
    UNIFORM("large", "buffers of many kilobytes", 4096, 1048576, 50);

/* ---- merged: a few large ones among many small ones -------------------- */

static void step_merged(struct generator *g)
{
    uint64_t small = value(g, SMALL);
    uint64_t large = value(g, LARGE);
    uint64_t size = draw_chance(g, value(g, FIFTH))
                        ? draw_between(g, large / 2 + 1, large)
                        : draw_between(g, 1, small);
    churn(g, g->state, size);
}

const struct trace_family family_merged = {
    .name = "merged",
    .summary = "a few large buffers among many small objects",
    .ops = 20000,
    .params = {PARAM_SMALL("largest of the small ones", 256),
               PARAM_LARGE("largest of the large ones; least: half", 65536),
               PARAM_LIVE("blocks live at once", 2000), YOUNG_PARAM,
               PARAM_PERCENT("share", "share of large ones", 2)},
    .step = step_merged,
    IN_A_POOL,
};

/* ---- structs: few sizes, each half as frequent as the one before ------- */

enum { MOST_KINDS = 64 };

struct structs {
    struct pool pool;
    uint64_t sizes[MOST_KINDS];
};

/* Multiples of 8, as compilers lay structs out. */
static int begin_structs(struct generator *g, struct generate_error *error)
{
    struct structs *state = g->state;
    uint64_t small = value(g, SMALL);
    uint64_t large = value(g, LARGE);
    for (uint64_t i = 0; i < value(g, FIFTH); i++) {
        uint64_t size = (draw_between(g, small, large) + 7) / 8 * 8;
        state->sizes[i] = size > large ? large : size;
    }
    return begin_pool(g, error); /* the pool is the state's first member */
}

static void step_structs(struct generator *g)
{
    struct structs *state = g->state;
    uint64_t kind = 0;
    while (kind + 1 < value(g, FIFTH) && draw_below(g, 2) == 0) {
        kind++;
    }
    churn(g, &state->pool, state->sizes[kind]);
}

const struct trace_family family_structs = {
    .name = "structs",
    .summary = "few sizes, each half as frequent as the one before",
    .ops = 20000,
    .seeded = true,
    .params = {PARAM_SMALL("least size", 16), PARAM_LARGE("largest size", 256),
               PARAM_LIVE("blocks live at once", 3000), YOUNG_PARAM,
               PARAM_COUNT("kinds", "number of sizes", 6, 1, MOST_KINDS)},
    .state_bytes = sizeof(struct structs),
    .begin = begin_structs,
    .step = step_structs,
    .end = end_pool,
};

/* ---- pages: buffers of whole pages ------------------------------------- */

static void step_pages(struct generator *g)
{
    uint64_t page = value(g, SMALL);
    churn(g, g->state, page * draw_between(g, 1, value(g, LARGE) / page));
}

const struct trace_family family_pages = {
    .name = "pages",
    .summary = "buffers of whole pages",
    .ops = 10000,
    .params = {PARAM_SMALL("size of a page", 4096),
               PARAM_LARGE("largest buffer", 65536),
               PARAM_LIVE("blocks live at once", 200), YOUNG_PARAM},
    .step = step_pages,
    IN_A_POOL,
};

/* ---- drift: yesterday's holes do not fit today's sizes ----------------- */

struct drift {
    struct pool pool;
    uint64_t step;
};

static void step_drift(struct generator *g)
{
    struct drift *state = g->state;
    uint64_t period = value(g, FIFTH);
    uint64_t at = state->step++ % (2 * period);
    uint64_t way = at < period ? at : 2 * period - at;
    uint64_t small = value(g, SMALL);
    uint64_t width = value(g, LARGE) - small;
    /* width is below 2^38 and way at most 2^24: no overflow. */
    uint64_t least = small + width * way / period;
    churn(g, &state->pool, draw_between(g, least, least + least / 4));
}

const struct trace_family family_drift = {
    .name = "drift",
    .summary = "sizes that drift from small to large and back",
    .ops = 20000,
    .seeded = true,
    .params = {PARAM_SMALL("where sizes start", 16),
               PARAM_LARGE("where they turn; a quarter above occurs", 2048),
               PARAM_LIVE("blocks live at once", 2000), YOUNG_PARAM,
               PARAM_COUNT("period", "allocations from small to large", 10000,
                           1, (uint64_t)1 << 24)},
    .state_bytes = sizeof(struct drift),
    .begin = begin_pool,
    .step = step_drift,
    .end = end_pool,
};
