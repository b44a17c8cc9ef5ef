/*
 * test_schedule.c -- checks are spread evenly and keep their budget, with
 * costs given instead of measured.
 */
#include <check.h>
#include <stdlib.h>

#include "driver/replay/correctness.h"
#include "driver/replay/schedule.h"

#define OPS    ((uint64_t)10000)
#define TENTHS 10

/* Seconds of a check after done operations. */
typedef double cost_fn(uint64_t done);

struct outcome {
    uint64_t checks;
    uint64_t per_tenth[TENTHS];
    double spent_s;
    bool first, last_of_round, last;
    bool thinned;
};

static struct outcome simulate(uint64_t every, double budget_s, cost_fn *cost)
{
    struct schedule schedule = schedule_begin(every, budget_s, OPS, 2);
    struct outcome outcome = {0};
    for (uint64_t done = 1; done <= 2 * OPS; done++) {
        if (!schedule_due(&schedule, done)) {
            continue;
        }
        outcome.checks++;
        outcome.per_tenth[(done - 1) * TENTHS / (2 * OPS)]++;
        outcome.spent_s += cost(done);
        outcome.first |= done == 1;
        outcome.last_of_round |= done == OPS;
        outcome.last |= done == 2 * OPS;
        schedule_checked(&schedule, done, cost(done));
    }
    ck_assert_uint_eq(schedule.checks, outcome.checks);
    outcome.thinned = schedule.thinned;
    return outcome;
}

static double microsecond(uint64_t done)
{
    (void)done;
    return 1e-6;
}

static double millisecond(uint64_t done)
{
    (void)done;
    return 1e-3;
}

/* A heap that grows all through each round. */
static double growing(uint64_t done)
{
    return 1e-6 * (double)(done % OPS + 1);
}

/* Interrupted for 50 ms now and then. */
static double with_spikes(uint64_t done)
{
    return done % 97 == 0 ? 0.05 : 1e-5;
}

START_TEST(off_never_checks)
{
    ck_assert_uint_eq(simulate(CHECK_OFF, 5, microsecond).checks, 0);
}
END_TEST

START_TEST(one_checks_each_operation_whatever_it_costs)
{
    struct outcome outcome = simulate(1, 0.001, millisecond);
    ck_assert_uint_eq(outcome.checks, 2 * OPS);
    ck_assert(!outcome.thinned);
}
END_TEST

START_TEST(n_checks_each_nth_and_the_ends)
{
    struct outcome outcome = simulate(3000, 5, microsecond);
    /* 3000 6000 9000 10000 12000 15000 18000 20000 */
    ck_assert_uint_eq(outcome.checks, 8);
    ck_assert(outcome.last_of_round && outcome.last && !outcome.first);
    ck_assert(!outcome.thinned);
}
END_TEST

START_TEST(within_the_budget_every_operation_is_checked)
{
    struct outcome outcome = simulate(CHECK_BUDGETED, 1, microsecond);
    ck_assert_uint_eq(outcome.checks, 2 * OPS);
    ck_assert(!outcome.thinned);
}
END_TEST

static void is_even(const struct outcome *outcome)
{
    double mean = (double)outcome->checks / TENTHS;
    for (int i = 0; i < TENTHS; i++) {
        ck_assert_double_gt((double)outcome->per_tenth[i], 0.6 * mean);
        ck_assert_double_lt((double)outcome->per_tenth[i], 1.4 * mean);
    }
}

START_TEST(beyond_the_budget_checks_are_spread_evenly)
{
    struct outcome outcome = simulate(CHECK_BUDGETED, 1, millisecond);
    ck_assert(outcome.thinned);
    ck_assert(outcome.last_of_round && outcome.last);
    ck_assert_double_gt(outcome.spent_s, 0.8);
    ck_assert_double_lt(outcome.spent_s, 1.1);
    is_even(&outcome);
}
END_TEST

START_TEST(a_growing_heap_keeps_the_budget_to_the_end)
{
    struct outcome outcome = simulate(CHECK_BUDGETED, 1, growing);
    ck_assert(outcome.thinned);
    ck_assert_double_lt(outcome.spent_s, 1.1);
    for (int i = 0; i < TENTHS; i++) {
        ck_assert_uint_gt(outcome.per_tenth[i], 5);
    }
}
END_TEST

START_TEST(spikes_do_not_stop_checking)
{
    struct outcome outcome = simulate(CHECK_BUDGETED, 1, with_spikes);
    for (int i = 0; i < TENTHS; i++) {
        ck_assert_uint_gt(outcome.per_tenth[i], 10);
    }
}
END_TEST

START_TEST(without_a_budget_the_ends_remain)
{
    struct outcome outcome = simulate(CHECK_BUDGETED, 0, millisecond);
    ck_assert(outcome.last_of_round && outcome.last && outcome.thinned);
    ck_assert_uint_lt(outcome.checks, 20);
}
END_TEST

START_TEST(an_empty_trace_is_never_checked)
{
    struct schedule schedule = schedule_begin(CHECK_BUDGETED, 5, 0, 2);
    ck_assert_uint_eq(schedule.next, SCHEDULE_NEVER);
}
END_TEST

Suite *schedule_suite(void)
{
    Suite *suite = suite_create("schedule");
    TCase *tests = tcase_create("schedule");
    tcase_add_test(tests, off_never_checks);
    tcase_add_test(tests, one_checks_each_operation_whatever_it_costs);
    tcase_add_test(tests, n_checks_each_nth_and_the_ends);
    tcase_add_test(tests, within_the_budget_every_operation_is_checked);
    tcase_add_test(tests, beyond_the_budget_checks_are_spread_evenly);
    tcase_add_test(tests, a_growing_heap_keeps_the_budget_to_the_end);
    tcase_add_test(tests, spikes_do_not_stop_checking);
    tcase_add_test(tests, without_a_budget_the_ends_remain);
    tcase_add_test(tests, an_empty_trace_is_never_checked);
    suite_add_tcase(suite, tests);
    return suite;
}
