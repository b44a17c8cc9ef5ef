/*
 * classic.h -- the performance index of the CS:APP malloc lab (2002).
 *
 *   index = 100 * (0.6 * U + 0.4 * min(1, T / T_ref))
 *
 * U is the mean utilization, T the throughput over all traces.  The handout
 * fixes T_ref at 600 thousand operations per second, which any allocator of
 * today passes many times over; the formula therefore takes it as an argument.
 * perfidx: keeps the handout's, so that old scores stay comparable; the index
 * with libc's throughput of the same run as the bar is told beside it.
 */
#ifndef DRIVER_GRADE_CLASSIC_H
#define DRIVER_GRADE_CLASSIC_H

#include "driver/measure/summary.h"

#define CLASSIC_HANDOUT_OPS_PER_S 600e3

/*
 * The index, 0 to 100.  utilization is a fraction of 1, both throughputs are
 * operations per second; without a reference (0) speed earns nothing.
 */
double classic_index(double utilization, double ops_per_s,
                     double reference_ops_per_s);

/*
 * The index of a subject over a run, with libc of the same run as reference.
 * As in the CS:APP driver a single invalid trace makes it 0.
 */
double classic_index_of(const struct summary *summary);

#endif
