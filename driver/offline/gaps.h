/*
 * gaps.h -- the blocks that are there at one moment, and the gaps between.
 *
 *     floor    block      block            block
 *     | gap 0  |  3  |    |   7   | gap 7  |  1  | open end ...
 *     0        4     9    9       14       20    26
 *
 * Blocks are a list in the order of their addresses; a gap belongs to the
 * block below it and lies in a bin by its size, so that best fit is a look at
 * few bins.  Small gaps have bins of one size each, larger ones share each
 * octave among 32 bins, which are searched for the smallest that fits.  Adding
 * and removing a block cost a constant, finding a gap the length of one bin.
 *
 * (The bins are those of dlmalloc and TLSF, the list in address order is that
 * of any allocator with boundary tags: Wilson et al., "Dynamic storage
 * allocation: a survey and critical review", 1995.)
 */
#ifndef DRIVER_OFFLINE_GAPS_H
#define DRIVER_OFFLINE_GAPS_H

#include <stdint.h>

#define GAP_BIN_WORDS 43
#define GAP_BINS      (64 * GAP_BIN_WORDS)

#define NO_BLOCK UINT32_MAX

/* All in units.  The list of addresses is a ring through the floor. */
struct gap_block {
    uint64_t address, units;
    uint32_t below, above;       /* in the order of addresses */
    uint32_t bin_next, bin_prev; /* of its gap; NO_BLOCK ends them */
};

struct gaps {
    struct gap_block *blocks; /* n + 1 */
    uint32_t floor;           /* n */
    uint64_t words_used;      /* a bit for each word of bins */
    uint64_t used[GAP_BIN_WORDS];
    uint32_t bins[GAP_BINS];
};

/* For blocks 0 .. n - 1.  Returns 0, or -1 with errno ENOMEM. */
int gaps_open(struct gaps *gaps, uint32_t n);
void gaps_close(struct gaps *gaps);

/* No block is there. */
void gaps_clear(struct gaps *gaps);

/*
 * Puts a block into the smallest gap that has room for it at a multiple of
 * align_units, or on top of all where there is none.  Returns its address.
 */
uint64_t gaps_add(struct gaps *gaps, uint32_t block, uint64_t units,
                  uint64_t align_units);

/*
 * Puts a block on top of all others, at an address not below any of their
 * ends.
 */
void gaps_stack(struct gaps *gaps, uint32_t block, uint64_t units,
                uint64_t address);

void gaps_remove(struct gaps *gaps, uint32_t block);

/* Stores the blocks that are there by ascending address. */
void gaps_list(const struct gaps *gaps, uint32_t *blocks);

#endif
