/*
 * post_mortem.h -- what is known of a worker that died.
 *
 * Plain data without pointers.  The backtrace begins at the instruction that
 * faulted (or at abort or exit, where one of them was called) and ends at the
 * worker's function; inlined functions have frames of their own.
 */
#ifndef DRIVER_REPLAY_POST_MORTEM_H
#define DRIVER_REPLAY_POST_MORTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "driver/replay/fault.h"

#define POST_MORTEM_FRAMES 24

struct stack_frame {
    uint64_t address;
    char function[64]; /* empty where unknown */
    uint32_t line;     /* 0 where unknown */

    /*
     * The source, without folders that all frames share; where line is 0 the
     * program or library, or empty.
     */
    char file[96];
};

#define POST_MORTEM_OPS 8

/* An operation as its line in the trace reads. */
struct told_op {
    uint64_t line;
    char text[48];
};

struct post_mortem {
    bool exists;
    int signal;      /* 0: it exited, or was ended for its time or memory */
    int exit_status; /* where signal is 0 */
    bool has_address;
    uint64_t address;         /* si_addr of the signal */
    bool in_heap;             /* address lies in the heap's reservation */
    uint64_t heap_offset;     /* then: its distance from the base */
    bool stack_overflow;      /* address lies just below the stack's end */
    uint64_t op;              /* the operation under way, or FAULT_NO_OP */
    uint32_t round;           /* 1 or 2 */
    char phase[16];           /* correctness, footprint, timing */
    struct fault_block block; /* the live block it lies in or is nearest to */
    int64_t block_distance;   /* 0 inside; below: negative; behind: positive */
    uint32_t n_last_ops;
    struct told_op last_ops[POST_MORTEM_OPS]; /* the one under way is last */
    uint32_t n_frames;
    struct stack_frame frames[POST_MORTEM_FRAMES];
};

struct trace;
struct crash;
struct worker_progress;

/*
 * Fills last_ops from op: the operation under way and those before it, as the
 * lines of the trace read.
 */
void post_mortem_add_ops(const struct trace *trace,
                         struct post_mortem *post_mortem);

/*
 * Fills all but signal, exit_status and last_ops from what a worker left in
 * shared memory.  Nothing there is trusted.  Internal to replay/.
 */
void post_mortem_examine(const struct worker_progress *progress,
                         const struct crash *crash,
                         struct post_mortem *post_mortem);

#endif
