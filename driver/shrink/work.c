/*
 * work.c -- a try: repair, look whether it is known, test, keep or forget.
 *
 * Stages meet the same candidate again and again, most of all in the last
 * round, which finds nothing to do.  A table of hashes remembers those that
 * passed; one that was overwritten costs a test more.
 */
#include "driver/shrink/work.h"

#include <stdlib.h>
#include <string.h>

#include "driver/clock/clock.h"
#include "driver/shrink/repair.h"

struct work *work_begin(const struct trace *original,
                        const struct shrink_how *how)
{
    struct work *work = calloc(1, sizeof *work);
    if (work == NULL) {
        return NULL;
    }
    work->how = how;
    work->begin_s = clock_wall_s();
    work->draft = malloc((original->n_ops + 1) * sizeof *work->draft);
    if (work->draft == NULL || repair_trace(original->ops, original->n_ops,
                                            original, &work->best) != 0) {
        work_end(work);
        return NULL;
    }
    work->failed_op = work->best.n_ops;
    return work;
}

void work_end(struct work *work)
{
    trace_free(&work->best);
    free(work->draft);
    free(work);
}

struct op *work_draft(struct work *work)
{
    if (work->best.n_ops > 0) {
        memcpy(work->draft, work->best.ops,
               work->best.n_ops * sizeof *work->draft);
    }
    return work->draft;
}

/* ---- what is known ------------------------------------------------------- */

/* A multiplication for each eight bytes, as in Fowler, Noll and Vo's hash. */
static uint64_t hash_of(const struct trace *trace)
{
    uint64_t hash = 14695981039346656037U ^ trace->n_ops;
    for (size_t i = 0; i < trace->n_ops; i++) {
        uint64_t words[2];
        memcpy(words, &trace->ops[i], sizeof words);
        hash = (hash ^ words[0]) * 0x9e3779b97f4a7c15U;
        hash = (hash ^ (hash >> 32) ^ words[1]) * 0x9e3779b97f4a7c15U;
        hash ^= hash >> 29;
    }
    return hash;
}

static bool is_best(const struct work *work, const struct trace *candidate)
{
    size_t n = candidate->n_ops;
    return n == work->best.n_ops &&
           (n == 0 || memcmp(candidate->ops, work->best.ops,
                             n * sizeof *candidate->ops) == 0);
}

/* ---- the test ------------------------------------------------------------ */

static bool time_is_over(const struct work *work)
{
    return work->how->seconds > 0 &&
           clock_wall_s() - work->begin_s >= work->how->seconds;
}

static void replace_best(struct work *work, struct trace *candidate,
                         size_t failed_op)
{
    trace_free(&work->best);
    work->best = *candidate;
    memset(candidate, 0, sizeof *candidate);
    work->failed_op = failed_op;
}

enum shrink_verdict work_test(struct work *work, const struct trace *candidate,
                              size_t *failed_op)
{
    const struct shrink_how *how = work->how;
    *failed_op = candidate->n_ops;
    enum shrink_verdict verdict = how->test(how->context, candidate, failed_op);
    work->n_tests++;
    work->stopped = verdict == SHRINK_GIVE_UP;
    if (how->tell != NULL) {
        how->tell(how->context, work->best.n_ops, work->n_tests);
    }
    return verdict;
}

/* Tests a candidate that is not known, and takes it over where it fails. */
static bool test_unless_known(struct work *work, struct trace *candidate)
{
    uint64_t hash = hash_of(candidate);
    uint64_t *place = &work->passed[hash % WORK_REMEMBERED];
    if (*place == hash || is_best(work, candidate)) {
        return false;
    }
    size_t failed_op;
    enum shrink_verdict verdict = work_test(work, candidate, &failed_op);
    if (verdict == SHRINK_FAILS) {
        replace_best(work, candidate, failed_op);
    } else if (verdict == SHRINK_PASSES) {
        *place = hash;
    }
    return verdict == SHRINK_FAILS;
}

bool work_try_window(struct work *work, size_t n)
{
    struct trace candidate;
    work->stopped = work->stopped || time_is_over(work) ||
                    repair_trace(work->draft, n, &work->best, &candidate) != 0;
    if (work->stopped) {
        return false;
    }
    bool fails = test_unless_known(work, &candidate);
    trace_free(&candidate);
    return fails;
}

bool work_try(struct work *work, size_t n)
{
    bool fails = work_try_window(work, n);
    if (fails && work->failed_op + 1 < work->best.n_ops) {
        work_draft(work);
        work_try_window(work, work->failed_op + 1);
    }
    return fails;
}
