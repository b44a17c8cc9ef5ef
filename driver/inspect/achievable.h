/*
 * achievable.h -- the utilization that could be had with the future known.
 *
 * driver/offline finds the placement; here it gets its time, is judged, and
 * becomes a utilization beside the limit.
 */
#ifndef DRIVER_INSPECT_ACHIEVABLE_H
#define DRIVER_INSPECT_ACHIEVABLE_H

#include <stdbool.h>

#include "driver/trace/trace.h"

/* How long to look: seconds, or, where tries is not 0, that many of them. */
struct effort {
    double seconds;
    uint64_t tries;
};

struct achievable {
    const char *unknown; /* why nothing is known, or NULL */
    uint64_t heap_bytes;
    double utilization;
    bool is_least; /* no heap can be smaller */
    uint64_t tries;
    bool too_many; /* blocks for first fit: only the quicker way was tried */
};

/* Neither seconds nor tries: does not look. */
void achievable_find(const struct trace *trace, const struct effort *effort,
                     struct achievable *achievable);

#endif
