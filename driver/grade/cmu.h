/*
 * cmu.h -- the scores of the malloc lab as CMU has given it since 2017.
 *
 *   final      = 100 * (0.6 * linear(U; 0.55 -> 0.74)
 *                     + 0.4 * linear(T / T_ref; 0.50 -> 0.90))
 *   checkpoint = 100 * (0.2 * linear(U; 0.55 -> 0.58)
 *                     + 0.8 * linear(T / T_ref; 0.10 -> 0.80))
 *
 * linear(x; a -> b) rises from 0 at a to 1 at b.  U is the mean utilization, T
 * the harmonic mean of throughputs, T_ref that of a reference implementation.
 */
#ifndef DRIVER_GRADE_CMU_H
#define DRIVER_GRADE_CMU_H

/*
 * Scores from 0 to 100.  utilization is a fraction of 1, ratio is T / T_ref.
 */
double cmu_final(double utilization, double ratio);
double cmu_checkpoint(double utilization, double ratio);

#endif
