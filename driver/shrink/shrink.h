/*
 * shrink.h -- the smallest trace that still fails.
 *
 * Whoever asks brings a test: does this candidate still fail in the same way?
 * Every candidate is a valid trace: what is left out is left out with all that
 * hangs on it, and each lifetime of a block has an identifier of its own.
 *
 * Source: A. Zeller and R. Hildebrandt, "Simplifying and isolating
 * failure-inducing input", IEEE TSE 28(2), 2002 (delta debugging).
 */
#ifndef DRIVER_SHRINK_SHRINK_H
#define DRIVER_SHRINK_SHRINK_H

#include <stddef.h>

#include "driver/trace/trace.h"

enum shrink_verdict {
    SHRINK_PASSES,
    SHRINK_FAILS,  /* as the whole trace does */
    SHRINK_GIVE_UP /* nothing can be said any more: keep what there is */
};

/*
 * Judges a candidate.  *failed_op is its number of operations; where it is
 * known at which operation the candidate failed, that is stored there.
 */
typedef enum shrink_verdict shrink_test_fn(void *context,
                                           const struct trace *candidate,
                                           size_t *failed_op);

/* Told after each test: operations left, and tests so far. */
typedef void shrink_tell_fn(void *context, size_t n_ops, size_t n_tests);

struct shrink_how {
    shrink_test_fn *test;
    shrink_tell_fn *tell; /* may be NULL */
    void *context;
    double seconds; /* no new test after that time; 0: none */
};

enum shrink_end {
    SHRINK_MINIMAL,      /* nothing more can be left out by itself */
    SHRINK_UNFINISHED,   /* the time is over, or the test gave up */
    SHRINK_NOT_FAILING,  /* the whole trace passes: no trace */
    SHRINK_SPLIT_PASSES, /* it does with an id for each lifetime: no trace */
    SHRINK_EMPTY_FAILS,  /* a trace of no operation fails too: no trace */
    SHRINK_NO_VERDICT    /* no memory, or the first tests gave up: no trace */
};

struct shrink_result {
    enum shrink_end end;
    struct trace trace; /* to be freed; zeroed where there is none */
    size_t n_tests;
    double seconds;
};

/*
 * Shrinks the trace: tests of the order of k log n for n lifetimes of which k
 * are needed, and 20 more for each size that is left.  The result has weight
 * and name of the original.
 */
void shrink_trace(const struct trace *original, const struct shrink_how *how,
                  struct shrink_result *result);

/*
 * The usual file for the result: the trace's name without folder and endings,
 * and ".min.rep": "x.min.rep" for "traces/x.rep.gz".  Returns text.
 */
char *shrink_file_name(const struct trace *original, char *text, size_t room);

#endif
