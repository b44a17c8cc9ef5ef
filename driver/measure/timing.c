/*
 * timing.c -- timing all subjects of a trace, in heats that fit the memory.
 *
 * A race keeps the heaps of its subjects side by side, all of them warm.
 * Where the trace is so large that they would not fit into half of the
 * machine's memory, the subjects run in several heats, and the reference runs
 * in each: a ratio is always taken within a round.
 *
 *   subjects  0 1 2 3 4 R      heats of three:  R 0 1 | R 2 3 | R 4
 *
 * The heap of a subject is guessed at twice the trace's peak of payload.
 */
#include "driver/measure/timing.h"

#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "driver/clock/clock.h"
#include "driver/measure/race.h"

/* ---- one processor ------------------------------------------------------ */

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

/* ---- heats -------------------------------------------------------------- */

/* How many subjects fit into half of the memory; a pair always runs. */
static size_t heat_room(const struct trace *trace)
{
    double memory =
        (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    double each = 2 * (double)trace->peak_payload_bytes +
                  (double)trace->n_ids * (double)sizeof(void *) + 1;
    double fit = memory / 2 / each;
    return fit < 2 ? 2 : fit < 1e6 ? (size_t)fit : 1000000;
}

/*
 * Chooses the subjects of a heat: the reference, and others from *next on as
 * far as there is room; advances *next.
 */
static void choose(struct race *race, size_t n_subjects, size_t *next)
{
    size_t reference = race->options->reference, n = 0;
    race->reference = SIZE_MAX;
    if (reference < n_subjects) {
        race->reference = n;
        race->runners[n++].index = reference;
    }
    for (; *next < n_subjects && n < race->room; (*next)++) {
        if (*next != reference) {
            race->runners[n++].index = *next;
        }
    }
    if (*next == reference) {
        (*next)++;
    }
    race->n_runners = n;
}

static void fill_record(const struct race *race, const struct runner *runner,
                        struct timing_record *record)
{
    struct quartiles time = sample_quartiles(&runner->times);
    struct quartiles ratio = sample_quartiles(&runner->ratios);
    double ops = (double)race->trace->n_ops;
    *record = (struct timing_record){
        .measured = ops > 0,
        .noisy = !race_is_settled(race, runner),
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

/* Runs the heat that begins with subject *next; 0 or -1. */
static int run_heat(struct race *race, const struct subject *subjects,
                    size_t n_subjects, size_t *next,
                    struct timing_record *records)
{
    size_t room = heat_room(race->trace);
    if (race_prepare(race, room < n_subjects ? room : n_subjects) != 0) {
        return -1;
    }
    choose(race, n_subjects, next);
    race->deadline_s = clock_wall_s() + race->options->budget_s *
                                            (double)race->n_runners /
                                            (double)n_subjects;
    int status = race_run(race, subjects);
    for (size_t i = 0; i < race->n_runners && status == 0; i++) {
        fill_record(race, &race->runners[i], &records[race->runners[i].index]);
    }
    race_finish(race);
    return status;
}

static void enter(struct worker_progress *progress)
{
    progress->op = FAULT_NO_OP;
    progress->round = 0;
    progress->nearest = NULL;
    snprintf(progress->phase, sizeof progress->phase, "timing");
}

int timing_run(const struct trace *trace, const struct subject *subjects,
               size_t n_subjects, const struct timing_options *options,
               struct worker_progress *progress, struct timing_record *records)
{
    struct worker_progress nobody_looks = {0};
    struct race race = {
        .trace = trace,
        .options = options,
        .progress = progress != NULL ? progress : &nobody_looks,
    };
    cpu_set_t before;
    size_t next = 0;
    int status = 0;
    enter(race.progress);
    pin(&before);
    while (next < n_subjects && status == 0) {
        status = run_heat(&race, subjects, n_subjects, &next, records);
    }
    unpin(&before);
    return status;
}
