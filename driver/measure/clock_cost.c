/*
 * clock_cost.c -- empty intervals, measured.
 */
#include "driver/measure/clock_cost.h"

#include "driver/clock/clock.h"
#include "driver/measure/statistics.h"

#define COST_READINGS 101

uint64_t clock_cost_ns(void)
{
    double values[COST_READINGS];
    struct sample sample = {values, 0};
    for (int i = 0; i < COST_READINGS; i++) {
        uint64_t start = clock_cpu_ns();
        sample_add(&sample, (double)(clock_cpu_ns() - start));
    }
    return (uint64_t)sample_quantile(&sample, 0.5);
}
