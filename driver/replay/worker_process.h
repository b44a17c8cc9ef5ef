/*
 * worker_process.h -- one worker: started, watched, ended.  Internal to
 * replay/.
 *
 * Parent and worker share two mappings, each with an inaccessible page on
 * either side, so that a subject that runs off its own memory does not run
 * into them:
 *
 *   | guard | control: progress, the note of a crash     | guard |
 *   | guard | the task's output                          | guard |
 *
 * A worker leads a process group of its own, which is killed as a whole, and
 * dies when its parent does.
 */
#ifndef DRIVER_REPLAY_WORKER_PROCESS_H
#define DRIVER_REPLAY_WORKER_PROCESS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "driver/replay/worker.h"

/* Function at the bottom of a worker's stack: backtraces end above it. */
#define WORKER_PROCESS_ENTRY "run_task"

struct worker_control;

struct worker_process {
    struct worker_task *task; /* NULL: this one is free */
    struct worker_control *control;
    pid_t pid;
    int pidfd; /* readable when it has ended; -1 where there are none */
    double started_s;
    double kill_at_s; /* > 0: it is dying and gets no longer than this */
    size_t memory_limit_bytes;
    size_t inherited_bytes;    /* resident in the parent at the fork */
    size_t resident_bytes;     /* the most it was seen to take */
    enum worker_how ended_for; /* WORKER_HUNG, WORKER_RUNAWAY, else 0 */
};

/* What all workers of a pool have in common. */
struct worker_terms {
    sigset_t mask;             /* their signal mask */
    size_t memory_limit_bytes; /* where a task states none */
};

/*
 * Starts task's worker.
 * Returns 0, or -1 with errno set, and then nothing is left behind.
 */
int worker_process_start(struct worker_process *process,
                         struct worker_task *task,
                         const struct worker_terms *terms);

/*
 * Looks after one that runs: asks it to end when it has passed a limit, and
 * kills it when it does not obey.
 */
void worker_process_watch(struct worker_process *process, double now_s);

/*
 * If it has ended: fills task->end, frees what was held and returns true.
 */
bool worker_process_reap(struct worker_process *process);

/* Kills and reaps it, without looking at what it left. */
void worker_process_discard(struct worker_process *process);

#endif
