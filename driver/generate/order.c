/*
 * order.c -- blocks that die in the order of their birth, or against it.
 *
 * A queue frees the oldest first, as a pipeline does: its live blocks wander
 * through the heap.  A stack frees the newest first, as nested calls do: what
 * a policy gains by giving back the end of the heap.
 */
#include "driver/generate/families.h"
#include "driver/generate/pool.h"

enum { SMALL, LARGE, LIVE };

static uint64_t value(const struct generator *g, int which)
{
    return g->params->values[which];
}

static uint64_t draw_size(struct generator *g)
{
    return draw_between(g, value(g, SMALL), value(g, LARGE));
}

/* ---- queue ------------------------------------------------------------- */

static int begin_queue(struct generator *g, struct generate_error *error)
{
    return pool_open(g->state, value(g, LIVE), error);
}

static void step_queue(struct generator *g)
{
    struct pool *pool = g->state;
    if (pool_is_full(pool)) {
        pool_free_first(pool, g);
    }
    pool_add(pool, g, draw_size(g));
}

static void end_queue(struct generator *g)
{
    struct pool *pool = g->state;
    while (pool->n > 0) {
        pool_free_first(pool, g);
    }
    pool_close(pool, g);
}

const struct trace_family family_queue = {
    .name = "queue",
    .summary = "the oldest block dies first",
    .ops = 20000,
    .seeded = true,
    .params = {PARAM_SMALL("least size", 16), PARAM_LARGE("largest size", 1024),
               PARAM_LIVE("blocks live at once", 1000)},
    .state_bytes = sizeof(struct pool),
    .begin = begin_queue,
    .step = step_queue,
    .end = end_queue,
};

/* ---- stack ------------------------------------------------------------- */

struct stack {
    struct pool pool;
    uint64_t goal; /* the depth that is headed for */
};

static int begin_stack(struct generator *g, struct generate_error *error)
{
    struct stack *state = g->state;
    return pool_open(&state->pool, value(g, LIVE), error);
}

/* One block towards a depth that is anything up to the deepest. */
static void step_stack(struct generator *g)
{
    struct stack *state = g->state;
    while (state->goal == state->pool.n) {
        state->goal = draw_below(g, value(g, LIVE) + 1);
    }
    if (state->pool.n < state->goal) {
        pool_add(&state->pool, g, draw_size(g));
    } else {
        pool_free_last(&state->pool, g);
    }
}

static void end_stack(struct generator *g)
{
    struct stack *state = g->state;
    pool_close(&state->pool, g);
}

const struct trace_family family_stack = {
    .name = "stack",
    .summary = "the newest block dies first",
    .ops = 20000,
    .seeded = true,
    .params = {PARAM_SMALL("least size", 16), PARAM_LARGE("largest size", 1024),
               PARAM_LIVE("depth: most blocks live at once", 1000)},
    .state_bytes = sizeof(struct stack),
    .begin = begin_stack,
    .step = step_stack,
    .end = end_stack,
};
