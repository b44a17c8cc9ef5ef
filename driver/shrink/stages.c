/*
 * stages.c -- ways to leave operations out, and to make the rest plain.
 *
 *   window     a half, a quarter, ... a 16th of the operations that fails by
 *              itself; then of that one.  The end behind the failure is still
 *              there: where a failure hangs on where blocks happen to lie, it
 *              is not lost but comes again, at another place
 *   cut        the shortest beginning that fails, by bisection; not needed
 *              where the test tells at which operation it failed
 *   leave out  halves, quarters, ... single ones: first of the lifetimes (an
 *              id with all its operations), then of the operations
 *
 * This is the delta debugging of Zeller and Hildebrandt, its subsets first and
 * then its complements: of the chunks of a size each is left out once, what
 * can be missed stays out, and the next size is half of it.
 *
 *      |====|====|====|====|   n/4 each: without the 1st? the 2nd? ...
 *      |==|==|==|              the 3rd could be missed: n/8 of what is left
 */
#include "driver/shrink/work.h"

#include <string.h>

/* ---- window -------------------------------------------------------------- */

/* More windows than this cost more than they find. */
enum { MOST_WINDOWS = 16 };

static bool try_window(struct work *work, size_t first, size_t end)
{
    size_t n = end - first;
    memmove(work->draft, work->best.ops + first, n * sizeof *work->draft);
    return work_try_window(work, n);
}

/* Is there one among so many that fails?  From the last one on. */
static bool find_window(struct work *work, size_t n_windows)
{
    size_t n = work->best.n_ops;
    bool fails = false;
    for (size_t i = n_windows; i > 0 && !fails && !work->stopped; i--) {
        fails = try_window(work, n * (i - 1) / n_windows, n * i / n_windows);
    }
    return fails;
}

void work_window(struct work *work)
{
    size_t n_windows = 2;
    while (n_windows <= MOST_WINDOWS && n_windows <= work->best.n_ops &&
           !work->stopped) {
        n_windows = find_window(work, n_windows) ? 2 : 2 * n_windows;
    }
}

/* ---- cut ----------------------------------------------------------------- */

/* The last operation is the one that failed: a shorter beginning passes. */
static bool ends_in_failure(const struct work *work)
{
    return work->failed_op + 1 == work->best.n_ops;
}

static bool try_beginning(struct work *work, size_t n)
{
    work_draft(work);
    return work_try(work, n);
}

void work_cut(struct work *work)
{
    size_t passes = 0;
    if (work->failed_op < work->best.n_ops) {
        try_beginning(work, work->failed_op + 1);
    }
    while (!work->stopped && !ends_in_failure(work) &&
           passes + 1 < work->best.n_ops) {
        size_t middle = passes + (work->best.n_ops - passes) / 2;
        if (!try_beginning(work, middle)) {
            passes = middle;
        }
    }
}

/* ---- leave out ----------------------------------------------------------- */

enum unit { LIFETIMES, OPERATIONS };

static size_t count(const struct work *work, enum unit unit)
{
    return unit == LIFETIMES ? work->best.n_ids : work->best.n_ops;
}

/* Without lifetimes or operations first .. end - 1. */
static bool try_without(struct work *work, enum unit unit, size_t first,
                        size_t end)
{
    struct op *draft = work->draft;
    size_t n = 0;
    for (size_t i = 0; i < work->best.n_ops; i++) {
        struct op op = work->best.ops[i];
        size_t at = unit == LIFETIMES ? op.id : i;
        bool null = unit == LIFETIMES && op.id == work->best.n_ids;
        if (null || at < first || at >= end) {
            draft[n++] = op;
        }
    }
    return work_try(work, n);
}

/* Lifetimes stand in order of appearance: those behind close the gap. */
static void leave_out_chunks(struct work *work, enum unit unit, size_t chunk)
{
    size_t at = 0;
    while (at < count(work, unit) && !work->stopped) {
        if (!try_without(work, unit, at, at + chunk)) {
            at += chunk;
        }
    }
}

static void leave_out(struct work *work, enum unit unit)
{
    size_t chunk = (count(work, unit) + 1) / 2;
    while (chunk > 0 && !work->stopped) {
        leave_out_chunks(work, unit, chunk);
        size_t n = count(work, unit);
        chunk = chunk / 2 < n ? chunk / 2 : n;
    }
}

void work_leave_out(struct work *work)
{
    leave_out(work, LIFETIMES);
    leave_out(work, OPERATIONS);
}

/* ---- simplify ------------------------------------------------------------ */

static void make_plain(struct op *op, bool first)
{
    op->thread = 0;
    op->align_log2 = 0;
    if (op->kind == OP_CALLOC || op->kind == OP_MEMALIGN ||
        (op->kind == OP_REALLOC && first && op->size != 0)) {
        op->kind = OP_ALLOC;
    } else if (op->kind == OP_REALLOC && !first && op->size == 0) {
        op->kind = OP_FREE;
    }
}

/*
 * All operations, or the one at an index.  Lifetimes stand in order of
 * appearance: the first operation of one has the lowest id not yet seen.
 */
static bool try_plain(struct work *work, size_t only)
{
    struct op *draft = work_draft(work);
    uint32_t n_seen = 0;
    for (size_t i = 0; i < work->best.n_ops; i++) {
        bool first = draft[i].id == n_seen && n_seen < work->best.n_ids;
        n_seen += first;
        if (only == SIZE_MAX || only == i) {
            make_plain(&draft[i], first);
        }
    }
    return work_try(work, work->best.n_ops);
}

static void lower_alignment(struct work *work, size_t op)
{
    bool fails = true;
    while (fails && op < work->best.n_ops &&
           work->best.ops[op].kind == OP_MEMALIGN &&
           work->best.ops[op].align_log2 > 0) {
        work_draft(work)[op].align_log2--;
        fails = work_try(work, work->best.n_ops);
    }
}

void work_simplify(struct work *work)
{
    if (try_plain(work, SIZE_MAX)) {
        return;
    }
    for (size_t i = 0; i < work->best.n_ops && !work->stopped; i++) {
        try_plain(work, i);
        lower_alignment(work, i);
    }
}
