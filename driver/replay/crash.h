/*
 * crash.h -- the last words of a worker.
 *
 * The worker's signal handlers note what they can in memory that the parent
 * shares, and end the process.  The note is written in stages, from what is
 * certain to what may fault itself (asking the oracle for the nearest block
 * reads structures that may be damaged): a fault within the handler enters
 * the handler again, which goes on with the stage after the one that failed.
 *
 *   facts -> registers -> mappings -> stack -> nearest block -> _exit
 *
 * Handlers run on a stack of their own, so that running out of stack is told
 * like any other fault.
 */
#ifndef DRIVER_REPLAY_CRASH_H
#define DRIVER_REPLAY_CRASH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "driver/replay/fault.h"
#include "driver/replay/stack_copy.h"
#include "driver/replay/worker.h"

/* Sent by the parent: note your stack and end. */
#define CRASH_ASK_SIGNAL SIGSYS

struct crash {
    pid_t pid;              /* of the worker, not of what it may fork */
    pid_t driver;           /* who may ask */
    volatile int stage;     /* 0: nothing happened */
    volatile pid_t thread;  /* that died */
    volatile bool complete; /* all stages were gone through */
    bool asked;             /* by the parent: no fault of its own */
    int signal;             /* 0: it called exit */
    int exit_status;
    bool has_address;
    uint64_t address;
    bool in_heap;
    uint64_t heap_offset;
    volatile bool has_block;
    struct fault_block block;
    int64_t block_distance;
    struct stack_copy stack;
};

/*
 * Makes the calling process note its death in crash (zeroed, shared with the
 * parent, whose pid driver is).  progress must stay valid.
 * Returns 0, or -1 with errno set: it then dies without a note.
 */
int crash_install(struct crash *crash, const struct worker_progress *progress,
                  pid_t driver);

#endif
