/*
 * family.h -- the contract of a family of synthetic traces.
 *
 * A family is one const table entry: its parameters and three functions on a
 * generator.  It emits operations and never sees where they go, holds no more
 * than its live blocks, and works in small steps, so that several can be
 * mixed.
 *
 * The same parameters give the same operations on every machine: families use
 * integers and the generator's own random numbers only.
 */
#ifndef DRIVER_GENERATE_FAMILY_H
#define DRIVER_GENERATE_FAMILY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "driver/trace/prng.h"
#include "driver/trace/stats.h"
#include "driver/trace/trace.h"

enum { FAMILY_PARAMS = 6 };

enum family_unit { UNIT_COUNT, UNIT_BYTES, UNIT_PERCENT };

/* A number that the user may set by --NAME. */
struct family_param {
    const char *name; /* one word; NULL: there is no such parameter */
    const char *help; /* what it is, without its unit */
    enum family_unit unit;
    uint64_t normal; /* where the user says nothing */
    uint64_t least;
    uint64_t most;
};

/* A text that the user has to give by --NAME. */
struct family_text {
    const char *name; /* NULL: the family needs none */
    const char *value;
    const char *help;
};

struct generate_error {
    char message[600]; /* "expected ..., got ..." */
};

struct generator;

struct trace_family {
    const char *name;
    const char *summary; /* one line, less than 60 characters */
    uint64_t ops;        /* where the user says nothing */
    bool seeded;         /* draws random numbers */
    bool fitted;         /* to a trace that the user gives by --from */
    struct family_text text;
    struct family_param params[FAMILY_PARAMS]; /* small before large */
    size_t state_bytes;

    /*
     * Prepares the zeroed state; optional.  Returns 0, or -1 with *error
     * filled.  end is called in any case.
     */
    int (*begin)(struct generator *generator, struct generate_error *error);

    /* Emits at least one operation. */
    void (*step)(struct generator *generator);

    /* Frees all blocks that are live, then what the state holds. */
    void (*end)(struct generator *generator);
};

/* What a family is to do. */
struct generate_params {
    const struct trace_family *family;
    uint64_t ops;                   /* about how many operations: whole steps */
    uint64_t seed;                  /* of the random numbers */
    const char *text;               /* where the family needs one */
    const struct trace *from;       /* where it is fitted */
    uint64_t values[FAMILY_PARAMS]; /* in the order of the family's params */
};

/* A live block. */
struct block {
    uint64_t size;
    uint32_t id;
};

/*
 * Takes the operations of all generators of a trace and gives out ids, none of
 * them twice: so that ids come in order of first appearance.
 */
struct emitter {
    void (*put)(void *context, struct op op); /* NULL: they are only counted */
    void *context;
    uint64_t n_ops;
    uint32_t n_ids;
    int failed; /* errno; no further operations are wanted */
    struct tally_sums now;
    struct tally_sums peak;
};

struct generator {
    const struct generate_params *params;
    struct emitter *emitter;
    struct prng prng;
    uint64_t emitted; /* operations of this generator */
    uint64_t live;    /* blocks of it */
    bool finished;    /* set by a family that knows its end */
    void *state;      /* state_bytes of the family */
};

/* ---- for families: operations ------------------------------------------ */

struct block new_block(struct generator *generator, uint64_t size);
void resize_block(struct generator *generator, struct block *block,
                  uint64_t size);
void free_block(struct generator *generator, struct block block);

/* ---- for families: random numbers -------------------------------------- */

/* Uniform in 0 .. bound - 1; bound is at least 1. */
static inline uint64_t draw_below(struct generator *generator, uint64_t bound)
{
    return prng_below(&generator->prng, bound);
}

/* Uniform in least .. most. */
static inline uint64_t draw_between(struct generator *generator, uint64_t least,
                                    uint64_t most)
{
    return prng_between(&generator->prng, least, most);
}

/* True in so many of a hundred cases. */
static inline bool draw_chance(struct generator *generator, uint64_t percent)
{
    return prng_below(&generator->prng, 100) < percent;
}

/*
 * By a power law: each octave above small is as likely as tail percent of the
 * one below it; uniform within.  Never above large.
 */
uint64_t draw_power(struct generator *generator, uint64_t small, uint64_t large,
                    uint64_t tail);

/* ---- for families that run others -------------------------------------- */

/*
 * Prepares a generator with a state of its own; no operation is emitted
 * unless begin does.  Returns 0, or -1 with *error filled; close it in any
 * case, which frees its blocks.
 */
int generator_open(struct generator *generator,
                   const struct generate_params *params,
                   struct emitter *emitter, struct generate_error *error);
bool generator_is_done(const struct generator *generator);
void generator_step(struct generator *generator);
void generator_close(struct generator *generator);

/* "expected memory for so many blocks, ...".  Returns -1. */
int generate_fail_memory(struct generate_error *error, uint64_t blocks);

/* Fills the message as printf does.  Returns -1. */
__attribute__((format(printf, 2, 3))) int generate_fail(
    struct generate_error *error, const char *format, ...);

#endif
