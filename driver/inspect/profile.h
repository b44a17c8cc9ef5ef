/*
 * profile.h -- what a trace asks of an allocator, in figures.
 *
 * A block lives from the operation that allocates it to the one that frees it,
 * however often it is resized meanwhile; a request is an operation that asks
 * for a size.
 */
#ifndef DRIVER_INSPECT_PROFILE_H
#define DRIVER_INSPECT_PROFILE_H

#include "driver/inspect/distribution.h"
#include "driver/trace/trace.h"

#define PROFILE_FREQUENT  10 /* sizes */
#define PROFILE_SHORT_OPS 10 /* a life of at most so many is short */

/* The first operation after which something was at its most. */
struct profile_moment {
    size_t op;
    uint64_t line;
    uint64_t blocks; /* live then */
};

struct profile {
    uint64_t ops[OP_KINDS];
    uint64_t null_frees; /* among the frees */

    uint64_t blocks; /* allocated in all */
    uint64_t freed_blocks;
    uint64_t bytes_at_end;
    struct profile_moment most_bytes;
    struct profile_moment most_blocks;
    uint64_t peak_8_bytes; /* sizes rounded up to 8 */

    uint64_t requests;
    uint64_t median_bytes, p90_bytes, p99_bytes, most_requested_bytes;
    uint64_t different_sizes;
    struct frequent frequent[PROFILE_FREQUENT]; /* sizes; count 0: no more */

    uint64_t median_life_ops, p90_life_ops; /* of freed blocks */
    uint64_t short_lived_blocks;            /* freed so soon */

    uint64_t resized_blocks; /* chains of reallocs */
    uint64_t resizes;        /* reallocs of live blocks to another block */
    uint64_t most_resizes;   /* of one block */
    uint64_t growing_resizes;
    double median_growth; /* new size by old, of those that grow; 0: none */
};

/* Returns 0, or -1 with errno ENOMEM. */
int profile_make(const struct trace *trace, struct profile *profile);

/* The ten most frequent sizes' share of all requests. */
double profile_frequent_share(const struct profile *profile);

#endif
