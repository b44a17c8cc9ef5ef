/*
 * stats.h -- which ids are live, how large, and the peaks of their sums.
 *
 * The parser asks it for every operation, so its one step is inline and takes
 * no branch that matters: allocations and frees follow each other in no order
 * that a processor could foresee.
 *
 *     sizes  | s0 | s1 | s2 | ...    8 bytes a slot, 0 where it is dead
 *     live   |0|1|1|0|1|0|0| ...     1 byte a slot
 *
 * A size may be anything below 2^64.  Sums of 64 bits are exact as long as
 * each size is below TALLY_WIDE, there being less than 2^32 slots; beyond that
 * the trace is counted again by trace_recount, with 128 bits.
 */
#ifndef DRIVER_TRACE_STATS_H
#define DRIVER_TRACE_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "driver/trace/trace.h"

#define TALLY_WIDE ((uint64_t)1 << 31)

/* Sums over the live blocks; see the peaks in struct trace. */
struct tally_sums {
    uint64_t payload;
    uint64_t rounded;
    uint64_t headed;
    uint64_t blocks;
};

struct tally {
    uint64_t *sizes;
    uint8_t *live;
    size_t room;     /* slots that are cleared and can be used */
    size_t reserved; /* slots that there is memory for */
    struct tally_sums now;
    struct tally_sums peak; /* each for itself, at its own time */
    uint64_t bits_of_sizes; /* all sizes or-ed */
};

/* Makes room for slots 0 .. slot.  Returns 0, or -1 with errno ENOMEM. */
int tally_grow(struct tally *tally, size_t slot);

void tally_free(struct tally *tally);

/* Whether the sums can be wrong, and trace_recount is needed. */
static inline bool tally_is_wide(const struct tally *tally)
{
    return tally->bits_of_sizes >= TALLY_WIDE;
}

/* Stores the statistics in the trace; for a tally that is not wide. */
void tally_report(const struct tally *tally, struct trace *trace);

/*
 * Recomputes the statistics of a trace from its operations, exactly, and
 * saturates them at 2^64 - 1.  Returns 0, or -1 with errno: EINVAL where an
 * operation contradicts the ones before (a dead id freed, a live one
 * allocated, a slot above n_ids), or ENOMEM.
 */
int trace_recount(struct trace *trace);

/* New peaks are rare, or follow each other: a branch is foreseen well. */
static inline void tally_raise(uint64_t *peak, uint64_t now)
{
    if (__builtin_expect(now > *peak, 0)) {
        *peak = now;
    }
}

/* Bytes of a block that is live (1), header included, or 0 of a dead one. */
static inline uint64_t tally_headed(uint64_t size, uint64_t live)
{
    return (size + 8 * live + 15) & ~(uint64_t)15;
}

static inline uint64_t tally_rounded(uint64_t size)
{
    return (size + 15) & ~(uint64_t)15;
}

/*
 * A slot inside the room becomes live (1) with a size, or dead (0) with size
 * 0, whatever it was before.
 */
static inline void tally_set(struct tally *tally, size_t slot, uint64_t size,
                             uint64_t live)
{
    uint64_t old_size = tally->sizes[slot];
    uint64_t old_live = tally->live[slot];
    struct tally_sums *now = &tally->now;
    struct tally_sums *peak = &tally->peak;
    tally->sizes[slot] = size;
    tally->live[slot] = (uint8_t)live;
    tally->bits_of_sizes |= size;
    now->payload += size - old_size;
    now->rounded += tally_rounded(size) - tally_rounded(old_size);
    now->headed += tally_headed(size, live) - tally_headed(old_size, old_live);
    now->blocks += live - old_live;
    tally_raise(&peak->payload, now->payload);
    tally_raise(&peak->rounded, now->rounded);
    tally_raise(&peak->headed, now->headed);
    tally_raise(&peak->blocks, now->blocks);
}

#endif
