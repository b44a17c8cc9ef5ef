/*
 * execute.h -- carry out a plan: every subject on every trace.
 *
 * First correctness and footprint of all pairs, several workers at a time;
 * then timing, trace by trace and alone, of those that were right.
 */
#ifndef DRIVER_RUN_EXECUTE_H
#define DRIVER_RUN_EXECUTE_H

#include "driver/measure/result.h"
#include "driver/run/options.h"
#include "driver/run/trace_set.h"

/*
 * Told as the work goes on: done of total units, and what ended or is under
 * way last.  May be NULL.
 */
typedef void execute_progress_fn(void *context, size_t done, size_t total,
                                 const char *what);

/*
 * Fills run (but for machine).  Returns 0, or -1 with errno set when memory
 * ran out.  An interrupted run returns 0 with run->interrupted set.
 */
int execute(const struct options *options, const struct trace_set *set,
            execute_progress_fn *progress, void *context, struct run *run);

/* Frees what execute made. */
void run_free(struct run *run);

#endif
