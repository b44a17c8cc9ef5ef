/*
 * classic.c -- the classic performance index.
 */
#include "driver/grade/classic.h"

#include <math.h>

#define UTILIZATION_SHARE 0.6
#define THROUGHPUT_SHARE  0.4

double classic_index(double utilization, double ops_per_s,
                     double reference_ops_per_s)
{
    double speed =
        reference_ops_per_s > 0 ? fmin(1, ops_per_s / reference_ops_per_s) : 0;
    return 100 * (UTILIZATION_SHARE * utilization + THROUGHPUT_SHARE * speed);
}

double classic_index_of(const struct summary *summary)
{
    if (summary->traces == 0 || summary->valid < summary->traces) {
        return 0;
    }
    double reference =
        summary->libc_ratio_total > 0
            ? summary->ops_per_s_total / summary->libc_ratio_total
            : 0;
    return classic_index(summary->utilization_mean, summary->ops_per_s_total,
                         reference);
}
