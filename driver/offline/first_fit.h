/*
 * first_fit.h -- placing blocks one after another in any order.
 *
 * Each goes to the lowest address where it collides with none that is placed
 * already and shares a moment with it.  These are kept by address:
 *
 *     placed   | start end birth death | start end birth death | ...
 *
 * and looked through from the lowest on, which costs at most n entries for
 * each of n blocks, mostly far fewer, and is what limits this to some ten
 * thousand blocks.  Large and long-lived ones first is the order that does
 * well: "first fit decreasing" (Johnson, 1973, for bin packing; Gergov 1999
 * and Buchsbaum et al. 2003 have better bounds for the worst case, by ways
 * that cost more and do worse on usual ones).
 */
#ifndef DRIVER_OFFLINE_FIRST_FIT_H
#define DRIVER_OFFLINE_FIRST_FIT_H

#include "driver/offline/rectangles.h"

struct first_fit_entry {
    uint64_t start, end;
    uint32_t birth, death;
};

struct first_fit {
    const struct rectangles *rectangles;
    struct first_fit_entry *placed;
    uint32_t n_placed;
};

/* Returns 0, or -1 with errno ENOMEM. */
int first_fit_open(struct first_fit *fit, const struct rectangles *rectangles);
void first_fit_close(struct first_fit *fit);

/* Begins anew. */
void first_fit_clear(struct first_fit *fit);

/* Places one rectangle; returns its address in units. */
uint64_t first_fit_add(struct first_fit *fit, uint32_t it);

#endif
