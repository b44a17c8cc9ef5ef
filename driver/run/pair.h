/*
 * pair.h -- one subject on one trace, in a worker: is it right, and how much
 * memory does it take?
 */
#ifndef DRIVER_RUN_PAIR_H
#define DRIVER_RUN_PAIR_H

#include "driver/measure/result.h"
#include "driver/replay/worker.h"

/* What is to be done, and where its result belongs. */
struct pair {
    const struct trace *trace;
    const struct subject *subject;
    struct correctness_options how;
    double seconds_limit;
    struct result *result;
};

/* The worker's task; pair must stay until it is judged. */
struct worker_task pair_task(struct pair *pair);

/* Fills the pair's result from its task, which has ended, and releases it. */
void pair_judge(struct worker_task *task);

/* The verdict on a worker that did not come back by itself. */
void pair_judge_death(struct result *result, const struct trace *trace,
                      struct worker_end *end);

#endif
