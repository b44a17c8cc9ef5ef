/*
 * sizes.h -- another size for each size of a trace.
 *
 * Equal sizes stay equal, a larger one stays larger: so size classes, their
 * shares and every growth by realloc are kept.  Each is within the jitter of
 * what it was, and at least one byte may be added or taken away; only 0 stays
 * what it is.
 *
 * How: the distinct sizes are moved at random, each within its bounds, then
 * sorted, and where two have become one the later moves up.  The i-th is still
 * within the bounds of the i-th size: bounds rise with the sizes, so sorting
 * keeps to them; and what moves up for those below comes no further above them
 * than its size is.
 *
 * Cost: n log n in the number of operations; integers only.
 */
#ifndef DRIVER_PERTURB_SIZES_H
#define DRIVER_PERTURB_SIZES_H

#include <stddef.h>
#include <stdint.h>

#include "driver/trace/prng.h"
#include "driver/trace/trace.h"

struct size_map {
    uint64_t *from; /* ascending, none twice */
    uint64_t *to;   /* likewise */
    size_t n;
};

/*
 * Makes the map of all sizes that blocks have; jitter in parts of a million.
 * Returns 0, or -1 with errno ENOMEM.
 */
int size_map_make(struct size_map *map, const struct trace *trace,
                  uint32_t jitter_ppm, struct prng *prng);

/* The new size for one that a block of the trace has. */
uint64_t size_map_get(const struct size_map *map, uint64_t size);

void size_map_free(struct size_map *map);

#endif
