/*
 * waves.c -- families that differ in how much is live when.
 *
 *     ramp       /\  /\     grows slowly, shrinks slowly
 *               /  \/  \
 *     sawtooth  /| /|       grows slowly, all of it dies at once
 *              / |/ |
 *     phases   as sawtooth, each tooth with sizes of its own, and a share of
 *              each outlives the next one
 *
 * What a heap does when it has been larger than it need be, and whether
 * survivors keep it from shrinking.  Phases of real programs: Wilson et al.,
 * "Dynamic storage allocation: a survey and critical review", 1995, 2.4.
 */
#include "driver/generate/families.h"
#include "driver/generate/pool.h"

enum { SMALL, LARGE, LIVE, SURVIVORS };

static uint64_t value(const struct generator *g, int which)
{
    return g->params->values[which];
}

static uint64_t draw_size(struct generator *g)
{
    return draw_between(g, value(g, SMALL), value(g, LARGE));
}

struct wave {
    struct pool pool;
    bool falling;
};

static int begin_wave(struct generator *g, struct generate_error *error)
{
    struct wave *state = g->state;
    return pool_open(&state->pool, value(g, LIVE), error);
}

static void end_wave(struct generator *g)
{
    struct wave *state = g->state;
    pool_close(&state->pool, g);
}

/* ---- ramp -------------------------------------------------------------- */

/* Two steps with the tide, one against it; the blocks are any ones. */
static void step_ramp(struct generator *g)
{
    struct wave *state = g->state;
    struct pool *pool = &state->pool;
    if (pool_is_full(pool)) {
        state->falling = true;
    } else if (pool->n == 0) {
        state->falling = false;
    }
    bool against = draw_below(g, 3) == 0;
    if (pool->n == 0 || (!pool_is_full(pool) && state->falling == against)) {
        pool_add(pool, g, draw_size(g));
    } else {
        pool_free_any(pool, g);
    }
}

#define WAVE(its_name, its_summary, its_step)                                  \
    {                                                                          \
        .name = its_name, .summary = its_summary, .ops = 20000,                \
        .seeded = true,                                                        \
        .params = {PARAM_SMALL("least size", 16),                              \
                   PARAM_LARGE("largest size", 1024),                          \
                   PARAM_LIVE("blocks live at the height", 1500)},             \
        .state_bytes = sizeof(struct wave), .begin = begin_wave,               \
        .step = its_step, .end = end_wave,                                     \
    }

const struct trace_family family_ramp =
    WAVE("ramp", "live blocks grow slowly and shrink slowly", step_ramp);

/* ---- sawtooth ---------------------------------------------------------- */

/* At the height all die, in the order of their birth. */
static void step_sawtooth(struct generator *g)
{
    struct wave *state = g->state;
    struct pool *pool = &state->pool;
    pool_add(pool, g, draw_size(g));
    if (!pool_is_full(pool)) {
        return;
    }
    while (pool->n > 0) {
        pool_free_first(pool, g);
    }
}

const struct trace_family family_sawtooth = WAVE(
    "sawtooth", "live blocks grow slowly and die all at once", step_sawtooth);

/* ---- phases ------------------------------------------------------------ */

struct phases {
    struct pool pool;
    struct pool survivors; /* of the phase before */
    uint64_t least;        /* sizes of this phase: least .. 2 least */
};

static int begin_phases(struct generator *g, struct generate_error *error)
{
    struct phases *state = g->state;
    return pool_open(&state->pool, value(g, LIVE), error) == 0 &&
                   pool_open(&state->survivors, value(g, LIVE), error) == 0
               ? 0
               : -1;
}

/* The survivors' survivors die; of this phase's blocks some stay. */
static void end_phase(struct generator *g, struct phases *state)
{
    while (state->survivors.n > 0) {
        pool_free_last(&state->survivors, g);
    }
    for (uint64_t i = 0; i < state->pool.n; i++) {
        struct block block = state->pool.blocks[i];
        if (draw_chance(g, value(g, SURVIVORS))) {
            state->survivors.blocks[state->survivors.n++] = block;
        } else {
            free_block(g, block);
        }
    }
    state->pool.n = 0;
    state->least = 0;
}

/* Half of the blocks die within their phase. */
static void step_phases(struct generator *g)
{
    struct phases *state = g->state;
    if (state->least == 0) { /* any octave is as likely as any other */
        state->least = draw_power(g, value(g, SMALL), value(g, LARGE), 80);
    }
    pool_add(&state->pool, g, draw_between(g, state->least, 2 * state->least));
    if (pool_is_full(&state->pool)) {
        end_phase(g, state);
    } else if (draw_below(g, 2) == 0) {
        pool_free_any(&state->pool, g);
    }
}

static void end_phases(struct generator *g)
{
    struct phases *state = g->state;
    pool_close(&state->pool, g);
    pool_close(&state->survivors, g);
}

const struct trace_family family_phases = {
    .name = "phases",
    .summary = "sawtooth, each tooth with sizes of its own",
    .ops = 20000,
    .seeded = true,
    .params = {PARAM_SMALL("least size", 16),
               PARAM_LARGE("largest; up to twice as much occurs", 4096),
               PARAM_LIVE("blocks live at the end of a phase", 1000),
               PARAM_PERCENT("survivors", "share that outlives the next phase",
                             5)},
    .state_bytes = sizeof(struct phases),
    .begin = begin_phases,
    .step = step_phases,
    .end = end_phases,
};
