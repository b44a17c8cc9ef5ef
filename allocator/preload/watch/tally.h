/*
 * tally.h -- MALLOC_STATS=1: counts of calls, blocks and bytes, and the table
 * that tells them at exit.
 *
 * Sizes are those that the program asked for.  They are counted in groups of
 * powers of two: group g holds sizes of 2^(g-1) + 1 to 2^g bytes, the first
 * one all up to 16 and the last one all beyond.
 */
#ifndef ALLOCATOR_PRELOAD_WATCH_TALLY_H
#define ALLOCATOR_PRELOAD_WATCH_TALLY_H

#include "allocator/preload/onlooker.h"

#include <stdint.h>

#define TALLY_LEAST_LOG 4
#define TALLY_MOST_LOG  21
#define TALLY_GROUPS    (TALLY_MOST_LOG - TALLY_LEAST_LOG + 1)

struct tally_count {
    uint64_t made; /* blocks so far, new sizes by realloc included */
    uint64_t live;
    uint64_t peak; /* most of them alive at once */
};

struct tally {
    uint64_t calls[CALLS];
    uint64_t refused;     /* calls that returned NULL for want of memory */
    uint64_t asked_bytes; /* of all blocks so far */
    uint64_t live_bytes, peak_bytes;
    struct tally_count blocks;
    struct tally_count groups[TALLY_GROUPS];
};

/* A block came to life, or its life ended. */
void tally_add(struct tally *tally, size_t size);
void tally_remove(struct tally *tally, size_t size);

/* Prints on standard error.  Walks over all arenas. */
void tally_print(const struct tally *tally);

#endif
