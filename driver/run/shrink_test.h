/*
 * shrink_test.h -- does a subject still fail in the same way on a candidate?
 *
 * It does where the two results are alike (measure/failure.h).  A failure that
 * comes without whole-heap checks, too, is shrunk without them, since they
 * would see it earlier and call it by another name the denser they are.  When
 * it is small they look at it: the name that they have for it is then the
 * failure, and shrinking goes on.
 */
#ifndef DRIVER_RUN_SHRINK_TEST_H
#define DRIVER_RUN_SHRINK_TEST_H

#include "driver/measure/result.h"
#include "driver/run/options.h"
#include "driver/shrink/shrink.h"

/* One failure, and what has come of it. */
struct shrink_case {
    const struct options *options;
    const struct trace *trace; /* the whole */
    const struct subject *subject;
    struct result wanted; /* the failure to keep */
    struct result found;  /* of the last replay */
    bool unchecked;       /* it comes without whole-heap checks */
    double limit_s;       /* for a replay; of a hang: of the whole trace */
    double took_s;        /* the last replay */
    int interrupted;      /* the signal, or 0 */
};

/* The failure of a result; options, trace and subject must outlive it. */
void shrink_case_begin(struct shrink_case *failure,
                       const struct options *options, const struct trace *trace,
                       const struct subject *subject,
                       const struct result *result);

/* A shrink_test_fn; the context is a struct shrink_case. */
enum shrink_verdict shrink_case_test(void *context,
                                     const struct trace *candidate,
                                     size_t *failed_op);

enum shrink_proof {
    SHRINK_PROVED,      /* what is left fails in the same way */
    SHRINK_SEEN_BEFORE, /* checks see it earlier: shrink what is left */
    SHRINK_TOO_SHORT,   /* it was no hang: shrink the whole, with more time */
    SHRINK_DISPROVED    /* it does not fail each time */
};

/*
 * Replays what is left with all checks, and with time enough to tell a hang;
 * found is the result.  The failure is then ready for what the proof asks for.
 */
enum shrink_proof shrink_case_prove(struct shrink_case *failure,
                                    const struct trace *left);

#endif
