/*
 * work.h -- the trace in hand while it is shrunk, and the next try.  Internal
 * to shrink/.
 *
 *   best    the smallest trace so far that fails
 *   draft   its operations once more, to be edited into a candidate
 *
 * A stage asks for a draft, leaves operations out or changes them, and tries
 * it.  What fails as the whole trace did becomes best.
 */
#ifndef DRIVER_SHRINK_WORK_H
#define DRIVER_SHRINK_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "driver/shrink/shrink.h"

/* Candidates that passed, by their hash; a later one takes its place. */
#define WORK_REMEMBERED 16384

struct work {
    const struct shrink_how *how;
    struct trace best;
    struct op *draft; /* room for the operations of the original */
    size_t failed_op; /* of best; its n_ops where nobody knows */
    bool stopped;     /* no more tests */
    size_t n_tests;
    double begin_s;
    uint64_t passed[WORK_REMEMBERED];
};

/*
 * The work on a trace: best is the original, not tested yet, with an id for
 * each lifetime.  NULL with errno set when memory is lacking.
 */
struct work *work_begin(const struct trace *original,
                        const struct shrink_how *how);

void work_end(struct work *work);

/* Tests any trace; a test that gives up stops the work. */
enum shrink_verdict work_test(struct work *work, const struct trace *candidate,
                              size_t *failed_op);

/* The draft, equal to best. */
struct op *work_draft(struct work *work);

/*
 * Makes a trace of the first n operations of the draft and tests it.  Where it
 * fails it is the new best, and true is returned.  What is best already, or
 * passed before, is not tested again.  What stands behind the operation that
 * failed is left out, too.
 */
bool work_try(struct work *work, size_t n);

/* As work_try, but keeps what stands behind the operation that failed. */
bool work_try_window(struct work *work, size_t n);

/*
 * Stages.  work_window keeps a part of the trace, work_cut leaves out the end;
 * then, to be repeated, work_leave_out leaves out whatever can be missed,
 * work_simplify turns odd operations into plain ones, work_lower makes sizes
 * small; roughly, with few tests.
 */
void work_window(struct work *work);
void work_cut(struct work *work);
void work_leave_out(struct work *work);
void work_simplify(struct work *work);
void work_lower(struct work *work);
void work_lower_roughly(struct work *work);

#endif
