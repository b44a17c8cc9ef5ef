/*
 * failure.h -- whether two results failed in the same way, and how early.
 *
 * Pure functions of results.
 */
#ifndef DRIVER_MEASURE_FAILURE_H
#define DRIVER_MEASURE_FAILURE_H

#include "driver/measure/result.h"

/* Not valid, and not for lack of a turn. */
bool result_failed(const struct result *result);

/*
 * Both failed, with the same verdict and rule, or signal or exit status and
 * function: the innermost one whose source line is known, so that neither
 * abort nor memcpy stands for those who call it.  Of a hang and of an endless
 * recursion the function does not count.
 */
bool failure_alike(const struct result *a, const struct result *b);

/* The operation at which a result failed, or FAULT_NO_OP. */
uint64_t failure_op(const struct result *result);

/*
 * How many operations were done before it failed, over both replays of a trace
 * of n_ops.
 */
uint64_t failure_reach(const struct result *result, uint64_t n_ops);

#endif
