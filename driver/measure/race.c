/*
 * race.c -- rounds, taken in turns, until their medians can be trusted.
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
#include "driver/measure/race.h"

#include <math.h>

#include "driver/clock/clock.h"
#include "driver/measure/clock_cost.h"
#include "driver/measure/timing_loop.h"
#include "driver/subject/table.h"

#define ROUND_NS       2e6
#define ROUNDS_LEAST   3   /* even where the budget is over */
#define ROUNDS_SETTLED 5   /* before a spread is believed */
#define ROUNDS_MOST    256 /* further ones add nothing */

/* ---- replays and rounds ------------------------------------------------- */

static void tell(const struct race *race, const struct runner *runner)
{
    race->progress->subject = (uint32_t)runner->index;
    race->progress->heap = &runner->session.heap;
}

/* One replay after a reset; its time in *ns.  Returns 0, or -1. */
static int replay(const struct race *race, struct runner *runner, double *ns)
{
    if (session_reset(&runner->session) != 0) {
        return -1;
    }
    uint64_t start = clock_cpu_ns();
    timing_loop(race->trace, &runner->session, &race->progress->op);
    double measured = (double)(clock_cpu_ns() - start);
    race->progress->op = FAULT_NO_OP;
    *ns = fmax(measured - race->clock_cost_ns, 0);
    return 0;
}

static int warm_up(const struct race *race, struct runner *runner)
{
    double ns;
    tell(race, runner);
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

static int run_round(const struct race *race, struct runner *runner)
{
    double sum = 0;
    tell(race, runner);
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

static void note_ratios(const struct race *race)
{
    if (race->reference >= race->n_runners) {
        return;
    }
    double libc_ns = race->runners[race->reference].round_ns;
    for (size_t i = 0; i < race->n_runners; i++) {
        struct runner *runner = &race->runners[i];
        if (runner->round_ns > 0) {
            sample_add(&runner->ratios, libc_ns / runner->round_ns);
        }
    }
}

/* Every subject once, the one whose turn it is first. */
static int run_turn(const struct race *race, size_t round)
{
    for (size_t i = 0; i < race->n_runners; i++) {
        size_t next = (round + i) % race->n_runners;
        if (run_round(race, &race->runners[next]) != 0) {
            return -1;
        }
    }
    note_ratios(race);
    return 0;
}

/* ---- until when --------------------------------------------------------- */

bool race_is_settled(const struct race *race, const struct runner *runner)
{
    return sample_median_error(&runner->times) <= race->options->tolerance;
}

static bool all_settled(const struct race *race)
{
    for (size_t i = 0; i < race->n_runners; i++) {
        if (!race_is_settled(race, &race->runners[i])) {
            return false;
        }
    }
    return true;
}

static bool is_over(const struct race *race, size_t rounds)
{
    return rounds >= ROUNDS_MOST ||
           (rounds >= ROUNDS_LEAST && clock_wall_s() >= race->deadline_s) ||
           (rounds >= ROUNDS_SETTLED && all_settled(race));
}

/* ---- the race as a whole ------------------------------------------------ */

int race_prepare(struct race *race, size_t room)
{
    race->room = room;
    race->n_runners = race->n_open = 0;
    race->runners = table_open(room, sizeof *race->runners);
    race->values = table_open(2 * room, ROUNDS_MOST * sizeof *race->values);
    if (race->runners == NULL || race->values == NULL) {
        race_finish(race);
        return -1;
    }
    for (size_t i = 0; i < room; i++) {
        struct runner *runner = &race->runners[i];
        runner->times.values = race->values + 2 * i * ROUNDS_MOST;
        runner->ratios.values = race->values + (2 * i + 1) * ROUNDS_MOST;
    }
    return 0;
}

static int open_and_warm(struct race *race, const struct subject *subjects)
{
    for (size_t i = 0; i < race->n_runners; i++) {
        struct runner *runner = &race->runners[i];
        if (session_open(&runner->session, &subjects[runner->index],
                         race->trace->n_ids, &race->options->heap) != 0) {
            return -1;
        }
        race->n_open++;
    }
    for (size_t i = 0; i < race->n_runners; i++) {
        if (warm_up(race, &race->runners[i]) != 0) {
            return -1;
        }
    }
    return 0;
}

int race_run(struct race *race, const struct subject *subjects)
{
    race->clock_cost_ns = (double)clock_cost_ns();
    if (open_and_warm(race, subjects) != 0) {
        return -1;
    }
    for (size_t round = 0; !is_over(race, round); round++) {
        if (run_turn(race, round) != 0) {
            return -1;
        }
    }
    return 0;
}

void race_finish(struct race *race)
{
    race->progress->heap = NULL;
    for (size_t i = 0; i < race->n_open; i++) {
        session_close(&race->runners[i].session);
    }
    table_close(race->runners, race->room, sizeof *race->runners);
    table_close(race->values, 2 * race->room,
                ROUNDS_MOST * sizeof *race->values);
}
