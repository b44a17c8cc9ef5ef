/*
 * statistics.c -- samples, quartiles and means.
 *
 * qsort is avoided on purpose: it may allocate, and a sample grows in the
 * middle of measuring an allocator.
 */
#include "driver/measure/statistics.h"

#include <math.h>
#include <string.h>

void sample_add(struct sample *sample, double value)
{
    size_t place = sample->n;
    while (place > 0 && sample->values[place - 1] > value) {
        place--;
    }
    memmove(&sample->values[place + 1], &sample->values[place],
            (sample->n - place) * sizeof *sample->values);
    sample->values[place] = value;
    sample->n++;
}

double sample_quantile(const struct sample *sample, double share)
{
    if (sample->n == 0) {
        return 0;
    }
    double rank = share * (double)(sample->n - 1);
    size_t below = (size_t)rank;
    if (below + 1 >= sample->n) {
        return sample->values[sample->n - 1];
    }
    double left = sample->values[below], right = sample->values[below + 1];
    return left + (rank - (double)below) * (right - left);
}

struct quartiles sample_quartiles(const struct sample *sample)
{
    return (struct quartiles){
        .low = sample_quantile(sample, 0.25),
        .median = sample_quantile(sample, 0.5),
        .high = sample_quantile(sample, 0.75),
    };
}

double sample_median_error(const struct sample *sample)
{
    struct quartiles q = sample_quartiles(sample);
    if (q.median <= 0) {
        return 0;
    }
    return 1.57 * (q.high - q.low) / (sqrt((double)sample->n) * q.median);
}

void mean_add(struct mean *mean, double value)
{
    mean->n++;
    mean->sum += value;
    if (value > 0) {
        mean->sum_of_inverses += 1 / value;
        mean->sum_of_logarithms += log(value);
    } else {
        mean->not_positive++;
    }
}

double mean_arithmetic(const struct mean *mean)
{
    return mean->n > 0 ? mean->sum / (double)mean->n : 0;
}

/* Whether a mean of positive values exists. */
static int all_positive(const struct mean *mean)
{
    return mean->n > 0 && mean->not_positive == 0;
}

double mean_harmonic(const struct mean *mean)
{
    return all_positive(mean) ? (double)mean->n / mean->sum_of_inverses : 0;
}

double mean_geometric(const struct mean *mean)
{
    return all_positive(mean) ? exp(mean->sum_of_logarithms / (double)mean->n)
                              : 0;
}
