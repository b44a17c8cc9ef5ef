/*
 * statistics.h -- pure functions of numbers: samples, quartiles, means.
 *
 * A sample is kept in ascending order while it grows, in memory of the
 * caller's, so that adding to it between two timed rounds allocates nothing.
 * Adding costs O(n), which is far less than the round it belongs to.
 */
#ifndef DRIVER_MEASURE_STATISTICS_H
#define DRIVER_MEASURE_STATISTICS_H

#include <stddef.h>

struct sample {
    double *values; /* ascending; room for as many as are added */
    size_t n;
};

struct quartiles {
    double low, median, high;
};

/* Puts value at its place. */
void sample_add(struct sample *sample, double value);

/*
 * The value that the share (0 to 1) of the sample lies below, by linear
 * interpolation between neighbours (type 7 of Hyndman & Fan, The American
 * Statistician 1996); 0 of an empty sample.
 */
double sample_quantile(const struct sample *sample, double share);

struct quartiles sample_quartiles(const struct sample *sample);

/*
 * How well the median is known, as a fraction of it: half the length of its
 * 95 % interval, 1.57 times the distance of the quartiles over the root of n
 * (McGill, Tukey & Larsen, "Variations of box plots", The American
 * Statistician 1978).  0 where the median is 0.
 */
double sample_median_error(const struct sample *sample);

/*
 * A mean in the making, one value after the other; zero it first.  The
 * harmonic and the geometric mean are 0 as soon as one value is not positive;
 * all means of nothing are 0.
 */
struct mean {
    size_t n;
    size_t not_positive;
    double sum;
    double sum_of_inverses;
    double sum_of_logarithms;
};

void mean_add(struct mean *mean, double value);
double mean_arithmetic(const struct mean *mean);
double mean_harmonic(const struct mean *mean);
double mean_geometric(const struct mean *mean);

#endif
