/*
 * fit.c -- one pass over the operations, a list of events for each block.
 */
#include "driver/generate/fit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Where the next event of a slot's block is to be linked; NULL: it is dead. */
struct pass {
    struct fit *fit;
    uint32_t **ends;
};

static void add_birth(struct pass *pass, const struct op *op, uint32_t at)
{
    struct fit *fit = pass->fit;
    struct fit_birth *birth = &fit->births[fit->n_births++];
    *birth = (struct fit_birth){
        .size = op->size == 0 ? 1 : op->size, .at = at, .first = FIT_NO_EVENT};
    pass->ends[op->id] = &birth->first;
    fit->n_immortals++;
}

static void add_event(struct pass *pass, const struct op *op, uint32_t at)
{
    struct fit *fit = pass->fit;
    struct fit_event *event = &fit->events[fit->n_events];
    *event =
        (struct fit_event){.size = op->size, .at = at, .next = FIT_NO_EVENT};
    *pass->ends[op->id] = (uint32_t)fit->n_events++;
    pass->ends[op->id] = op->size == 0 ? NULL : &event->next;
    fit->n_immortals -= op->size == 0;
}

/* An operation on a live block is an event, one on a dead id a birth. */
static void add_op(struct pass *pass, const struct op *op, uint32_t at)
{
    if (op->kind == OP_TOUCH) {
        return;
    }
    if (pass->ends[op->id] != NULL) {
        add_event(pass, op, at);
    } else if (op->kind != OP_FREE &&
               !(op->kind == OP_REALLOC && op->size == 0)) {
        add_birth(pass, op, at);
    }
}

static void find_slices(struct fit *fit)
{
    uint64_t slice = 0;
    for (uint32_t i = 0; i < fit->n_births; i++) {
        while (slice <= fit_slice(fit, fit->births[i].at)) {
            fit->slices[slice++] = i;
        }
    }
    while (slice <= fit->n_slices) {
        fit->slices[slice++] = (uint32_t)fit->n_births;
    }
}

int fit_make(struct fit *fit, const struct trace *trace, uint64_t n_slices)
{
    *fit = (struct fit){.n_slices = n_slices, .n_ops = trace->n_ops};
    struct pass pass = {
        .fit = fit,
        .ends = calloc((size_t)trace->n_ids + 1, sizeof *pass.ends),
    };
    fit->births = calloc(trace->n_ops + 1, sizeof *fit->births);
    fit->events = calloc(trace->n_ops + 1, sizeof *fit->events);
    fit->slices = calloc(n_slices + 1, sizeof *fit->slices);
    if (pass.ends == NULL || fit->births == NULL || fit->events == NULL ||
        fit->slices == NULL) {
        free(pass.ends);
        errno = ENOMEM;
        return -1;
    }
    for (uint32_t i = 0; i < trace->n_ops; i++) {
        add_op(&pass, &trace->ops[i], i);
    }
    free(pass.ends);
    find_slices(fit);
    return 0;
}

void fit_free(struct fit *fit)
{
    free(fit->births);
    free(fit->events);
    free(fit->slices);
    memset(fit, 0, sizeof *fit);
}
