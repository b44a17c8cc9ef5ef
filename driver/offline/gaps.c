/*
 * gaps.c -- the blocks that are there at one moment, and the gaps between.
 */
#include "driver/offline/gaps.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Up to here each size has a bin; then 32 bins an octave up to 2^64. */
enum { EXACT = 1024, EXACT_LOG2 = 10, SPLIT_LOG2 = 5, WORD = 64 };

_Static_assert(EXACT + ((64 - EXACT_LOG2) << SPLIT_LOG2) <= GAP_BINS,
               "a bin for every gap");
_Static_assert(GAP_BIN_WORDS < WORD, "a bit for every word");

/* ---- bins -------------------------------------------------------------- */

static unsigned bin_of(uint64_t units)
{
    if (units < EXACT) {
        return (unsigned)units;
    }
    unsigned log2 = 63 - (unsigned)__builtin_clzll(units);
    unsigned split = (unsigned)(units >> (log2 - SPLIT_LOG2)) & 31;
    return EXACT + ((log2 - EXACT_LOG2) << SPLIT_LOG2) + split;
}

/* The first bin in use from that one on, or GAP_BINS. */
static unsigned next_bin(const struct gaps *gaps, unsigned bin)
{
    if (bin >= GAP_BINS) {
        return GAP_BINS;
    }
    unsigned word = bin / WORD;
    uint64_t bits = gaps->used[word] >> bin % WORD;
    if (bits != 0) {
        return bin + (unsigned)__builtin_ctzll(bits);
    }
    uint64_t later = gaps->words_used >> word >> 1;
    if (later == 0) {
        return GAP_BINS;
    }
    word += 1 + (unsigned)__builtin_ctzll(later);
    return word * WORD + (unsigned)__builtin_ctzll(gaps->used[word]);
}

static void mark_used(struct gaps *gaps, unsigned bin)
{
    gaps->used[bin / WORD] |= (uint64_t)1 << bin % WORD;
    gaps->words_used |= (uint64_t)1 << bin / WORD;
}

static void mark_empty(struct gaps *gaps, unsigned bin)
{
    gaps->used[bin / WORD] &= ~((uint64_t)1 << bin % WORD);
    if (gaps->used[bin / WORD] == 0) {
        gaps->words_used &= ~((uint64_t)1 << bin / WORD);
    }
}

/* ---- gaps -------------------------------------------------------------- */

static uint64_t end_of(const struct gaps *gaps, uint32_t block)
{
    return gaps->blocks[block].address + gaps->blocks[block].units;
}

/* 0 also above the highest block, where the end is open. */
static uint64_t gap_above(const struct gaps *gaps, uint32_t block)
{
    uint32_t above = gaps->blocks[block].above;
    return above == gaps->floor
               ? 0
               : gaps->blocks[above].address - end_of(gaps, block);
}

static void insert_gap(struct gaps *gaps, uint32_t block)
{
    struct gap_block *it = &gaps->blocks[block];
    uint64_t units = gap_above(gaps, block);
    if (units == 0) {
        return;
    }
    unsigned bin = bin_of(units);
    it->bin_prev = NO_BLOCK;
    it->bin_next = gaps->bins[bin];
    if (it->bin_next != NO_BLOCK) {
        gaps->blocks[it->bin_next].bin_prev = block;
    }
    gaps->bins[bin] = block;
    mark_used(gaps, bin);
}

static void remove_gap(struct gaps *gaps, uint32_t block)
{
    const struct gap_block *it = &gaps->blocks[block];
    uint64_t units = gap_above(gaps, block);
    if (units == 0) {
        return;
    }
    if (it->bin_next != NO_BLOCK) {
        gaps->blocks[it->bin_next].bin_prev = it->bin_prev;
    }
    if (it->bin_prev != NO_BLOCK) {
        gaps->blocks[it->bin_prev].bin_next = it->bin_next;
        return;
    }
    gaps->bins[bin_of(units)] = it->bin_next;
    if (it->bin_next == NO_BLOCK) {
        mark_empty(gaps, bin_of(units));
    }
}

static uint64_t align_up(uint64_t address, uint64_t align_units)
{
    return (address + align_units - 1) & ~(align_units - 1);
}

static bool fits(const struct gaps *gaps, uint32_t below, uint64_t units,
                 uint64_t align_units)
{
    uint64_t start = align_up(end_of(gaps, below), align_units);
    return start + units <= gaps->blocks[gaps->blocks[below].above].address;
}

/* The block below the smallest gap of a bin that fits, or NO_BLOCK. */
static uint32_t best_of_bin(const struct gaps *gaps, unsigned bin,
                            uint64_t units, uint64_t align_units)
{
    uint32_t best = NO_BLOCK;
    uint64_t least = UINT64_MAX;
    uint32_t at = gaps->bins[bin];
    while (at != NO_BLOCK && (bin >= EXACT || best == NO_BLOCK)) {
        uint64_t gap = gap_above(gaps, at);
        if (gap < least && fits(gaps, at, units, align_units)) {
            best = at;
            least = gap;
        }
        at = gaps->blocks[at].bin_next;
    }
    return best;
}

/* The block below the smallest gap that fits, or the highest block. */
static uint32_t best_fit(const struct gaps *gaps, uint64_t units,
                         uint64_t align_units)
{
    unsigned bin = next_bin(gaps, bin_of(units));
    uint32_t best = NO_BLOCK;
    while (bin < GAP_BINS && best == NO_BLOCK) {
        best = best_of_bin(gaps, bin, units, align_units);
        bin = next_bin(gaps, bin + 1);
    }
    return best != NO_BLOCK ? best : gaps->blocks[gaps->floor].below;
}

/* ---- blocks ------------------------------------------------------------ */

int gaps_open(struct gaps *gaps, uint32_t n)
{
    gaps->floor = n;
    gaps->blocks = malloc(((size_t)n + 1) * sizeof *gaps->blocks);
    if (gaps->blocks == NULL) {
        return -1;
    }
    gaps_clear(gaps);
    return 0;
}

void gaps_close(struct gaps *gaps)
{
    free(gaps->blocks);
    gaps->blocks = NULL;
}

void gaps_clear(struct gaps *gaps)
{
    uint32_t floor = gaps->floor;
    gaps->blocks[floor] = (struct gap_block){.below = floor, .above = floor};
    gaps->words_used = 0;
    memset(gaps->used, 0, sizeof gaps->used);
    memset(gaps->bins, 0xff, sizeof gaps->bins); /* NO_BLOCK */
}

static void link_above(struct gaps *gaps, uint32_t below, uint32_t block)
{
    uint32_t above = gaps->blocks[below].above;
    remove_gap(gaps, below);
    gaps->blocks[block].below = below;
    gaps->blocks[block].above = above;
    gaps->blocks[below].above = block;
    gaps->blocks[above].below = block;
    insert_gap(gaps, below);
    insert_gap(gaps, block);
}

uint64_t gaps_add(struct gaps *gaps, uint32_t block, uint64_t units,
                  uint64_t align_units)
{
    uint32_t below = best_fit(gaps, units, align_units);
    struct gap_block *it = &gaps->blocks[block];
    it->address = align_up(end_of(gaps, below), align_units);
    it->units = units;
    link_above(gaps, below, block);
    return it->address;
}

void gaps_stack(struct gaps *gaps, uint32_t block, uint64_t units,
                uint64_t address)
{
    struct gap_block *it = &gaps->blocks[block];
    it->address = address;
    it->units = units;
    link_above(gaps, gaps->blocks[gaps->floor].below, block);
}

void gaps_remove(struct gaps *gaps, uint32_t block)
{
    uint32_t below = gaps->blocks[block].below;
    uint32_t above = gaps->blocks[block].above;
    remove_gap(gaps, below);
    remove_gap(gaps, block);
    gaps->blocks[below].above = above;
    gaps->blocks[above].below = below;
    insert_gap(gaps, below);
}

void gaps_list(const struct gaps *gaps, uint32_t *blocks)
{
    uint32_t at = gaps->blocks[gaps->floor].above;
    while (at != gaps->floor) {
        *blocks++ = at;
        at = gaps->blocks[at].above;
    }
}
