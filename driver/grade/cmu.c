/*
 * cmu.c -- the two linear scores.
 */
#include "driver/grade/cmu.h"

#include <math.h>

/* 0 up to nothing, 1 from full on, straight between. */
static double linear(double value, double nothing, double full)
{
    return fmin(1, fmax(0, (value - nothing) / (full - nothing)));
}

double cmu_final(double utilization, double ratio)
{
    return 100 * (0.6 * linear(utilization, 0.55, 0.74) +
                  0.4 * linear(ratio, 0.50, 0.90));
}

double cmu_checkpoint(double utilization, double ratio)
{
    return 100 * (0.2 * linear(utilization, 0.55, 0.58) +
                  0.8 * linear(ratio, 0.10, 0.80));
}
