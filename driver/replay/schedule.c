/*
 * schedule.c -- spread checks evenly over a replay.
 *
 * The cost of a check is the running mean of the last few: one interruption by
 * another process thins what follows a little, many of them as they should.
 */
#include "driver/replay/schedule.h"

#include "driver/replay/correctness.h"

/* Checks that the running mean goes back. */
#define COST_MEMORY 8

/* Knuth's linear congruential generator (MMIX): only jitter hangs on it. */
static uint64_t draw(struct schedule *schedule, uint64_t bound)
{
    schedule->random =
        schedule->random * 6364136223846793005U + 1442695040888963407U;
    return (schedule->random >> 11) % bound;
}

/* Counts of operations end each round; the next one from done on. */
static uint64_t end_of_round(const struct schedule *schedule, uint64_t done)
{
    return (done / schedule->per_round + 1) * schedule->per_round;
}

static void set_next(struct schedule *schedule, uint64_t done,
                     uint64_t distance)
{
    uint64_t end = end_of_round(schedule, done);
    if (done >= schedule->total) {
        schedule->next = SCHEDULE_NEVER;
    } else {
        schedule->next = distance < end - done ? done + distance : end;
    }
}

struct schedule schedule_begin(uint64_t every, double budget_s,
                               uint64_t per_round, uint32_t rounds)
{
    struct schedule schedule = {
        .next = SCHEDULE_NEVER,
        .every = every,
        .per_round = per_round,
        .total = per_round * rounds,
        .left_s = budget_s,
    };
    if (every != CHECK_OFF && per_round != 0) {
        set_next(&schedule, 0, every == CHECK_BUDGETED ? 1 : every);
    }
    return schedule;
}

/* How many operations from one check to the next keep the budget. */
static double affordable_distance(const struct schedule *schedule,
                                  uint64_t done)
{
    double left = (double)(schedule->total - done);
    double wanted_s = left * schedule->cost_s;
    if (wanted_s <= schedule->left_s) {
        return 1;
    }
    return schedule->left_s > 0 ? wanted_s / schedule->left_s : left;
}

static uint64_t thin(struct schedule *schedule, double distance)
{
    uint64_t whole = (uint64_t)distance;
    if (whole <= 1) {
        /* A distance of 1.3 is 1 seven times and 2 three times out of ten. */
        double more = (distance - 1) * 1024;
        whole = 1 + (draw(schedule, 1024) < (uint64_t)more);
    } else {
        whole = 1 + draw(schedule, 2 * whole - 1);
    }
    return whole;
}

void schedule_checked(struct schedule *schedule, uint64_t done, double seconds)
{
    schedule->checks++;
    if (schedule->every != CHECK_BUDGETED) {
        uint64_t in_step = schedule->every - done % schedule->every;
        set_next(schedule, done, in_step);
        return;
    }
    schedule->cost_s =
        schedule->checks == 1
            ? seconds
            : schedule->cost_s + (seconds - schedule->cost_s) / COST_MEMORY;
    schedule->left_s -= seconds;
    double distance = affordable_distance(schedule, done);
    set_next(schedule, done, thin(schedule, distance));
    schedule->thinned |=
        schedule->next != SCHEDULE_NEVER && schedule->next > done + 1;
}
