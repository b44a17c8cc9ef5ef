/*
 * perturb.h -- a twin of a trace: the same shape, other numbers.
 *
 * What an allocator does on the twin it should do as well as on the trace; what
 * it does worse is tuned to the trace.  The twin has as many operations of each
 * kind and as many blocks; sizes.h tells what becomes of sizes, order.h of the
 * order.  Its peak is at most the jitter above that of the trace, or a byte a
 * block.
 *
 * Only integers and prng.h: the same bytes on every machine.
 * Memory: 50 bytes an operation, 12 an id.
 */
#ifndef DRIVER_PERTURB_PERTURB_H
#define DRIVER_PERTURB_PERTURB_H

#include "driver/trace/trace.h"

struct perturb_params {
    uint32_t jitter_ppm; /* parts of a million of a size */
    uint64_t seed;
};

/* How far the twin is from the trace. */
struct perturb_report {
    size_t sizes;         /* distinct */
    size_t changed_sizes; /* of them */
    size_t first;         /* operation of the trace where the twin begins */
    size_t delayed;       /* operations that were put off */
};

/* Returns 0, or -1 with errno ENOMEM. */
int perturb_trace(const struct trace *trace,
                  const struct perturb_params *params, struct trace *twin,
                  struct perturb_report *report);

#endif
