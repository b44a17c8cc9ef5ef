/*
 * bomb.c -- the pattern that no policy without moving blocks survives well.
 *
 * Level by level sizes double.  Before each level every other block of all
 * the levels before dies, so that half of the bytes come free in holes that
 * are just too small for the next size:
 *
 *     level 0   |a|a|a|a|a|a|a|a|
 *     level 1   |a| |a| |a| |a| |b b|b b|
 *     level 2   |a| . . |a| . . |b b| . . |c c c c|
 *
 * After Robson, "Bounds for some functions concerning dynamic storage
 * allocation", 1974: M (1 + log2(n) / 2) bytes for M live ones, n being the
 * ratio of sizes.  His program looks at the addresses and chooses what dies;
 * a trace cannot look, hence supposes blocks side by side in order of birth.
 */
#include "driver/generate/families.h"
#include "driver/generate/pool.h"

enum { SMALL, LARGE, TOTAL };

enum { MOST_LEVELS = 48 }; /* sizes double, and are below 2^38 */

struct bomb {
    struct pool levels[MOST_LEVELS];
    uint64_t n; /* levels so far */
    uint64_t live_bytes;
};

static uint64_t value(const struct generator *g, int which)
{
    return g->params->values[which];
}

static uint64_t size_at(const struct generator *g, uint64_t level)
{
    return value(g, SMALL) << level;
}

static int begin_bomb(struct generator *g, struct generate_error *error)
{
    struct bomb *state = g->state;
    uint64_t small = value(g, SMALL);
    uint64_t total = value(g, TOTAL);
    for (uint64_t i = 0; size_at(g, i) <= value(g, LARGE); i++) {
        uint64_t most = total / (small << i) + 1;
        if (most > FAMILY_MOST_LIVE) {
            return generate_fail(error,
                                 "expected at most %llu times --small as "
                                 "--total, got more",
                                 (unsigned long long)FAMILY_MOST_LIVE);
        }
        if (pool_open(&state->levels[i], most, error) != 0) {
            return -1;
        }
    }
    return 0;
}

/* Every other block dies. */
static void thin(struct generator *g, struct bomb *state, struct pool *pool)
{
    uint64_t kept = 0;
    for (uint64_t i = 0; i < pool->n; i++) {
        if (i % 2 == 0) {
            pool->blocks[kept++] = pool->blocks[i];
        } else {
            state->live_bytes -= pool->blocks[i].size;
            free_block(g, pool->blocks[i]);
        }
    }
    pool->n = kept;
}

static void clear_levels(struct generator *g, struct bomb *state)
{
    for (uint64_t i = 0; i < state->n; i++) {
        while (state->levels[i].n > 0) {
            pool_free_last(&state->levels[i], g);
        }
    }
    state->n = 0;
    state->live_bytes = 0;
}

/* A level; after the last one all dies and it begins anew. */
static void step_bomb(struct generator *g)
{
    struct bomb *state = g->state;
    uint64_t size = size_at(g, state->n);
    if (size > value(g, LARGE)) {
        clear_levels(g, state);
        return;
    }
    for (uint64_t i = 0; i < state->n; i++) {
        thin(g, state, &state->levels[i]);
    }
    struct pool *level = &state->levels[state->n++];
    do {
        pool_add(level, g, size);
        state->live_bytes += size;
    } while (state->live_bytes + size <= value(g, TOTAL));
}

static void end_bomb(struct generator *g)
{
    struct bomb *state = g->state;
    clear_levels(g, state);
    for (uint64_t i = 0; i < MOST_LEVELS; i++) {
        pool_close(&state->levels[i], g);
    }
}

const struct trace_family family_bomb = {
    .name = "bomb",
    .summary = "doubling sizes, each time half of the blocks die",
    .ops = 20000,
    .params = {PARAM_SMALL("least size", 64), PARAM_LARGE("largest size", 8192),
               PARAM_BYTES("total", "live at once", 262144)},
    .state_bytes = sizeof(struct bomb),
    .begin = begin_bomb,
    .step = step_bomb,
    .end = end_bomb,
};
