/*
 * shrink.c -- the order of things: does it fail at all, then stage by stage
 * until a whole turn changes nothing.
 */
#include "driver/shrink/shrink.h"

#include <stdio.h>
#include <string.h>

#include "driver/clock/clock.h"
#include "driver/shrink/work.h"
#include "driver/trace/compression.h"

/* ---- does it fail, and not always? --------------------------------------- */

/* With an id for each lifetime it does not fail: does it without? */
static enum shrink_end judge_original(struct work *work,
                                      const struct trace *original)
{
    size_t nobody_asks;
    switch (work_test(work, original, &nobody_asks)) {
    case SHRINK_FAILS: return SHRINK_SPLIT_PASSES;
    case SHRINK_PASSES: return SHRINK_NOT_FAILING;
    case SHRINK_GIVE_UP: break;
    }
    return SHRINK_NO_VERDICT;
}

static enum shrink_end judge_nothing(struct work *work)
{
    return work_try(work, 0) ? SHRINK_EMPTY_FAILS : SHRINK_MINIMAL;
}

/* SHRINK_MINIMAL where there is something to shrink. */
static enum shrink_end judge_first(struct work *work,
                                   const struct trace *original)
{
    switch (work_test(work, &work->best, &work->failed_op)) {
    case SHRINK_FAILS: return judge_nothing(work);
    case SHRINK_PASSES: return judge_original(work, original);
    case SHRINK_GIVE_UP: break;
    }
    return SHRINK_NO_VERDICT;
}

/* ---- the work ------------------------------------------------------------ */

/*
 * Turn after turn, as long as operations go.  Small blocks get less into each
 * other's way, so that more can be left out when sizes are small.
 */
static void shrink(struct work *work)
{
    work_window(work);
    work_cut(work);
    size_t before;
    do {
        before = work->best.n_ops;
        work_leave_out(work);
        work_simplify(work);
        work_lower_roughly(work);
    } while (work->best.n_ops < before && !work->stopped);
    do {
        before = work->best.n_ops;
        work_lower(work);
        work_leave_out(work);
    } while (work->best.n_ops < before && !work->stopped);
}

void shrink_trace(const struct trace *original, const struct shrink_how *how,
                  struct shrink_result *result)
{
    *result = (struct shrink_result){.end = SHRINK_NO_VERDICT};
    struct work *work = work_begin(original, how);
    if (work == NULL) {
        return;
    }
    result->end = judge_first(work, original);
    if (result->end == SHRINK_MINIMAL) {
        shrink(work);
        result->end = work->stopped ? SHRINK_UNFINISHED : SHRINK_MINIMAL;
        result->trace = work->best;
        memset(&work->best, 0, sizeof work->best);
    }
    result->n_tests = work->n_tests;
    result->seconds = clock_wall_s() - work->begin_s;
    work_end(work);
}

/* ---- its name ------------------------------------------------------------ */

char *shrink_file_name(const struct trace *original, char *text, size_t room)
{
    const char *name =
        strcmp(original->name, "-") == 0 ? "stdin" : original->name;
    snprintf(text, room, "%.*s.min.rep", (int)compression_stem(name), name);
    return text;
}
