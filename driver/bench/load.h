/*
 * load.h -- what bench_alloc asks of malloc, and how long that took.
 */
#ifndef DRIVER_BENCH_LOAD_H
#define DRIVER_BENCH_LOAD_H

#include <stdint.h>

#include "driver/bench/lifetimes.h"

#define LOAD_THREADS_MOST 64

/* Every thread does all of it, with blocks of its own. */
struct load {
    const struct lifetimes *lifetimes; /* NULL: pairs of small blocks */
    uint64_t calls;                    /* of each thread, about */
    unsigned threads;
};

struct load_result {
    uint64_t calls; /* of all threads */
    double seconds; /* from the first call of any thread to the last */
};

/* Returns 0, or -1 when there is no memory or no thread to be had. */
int load_run(const struct load *load, struct load_result *result);

#endif
