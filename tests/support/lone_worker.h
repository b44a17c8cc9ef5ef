/*
 * lone_worker.h -- one worker in a pool of its own, and what tests of pools
 * look at besides.  What goes wrong ends the test.
 */
#ifndef TESTS_SUPPORT_LONE_WORKER_H
#define TESTS_SUPPORT_LONE_WORKER_H

#include <check.h>
#include <stddef.h>
#include <unistd.h>

#include "driver/replay/worker.h"

/* Memory that all processes of a test share. */
void *share_zeroed(size_t bytes);

/* Sleeps until the condition holds; gives up after a long time. */
#define WAIT_FOR(condition)                                                    \
    for (int turns_ = 0; !(condition); turns_++) {                             \
        ck_assert_msg(turns_ < 3000, "no end: %s", #condition);                \
        usleep(10000);                                                         \
    }

/* The calling process has none, dead or alive. */
void expect_no_children(void);

/* Runs one task to its end, which leaves no process behind. */
enum worker_how run_alone(worker_fn *run, void *context);

/* A worker that never comes back. */
void sleep_forever(void *context, struct worker_progress *progress,
                   void *output);

#endif
