/*
 * clock.c -- readings of CPU time and of the wall clock.
 */
#include "driver/measure/clock.h"

#include <time.h>

#include "driver/measure/statistics.h"

#define COST_READINGS 101

uint64_t clock_cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

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

double clock_wall_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
