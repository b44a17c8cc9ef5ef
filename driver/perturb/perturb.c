/*
 * perturb.c -- sizes, then phases, then operations.
 */
#include "driver/perturb/perturb.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "driver/perturb/order.h"
#include "driver/perturb/sizes.h"
#include "driver/trace/build.h"

struct twin {
    struct prng prng;
    struct size_map sizes;
    struct step *steps;
    size_t n;
    uint64_t *old_sizes; /* by slot, of live blocks; else 0 */
    uint8_t *live;       /* by slot */
    size_t live_blocks;
    size_t n_cuts; /* moments so far at which nothing was live */
    size_t first;  /* one of them */
    wide peak_bytes;
};

/* ---- sizes --------------------------------------------------------------- */

/* A touch of a whole block stays one; any other stays inside. */
static uint64_t new_touch(const struct twin *twin, const struct op *op)
{
    uint64_t old_size = twin->old_sizes[op->id];
    uint64_t size = size_map_get(&twin->sizes, old_size);
    return op->size == old_size || op->size > size ? size : op->size;
}

static void set_block(struct twin *twin, uint32_t slot, uint64_t size,
                      uint8_t live)
{
    twin->live_blocks += (size_t)live - twin->live[slot];
    twin->live[slot] = live;
    twin->old_sizes[slot] = size;
}

/* The operation with its new size, and what it does to its block. */
static struct step resize(struct twin *twin, struct op op)
{
    struct step step = {.op = op};
    if (op.kind == OP_TOUCH) {
        step.op.size = new_touch(twin, &op);
        return step;
    }
    step.lost_bytes = size_map_get(&twin->sizes, twin->old_sizes[op.id]);
    step.op.size = size_map_get(&twin->sizes, op.size);
    bool dies = op.kind == OP_FREE || (op.kind == OP_REALLOC && op.size == 0);
    set_block(twin, op.id, op.size, !dies);
    return step;
}

/* Each moment at which nothing is live is equally likely to be the first. */
static void look_for_cut(struct twin *twin, size_t next)
{
    if (twin->live_blocks == 0 &&
        prng_below(&twin->prng, ++twin->n_cuts) == 0) {
        twin->first = next;
    }
}

static void resize_all(struct twin *twin, const struct trace *trace)
{
    wide live_bytes = 0;
    for (size_t i = 0; i < twin->n; i++) {
        bool null = trace->ops[i].id == trace->n_ids;
        struct step step = {.op = trace->ops[i]};
        if (!null) {
            step = resize(twin, trace->ops[i]);
        }
        live_bytes += step_gain(&step);
        live_bytes -= step.lost_bytes;
        twin->peak_bytes =
            live_bytes > twin->peak_bytes ? live_bytes : twin->peak_bytes;
        twin->steps[i] = step;
        look_for_cut(twin, i + 1);
    }
    /* What is left at the end must stay there; the end is the beginning. */
    if (twin->live_blocks > 0 || twin->first == twin->n) {
        twin->first = 0;
    }
}

/* ---- all ----------------------------------------------------------------- */

/* Blocks get their ids in the order in which they now appear. */
static int finish(struct twin *twin, const struct trace *trace,
                  struct trace *made)
{
    struct trace_builder built = {.ops = NULL};
    uint32_t *ids = calloc(trace->n_ids + (size_t)1, sizeof *ids);
    if (ids == NULL) {
        return -1;
    }
    uint32_t n_ids = 0;
    for (size_t i = 0; i < twin->n; i++) {
        struct op op = twin->steps[i].op;
        uint32_t *id = &ids[op.id];
        if (op.id == trace->n_ids) {
            op.id = BUILD_NULL;
        } else {
            *id = *id == 0 ? ++n_ids : *id;
            op.id = *id - 1;
        }
        build_append(&built, op);
    }
    free(ids);
    if (build_finish(&built, trace->name, made) != 0) {
        return -1;
    }
    made->weight = trace->weight;
    made->dialect = trace->dialect;
    return 0;
}

static int prepare(struct twin *twin, const struct trace *trace,
                   const struct perturb_params *params)
{
    *twin = (struct twin){.n = trace->n_ops};
    prng_seed(&twin->prng, params->seed);
    twin->steps = calloc(twin->n + 1, sizeof *twin->steps);
    twin->old_sizes = calloc(trace->n_ids + (size_t)1, sizeof *twin->old_sizes);
    twin->live = calloc(trace->n_ids + (size_t)1, 1);
    return twin->steps == NULL || twin->old_sizes == NULL || twin->live == NULL
               ? -1
               : size_map_make(&twin->sizes, trace, params->jitter_ppm,
                               &twin->prng);
}

static void release(struct twin *twin)
{
    size_map_free(&twin->sizes);
    free(twin->steps);
    free(twin->old_sizes);
    free(twin->live);
}

static void fill_report(const struct twin *twin, struct perturb_report *report)
{
    *report =
        (struct perturb_report){.sizes = twin->sizes.n, .first = twin->first};
    for (size_t i = 0; i < twin->sizes.n; i++) {
        report->changed_sizes += twin->sizes.from[i] != twin->sizes.to[i];
    }
}

int perturb_trace(const struct trace *trace,
                  const struct perturb_params *params, struct trace *twin,
                  struct perturb_report *report)
{
    struct twin made;
    int result = prepare(&made, trace, params);
    if (result == 0) {
        resize_all(&made, trace);
        result = order_rotate(made.steps, made.n, made.first);
    }
    if (result == 0) {
        fill_report(&made, report);
        report->delayed =
            order_delay(made.steps, made.n, made.peak_bytes, &made.prng);
        result = finish(&made, trace, twin);
    }
    int error = errno;
    release(&made);
    errno = error;
    return result;
}
