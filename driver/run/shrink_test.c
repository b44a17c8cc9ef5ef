/*
 * shrink_test.c -- a worker replays the candidate under the oracle's eyes.
 *
 * Time: what is left of a trace does not take longer than the trace did, so it
 * need not be waited for as long as -s says.  A hang costs its whole time
 * limit again and again; it is tried with a short one, in proportion to the
 * operations left, and the result is replayed with a long one.  Checks, where
 * they are needed, have a small budget for each candidate: as operations get
 * fewer, all are checked.
 */
#include "driver/run/shrink_test.h"

#include <string.h>

#include "driver/measure/failure.h"
#include "driver/replay/worker.h"
#include "driver/run/pair.h"

#define WHOLE_BUDGET_S     5.0 /* for the checks of the whole trace ... */
#define CANDIDATE_BUDGET_S 0.3 /* ... and of what is left of it */
#define LEAST_LIMIT_S      1.0
#define QUICK_HANG_S       1.0 /* for all operations */
#define LEAST_HANG_S       0.05
#define SURE_HANG_S        2.0 /* for those that are left */

/* Replays a trace; found is the result.  False when it was interrupted. */
static bool replay(struct shrink_case *s, const struct trace *trace,
                   const struct correctness_options *how, double limit_s)
{
    struct pair pair = {trace, s->subject, *how, limit_s, &s->found};
    struct worker_task task = pair_task(&pair);
    struct worker_pool pool = {.parallel = 1};
    memset(&s->found, 0, sizeof s->found);
    if (worker_pool_run(&pool, &task, 1) != 0) {
        s->interrupted = worker_interrupted();
        return false;
    }
    s->took_s = task.end.seconds;
    pair_judge(&task);
    return true;
}

static struct correctness_options unchecked(const struct shrink_case *s)
{
    struct correctness_options how = s->options->correctness;
    how.check_every = CHECK_OFF;
    return how;
}

static struct correctness_options checked(const struct shrink_case *s,
                                          const struct trace *candidate)
{
    struct correctness_options how = s->options->correctness;
    if (how.check_budget_s == 0) {
        how.check_budget_s = candidate->n_ops >= s->trace->n_ops
                                 ? WHOLE_BUDGET_S
                                 : CANDIDATE_BUDGET_S;
    }
    return how;
}

static bool is_hang(const struct shrink_case *s)
{
    return s->wanted.verdict == VERDICT_HUNG;
}

static double limit_of(const struct shrink_case *s,
                       const struct trace *candidate)
{
    if (!is_hang(s)) {
        return s->limit_s;
    }
    double share = (double)candidate->n_ops / (double)s->trace->n_ops;
    double limit_s = s->limit_s * (share < 1 ? share : 1);
    return limit_s > LEAST_HANG_S ? limit_s : LEAST_HANG_S;
}

/* What is left of a trace takes no longer than the trace. */
static void tighten_limit(struct shrink_case *s)
{
    double limit_s = 2 * s->took_s;
    limit_s = limit_s > LEAST_LIMIT_S ? limit_s : LEAST_LIMIT_S;
    if (!is_hang(s) && limit_s < s->limit_s) {
        s->limit_s = limit_s;
    }
}

enum shrink_verdict shrink_case_test(void *context,
                                     const struct trace *candidate,
                                     size_t *failed_op)
{
    struct shrink_case *s = context;
    struct correctness_options how =
        s->unchecked ? unchecked(s) : checked(s, candidate);
    bool fails = replay(s, candidate, &how, limit_of(s, candidate)) &&
                 failure_alike(&s->found, &s->wanted);
    if (s->interrupted != 0) {
        return SHRINK_GIVE_UP;
    }
    if (!fails) {
        return SHRINK_PASSES;
    }
    uint64_t op = failure_op(&s->found);
    *failed_op = op < candidate->n_ops ? (size_t)op : candidate->n_ops;
    tighten_limit(s);
    return SHRINK_FAILS;
}

/* ---- begin and end ------------------------------------------------------- */

static double at_most(double limit_s, double most_s)
{
    return limit_s < most_s ? limit_s : most_s;
}

/* A hang must be the same hang although it is given less time. */
static bool is_same(const struct shrink_case *s)
{
    return failure_alike(&s->found, &s->wanted) &&
           (!is_hang(s) || failure_op(&s->found) == failure_op(&s->wanted));
}

void shrink_case_begin(struct shrink_case *failure,
                       const struct options *options, const struct trace *trace,
                       const struct subject *subject,
                       const struct result *result)
{
    *failure = (struct shrink_case){
        .options = options,
        .trace = trace,
        .subject = subject,
        .wanted = *result,
        .limit_s = options->seconds_limit,
    };
    struct correctness_options how = unchecked(failure);
    double quick_s = is_hang(failure)
                         ? at_most(QUICK_HANG_S, options->seconds_limit)
                         : options->seconds_limit;
    failure->unchecked =
        replay(failure, trace, &how, quick_s) && is_same(failure);
    if (failure->unchecked) {
        failure->limit_s = quick_s;
    }
}

static enum shrink_proof judge_proof(struct shrink_case *s)
{
    double most_s = s->options->seconds_limit;
    if (failure_alike(&s->found, &s->wanted)) {
        return SHRINK_PROVED;
    }
    if (s->unchecked && s->found.verdict == VERDICT_FAULT) {
        s->unchecked = false;
        s->wanted = s->found;
        s->limit_s = most_s;
        return SHRINK_SEEN_BEFORE;
    }
    if (is_hang(s) && s->limit_s < most_s) {
        s->limit_s = most_s;
        return SHRINK_TOO_SHORT;
    }
    return SHRINK_DISPROVED;
}

enum shrink_proof shrink_case_prove(struct shrink_case *s,
                                    const struct trace *left)
{
    double most_s = s->options->seconds_limit;
    struct correctness_options how = checked(s, left);
    return replay(s, left, &how,
                  is_hang(s) ? at_most(SURE_HANG_S, most_s) : most_s)
               ? judge_proof(s)
               : SHRINK_DISPROVED;
}
