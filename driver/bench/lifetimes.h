/*
 * lifetimes.h -- sizes and lifetimes of a recorded program's blocks.
 *
 * A compact reader of .rep text (traces/README.md) for bench_alloc, which must
 * not allocate by the malloc under test, nor bring libraries that do: all lies
 * in pages from the system.  Headers and comments are passed over, calloc and
 * memalign count as malloc.
 */
#ifndef DRIVER_BENCH_LIFETIMES_H
#define DRIVER_BENCH_LIFETIMES_H

#include <stddef.h>
#include <stdint.h>

struct lifetime_step {
    uint32_t place; /* of the block's pointer, 0 to n_places - 1 */
    char what;      /* 'a', 'r' or 'f' */
    size_t size;
};

struct lifetimes {
    struct lifetime_step *steps;
    size_t n;
    size_t n_places;
};

/* Returns 0, or -1 after telling on standard error what was wrong. */
int lifetimes_read(const char *path, struct lifetimes *lifetimes);

#endif
