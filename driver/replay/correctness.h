/*
 * correctness.h -- is the subject right, operation by operation?
 *
 * The trace is replayed twice on one session with a reset between, each
 * operation judged by the oracle, the policy's check and the agreement of its
 * walk with the oracle's live set.
 */
#ifndef DRIVER_REPLAY_CORRECTNESS_H
#define DRIVER_REPLAY_CORRECTNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "driver/replay/fault.h"
#include "driver/replay/worker.h"
#include "driver/subject/subject.h"
#include "driver/trace/trace.h"

#define CHECK_BUDGETED UINT64_MAX /* every operation, thinned to the budget */
#define CHECK_OFF      ((uint64_t)0)

enum verify_mode {
    VERIFY_TOUCHED, /* a payload at realloc, at free and at the end */
    VERIFY_ALL      /* every live payload after each operation */
};

struct correctness_options {
    uint64_t check_every; /* CHECK_BUDGETED, CHECK_OFF, or N: each Nth */
    double check_budget_s;
    enum verify_mode verify;
    struct heap_options heap;
};

/* How thoroughly correctness was looked at. */
struct check_record {
    uint64_t operations; /* replayed, over both rounds */
    uint64_t checked;    /* after how many of them check and walk ran */
    bool thinned;        /* fewer than asked for, to keep the budget */
    double seconds;
};

enum correctness_end { CORRECT, FAULTY, OUT_OF_MEMORY };

struct correctness_record {
    enum correctness_end end;
    struct fault fault; /* FAULTY; OUT_OF_MEMORY: op and line are set */
    struct check_record check;
};

/*
 * progress may be NULL.  Returns 0 with *record filled, or -1 when the
 * harness itself lacks memory (errno set).
 *
 * A fault that showed later than it was made is looked for by repeating the
 * round, within check_budget_s where that repeats checks; its op is then the
 * operation that made it, and the detail says where it showed.  *record holds
 * the fault as it showed before that begins.
 */
int correctness_run(const struct trace *trace, const struct subject *subject,
                    const struct correctness_options *options,
                    struct worker_progress *progress,
                    struct correctness_record *record);

#endif
