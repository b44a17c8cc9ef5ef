/*
 * placement.h -- the smallest heap that could be found for a whole trace.
 *
 * An allocator must choose an address without knowing what comes; here all is
 * known.  Heaps are tried in turn until one is as small as the load, which
 * none can beat, or patience ends:
 *
 * 1. outward (outward.h) from the moment of the highest load, then from the
 *    highest of each eighth of the trace, with what is live there stacked in
 *    three orders: by birth, by death, by lifetime;
 * 2. first fit (first_fit.h) by decreasing size, size x log lifetime,
 *    size x lifetime, lifetime;
 * 3. variations of the best of these, each kept when it is no worse: in the
 *    order of first fit the block that made the heap as high as it is
 *    moves to an earlier turn ("squeaky wheel" optimization: Joslin and
 *    Clements, 1999); in the stack of outward any block moves.
 *
 * Finding the smallest heap is NP-hard, so this is a bound from one side: what
 * is returned can be achieved, and nothing above the load is known to be
 * impossible.
 */
#ifndef DRIVER_OFFLINE_PLACEMENT_H
#define DRIVER_OFFLINE_PLACEMENT_H

#include <stdbool.h>

#include "driver/offline/rectangles.h"

/* First fit compares each pair of blocks; with more than this it is left out.
 */
#define PLACEMENT_MOST_FIRST_FIT 65536

/*
 * When to stop: after that many tries, or when lasts, asked now and then, says
 * no.  The first try is always made.  0 tries: no end; lasts NULL: always.
 */
struct patience {
    uint64_t tries;
    bool (*lasts)(void *context);
    void *context;
};

struct placement {
    uint64_t *addresses; /* in units by rectangle; the owner frees them */
    uint64_t units;      /* height of the heap */
    uint64_t tries;
};

/*
 * Finds a placement of at least one rectangle; the same number of tries finds
 * the same one.  Returns 0, or -1 with errno ENOMEM.
 */
int placement_find(const struct rectangles *rectangles,
                   const struct patience *patience,
                   struct placement *placement);

#endif
