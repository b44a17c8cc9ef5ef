/*
 * sample_run.h -- runs made up by hand, for tests of what reports show.
 *
 * Figures follow from a trace's and a policy's index by simple arithmetic: the
 * same on every machine, and different enough to tell columns apart.
 */
#ifndef TESTS_SUPPORT_SAMPLE_RUN_H
#define TESTS_SUPPORT_SAMPLE_RUN_H

#include "driver/measure/result.h"

#define SAMPLE_TRACES   21
#define SAMPLE_SUBJECTS 14

/*
 * The first traces and subjects of the sample, all valid and timed.
 * Returns NULL when memory is lacking.
 */
struct run *sample_run(size_t n_traces, size_t n_subjects);
void sample_run_free(struct run *run);

/* The result at trace and subject, to be changed. */
struct result *sample_result(struct run *run, size_t trace, size_t subject);

/* Makes a result a failure of each kind, with all that is known of it. */
void sample_overlap(struct result *result);
void sample_lost_bytes(struct result *result);
void sample_broken_invariant(struct result *result);
void sample_crash(struct result *result);
void sample_exit(struct result *result);
void sample_hang(struct result *result);
void sample_runaway(struct result *result);
void sample_no_memory(struct result *result);
void sample_not_run(struct result *result);

/*
 * One failure of each kind, and five crashes alike, for the first subject of
 * 16 traces or more.
 */
void sample_failures(struct run *run);

#endif
