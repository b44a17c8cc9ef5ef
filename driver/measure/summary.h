/*
 * summary.h -- averages of one subject over the traces of a run.
 *
 * Pure functions of results.  A trace whose result is not valid counts as zero
 * utilization and zero throughput, as in the CS:APP driver: it lowers the
 * arithmetic means and makes the harmonic and geometric ones 0.  Totals add up
 * operations and seconds, which an invalid trace has none of: they are over
 * the valid traces, and `valid` says how many those are.  A trace that had no
 * turn for an interrupt does not count at all.
 */
#ifndef DRIVER_MEASURE_SUMMARY_H
#define DRIVER_MEASURE_SUMMARY_H

#include "driver/measure/result.h"

struct summary {
    size_t traces; /* that had their turn */
    size_t valid;
    uint64_t ops;               /* of timed valid traces */
    double utilization_mean;    /* over traces whose weight counts it */
    double limit_mean;          /* over the same traces */
    double share_of_limit_mean; /* mean of utilization / limit */
    double seconds;             /* sum of one replay of each timed trace */
    double ops_per_s_total;     /* all operations / all seconds */
    double ops_per_s_harmonic;  /* harmonic mean over traces */
    double libc_ratio_geomean;  /* 0 where libc was not interleaved */
    double libc_ratio_total;    /* sum of libc's seconds / sum of ours */
};

/*
 * Weights as CMU gives them: 0 neither, 1 utilization and throughput, 2
 * utilization only, 3 throughput only; classic traces count for both.
 * Throughput figures are 0 where the run was not timed.
 */
struct summary summarize(const struct run *run, size_t subject);

#endif
