/*
 * classic.c -- the patterns that course allocators have been tested with.
 *
 * Each is a question put to a policy: does it coalesce, does it keep small
 * blocks out of the way of large ones, does it grow a block in place?  A step
 * is what one would draw on a board.
 *
 * The patterns are those of Bryant and O'Hallaron, "Computer Systems: A
 * Programmer's Perspective", chapter 9; made here from their description.
 */
#include <stdlib.h>

#include "driver/generate/families.h"
#include "driver/generate/pool.h"

enum { SMALL, LARGE, THIRD };

static uint64_t value(const struct generator *g, int which)
{
    return g->params->values[which];
}

static uint64_t draw_size(struct generator *g)
{
    return draw_between(g, value(g, SMALL), value(g, LARGE));
}

static void end_nothing(struct generator *g)
{
    (void)g;
}

/* ---- short: a hole, what fits it, a move ------------------------------- */

static void step_short(struct generator *g)
{
    struct block a = new_block(g, draw_size(g));
    struct block b = new_block(g, draw_size(g));
    struct block c = new_block(g, draw_size(g));
    free_block(g, b);
    struct block d = new_block(g, draw_size(g));
    resize_block(g, &c, draw_size(g));
    free_block(g, a);
    struct block e = new_block(g, draw_size(g));
    resize_block(g, &d, draw_size(g));
    free_block(g, d);
    free_block(g, c);
    free_block(g, e);
}

const struct trace_family family_short = {
    .name = "short",
    .summary = "a dozen operations to follow by hand",
    .ops = 12,
    .seeded = true,
    .params = {PARAM_SMALL("least size", 16),
               PARAM_LARGE("largest size", 4096)},
    .step = step_short,
    .end = end_nothing,
};

/* ---- coalescing -------------------------------------------------------- */

static void step_coalescing(struct generator *g)
{
    uint64_t size = value(g, SMALL);
    struct block left = new_block(g, size);
    struct block right = new_block(g, size);
    free_block(g, left);
    free_block(g, right);
    struct block both = new_block(g, 2 * size);
    free_block(g, both);
}

const struct trace_family family_coalescing = {
    .name = "coalescing",
    .summary = "two neighbours die, one of twice their size follows",
    .ops = 14400,
    .params = {PARAM_SMALL("size of the neighbours", 4095)},
    .step = step_coalescing,
    .end = end_nothing,
};

/* ---- binary ------------------------------------------------------------ */

/*
 * Small and large alternate; all the large ones die, and each hole is too
 * small for what is wanted then: small + large bytes.
 */
struct binary {
    struct block *small;
    struct block *other; /* first large, then small + large */
    uint64_t pairs;
    uint64_t step; /* of a round's 4 times pairs */
};

static int begin_binary(struct generator *g, struct generate_error *error)
{
    struct binary *state = g->state;
    uint64_t fit = g->params->ops / 6;
    uint64_t most = value(g, THIRD);
    state->pairs = fit == 0 ? 1 : fit < most ? fit : most;
    state->small = calloc(state->pairs, sizeof *state->small);
    state->other = calloc(state->pairs, sizeof *state->other);
    return state->small != NULL && state->other != NULL
               ? 0
               : generate_fail_memory(error, state->pairs);
}

static void free_if_live(struct generator *g, struct block *block)
{
    if (block->size != 0) {
        free_block(g, *block);
        block->size = 0;
    }
}

static void step_binary(struct generator *g)
{
    struct binary *state = g->state;
    uint64_t small = value(g, SMALL);
    uint64_t large = value(g, LARGE);
    uint64_t i = state->step % state->pairs;
    switch (state->step++ / state->pairs) {
    case 0:
        state->small[i] = new_block(g, small);
        state->other[i] = new_block(g, large);
        break;
    case 1: free_if_live(g, &state->other[i]); break;
    case 2: state->other[i] = new_block(g, small + large); break;
    default:
        free_if_live(g, &state->small[i]);
        free_if_live(g, &state->other[i]);
    }
    state->step %= 4 * state->pairs;
}

static void end_binary(struct generator *g)
{
    struct binary *state = g->state;
    bool any = state->small != NULL && state->other != NULL;
    for (uint64_t i = 0; any && i < state->pairs; i++) {
        free_if_live(g, &state->small[i]);
        free_if_live(g, &state->other[i]);
    }
    free(state->small);
    free(state->other);
}

#define BINARY(its_name, its_summary, its_ops, its_small, its_large)           \
    {                                                                          \
        .name = its_name, .summary = its_summary, .ops = its_ops,              \
        .params = {PARAM_SMALL("size of those that stay", its_small),          \
                   PARAM_LARGE("size of those that die", its_large),           \
                   PARAM_COUNT("pairs", "most pairs of them in a round",       \
                               1000000, 1, FAMILY_MOST_LIVE / 2)},             \
        .state_bytes = sizeof(struct binary), .begin = begin_binary,           \
        .step = step_binary, .end = end_binary,                                \
    }

const struct trace_family family_binary =
    BINARY("binary", "small and large alternate, large die, both's sum follows",
           12000, 64, 448);

const struct trace_family family_binary2 =
    BINARY("binary2", "as binary, with blocks of few bytes", 24000, 16, 112);

/* ---- random ------------------------------------------------------------ */

static int begin_random(struct generator *g, struct generate_error *error)
{
    uint64_t half = g->params->ops / 2 + 1;
    uint64_t most = value(g, THIRD);
    return pool_open(g->state, half < most ? half : most, error);
}

/* After each allocation a coin decides whether any one live block dies. */
static void step_random(struct generator *g)
{
    struct pool *pool = g->state;
    pool_add(pool, g, draw_size(g));
    if (draw_below(g, 2) == 0 || pool_is_full(pool)) {
        pool_free_any(pool, g);
    }
}

static void end_random(struct generator *g)
{
    struct pool *pool = g->state;
    while (pool->n > 0) {
        pool_free_any(pool, g);
    }
    pool_close(pool, g);
}

const struct trace_family family_random = {
    .name = "random",
    .summary = "any size, any block dies",
    .ops = 10000,
    .seeded = true,
    .params = {PARAM_SMALL("least size", 1), PARAM_LARGE("largest size", 32768),
               PARAM_LIVE("most blocks live at once", 4000000)},
    .state_bytes = sizeof(struct pool),
    .begin = begin_random,
    .step = step_random,
    .end = end_random,
};

/* ---- realloc ----------------------------------------------------------- */

/*
 * One block grows, a small one standing behind it each time; only the newest
 * small one is kept.
 */
struct growth {
    struct block growing;
    struct block guard;
};

static int begin_realloc(struct generator *g, struct generate_error *error)
{
    struct growth *state = g->state;
    (void)error;
    state->growing = new_block(g, value(g, LARGE));
    state->guard = new_block(g, value(g, SMALL));
    return 0;
}

static void step_realloc(struct generator *g)
{
    struct growth *state = g->state;
    resize_block(g, &state->growing, state->growing.size + value(g, THIRD));
    struct block next = new_block(g, value(g, SMALL));
    free_block(g, state->guard);
    state->guard = next;
}

static void end_realloc(struct generator *g)
{
    struct growth *state = g->state;
    free_block(g, state->guard);
    free_block(g, state->growing);
}

#define REALLOC(its_name, its_summary, its_ops, its_small, its_large, by)      \
    {                                                                          \
        .name = its_name, .summary = its_summary, .ops = its_ops,              \
        .params = {PARAM_SMALL("size of those between", its_small),            \
                   PARAM_LARGE("size of the growing block at first",           \
                               its_large),                                     \
                   PARAM_BYTES("step", "what it grows by", by)},               \
        .state_bytes = sizeof(struct growth), .begin = begin_realloc,          \
        .step = step_realloc, .end = end_realloc,                              \
    }

const struct trace_family family_realloc =
    REALLOC("realloc", "one block grows by much, small ones between", 6004, 128,
            512, 129);

const struct trace_family family_realloc2 =
    REALLOC("realloc2", "one block grows by little, small ones between", 14404,
            16, 4092, 5);
