/*
 * mix.c -- several families at once, their steps taking turns by chance.
 *
 * Each has its share of the operations and random numbers of its own; their
 * blocks lie between each other's, as those of a program's parts do.
 */
#include <stdlib.h>
#include <string.h>

#include "driver/generate/families.h"
#include "driver/generate/generate.h"

enum { MOST_PARTS = 16 };

struct mix {
    struct generate_params params[MOST_PARTS];
    struct generator parts[MOST_PARTS];
    uint64_t n;
};

/* The family named in text up to a comma, which a mix may hold. */
static const struct trace_family *find_part(const char *text, size_t length)
{
    for (const struct trace_family *const *f = trace_families; *f; f++) {
        if (strlen((*f)->name) == length &&
            memcmp((*f)->name, text, length) == 0) {
            return (*f)->text.name == NULL && !(*f)->fitted ? *f : NULL;
        }
    }
    return NULL;
}

static int read_parts(struct mix *state, const char *text,
                      struct generate_error *error)
{
    for (const char *at = text;; at++) {
        size_t length = strcspn(at, ",");
        const struct trace_family *family = find_part(at, length);
        if (family == NULL) {
            return generate_fail(error,
                                 "--of: expected families other than mix and "
                                 "model, with commas between, got \"%.*s\"",
                                 length < 100 ? (int)length : 100, at);
        }
        if (state->n == MOST_PARTS) {
            return generate_fail(error,
                                 "--of: expected at most %d families, got more",
                                 MOST_PARTS);
        }
        state->params[state->n++] = generate_defaults(family);
        at += length;
        if (*at == '\0') {
            return 0;
        }
    }
}

static int begin_mix(struct generator *g, struct generate_error *error)
{
    struct mix *state = g->state;
    if (read_parts(state, g->params->text, error) != 0) {
        return -1;
    }
    for (uint64_t i = 0; i < state->n; i++) {
        state->params[i].ops = g->params->ops / state->n + 1;
        state->params[i].seed = prng_next(&g->prng);
        if (generator_open(&state->parts[i], &state->params[i], g->emitter,
                           error) != 0) {
            return -1;
        }
    }
    return 0;
}

/* What the parts have done is this one's doing. */
static void add_up(struct generator *g, const struct mix *state)
{
    g->emitted = 0;
    g->live = 0;
    for (uint64_t i = 0; i < state->n; i++) {
        g->emitted += state->parts[i].emitted;
        g->live += state->parts[i].live;
    }
}

/* The chosen one, or the next that is not done yet. */
static void step_mix(struct generator *g)
{
    struct mix *state = g->state;
    uint64_t at = draw_below(g, state->n);
    for (uint64_t i = 0; i < state->n; i++) {
        struct generator *part = &state->parts[(at + i) % state->n];
        if (!generator_is_done(part)) {
            generator_step(part);
            break;
        }
    }
    add_up(g, state);
}

static void end_mix(struct generator *g)
{
    struct mix *state = g->state;
    for (uint64_t i = 0; i < state->n; i++) {
        generator_close(&state->parts[i]);
    }
}

const struct trace_family family_mix = {
    .name = "mix",
    .summary = "several families at once",
    .ops = 40000,
    .seeded = true,
    .text = {"of", "FAMILY,...", "what is mixed, each as it is by default"},
    .state_bytes = sizeof(struct mix),
    .begin = begin_mix,
    .step = step_mix,
    .end = end_mix,
};
