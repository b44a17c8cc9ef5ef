/*
 * shrink_failures.h -- the smallest trace on which a subject still fails.
 */
#ifndef DRIVER_RUN_SHRINK_FAILURES_H
#define DRIVER_RUN_SHRINK_FAILURES_H

#include <stdio.h>

#include "driver/measure/result.h"
#include "driver/report/report.h"
#include "driver/run/options.h"
#include "driver/run/trace_set.h"

/* What has become of all failures together. */
struct shrink_outcome {
    size_t n_failures; /* that were shrunk, or tried to be */
    bool unwritten;    /* a file could not be written */
    int interrupted;   /* the signal, or 0 */
};

/*
 * For each subject that failed: shrinks, of the traces on which it did, the
 * one on which it failed after the fewest operations, writes what is left to
 * NAME.min.rep in the current folder (NAME.SUBJECT.min.rep where the run has
 * several subjects), and tells people.  Progress is drawn on talk, where that
 * is a terminal; what cannot be shrunk is said there.
 *
 * An interrupt keeps what is left by then; SIGINT and SIGTERM then stay
 * blocked, as after execute.
 */
struct shrink_outcome shrink_failures(const struct options *options,
                                      const struct trace_set *set,
                                      const struct run *run, FILE *people,
                                      const struct report_style *style,
                                      FILE *talk);

#endif
