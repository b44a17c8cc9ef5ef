/*
 * timing.h -- how fast, in a way that can be trusted on a noisy machine.
 *
 * The protocol, fixed: in one worker, warm replays of the whole trace with a
 * reset between (outside the clock); all subjects of a trace, libc among them,
 * take turns round by round, each round starting with another one; the median
 * over rounds, until all medians are known well enough or the time budget
 * ends.  Nothing but the replay lies between two readings of the clock, which
 * is that of CPU time (see clock.h).
 */
#ifndef DRIVER_MEASURE_TIMING_H
#define DRIVER_MEASURE_TIMING_H

#include "driver/measure/result.h"
#include "driver/replay/worker.h"
#include "driver/subject/subject.h"
#include "driver/trace/trace.h"

struct timing_options {
    double budget_s;  /* for all subjects of this trace together */
    double tolerance; /* stop when medians are known to this fraction; those
                         that are not in the end are noisy */
    size_t reference; /* index of libc among the subjects, or SIZE_MAX */
    struct heap_options heap;
};

/*
 * Fills records[i] for subjects[i].  progress may be NULL.
 * Returns 0, or -1 when the harness lacks memory (errno set).
 */
int timing_run(const struct trace *trace, const struct subject *subjects,
               size_t n_subjects, const struct timing_options *options,
               struct worker_progress *progress, struct timing_record *records);

#endif
