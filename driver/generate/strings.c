/*
 * strings.c -- texts, most of them short and some very long.
 *
 * Lengths follow a power law, as words and lines do (Zipf 1949); some strings
 * are changed where they are, which is a realloc, to a length of their own
 * class.
 */
#include "driver/generate/families.h"
#include "driver/generate/pool.h"

enum { SMALL, LARGE, LIVE, TAIL, EDITS };

static uint64_t draw_length(struct generator *g)
{
    const uint64_t *values = g->params->values;
    return draw_power(g, values[SMALL], values[LARGE], values[TAIL]);
}

static int begin_strings(struct generator *g, struct generate_error *error)
{
    return pool_open(g->state, g->params->values[LIVE], error);
}

/* Shorter or longer by up to a quarter. */
static uint64_t edited(struct generator *g, uint64_t length)
{
    uint64_t size =
        draw_between(g, length - length / 4, length + length / 4 + 1);
    uint64_t large = g->params->values[LARGE];
    return size < large ? size : large;
}

static void step_strings(struct generator *g)
{
    struct pool *pool = g->state;
    if (pool->n > 0 && draw_chance(g, g->params->values[EDITS])) {
        struct block *string = pool_any(pool, g);
        resize_block(g, string, edited(g, string->size));
        return;
    }
    if (pool_is_full(pool)) {
        pool_free_any(pool, g);
    }
    pool_add(pool, g, draw_length(g));
}

static void end_strings(struct generator *g)
{
    pool_close(g->state, g);
}

const struct trace_family family_strings = {
    .name = "strings",
    .summary = "lengths by a power law, edited in place",
    .ops = 20000,
    .seeded = true,
    .params = {PARAM_SMALL("least size", 8), PARAM_LARGE("largest size", 65536),
               PARAM_LIVE("blocks live at once", 3000), PARAM_TAIL(50),
               PARAM_PERCENT("edits", "share of steps that are a realloc", 25)},
    .state_bytes = sizeof(struct pool),
    .begin = begin_strings,
    .step = step_strings,
    .end = end_strings,
};
