/*
 * race.h -- subjects that replay one trace in turns, round by round.
 */
#ifndef DRIVER_MEASURE_RACE_H
#define DRIVER_MEASURE_RACE_H

#include "driver/measure/statistics.h"
#include "driver/measure/timing.h"

/* A subject at its rounds. */
struct runner {
    size_t index; /* of the subject, for progress and records */
    struct session session;
    uint32_t replays;     /* per round */
    double round_ns;      /* of one replay, in the current round */
    struct sample times;  /* the same of all rounds */
    struct sample ratios; /* of the reference's time to ours, by round */
};

struct race {
    const struct trace *trace;
    const struct timing_options *options;
    struct worker_progress *progress;
    struct runner *runners;
    size_t room;      /* for runners */
    size_t n_runners; /* that take part */
    size_t reference; /* the runner of libc, or SIZE_MAX */
    size_t n_open;    /* sessions, of the first runners */
    double *values;   /* behind the samples */
    double clock_cost_ns;
    double deadline_s; /* on the wall clock */
};

/*
 * Takes memory for runners.  The caller has set trace, options and progress
 * (not NULL), and sets the runners' indexes, n_runners, reference and
 * deadline_s next.
 * Returns 0, or -1 with errno set.
 */
int race_prepare(struct race *race, size_t room);

/*
 * Opens a session for each runner's subject, subjects[index], warms all up and
 * runs rounds until they suffice.  Returns 0, or -1 when a subject cannot
 * start.
 */
int race_run(struct race *race, const struct subject *subjects);

/* Whether the runner's median is known to the tolerance asked for. */
bool race_is_settled(const struct race *race, const struct runner *runner);

/* Closes all sessions and gives the memory back. */
void race_finish(struct race *race);

#endif
