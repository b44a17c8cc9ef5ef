/*
 * outward.h -- placing all blocks, beginning at one moment of the trace.
 *
 *     address ^        cut
 *             |   +-----|------+
 *             |   |  2  |      |  +----+      1. what is live at the cut is
 *             | +-+---+-|--+---+  | 5' |         stacked without a gap;
 *             | |  4' | |  +-+----+--+ |      2. then forward in time: each
 *             | +---+-+-|----|  4    | |         birth by best fit, deaths
 *             |     | 1 |    +-------+-+         leave gaps;
 *             |     +---|-----+               3. then backward the same way,
 *             +---------|-------------> time     where a death is a birth.
 *
 * With the highest load as the cut the heap begins full, and both ways lead to
 * moments that need less.  All that a block can collide with is placed at the
 * operation where it comes in, so gaps of one moment are all that is looked at
 * and n operations cost about n lookups of a bin: a heap of a million of them
 * takes a fraction of a second.
 *
 * (Best fit forward in time is what an allocator does; that beginning at the
 * peak helps when the future is known was found by trying it: see
 * driver/README.md for figures.)
 */
#ifndef DRIVER_OFFLINE_OUTWARD_H
#define DRIVER_OFFLINE_OUTWARD_H

#include <stdbool.h>

#include "driver/offline/gaps.h"
#include "driver/offline/rectangles.h"

struct outward {
    const struct rectangles *rectangles;
    struct gaps gaps;
    uint32_t *standing; /* what is live at the cut, by address */
    uint64_t *addresses;
    uint64_t limit, height;
};

/* Returns 0, or -1 with errno ENOMEM. */
int outward_open(struct outward *outward, const struct rectangles *rectangles);
void outward_close(struct outward *outward);

/* Whether the rectangle is there after the operation. */
bool outward_is_live(const struct rectangle *rectangle, uint32_t cut);

/*
 * Places all rectangles, n of them live at the cut and stacked in the given
 * order.  Fills addresses, in units by rectangle, and returns the height; or,
 * once it is clear that the height is not below limit, stops and returns what
 * it has reached.
 */
uint64_t outward_place(struct outward *outward, uint32_t cut,
                       const uint32_t *order, uint32_t n, uint64_t limit,
                       uint64_t *addresses);

#endif
