/*
 * fit.h -- what a trace tells of its blocks, for the model.
 *
 *     births  | size, when, first event | ...          in order of time
 *     events  | new size or 0, when, next event | ...  a list for each birth
 *     slices  | first birth of slice 0 | of slice 1 | ... | n_births |
 *
 * "When" is the number of the operation.  A slice is one of equally long
 * parts of the trace.
 */
#ifndef DRIVER_GENERATE_FIT_H
#define DRIVER_GENERATE_FIT_H

#include <stdint.h>

#include "driver/trace/trace.h"

#define FIT_NO_EVENT UINT32_MAX

/* A block's size changes; to 0: it dies. */
struct fit_event {
    uint64_t size;
    uint32_t at;
    uint32_t next; /* FIT_NO_EVENT: it lives to the end */
};

struct fit_birth {
    uint64_t size;
    uint32_t at;
    uint32_t first;
};

struct fit {
    struct fit_birth *births;
    struct fit_event *events;
    uint32_t *slices; /* n_slices + 1 */
    uint64_t n_births;
    uint64_t n_events;
    uint64_t n_slices;
    uint64_t n_ops;       /* the length in time */
    uint64_t n_immortals; /* blocks that the trace does not free */
};

/*
 * Reads the blocks of a trace of less than 2^32 operations.  All kinds of
 * allocation count alike; writes and frees of NULL are left out.  Returns 0,
 * or -1 with errno ENOMEM; free it in any case.
 */
int fit_make(struct fit *fit, const struct trace *trace, uint64_t n_slices);

void fit_free(struct fit *fit);

/* The slice in which an operation lies. */
static inline uint64_t fit_slice(const struct fit *fit, uint32_t at)
{
    return at * fit->n_slices / fit->n_ops;
}

#endif
