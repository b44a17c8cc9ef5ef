/*
 * generate.h -- traces made from a rule and a seed.
 *
 * The classic synthetic patterns of teaching allocators, each one a question
 * put to a policy: does it coalesce, does it keep small blocks out of the way
 * of large ones, does it grow a block in place?  The same family and the same
 * parameters give the same operations on every machine.
 */
#ifndef DRIVER_TRACE_GENERATE_H
#define DRIVER_TRACE_GENERATE_H

#include <stddef.h>
#include <stdint.h>

#include "driver/trace/trace.h"

/* What a family listens to, as bits of its uses. */
enum generate_use {
    USES_OPS = 1,
    USES_SEED = 2,
    USES_SMALL = 4,
    USES_LARGE = 8
};

struct generate_params {
    uint64_t ops;         /* about how many operations: whole rounds */
    uint64_t seed;        /* of the random sizes and choices */
    uint64_t small_bytes; /* see the family's summary */
    uint64_t large_bytes;
};

#define GENERATE_MAX_OPS   ((uint64_t)1 << 32)
#define GENERATE_MAX_BYTES ((uint64_t)1 << 60)

struct trace_family {
    const char *name;
    const char *summary; /* one line, names the parameters it uses */
    unsigned uses;       /* enum generate_use, or-ed */
    struct generate_params defaults;
};

/* All families; a nameless one ends the table. */
extern const struct trace_family trace_families[];

/* The family of that name, or NULL. */
const struct trace_family *trace_family_find(const char *name);

/*
 * Makes a trace; all blocks are dead at its end.  Returns 0, or -1 with
 * errno: EINVAL (no ops, no bytes, small above large, more than the
 * GENERATE_MAX_ constants) or ENOMEM.
 */
int generate_trace(const struct trace_family *family,
                   const struct generate_params *params, struct trace *trace);

#endif
