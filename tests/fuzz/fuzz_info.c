/*
 * fuzz_info.c -- any trace, measured and placed.
 *
 * Whatever the operations are, the profile adds up, and a placement is proven
 * right and no lower than the load.
 */
#include <errno.h>
#include <stdlib.h>

#include "driver/inspect/profile.h"
#include "driver/offline/overlap.h"
#include "driver/offline/placement.h"
#include "tests/fuzz/promises.h"

enum { TRIES = 50, MOST_OPS = 500 };

static void check_profile(const struct trace *trace)
{
    struct profile profile;
    uint64_t ops = 0;
    require(profile_make(trace, &profile) == 0, "memory");
    for (size_t i = 0; i < OP_KINDS; i++) {
        ops += profile.ops[i];
    }
    require(ops == trace->n_ops, "each operation has a kind");
    require(profile.blocks - profile.freed_blocks == trace->live_blocks_at_end,
            "blocks add up");
    require(profile.most_blocks.blocks == trace->peak_live_blocks,
            "the parser counts as many at the peak");
    require(profile.requests == profile.blocks + profile.resizes,
            "requests add up");
    require(profile_frequent_share(&profile) <= 1, "a share");
}

static void check_placement(const struct trace *trace)
{
    struct rectangles rectangles;
    struct patience patience = {.tries = TRIES};
    struct placement placement;
    if (rectangles_of(trace, &rectangles) != 0) {
        require(errno == EOVERFLOW, "refused for a reason");
        return;
    }
    require(rectangles.peak_units * UNIT_BYTES == trace->peak_rounded_bytes,
            "the load is what the limit counts");
    if (rectangles.n > 0) {
        require(placement_find(&rectangles, &patience, &placement) == 0,
                "memory");
        require(overlap_judge(&rectangles, placement.addresses,
                              placement.units) == PLACEMENT_RIGHT,
                "the placement is right");
        require(placement.units >= rectangles.peak_units, "no lower");
        free(placement.addresses);
    }
    rectangles_free(&rectangles);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct trace trace;
    struct trace_error error;
    if (trace_parse("fuzz", (const char *)data, n, &trace, &error) != 0) {
        return 0;
    }
    if (trace.n_ops <= MOST_OPS) {
        check_profile(&trace);
        check_placement(&trace);
    }
    trace_free(&trace);
    return 0;
}
