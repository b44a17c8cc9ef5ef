/*
 * stats.h -- which ids are live, how large, and the peaks of their sums.
 *
 * The parser asks it for every operation, so its steps are inline: a table of
 * sizes and a bitmap of liveness, both by slot.
 *
 *     sizes  | s0 | s1 | s2 | ...        8 bytes a slot
 *     live   |0110100...                 1 bit a slot
 *
 * A size may be anything below 2^64 and billions of them may be live: sums
 * are kept exactly, in 128 bits, and saturate only when they are reported.
 */
#ifndef DRIVER_TRACE_STATS_H
#define DRIVER_TRACE_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "driver/trace/trace.h"

__extension__ typedef unsigned __int128 tally_sum;

/* Sums over the live blocks; see the peaks in struct trace. */
struct tally_sums {
    tally_sum payload;
    tally_sum rounded;
    tally_sum headed;
    uint64_t blocks;
};

struct tally {
    uint64_t *sizes;
    uint64_t *live;
    size_t room; /* slots, a multiple of 64 */
    struct tally_sums now;
    struct tally_sums peak; /* each for itself, at its own time */
};

/* Makes room for slots 0 .. slot.  Returns 0, or -1 with errno ENOMEM. */
int tally_grow(struct tally *tally, size_t slot);

void tally_free(struct tally *tally);

/* Stores the statistics in the trace, saturated to 64 bits. */
void tally_report(const struct tally *tally, struct trace *trace);

/*
 * Recomputes the statistics of a trace from its operations.  Returns 0, or -1
 * with errno: EINVAL where an operation contradicts the ones before (a dead
 * id freed, a live one allocated, a slot above n_ids), or ENOMEM.
 */
int trace_recount(struct trace *trace);

static inline bool tally_is_live(const struct tally *tally, size_t slot)
{
    return slot < tally->room && (tally->live[slot / 64] >> slot % 64 & 1) != 0;
}

static inline tally_sum tally_round_up(tally_sum bytes)
{
    return (bytes + 15) & ~(tally_sum)15;
}

static inline void tally_raise(struct tally *tally)
{
    struct tally_sums *peak = &tally->peak;
    const struct tally_sums *now = &tally->now;
    peak->payload = now->payload > peak->payload ? now->payload : peak->payload;
    peak->rounded = now->rounded > peak->rounded ? now->rounded : peak->rounded;
    peak->headed = now->headed > peak->headed ? now->headed : peak->headed;
    peak->blocks = now->blocks > peak->blocks ? now->blocks : peak->blocks;
}

/* A dead slot, inside the room, becomes live. */
static inline void tally_add(struct tally *tally, size_t slot, uint64_t size)
{
    tally->sizes[slot] = size;
    tally->live[slot / 64] |= (uint64_t)1 << slot % 64;
    tally->now.payload += size;
    tally->now.rounded += tally_round_up(size);
    tally->now.headed += tally_round_up((tally_sum)size + 8);
    tally->now.blocks++;
    tally_raise(tally);
}

/* A live slot becomes dead. */
static inline void tally_remove(struct tally *tally, size_t slot)
{
    uint64_t size = tally->sizes[slot];
    tally->live[slot / 64] &= ~((uint64_t)1 << slot % 64);
    tally->now.payload -= size;
    tally->now.rounded -= tally_round_up(size);
    tally->now.headed -= tally_round_up((tally_sum)size + 8);
    tally->now.blocks--;
}

#endif
