/*
 * achievable.c -- the utilization that could be had with the future known.
 */
#include "driver/inspect/achievable.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "driver/clock/clock.h"
#include "driver/offline/overlap.h"
#include "driver/offline/placement.h"

/* Of the processor: on a busy machine as much is tried as on an idle one. */
static double now_s(void)
{
    return 1e-9 * (double)clock_cpu_ns();
}

static bool before(void *deadline_s)
{
    return now_s() < *(const double *)deadline_s;
}

static const char *words_of(enum overlap_verdict verdict)
{
    switch (verdict) {
    case PLACEMENT_RIGHT: return NULL;
    case PLACEMENT_UNKNOWN: return "no memory to prove it";
    case PLACEMENT_OVERLAPS: return "what was found overlaps";
    case PLACEMENT_MISALIGNED: return "what was found is not aligned";
    case PLACEMENT_TOO_HIGH: return "what was found is higher than it says";
    }
    return NULL;
}

static void look(const struct rectangles *rectangles,
                 const struct effort *effort, struct achievable *achievable)
{
    double deadline_s = now_s() + effort->seconds;
    struct patience patience = {
        effort->tries, effort->tries == 0 ? before : NULL, &deadline_s};
    struct placement placement;
    if (placement_find(rectangles, &patience, &placement) != 0) {
        achievable->unknown = "no memory to look for it";
        return;
    }
    achievable->unknown = words_of(
        overlap_judge(rectangles, placement.addresses, placement.units));
    achievable->heap_bytes = placement.units * UNIT_BYTES;
    achievable->is_least = placement.units == rectangles->peak_units;
    achievable->tries = placement.tries;
    achievable->too_many = rectangles->n > PLACEMENT_MOST_FIRST_FIT;
    free(placement.addresses);
}

void achievable_find(const struct trace *trace, const struct effort *effort,
                     struct achievable *achievable)
{
    struct rectangles rectangles;
    memset(achievable, 0, sizeof *achievable);
    if (effort->seconds <= 0 && effort->tries == 0) {
        achievable->unknown = "not looked for";
        return;
    }
    if (rectangles_of(trace, &rectangles) != 0) {
        achievable->unknown = errno == EOVERFLOW ? "too large to look for"
                                                 : "no memory to look for it";
        return;
    }
    if (rectangles.n == 0) {
        achievable->is_least = true;
    } else {
        look(&rectangles, effort, achievable);
    }
    achievable->utilization = trace_utilization(trace, achievable->heap_bytes);
    rectangles_free(&rectangles);
}
