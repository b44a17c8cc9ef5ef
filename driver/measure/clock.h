/*
 * clock.h -- the two clocks of a measurement.
 *
 * What is measured is read from the CPU time of the process, not from the wall
 * clock.  A replay never waits for anything, so both agree on an idle machine;
 * on a shared one the wall clock also counts the turns of other processes (at
 * four runnable processes on two cores, its upper quartile was 2.3 times its
 * median, that of CPU time 1.01 times), and with paravirtual steal accounting
 * CPU time leaves out what the hypervisor gave to other machines.  It includes
 * the kernel's work for page faults, brk and mmap, and any helper thread that
 * an allocator starts.
 *
 * A reading is a system call of about 0.3 us; clock_cost_ns tells how much of
 * that an interval between two readings contains, so that it can be taken off.
 *
 * Time budgets concern people who wait: they use the wall clock.
 */
#ifndef DRIVER_MEASURE_CLOCK_H
#define DRIVER_MEASURE_CLOCK_H

#include <stdint.h>

/* CPU time of this process in nanoseconds. */
uint64_t clock_cpu_ns(void);

/* What an empty interval measures: the median of many. */
uint64_t clock_cost_ns(void);

/* Time of day's pace in seconds, from an arbitrary origin. */
double clock_wall_s(void);

#endif
