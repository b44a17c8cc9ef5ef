/*
 * overlap.h -- is a placement one that could be?
 *
 * Shares nothing with the ways in which placements are made.  Time passes from
 * birth to birth over a segment tree of addresses (Bentley, 1977), whose
 * leaves are the stretches between two neighbouring starts or ends:
 *
 *     node   count: blocks that cover all of it, but not its parent
 *            most:  blocks on top of each other anywhere in it
 *
 * A block may come in only where nothing is; n blocks cost n log n.
 */
#ifndef DRIVER_OFFLINE_OVERLAP_H
#define DRIVER_OFFLINE_OVERLAP_H

#include "driver/offline/rectangles.h"

enum overlap_verdict {
    PLACEMENT_RIGHT,
    PLACEMENT_OVERLAPS,   /* two blocks share a moment and an address */
    PLACEMENT_MISALIGNED, /* an address is no multiple of its alignment */
    PLACEMENT_TOO_HIGH,   /* a block ends above the height */
    PLACEMENT_UNKNOWN     /* no memory to find out */
};

/* Judges addresses, in units by rectangle, below height. */
enum overlap_verdict overlap_judge(const struct rectangles *rectangles,
                                   const uint64_t *addresses, uint64_t height);

#endif
