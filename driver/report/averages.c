/*
 * averages.c -- one function for each column that shows an average.
 */
#include "driver/report/averages.h"

#include <math.h>

static double positive(double value)
{
    return value > 0 ? value : NAN;
}

double average_utilization(const struct summary *summary)
{
    return summary->utilization_mean;
}

double average_share_of_limit(const struct summary *summary)
{
    return summary->share_of_limit_mean;
}

double average_total_mops(const struct summary *summary)
{
    return summary->ops_per_s_total / 1e6;
}

double average_harmonic_mops(const struct summary *summary)
{
    return summary->ops_per_s_harmonic / 1e6;
}

double average_geometric_ratio(const struct summary *summary)
{
    return positive(summary->libc_ratio_geomean);
}

double average_total_ratio(const struct summary *summary)
{
    return positive(summary->libc_ratio_total);
}
