/*
 * worker_orphans.h -- processes that a subject leaves behind.
 *
 * A worker's group is killed when it ends, but a subject may have started
 * processes that left the group (setsid).  While a pool runs, this process
 * adopts such orphans (prctl(2), PR_SET_CHILD_SUBREAPER), and so finds and
 * ends them.  Internal to replay/.
 */
#ifndef DRIVER_REPLAY_WORKER_ORPHANS_H
#define DRIVER_REPLAY_WORKER_ORPHANS_H

#include <stddef.h>
#include <sys/types.h>

#include "driver/replay/worker_process.h"

#define WORKER_ORPHANS_BEFORE 64

struct worker_orphans {
    int callers_setting;
    size_t n_before;
    pid_t before[WORKER_ORPHANS_BEFORE]; /* the caller's own children */
};

/* Begins to adopt.  What children there are now belong to the caller. */
void worker_orphans_begin(struct worker_orphans *orphans);

/* Kills and reaps each child that is neither the caller's nor a worker. */
void worker_orphans_sweep(const struct worker_orphans *orphans,
                          const struct worker_process *processes, size_t n);

void worker_orphans_end(const struct worker_orphans *orphans);

#endif
