/*
 * schedule.h -- after which operations does a costly check run?
 *
 * Either after each Nth one, or after every one as long as a time budget lets:
 * after each check the time left is divided by what a check costs now, and the
 * checks that fit are spread over all operations that are left.
 *
 *     distance to the next = operations left * cost of a check / time left
 *
 * So each stretch of the replay gets its share of the time, what cheap
 * stretches leave over goes to later ones, and the budget lasts to the end.  A
 * thinned distance d is drawn from 1 .. 2d - 1 lest it beats in step with the
 * trace.  The last operation of each round is always checked.
 *
 * Pure: time comes in as an argument.
 */
#ifndef DRIVER_REPLAY_SCHEDULE_H
#define DRIVER_REPLAY_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#define SCHEDULE_NEVER UINT64_MAX

struct schedule {
    uint64_t next;      /* the count of operations done that is checked next */
    uint64_t every;     /* CHECK_BUDGETED: thinned to the budget */
    uint64_t per_round; /* operations */
    uint64_t total;     /* operations of all rounds */
    double left_s;      /* of the budget */
    double cost_s;      /* of a check, as the last ones took */
    uint64_t random;    /* state of the jitter */
    uint64_t checks;    /* done */
    bool thinned;       /* some operation was or will be left out */
};

/*
 * every is CHECK_OFF, CHECK_BUDGETED or N (correctness.h); the budget is of
 * use to CHECK_BUDGETED only.
 */
struct schedule schedule_begin(uint64_t every, double budget_s,
                               uint64_t per_round, uint32_t rounds);

/* Whether a check is due when done operations of all rounds are done. */
static inline bool schedule_due(const struct schedule *schedule, uint64_t done)
{
    return done == schedule->next;
}

/* A check that was due at done took so long; sets the next one. */
void schedule_checked(struct schedule *schedule, uint64_t done, double seconds);

#endif
