/*
 * clock.h -- the two clocks of everything in driver/.
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
 * Time budgets concern people who wait: they use the wall clock.
 */
#ifndef DRIVER_CLOCK_CLOCK_H
#define DRIVER_CLOCK_CLOCK_H

#include <stdint.h>

/* CPU time of this process in nanoseconds. */
uint64_t clock_cpu_ns(void);

/* Time of day's pace in seconds, from an arbitrary origin; never goes back. */
double clock_wall_s(void);

#endif
