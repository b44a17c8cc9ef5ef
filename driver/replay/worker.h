/*
 * worker.h -- run a subject where it can do no harm.
 *
 * A worker is a forked process that runs one function and leaves its output in
 * memory shared with the parent.  Whatever it does -- crash, exit, hang, eat
 * memory -- becomes a struct worker_end, and the parent goes on.
 */
#ifndef DRIVER_REPLAY_WORKER_H
#define DRIVER_REPLAY_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/heap/heap.h"
#include "driver/replay/post_mortem.h"

/*
 * Fills the live block that address lies in or is nearest to, and its
 * distance; false when there is none.  Called in the worker's signal handler:
 * it may only read.
 */
typedef bool worker_nearest_fn(const void *context, uint64_t address,
                               struct fault_block *block, int64_t *distance);

/*
 * Where a worker is, told as it goes.  The worker's function stores op before
 * each operation (one plain store); the rest when it changes.
 */
struct worker_progress {
    volatile uint64_t op; /* index of the operation, FAULT_NO_OP outside */
    uint32_t round;
    uint32_t subject;          /* index, where a worker runs several */
    volatile double excused_s; /* the harness's own work: not a hang's */
    char phase[16];
    const struct heap *heap;    /* of the subject at work; may be NULL */
    worker_nearest_fn *nearest; /* may be NULL */
    const void *nearest_context;
};

/*
 * The work: fills output (zeroed, output_bytes long, shared with the parent).
 * Context is the parent's, seen as it was at the fork.
 */
typedef void worker_fn(void *context, struct worker_progress *progress,
                       void *output);

enum worker_how {
    WORKER_NOT_RUN,  /* interrupted before its turn */
    WORKER_DONE,     /* the function returned */
    WORKER_CRASHED,  /* a signal */
    WORKER_EXITED,   /* called exit or _exit */
    WORKER_HUNG,     /* passed seconds_limit */
    WORKER_RUNAWAY,  /* passed memory_limit_bytes */
    WORKER_UNSTARTED /* fork or mmap failed */
};

struct worker_end {
    enum worker_how how;
    double seconds;
    uint32_t subject;               /* progress.subject at the end */
    size_t resident_bytes;          /* the most it was seen to add to memory */
    int start_errno;                /* WORKER_UNSTARTED: why */
    struct post_mortem post_mortem; /* exists unless done or not run */
};

struct worker_task {
    worker_fn *run;
    void *context;
    size_t output_bytes;
    double seconds_limit; /* 0: none */

    /*
     * Resident bytes beyond what was inherited at the fork.  0: three quarters
     * of the memory available, divided by the workers at a time.
     */
    size_t memory_limit_bytes;

    /* Set by worker_pool_run: */
    void *output; /* shared memory, valid until worker_task_release */
    struct worker_end end;
};

/* Told in the parent as each task ends, in the order in which they end. */
typedef void worker_done_fn(void *context, struct worker_task *task);

/*
 * Called about ten times a second while workers run (for a progress line);
 * may be NULL.
 */
typedef void worker_tick_fn(void *context);

struct worker_pool {
    unsigned parallel; /* workers at a time; 0: one per core */
    worker_done_fn *done;
    worker_tick_fn *tick;
    void *context;
};

/*
 * Runs all tasks.  SIGINT or SIGTERM (unless ignored) ends it at once: running
 * workers are killed, and they and the rest are WORKER_NOT_RUN, of which done
 * is not told.  The caller's signal dispositions and mask are as before when
 * it returns, and no process is left.
 * A worker's standard output goes to standard error, so that what a subject
 * prints does not mix with results; its standard input is empty.
 * Returns 0, or -1 when it was interrupted.
 */
int worker_pool_run(const struct worker_pool *pool, struct worker_task *tasks,
                    size_t n);

/* The signal that interrupted the last pool, or 0. */
int worker_interrupted(void);

/* Gives back the output.  Allowed in done; a task that did not run as well. */
void worker_task_release(struct worker_task *task);

/* "SIGSEGV", or "signal 77" where it has no name.  Returns text. */
const char *worker_signal_name(int number, char *text, size_t room);

/*
 * One line, cut to room: "SIGSEGV at operation 123, line 127: a 17 4096".
 * Operations count from 1 here; line and text where post_mortem_add_ops has
 * filled them in.  Returns text.
 */
char *worker_describe_end(const struct worker_end *end, char *text,
                          size_t room);

#endif
