/*
 * profile.c -- what a trace asks of an allocator, in figures.
 */
#include "driver/inspect/profile.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { GROWTH_SCALE = 1000 }; /* growth is sorted in thousandths */

__extension__ typedef unsigned __int128 wide_sum;

/* A block while it lives. */
struct life {
    uint64_t size;
    size_t birth;
    uint64_t resizes;
    bool live;
};

struct walk {
    const struct trace *trace;
    struct profile *profile;
    struct life *lives; /* by slot */
    struct distribution sizes, lifetimes, growth;
    wide_sum bytes, rounded; /* live now; rounded up to 8 */
    wide_sum most_bytes, most_rounded;
    uint64_t live_blocks;
};

static wide_sum round_8(uint64_t size)
{
    return ((wide_sum)size + 7) & ~(wide_sum)7;
}

static uint64_t saturate(wide_sum sum)
{
    return sum > UINT64_MAX ? UINT64_MAX : (uint64_t)sum;
}

static void begin_life(struct walk *walk, struct life *life, size_t op)
{
    *life = (struct life){.birth = op, .live = true};
    walk->profile->blocks++;
    walk->live_blocks++;
}

static void end_life(struct walk *walk, struct life *life, size_t op)
{
    struct profile *profile = walk->profile;
    uint64_t ops = op - life->birth;
    life->live = false;
    walk->live_blocks--;
    profile->freed_blocks++;
    profile->short_lived_blocks += ops <= PROFILE_SHORT_OPS;
    distribution_add(&walk->lifetimes, ops);
}

static void count_resize(struct walk *walk, struct life *life, uint64_t size)
{
    struct profile *profile = walk->profile;
    uint64_t n = ++life->resizes;
    profile->resizes++;
    profile->resized_blocks += n == 1;
    profile->most_resizes =
        n > profile->most_resizes ? n : profile->most_resizes;
    if (size <= life->size) {
        return;
    }
    profile->growing_resizes++;
    if (life->size > 0) {
        wide_sum growth = (wide_sum)size * GROWTH_SCALE / life->size;
        distribution_add(&walk->growth, saturate(growth));
    }
}

/* A dead block's size is 0. */
static void set_size(struct walk *walk, struct life *life, uint64_t size)
{
    walk->bytes += size;
    walk->bytes -= life->size;
    walk->rounded += round_8(size);
    walk->rounded -= round_8(life->size);
    life->size = size;
}

static void note_peaks(struct walk *walk, size_t op)
{
    struct profile *profile = walk->profile;
    struct profile_moment now = {op, trace_line(walk->trace, op),
                                 walk->live_blocks};
    if (walk->bytes > walk->most_bytes) {
        walk->most_bytes = walk->bytes;
        profile->most_bytes = now;
    }
    if (walk->live_blocks > profile->most_blocks.blocks) {
        profile->most_blocks = now;
    }
    if (walk->rounded > walk->most_rounded) {
        walk->most_rounded = walk->rounded;
    }
}

static void request(struct walk *walk, size_t op)
{
    const struct op *it = &walk->trace->ops[op];
    struct life *life = &walk->lives[it->id];
    distribution_add(&walk->sizes, it->size);
    if (life->live) {
        count_resize(walk, life, it->size);
    } else {
        begin_life(walk, life, op);
    }
    set_size(walk, life, it->size);
}

static void release(struct walk *walk, size_t op)
{
    struct life *life = &walk->lives[walk->trace->ops[op].id];
    if (life->live) {
        set_size(walk, life, 0);
        end_life(walk, life, op);
    }
}

static void step(struct walk *walk, size_t op)
{
    const struct op *it = &walk->trace->ops[op];
    walk->profile->ops[it->kind]++;
    if (it->id == walk->trace->n_ids) {
        walk->profile->null_frees++;
    } else if (it->kind == OP_FREE ||
               (it->kind == OP_REALLOC && it->size == 0)) {
        release(walk, op);
    } else if (it->kind != OP_TOUCH) {
        request(walk, op);
    }
    note_peaks(walk, op);
}

static void conclude(struct walk *walk)
{
    struct profile *profile = walk->profile;
    distribution_sort(&walk->sizes);
    distribution_sort(&walk->lifetimes);
    distribution_sort(&walk->growth);
    profile->bytes_at_end = saturate(walk->bytes);
    profile->peak_8_bytes = saturate(walk->most_rounded);
    profile->requests = walk->sizes.n;
    profile->median_bytes = distribution_quantile(&walk->sizes, 0.5);
    profile->p90_bytes = distribution_quantile(&walk->sizes, 0.9);
    profile->p99_bytes = distribution_quantile(&walk->sizes, 0.99);
    profile->most_requested_bytes = distribution_quantile(&walk->sizes, 1);
    profile->different_sizes = distribution_frequent(
        &walk->sizes, profile->frequent, PROFILE_FREQUENT);
    profile->median_life_ops = distribution_quantile(&walk->lifetimes, 0.5);
    profile->p90_life_ops = distribution_quantile(&walk->lifetimes, 0.9);
    profile->median_growth =
        (double)distribution_quantile(&walk->growth, 0.5) / GROWTH_SCALE;
}

static int make_tables(struct walk *walk)
{
    const struct trace *trace = walk->trace;
    walk->lives = calloc((size_t)trace->n_ids + 1, sizeof *walk->lives);
    return walk->lives != NULL &&
                   distribution_open(&walk->sizes, trace->n_ops) == 0 &&
                   distribution_open(&walk->lifetimes, trace->n_ops) == 0 &&
                   distribution_open(&walk->growth, trace->n_ops) == 0
               ? 0
               : -1;
}

int profile_make(const struct trace *trace, struct profile *profile)
{
    struct walk walk = {.trace = trace, .profile = profile};
    memset(profile, 0, sizeof *profile);
    profile->most_bytes.line = trace_line(trace, 0);
    int result = make_tables(&walk);
    if (result == 0) {
        for (size_t i = 0; i < trace->n_ops; i++) {
            step(&walk, i);
        }
        conclude(&walk);
    }
    free(walk.lives);
    distribution_close(&walk.sizes);
    distribution_close(&walk.lifetimes);
    distribution_close(&walk.growth);
    return result;
}

double profile_frequent_share(const struct profile *profile)
{
    uint64_t n = 0;
    for (size_t i = 0; i < PROFILE_FREQUENT; i++) {
        n += profile->frequent[i].count;
    }
    return profile->requests == 0 ? 0 : (double)n / (double)profile->requests;
}
