/*
 * sessions.c -- a server: clients come, ask, and go, all at the same time.
 *
 * A session holds its connection and a buffer while it lasts.  A request
 * takes blocks one after the other, headers and bodies, and gives them all
 * back at its end, the newest first; other sessions' blocks lie in between.
 * Some of the results stay in a cache, where each pushes out any other: the
 * long-lived among the short-lived (Larson and Krishnan, "Memory allocation
 * for long-running server applications", 1998).
 */
#include <stdlib.h>

#include "driver/generate/families.h"
#include "driver/generate/pool.h"

enum { SMALL, LARGE, SESSIONS, REQUESTS, CACHE, CACHED };

enum {
    CONNECTION_BYTES = 320,
    BUFFER_BYTES = 4096,
    LONGEST_HEADER = 64,
    CLIENT_BLOCKS = 2, /* connection and buffer */
    MOST_BLOCKS = 12,
    GOES_ON = 80, /* percent: a request takes one more block */
    HEADERS = 60, /* percent of its blocks */
    TAIL = 50     /* of the sizes of bodies */
};

struct session {
    struct block blocks[MOST_BLOCKS];
    uint64_t n;        /* 0: nobody is there */
    uint64_t requests; /* that are still to come */
};

struct server {
    struct session *all;
    struct pool cache;
};

static uint64_t value(const struct generator *g, int which)
{
    return g->params->values[which];
}

static int begin_sessions(struct generator *g, struct generate_error *error)
{
    struct server *state = g->state;
    state->all = calloc(value(g, SESSIONS), sizeof *state->all);
    return state->all == NULL
               ? generate_fail_memory(error, value(g, SESSIONS))
               : pool_open(&state->cache, value(g, CACHE), error);
}

static void take(struct generator *g, struct session *session, uint64_t size)
{
    session->blocks[session->n++] = new_block(g, size);
}

static uint64_t draw_body(struct generator *g)
{
    return draw_power(g, value(g, SMALL), value(g, LARGE), TAIL);
}

static void open_session(struct generator *g, struct session *session)
{
    take(g, session, CONNECTION_BYTES);
    take(g, session, BUFFER_BYTES);
    session->requests = draw_between(g, 1, 2 * value(g, REQUESTS) - 1);
}

static void keep_result(struct generator *g, struct pool *cache)
{
    if (pool_is_full(cache)) {
        pool_free_any(cache, g);
    }
    pool_add(cache, g, draw_body(g));
}

static void give_back(struct generator *g, struct session *session,
                      uint64_t down_to)
{
    while (session->n > down_to) {
        free_block(g, session->blocks[--session->n]);
    }
}

static void end_request(struct generator *g, struct server *state,
                        struct session *session)
{
    if (draw_chance(g, value(g, CACHED))) {
        keep_result(g, &state->cache);
    }
    give_back(g, session, --session->requests == 0 ? 0 : CLIENT_BLOCKS);
}

static void step_sessions(struct generator *g)
{
    struct server *state = g->state;
    struct session *session = &state->all[draw_below(g, value(g, SESSIONS))];
    if (session->n == 0) {
        open_session(g, session);
    } else if (session->n < MOST_BLOCKS &&
               (session->n == CLIENT_BLOCKS || draw_chance(g, GOES_ON))) {
        take(g, session,
             draw_chance(g, HEADERS) ? draw_between(g, 8, LONGEST_HEADER)
                                     : draw_body(g));
    } else {
        end_request(g, state, session);
    }
}

static void end_sessions(struct generator *g)
{
    struct server *state = g->state;
    for (uint64_t i = 0; state->all != NULL && i < value(g, SESSIONS); i++) {
        give_back(g, &state->all[i], 0);
    }
    pool_close(&state->cache, g);
    free(state->all);
}

const struct trace_family family_sessions = {
    .name = "sessions",
    .summary = "clients of a server, their requests, a cache",
    .ops = 30000,
    .seeded = true,
    .params = {PARAM_SMALL("least size of a body", 64),
               PARAM_LARGE("largest size of a body", 65536),
               PARAM_COUNT("sessions", "clients at once", 50, 1, 100000),
               PARAM_COUNT("requests", "mean requests of a session", 10, 1,
                           1000000),
               PARAM_COUNT("cache", "results kept", 500, 1, FAMILY_MOST_LIVE),
               PARAM_PERCENT("cached", "share of results that are kept", 20)},
    .state_bytes = sizeof(struct server),
    .begin = begin_sessions,
    .step = step_sessions,
    .end = end_sessions,
};
