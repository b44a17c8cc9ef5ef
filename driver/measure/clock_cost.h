/*
 * clock_cost.h -- what reading the clock adds to what is measured.
 *
 * A reading of CPU time is a system call of about 0.3 us.  An interval between
 * two readings contains a part of that, which can be taken off when known.
 */
#ifndef DRIVER_MEASURE_CLOCK_COST_H
#define DRIVER_MEASURE_CLOCK_COST_H

#include <stdint.h>

/* What an empty interval of CPU time measures: the median of many. */
uint64_t clock_cost_ns(void);

#endif
