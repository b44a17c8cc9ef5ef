/*
 * rectangles.h -- a trace as rectangles: when a block is there, how large.
 *
 *     address ^            +--------+
 *             |  +-----+   |   c    |        birth: the operation that makes
 *             |  |  a  |---+--------+--+     it, death: the one that ends it,
 *             |  +-----+     b         |     or the number of operations
 *             |        +---------------+
 *             +--------------------------> operations
 *
 * To give each block its address so that the heap stays small is to push the
 * rectangles up or down, and not sideways, until none overlap: the problem of
 * dynamic storage allocation (Garey and Johnson, 1979, SR2).  The sum of what
 * is live at the worst moment, the load, is a height that no placement beats.
 *
 * What is assumed, and what an allocator that knew all this could really do:
 *
 * - An address is a multiple of 16 bytes, or of what memalign asked for; a
 *   block takes its size rounded up to 16, without a header; one of size 0
 *   takes nothing (malloc may return NULL for it).
 * - A realloc begins a new rectangle.  What it moves it moves as memmove does,
 *   so the old place and the new one may overlap, and the block is never there
 *   twice.  While its rounded size stays the same it stays where it is.
 * - All blocks lie in one heap, whose size is the highest end of any.
 */
#ifndef DRIVER_OFFLINE_RECTANGLES_H
#define DRIVER_OFFLINE_RECTANGLES_H

#include <stddef.h>
#include <stdint.h>

#include "driver/trace/trace.h"

#define UNIT_BYTES   16
#define NO_RECTANGLE UINT32_MAX

struct rectangle {
    uint64_t units;       /* of 16 bytes, at least 1 */
    uint64_t align_units; /* a power of two */
    uint32_t birth, death;
};

struct rectangles {
    struct rectangle *items; /* ascending birth */
    uint32_t n;
    uint32_t n_ops;
    /* By operation: which rectangle it begins and which it ends. */
    uint32_t *born, *died;
    uint64_t *load; /* units live after it */
    uint64_t peak_units;
    uint32_t peak_op; /* the first with that load; 0 where there is none */
};

/*
 * Fills *rectangles.  Returns 0, or -1 with errno: ENOMEM, or EOVERFLOW where
 * there are too many operations or addresses could exceed 64 bits.
 */
int rectangles_of(const struct trace *trace, struct rectangles *rectangles);

/* A zeroed one is accepted. */
void rectangles_free(struct rectangles *rectangles);

#endif
