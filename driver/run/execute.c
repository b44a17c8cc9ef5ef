/*
 * execute.c -- from a plan to results.
 *
 * Each pair of trace and subject is one worker for correctness and footprint;
 * each trace is one worker for timing, where all its subjects take turns with
 * libc.  A worker that dies costs its pair, never the run: a subject that dies
 * while it is timed is marked, and the others of that trace are timed again.
 */
#include "driver/run/execute.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver/clock/clock.h"
#include "driver/inspect/achievable.h"
#include "driver/measure/timing.h"
#include "driver/report/progress.h"
#include "driver/run/interrupts.h"
#include "driver/run/pair.h"

/* What all parts of the execution share. */
struct execution {
    const struct options *options;
    const struct trace_set *set;
    struct run *run;
    struct progress progress;
};

static void on_tick(void *context)
{
    const struct execution *e = context;
    progress_draw(&e->progress);
}

/* One pair got one step further; operations stand for the work it was. */
static void advance(struct execution *e, const struct trace *trace)
{
    progress_add(&e->progress, (double)trace->n_ops);
    progress_tell(&e->progress, trace->name);
    progress_draw(&e->progress);
}

/* ---- correctness and footprint ------------------------------------------ */

enum {
    PAIR_BUDGET_S = 5, /* for the checks of one trace and subject */
    RUN_BUDGET_S = 8   /* for those of a run that names no budget */
};

static unsigned workers_at_a_time(const struct options *options)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return options->jobs != 0 ? options->jobs : cores > 0 ? (unsigned)cores : 1;
}

/*
 * Seconds of checks for one pair: what was asked for, or as much as lets a
 * run of many pairs end soon.
 */
static double pair_budget_s(const struct execution *e)
{
    double asked = e->options->correctness.check_budget_s;
    double pairs = (double)(e->run->n_traces * e->run->n_subjects);
    double share = RUN_BUDGET_S * workers_at_a_time(e->options) / pairs;
    return asked > 0 ? asked : share < PAIR_BUDGET_S ? share : PAIR_BUDGET_S;
}

static void pair_done(void *context, struct worker_task *task)
{
    const struct pair *pair = task->context;
    pair_judge(task);
    advance(context, pair->trace);
}

static struct pair plan_pair(const struct execution *e, size_t i)
{
    struct pair pair = {
        .trace = &e->set->traces[i / e->run->n_subjects],
        .subject = &e->options->subjects[i % e->run->n_subjects],
        .how = e->options->correctness,
        .seconds_limit = e->options->seconds_limit,
        .result = &e->run->results[i],
    };
    pair.how.check_budget_s = pair_budget_s(e);
    return pair;
}

/* All pairs, as many at a time as asked for; -1 when memory ran out. */
static int check_all(struct execution *e)
{
    size_t n = e->run->n_traces * e->run->n_subjects;
    struct pair *pairs = calloc(n, sizeof *pairs);
    struct worker_task *tasks = calloc(n, sizeof *tasks);
    if (pairs == NULL || tasks == NULL) {
        free(pairs);
        free(tasks);
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        pairs[i] = plan_pair(e, i);
        tasks[i] = pair_task(&pairs[i]);
    }
    struct worker_pool pool = {e->options->jobs, pair_done, on_tick, e};
    e->run->interrupted = worker_pool_run(&pool, tasks, n) != 0;
    free(tasks);
    free(pairs);
    return 0;
}

/* ---- timing -------------------------------------------------------------- */

/* The subjects of one trace that are still to be timed, libc the last. */
struct timing_errand {
    struct execution *execution;
    const struct trace *trace;
    struct subject *subjects;
    struct result **results; /* NULL for a libc that is not shown */
    size_t n;
    size_t reference;
};

static void run_timing(void *context, struct worker_progress *progress,
                       void *output)
{
    const struct timing_errand *errand = context;
    const struct options *options = errand->execution->options;
    struct timing_options timing = {
        .budget_s = options->timing_budget_s * (double)errand->n,
        .tolerance = 0.02,
        .reference = errand->reference,
        .heap = options->correctness.heap,
    };
    if (timing_run(errand->trace, errand->subjects, errand->n, &timing,
                   progress, output) != 0) {
        memset(output, 0, errand->n * sizeof(struct timing_record));
    }
}

/* Collects the subjects of a trace that were right, and libc. */
static void plan_timing(struct timing_errand *errand, struct execution *e,
                        size_t trace)
{
    errand->execution = e;
    errand->trace = &e->set->traces[trace];
    errand->n = 0;
    errand->reference = SIZE_MAX;
    for (size_t s = 0; s < e->run->n_subjects; s++) {
        struct result *result =
            &e->run->results[trace * e->run->n_subjects + s];
        if (!result_valid(result)) {
            continue;
        }
        if (subject_is_libc(&e->options->subjects[s])) {
            errand->reference = errand->n;
        }
        errand->subjects[errand->n] = e->options->subjects[s];
        errand->results[errand->n++] = result;
    }
    if (errand->n > 0 && errand->reference == SIZE_MAX) {
        errand->reference = errand->n;
        errand->subjects[errand->n] = subject_libc();
        errand->results[errand->n++] = NULL;
    }
}

/* Takes over the records, or marks the subject that died. */
static void timing_judge(struct timing_errand *errand, struct worker_task *task)
{
    if (task->end.how == WORKER_DONE) {
        const struct timing_record *records = task->output;
        for (size_t i = 0; i < errand->n; i++) {
            if (errand->results[i] != NULL) {
                errand->results[i]->timing = records[i];
            }
        }
        return;
    }
    struct result *guilty = task->end.subject < errand->n
                                ? errand->results[task->end.subject]
                                : NULL;
    if (guilty != NULL) {
        pair_judge_death(guilty, errand->trace, &task->end);
    }
}

static void timing_done(void *context, struct worker_task *task)
{
    (void)context;
    timing_judge(task->context, task);
}

/*
 * Times the subjects of one trace; after a death again without the dead.
 * Returns 0, or -1 when it was interrupted.
 */
static int time_trace(struct execution *e, struct timing_errand *errand,
                      size_t trace)
{
    enum worker_how how;
    size_t tries = e->run->n_subjects;
    do {
        plan_timing(errand, e, trace);
        if (errand->n == 0) {
            return 0;
        }
        struct worker_task task = {
            .run = run_timing,
            .context = errand,
            .output_bytes = errand->n * sizeof(struct timing_record),
            .seconds_limit = e->options->seconds_limit * (double)errand->n,
        };
        struct worker_pool pool = {1, timing_done, on_tick, e};
        int status = worker_pool_run(&pool, &task, 1);
        how = task.end.how;
        worker_task_release(&task);
        if (status != 0) {
            return -1;
        }
    } while (how != WORKER_DONE && tries-- > 0);
    return 0;
}

static int time_all(struct execution *e)
{
    struct timing_errand errand = {0};
    size_t room = e->run->n_subjects + 1;
    errand.subjects = calloc(room, sizeof *errand.subjects);
    errand.results = calloc(room, sizeof *errand.results);
    int status = -1;
    if (errand.subjects != NULL && errand.results != NULL) {
        status = 0;
        for (size_t t = 0; t < e->run->n_traces && !e->run->interrupted; t++) {
            const struct trace *trace = &e->set->traces[t];
            progress_tell(&e->progress, trace->name);
            e->run->interrupted = time_trace(e, &errand, t) != 0;
            for (size_t s = 0; s < e->run->n_subjects; s++) {
                advance(e, trace);
            }
        }
    }
    free(errand.subjects);
    free(errand.results);
    return status;
}

/* ---- the whole ----------------------------------------------------------- */

static void describe_trace(struct trace_facts *facts, const struct trace *t)
{
    *facts = (struct trace_facts){
        .name = t->name,
        .path = t->path,
        .ops = t->n_ops,
        .ids = t->n_ids,
        .weight = t->weight,
        .peak_payload_bytes = t->peak_payload_bytes,
        .peak_live_blocks = t->peak_live_blocks,
        .limit = trace_limit(t),
        .limit_with_header = trace_limit_with_header(t),
    };
}

/* A few of the heaps that rep info tries: these cost milliseconds. */
static double look_for_achievable(const struct trace *trace)
{
    const struct effort effort = {.tries = 3};
    struct achievable found;
    achievable_find(trace, &effort, &found);
    return found.unknown == NULL ? found.utilization : 0;
}

/* Tables for all results; -1 when memory ran out. */
static int prepare(struct run *run, const struct options *options,
                   const struct trace_set *set)
{
    run->n_traces = set->n_traces;
    run->n_subjects = options->n_subjects;
    run->traces = calloc(run->n_traces + 1, sizeof *run->traces);
    run->subjects = calloc(run->n_subjects + 1, sizeof *run->subjects);
    run->results =
        calloc(run->n_traces * run->n_subjects + 1, sizeof *run->results);
    if (!run->traces || !run->subjects || !run->results) {
        return -1;
    }
    for (size_t t = 0; t < run->n_traces; t++) {
        describe_trace(&run->traces[t], &set->traces[t]);
        if (options->detail >= DETAIL_VERBOSE && run->n_subjects == 1) {
            run->traces[t].achievable = look_for_achievable(&set->traces[t]);
        }
    }
    for (size_t s = 0; s < run->n_subjects; s++) {
        const struct subject *subject = &options->subjects[s];
        run->subjects[s] = (struct subject_facts){
            subject->label, subject->given, subject->policy->summary,
            subject->kind == SUBJECT_FOREIGN};
    }
    return 0;
}

/* Every pair is checked once and, unless -c, timed once. */
static void expect_work(struct execution *e, FILE *watcher)
{
    size_t passes = e->run->n_subjects * (e->run->timed ? 2 : 1);
    double work = 0;
    for (size_t t = 0; t < e->run->n_traces; t++) {
        work += (double)e->set->traces[t].n_ops * (double)passes;
    }
    progress_begin(&e->progress, watcher, e->run->n_traces * passes, work);
}

static int execute_passes(struct execution *e)
{
    struct run *run = e->run;
    int status = check_all(e);
    run->timed = run->timed && !run->interrupted;
    return status == 0 && run->timed ? time_all(e) : status;
}

int execute(const struct options *options, const struct trace_set *set,
            FILE *watcher, struct run *run)
{
    double start = clock_wall_s();
    run->timed = !options->correctness_only;
    run->heap_limit_bytes = options->correctness.heap.limit_bytes != 0
                                ? options->correctness.heap.limit_bytes
                                : HEAP_DEFAULT_RESERVE;
    if (prepare(run, options, set) != 0) {
        return -1;
    }
    struct execution e = {.options = options, .set = set, .run = run};
    expect_work(&e, watcher);
    sigset_t before;
    interrupts_hold(&before);
    int status = execute_passes(&e);
    if (!run->interrupted) {
        sigprocmask(SIG_SETMASK, &before, NULL);
    }
    progress_erase(&e.progress);
    run->seconds = clock_wall_s() - start;
    return status;
}

void run_free(struct run *run)
{
    free(run->traces);
    free(run->subjects);
    free(run->results);
}
