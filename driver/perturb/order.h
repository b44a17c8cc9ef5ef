/*
 * order.h -- another order for the operations of a trace.
 *
 * Any order is valid in which the operations of each block follow each other as
 * before.  Two things move:
 *
 *   phases      where nothing is live at several moments, the trace begins at
 *               one of them and its beginning comes last
 *   operations  one in four is put off, past up to 64 others, as long as they
 *               are of other blocks and the live bytes stay within the peak
 *
 * An operation may be put off again where it came to, so some travel far; the
 * peak never rises.
 */
#ifndef DRIVER_PERTURB_ORDER_H
#define DRIVER_PERTURB_ORDER_H

#include <stddef.h>

#include "driver/trace/prng.h"
#include "driver/trace/trace.h"

/* The sum of any sizes. */
__extension__ typedef unsigned __int128 wide;

struct step {
    struct op op;
    uint64_t lost_bytes; /* by which free and realloc lower the live bytes */
};

/* By which malloc and realloc raise the live bytes. */
static inline uint64_t step_gain(const struct step *step)
{
    return step->op.kind == OP_TOUCH ? 0 : step->op.size;
}

/* Steps from first on come first, those before it behind them.  0, or -1 with
 * errno ENOMEM. */
int order_rotate(struct step *steps, size_t n, size_t first);

/*
 * Puts operations off; most_bytes is the peak of the order that is given.
 * Returns how many, each time counted.
 */
size_t order_delay(struct step *steps, size_t n, wide most_bytes,
                   struct prng *prng);

#endif
