/*
 * averages.h -- the averages of a summary, as tables select them.
 *
 * Each is a figure of one subject over all traces in the unit it is shown in;
 * ratios are NAN where libc was not timed beside it.
 */
#ifndef DRIVER_REPORT_AVERAGES_H
#define DRIVER_REPORT_AVERAGES_H

#include "driver/measure/summary.h"

typedef double average_of(const struct summary *summary);

average_of average_utilization;    /* arithmetic mean */
average_of average_share_of_limit; /* arithmetic mean */
average_of average_total_mops;     /* all operations by all time */
average_of average_harmonic_mops;
average_of average_geometric_ratio; /* to libc */
average_of average_total_ratio;     /* to libc, all time by all time */

#endif
