/*
 * model.c -- blocks as those of a given trace, as many as wanted.
 *
 * The trace's time, counted in its operations, is run through once or
 * repeatedly.  At each of its births (or at every second one, or twice, as
 * the wanted number has it) a block is born with the life of another that was
 * born in the same slice of time: its size, its reallocs and its death.  Each
 * repetition deals the lives of a slice anew, as one deals cards, so that rare
 * ones come as often as they did.  What came less than a slice's length after
 * birth keeps its distance from it, what came later its own moment: so that a
 * tree that was torn down at once is so again.  Blocks that never died do when
 * the time is over.
 *
 *     order  | births, those of each slice shuffled
 *     due    | first of moment 0 | of moment 1 | ...    lists through `next`
 *     lives  | block, next event, next of list | ...    live ones, and a list
 *                                                       of the unused
 *
 * Kept: the joint distribution of sizes, reallocs and lifetimes, slice by
 * slice; the moments of births; thereby the curve of live bytes.  Lost: what
 * neighbours in time have to do with each other within a slice, as that a
 * key of 20 bytes follows a node of 48, or which of two blocks dies first;
 * alignment and threads; calloc, which becomes an allocation like any other.
 *
 * Shuffling by Fisher and Yates (Knuth, TAOCP 2, 3.4.2 P).  That sizes and
 * lifetimes drawn this way predict a policy's use of memory less well than the
 * order of the trace itself is known: Zorn and Grunwald, "Evaluating models of
 * memory allocation", 1994.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "driver/generate/families.h"
#include "driver/generate/fit.h"
#include "driver/trace/table.h"

enum { SLICES };

#define NOBODY UINT32_MAX

struct life {
    struct block block;
    uint32_t born;      /* in the trace */
    uint32_t born_here; /* moment of the model */
    uint32_t event;     /* that is to come, or FIT_NO_EVENT */
    uint32_t next;      /* of the same moment, or of the unused */
};

struct model {
    struct fit fit;
    uint64_t births;      /* of a repetition */
    uint64_t repetitions; /* still to come, the one at hand included */
    uint64_t born;        /* in this one */
    uint64_t now;         /* moments before it are done */
    uint32_t *order;      /* whose life each birth gets */
    uint32_t *due;        /* by moment; the last one is the end */
    struct life *lives;
    size_t room;
    uint32_t unused;
};

/* ---- the beginning ----------------------------------------------------- */

/* Repetitions nearest to the wanted length, births scaled to make up. */
static void plan(struct generator *g, struct model *state)
{
    const struct fit *fit = &state->fit;
    uint64_t ops = g->params->ops;
    uint64_t length = fit->n_births + fit->n_events + fit->n_immortals;
    uint64_t repetitions = (ops + length / 2) / length;
    state->repetitions = repetitions == 0 ? 1 : repetitions;
    uint64_t wanted = ops / state->repetitions; /* below 2^32 */
    uint64_t births = (fit->n_births * wanted + length / 2) / length;
    state->births = births == 0 ? 1 : births;
}

static void shuffle(struct generator *g, uint32_t *order, uint32_t first,
                    uint32_t end)
{
    for (uint32_t i = first; i < end; i++) {
        uint32_t other = first + (uint32_t)draw_below(g, i - first + 1);
        order[i] = order[other];
        order[other] = i;
    }
}

static void begin_repetition(struct generator *g, struct model *state)
{
    const struct fit *fit = &state->fit;
    for (uint64_t i = 0; i < fit->n_slices; i++) {
        shuffle(g, state->order, fit->slices[i], fit->slices[i + 1]);
    }
    memset(state->due, 0xff, (state->fit.n_ops + 1) * sizeof *state->due);
    state->now = 0;
    state->born = 0;
}

static int begin_model(struct generator *g, struct generate_error *error)
{
    struct model *state = g->state;
    const struct trace *from = g->params->from;
    if (from->n_ops >= UINT32_MAX) {
        return generate_fail(error, "--from: expected a trace of less than "
                                    "2^32 operations");
    }
    if (fit_make(&state->fit, from, g->params->values[SLICES]) != 0) {
        return generate_fail_memory(error, from->n_ops);
    }
    if (state->fit.n_births == 0) {
        return generate_fail(error,
                             "--from: expected a trace that allocates, got "
                             "\"%.200s\"",
                             from->path);
    }
    state->unused = NOBODY;
    state->order = calloc(state->fit.n_births, sizeof *state->order);
    state->due = calloc(from->n_ops + 1, sizeof *state->due);
    if (state->order == NULL || state->due == NULL) {
        return generate_fail_memory(error, from->n_ops);
    }
    plan(g, state);
    begin_repetition(g, state);
    return 0;
}

/* ---- lives ------------------------------------------------------------- */

/* Returns 0, or -1 without memory. */
static int grow_lives(struct model *state)
{
    size_t room = table_next_room(state->room, state->room + 1000);
    struct life *lives = table_resize(state->lives, room, sizeof *lives);
    if (lives == NULL) {
        return -1;
    }
    for (size_t i = room; i-- > state->room;) {
        lives[i].next = state->unused;
        state->unused = (uint32_t)i;
    }
    state->lives = lives;
    state->room = room;
    return 0;
}

/* When the life's next event is due. */
static uint64_t moment_of(const struct model *state, const struct life *life)
{
    const struct fit *fit = &state->fit;
    if (life->event == FIT_NO_EVENT) {
        return fit->n_ops;
    }
    uint64_t then = fit->events[life->event].at;
    uint64_t age = then - life->born;
    bool young = age < fit->n_ops / fit->n_slices;
    uint64_t moment = young ? life->born_here + age : then;
    moment = moment < state->now ? state->now : moment;
    return moment < fit->n_ops ? moment : fit->n_ops;
}

static void schedule(struct model *state, uint32_t at)
{
    uint64_t moment = moment_of(state, &state->lives[at]);
    state->lives[at].next = state->due[moment];
    state->due[moment] = at;
}

static void give_birth(struct generator *g, struct model *state,
                       const struct fit_birth *as, uint32_t now)
{
    if (state->unused == NOBODY && grow_lives(state) != 0) {
        g->emitter->failed = ENOMEM;
        return;
    }
    uint32_t at = state->unused;
    struct life *life = &state->lives[at];
    state->unused = life->next;
    *life = (struct life){.block = new_block(g, as->size),
                          .born = as->at,
                          .born_here = now,
                          .event = as->first};
    schedule(state, at);
}

static void die(struct generator *g, struct model *state, uint32_t at)
{
    free_block(g, state->lives[at].block);
    state->lives[at].next = state->unused;
    state->unused = at;
}

static void live_on(struct generator *g, struct model *state, uint32_t at)
{
    struct life *life = &state->lives[at];
    if (life->event == FIT_NO_EVENT ||
        state->fit.events[life->event].size == 0) {
        die(g, state, at);
        return;
    }
    const struct fit_event *event = &state->fit.events[life->event];
    resize_block(g, &life->block, event->size);
    life->event = event->next;
    schedule(state, at);
}

/* All that is due before a moment; it may bring more for the same one. */
static void pass_time(struct generator *g, struct model *state, uint64_t until)
{
    for (; state->now < until; state->now++) {
        while (state->due[state->now] != NOBODY) {
            uint32_t at = state->due[state->now];
            state->due[state->now] = state->lives[at].next;
            live_on(g, state, at);
        }
    }
}

/* ---- steps ------------------------------------------------------------- */

/* At the end of the time whatever is left dies. */
static void end_repetition(struct generator *g, struct model *state)
{
    uint64_t end = state->fit.n_ops;
    pass_time(g, state, end);
    while (state->due[end] != NOBODY) {
        uint32_t at = state->due[end];
        state->due[end] = state->lives[at].next;
        die(g, state, at);
    }
    state->repetitions--;
    g->finished = state->repetitions == 0;
    begin_repetition(g, state);
}

/* The time up to the next birth, and that. */
static void step_model(struct generator *g)
{
    struct model *state = g->state;
    const struct fit *fit = &state->fit;
    uint64_t which = state->born++ * fit->n_births / state->births;
    uint32_t now = fit->births[which].at;
    pass_time(g, state, now);
    give_birth(g, state, &fit->births[state->order[which]], now);
    if (state->born == state->births) {
        end_repetition(g, state);
    }
}

static void end_model(struct generator *g)
{
    struct model *state = g->state;
    for (uint64_t i = 0; state->lives != NULL && i <= state->fit.n_ops; i++) {
        for (uint32_t at = state->due[i]; at != NOBODY;
             at = state->lives[at].next) {
            free_block(g, state->lives[at].block);
        }
    }
    free(state->order);
    free(state->due);
    free(state->lives);
    fit_free(&state->fit);
}

const struct trace_family family_model = {
    .name = "model",
    .summary = "sizes and lifetimes of a given trace",
    .ops = 100000,
    .seeded = true,
    .fitted = true,
    .params = {PARAM_COUNT("slices", "parts of time, each with its own blocks",
                           64, 1, 65536)},
    .state_bytes = sizeof(struct model),
    .begin = begin_model,
    .step = step_model,
    .end = end_model,
};
