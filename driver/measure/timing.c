/*
 * timing.c -- rounds, taken in turns, until their median can be trusted.
 *
 *   round 0:  A A A | B B B B B | C        each letter one warm replay, with
 *   round 1:  B B B B B | C | A A A        a reset outside the clock before it
 *   round 2:  C | A A A | B B B B B
 *
 * Whatever slows the machine down for longer than a round hits all subjects
 * alike: ratios within one round stay right while absolute figures drift.  A
 * round holds as many replays of a subject as take ROUND_NS, so that a trace
 * of a few operations is not measured in ticks of the clock; a long trace is
 * replayed once.  Medians and quartiles over rounds leave out what hits a
 * single one.
 *
 * The first replay of each subject is not timed into a round: it commits the
 * heap's pages, and tells how many replays make a round.  The harness takes
 * its memory from outside malloc, or libc's heap would change with it.
 */
#include "driver/measure/timing.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "driver/measure/clock.h"
#include "driver/measure/statistics.h"
#include "driver/measure/timing_loop.h"
#include "driver/subject/table.h"

#define ROUND_NS     2e6
#define ROUNDS_LEAST 3   /* even where the budget is over */
#define ROUNDS_TIGHT 5   /* before a spread is believed to be tight */
#define ROUNDS_MOST  256 /* further ones add nothing */

/* A subject at its rounds. */
struct runner {
    struct session session;
    uint32_t replays;     /* per round */
    double round_ns;      /* of one replay, in the current round */
    struct sample times;  /* the same of all rounds, ns */
    struct sample ratios; /* of the reference's time to ours, by round */
};

struct race {
    const struct trace *trace;
    const struct timing_options *options;
    struct worker_progress *progress;
    struct runner *runners;
    size_t n_runners;
    size_t n_open;  /* sessions */
    double *values; /* behind the samples */
    double clock_cost_ns;
    double deadline_s;
};

/* ---- one processor --------------------------------------------------------
 */

/*
 * Stays on the processor it runs on: a move costs all cache contents.  Where
 * the system does not allow it, rounds are only less even.
 */
static void pin(cpu_set_t *before)
{
    CPU_ZERO(before);
    int cpu = sched_getcpu();
    if (cpu < 0 || sched_getaffinity(0, sizeof *before, before) != 0) {
        return;
    }
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET((size_t)cpu, &one);
    sched_setaffinity(0, sizeof one, &one);
}

static void unpin(const cpu_set_t *before)
{
    if (CPU_COUNT(before) > 0) {
        sched_setaffinity(0, sizeof *before, before);
    }
}

/* ---- replays and rounds ---------------------------------------------------
 */

static void tell(const struct race *race, size_t index)
{
    if (race->progress != NULL) {
        race->progress->subject = (uint32_t)index;
        race->progress->heap = &race->runners[index].session.heap;
    }
}

/* One replay after a reset; its time in *ns.  Returns 0, or -1. */
static int replay(const struct race *race, struct runner *runner, double *ns)
{
    if (session_reset(&runner->session) != 0) {
        return -1;
    }
    uint64_t start = clock_cpu_ns();
    timing_loop(race->trace, &runner->session);
    double measured = (double)(clock_cpu_ns() - start);
    *ns = fmax(measured - race->clock_cost_ns, 0);
    return 0;
}

static int warm_up(struct race *race, size_t index)
{
    struct runner *runner = &race->runners[index];
    double ns;
    tell(race, index);
    if (replay(race, runner, &ns) != 0) {
        return -1;
    }
    /* The first replay paid for page faults; a second one counts. */
    if (ns < 10 * ROUND_NS && replay(race, runner, &ns) != 0) {
        return -1;
    }
    double whole = fmax(ns + race->clock_cost_ns, 1);
    runner->replays = whole < ROUND_NS ? (uint32_t)ceil(ROUND_NS / whole) : 1;
    return 0;
}

static int run_round(const struct race *race, size_t index)
{
    struct runner *runner = &race->runners[index];
    double sum = 0;
    tell(race, index);
    for (uint32_t i = 0; i < runner->replays; i++) {
        double ns;
        if (replay(race, runner, &ns) != 0) {
            return -1;
        }
        sum += ns;
    }
    runner->round_ns = sum / runner->replays;
    sample_add(&runner->times, runner->round_ns);
    return 0;
}

/* Every subject once, the one whose turn it is first. */
static int run_turn(const struct race *race, size_t round)
{
    for (size_t i = 0; i < race->n_runners; i++) {
        if (run_round(race, (round + i) % race->n_runners) != 0) {
            return -1;
        }
    }
    return 0;
}

/* ---- comparing ------------------------------------------------------------
 */

static void note_ratios(const struct race *race)
{
    size_t reference = race->options->reference;
    if (reference >= race->n_runners) {
        return;
    }
    double libc_ns = race->runners[reference].round_ns;
    for (size_t i = 0; i < race->n_runners; i++) {
        struct runner *runner = &race->runners[i];
        if (runner->round_ns > 0) {
            sample_add(&runner->ratios, libc_ns / runner->round_ns);
        }
    }
}

static bool is_tight(const struct race *race, const struct runner *runner)
{
    return quartiles_spread(sample_quartiles(&runner->times)) <=
           race->options->tight_spread;
}

static bool all_tight(const struct race *race)
{
    for (size_t i = 0; i < race->n_runners; i++) {
        if (!is_tight(race, &race->runners[i])) {
            return false;
        }
    }
    return true;
}

static bool is_over(const struct race *race, size_t rounds)
{
    return rounds >= ROUNDS_MOST ||
           (rounds >= ROUNDS_LEAST && clock_wall_s() >= race->deadline_s) ||
           (rounds >= ROUNDS_TIGHT && all_tight(race));
}

static int run_rounds(const struct race *race)
{
    for (size_t round = 0; !is_over(race, round); round++) {
        if (run_turn(race, round) != 0) {
            return -1;
        }
        note_ratios(race);
    }
    return 0;
}

static void fill_record(const struct race *race, const struct runner *runner,
                        struct timing_record *record)
{
    struct quartiles time = sample_quartiles(&runner->times);
    struct quartiles ratio = sample_quartiles(&runner->ratios);
    double ops = (double)race->trace->n_ops;
    *record = (struct timing_record){
        .measured = ops > 0,
        .noisy = !is_tight(race, runner),
        .has_ratio = runner->ratios.n > 0,
        .rounds = (uint32_t)runner->times.n,
        .replays_per_round = runner->replays,
        .ns_per_op = ops > 0 ? time.median / ops : 0,
        .ns_low = ops > 0 ? time.low / ops : 0,
        .ns_high = ops > 0 ? time.high / ops : 0,
        .seconds = time.median * 1e-9,
        .ops_per_s = time.median > 0 ? ops / time.median * 1e9 : 0,
        .libc_ratio = ratio.median,
        .libc_ratio_low = ratio.low,
        .libc_ratio_high = ratio.high,
    };
}

/* ---- the race as a whole --------------------------------------------------
 */

/* Memory for all samples of all subjects; 0 or -1. */
static int prepare(struct race *race)
{
    size_t n = race->n_runners;
    race->runners = table_open(n, sizeof *race->runners);
    race->values = table_open(2 * n, ROUNDS_MOST * sizeof *race->values);
    if (race->runners == NULL || race->values == NULL) {
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        race->runners[i].times.values = race->values + 2 * i * ROUNDS_MOST;
        race->runners[i].ratios.values =
            race->values + (2 * i + 1) * ROUNDS_MOST;
    }
    return 0;
}

static int open_sessions(struct race *race, const struct subject *subjects)
{
    for (size_t i = 0; i < race->n_runners; i++) {
        if (session_open(&race->runners[i].session, &subjects[i],
                         race->trace->n_ids, &race->options->heap) != 0) {
            return -1;
        }
        race->n_open++;
    }
    return 0;
}

static int warm_up_all(struct race *race)
{
    for (size_t i = 0; i < race->n_runners; i++) {
        if (warm_up(race, i) != 0) {
            return -1;
        }
    }
    return 0;
}

static void enter(const struct race *race)
{
    if (race->progress != NULL) {
        race->progress->op = FAULT_NO_OP;
        race->progress->round = 0;
        race->progress->nearest = NULL;
        snprintf(race->progress->phase, sizeof race->progress->phase, "timing");
    }
}

static void finish(struct race *race)
{
    if (race->progress != NULL) {
        race->progress->heap = NULL;
    }
    for (size_t i = 0; i < race->n_open; i++) {
        session_close(&race->runners[i].session);
    }
    table_close(race->runners, race->n_runners, sizeof *race->runners);
    table_close(race->values, 2 * race->n_runners,
                ROUNDS_MOST * sizeof *race->values);
}

int timing_run(const struct trace *trace, const struct subject *subjects,
               size_t n_subjects, const struct timing_options *options,
               struct worker_progress *progress, struct timing_record *records)
{
    struct race race = {
        .trace = trace,
        .options = options,
        .progress = progress,
        .n_runners = n_subjects,
        .deadline_s = clock_wall_s() + options->budget_s,
    };
    cpu_set_t before;
    enter(&race);
    pin(&before);
    race.clock_cost_ns = (double)clock_cost_ns();
    int status = -1;
    if (prepare(&race) == 0 && open_sessions(&race, subjects) == 0 &&
        warm_up_all(&race) == 0 && run_rounds(&race) == 0) {
        status = 0;
    }
    for (size_t i = 0; i < n_subjects && status == 0; i++) {
        fill_record(&race, &race.runners[i], &records[i]);
    }
    finish(&race);
    unpin(&before);
    return status;
}
