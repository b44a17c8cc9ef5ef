/*
 * execute.h -- carry out a plan: every subject on every trace.
 *
 * First correctness and footprint of all pairs, several workers at a time;
 * then timing, trace by trace and alone, of those that were right.
 */
#ifndef DRIVER_RUN_EXECUTE_H
#define DRIVER_RUN_EXECUTE_H

#include <stdio.h>

#include "driver/measure/result.h"
#include "driver/run/options.h"
#include "driver/run/trace_set.h"

/*
 * Fills run (but for machine).  While it works a progress line is drawn on
 * watcher, where that is a terminal.
 * Returns 0, or -1 with errno set when memory ran out.  An interrupted run
 * returns 0 with run->interrupted set, and SIGINT and SIGTERM stay blocked, so
 * that what had ended can be told whole.
 */
int execute(const struct options *options, const struct trace_set *set,
            FILE *watcher, struct run *run);

/* Frees what execute made. */
void run_free(struct run *run);

#endif
