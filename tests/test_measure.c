/*
 * test_measure.c -- statistics and summaries with values worked out by hand.
 */
#include <check.h>
#include <math.h>

#include "driver/clock/clock.h"
#include "driver/measure/clock_cost.h"
#include "driver/measure/statistics.h"
#include "driver/measure/summary.h"

#define NEAR 1e-12

static struct sample filled(double *room, const double *values, size_t n)
{
    struct sample sample = {room, 0};
    for (size_t i = 0; i < n; i++) {
        sample_add(&sample, values[i]);
    }
    return sample;
}

START_TEST(sample_is_sorted_as_it_grows)
{
    double room[6];
    const double values[] = {3, 1, 2, 5, 1, 4};
    struct sample sample = filled(room, values, 6);
    const double sorted[] = {1, 1, 2, 3, 4, 5};
    ck_assert_uint_eq(sample.n, 6);
    ck_assert_mem_eq(room, sorted, sizeof sorted);
}
END_TEST

START_TEST(quartiles_interpolate)
{
    double room[5];
    const double values[] = {7, 1, 3, 15};
    struct sample sample = filled(room, values, 4);
    struct quartiles q = sample_quartiles(&sample);
    ck_assert_double_eq_tol(q.low, 2.5, NEAR);
    ck_assert_double_eq_tol(q.median, 5, NEAR);
    ck_assert_double_eq_tol(q.high, 9, NEAR);
    ck_assert_double_eq_tol(sample_median_error(&sample), 1.57 * 0.65, NEAR);
    sample_add(&sample, 4);
    q = sample_quartiles(&sample);
    ck_assert_double_eq_tol(q.low, 3, NEAR);
    ck_assert_double_eq_tol(q.median, 4, NEAR);
    ck_assert_double_eq_tol(q.high, 7, NEAR);
    ck_assert_double_eq_tol(sample_quantile(&sample, 0), 1, NEAR);
    ck_assert_double_eq_tol(sample_quantile(&sample, 1), 15, NEAR);
}
END_TEST

START_TEST(quartiles_of_few)
{
    double room[1];
    struct sample sample = {room, 0};
    struct quartiles q = sample_quartiles(&sample);
    ck_assert_double_eq(q.median, 0);
    ck_assert_double_eq(sample_median_error(&sample), 0);
    sample_add(&sample, 8);
    q = sample_quartiles(&sample);
    ck_assert_double_eq(q.low, 8);
    ck_assert_double_eq(q.median, 8);
    ck_assert_double_eq(q.high, 8);
    ck_assert_double_eq(sample_median_error(&sample), 0);
}
END_TEST

START_TEST(means_of_known_values)
{
    struct mean mean = {0};
    ck_assert_double_eq(mean_arithmetic(&mean), 0);
    ck_assert_double_eq(mean_harmonic(&mean), 0);
    ck_assert_double_eq(mean_geometric(&mean), 0);
    mean_add(&mean, 1);
    mean_add(&mean, 4);
    mean_add(&mean, 16);
    ck_assert_double_eq_tol(mean_arithmetic(&mean), 7, NEAR);
    ck_assert_double_eq_tol(mean_harmonic(&mean), 16.0 / 7, NEAR);
    ck_assert_double_eq_tol(mean_geometric(&mean), 4, NEAR);
    mean_add(&mean, 0);
    ck_assert_double_eq_tol(mean_arithmetic(&mean), 21.0 / 4, NEAR);
    ck_assert_double_eq(mean_harmonic(&mean), 0);
    ck_assert_double_eq(mean_geometric(&mean), 0);
}
END_TEST

START_TEST(clocks_go_forward)
{
    uint64_t cpu = clock_cpu_ns();
    double wall = clock_wall_s();
    uint64_t cost = clock_cost_ns();
    ck_assert_uint_gt(cost, 0);
    ck_assert_uint_ge(clock_cpu_ns(), cpu + cost);
    ck_assert_double_ge(clock_wall_s(), wall);
}
END_TEST

/* ---- summaries ---------------------------------------------------------- */

#define N_TRACES 4

static struct trace_facts facts[N_TRACES];
static struct result results[N_TRACES * 2];
static struct run run;

static void set_result(size_t trace, size_t subject, double utilization,
                       double seconds, double ratio)
{
    struct result *result = &results[trace * 2 + subject];
    result->verdict = VERDICT_VALID;
    result->footprint.measured = true;
    result->footprint.utilization = utilization;
    result->timing.measured = seconds > 0;
    result->timing.seconds = seconds;
    result->timing.ops_per_s = (double)facts[trace].ops / seconds;
    result->timing.has_ratio = ratio > 0;
    result->timing.libc_ratio = ratio;
}

static void open_run(void)
{
    for (uint32_t i = 0; i < N_TRACES; i++) {
        facts[i] = (struct trace_facts){
            .ops = 1000 * (i + 1), .weight = 1, .limit = 0.8};
    }
    run = (struct run){.traces = facts,
                       .n_traces = N_TRACES,
                       .n_subjects = 2,
                       .results = results,
                       .timed = true};
    set_result(0, 1, 0.4, 0.5, 2); /*  2000 ops/s */
    set_result(1, 1, 0.6, 0.5, 2); /*  4000 ops/s */
    set_result(2, 1, 0.8, 0.5, 4); /*  6000 ops/s */
    set_result(3, 1, 0.2, 0.5, 4); /*  8000 ops/s */
}

START_TEST(summary_averages_over_traces)
{
    struct summary s = summarize(&run, 1);
    ck_assert_uint_eq(s.traces, 4);
    ck_assert_uint_eq(s.valid, 4);
    ck_assert_uint_eq(s.ops, 10000);
    ck_assert_double_eq_tol(s.utilization_mean, 0.5, NEAR);
    ck_assert_double_eq_tol(s.limit_mean, 0.8, NEAR);
    ck_assert_double_eq_tol(s.share_of_limit_mean, 0.625, NEAR);
    ck_assert_double_eq_tol(s.seconds, 2, NEAR);
    ck_assert_double_eq_tol(s.ops_per_s_total, 5000, NEAR);
    ck_assert_double_eq_tol(s.ops_per_s_harmonic, 3840, 1e-9);
    ck_assert_double_eq_tol(s.libc_ratio_geomean, sqrt(8), NEAR);
    ck_assert_double_eq_tol(s.libc_ratio_total, 3, NEAR);
}
END_TEST

START_TEST(summary_obeys_weights)
{
    facts[0].weight = 0;
    facts[1].weight = 2;
    facts[2].weight = 3;
    struct summary s = summarize(&run, 1);
    ck_assert_uint_eq(s.traces, 4);
    ck_assert_uint_eq(s.ops, 7000);
    ck_assert_double_eq_tol(s.utilization_mean, 0.4, NEAR);
    ck_assert_double_eq_tol(s.seconds, 1, NEAR);
    ck_assert_double_eq_tol(s.ops_per_s_total, 7000, NEAR);
    ck_assert_double_eq_tol(s.libc_ratio_geomean, 4, NEAR);
}
END_TEST

START_TEST(invalid_counts_as_zero)
{
    results[3].verdict = VERDICT_CRASHED; /* trace 1, subject 1 */
    struct summary s = summarize(&run, 1);
    ck_assert_uint_eq(s.valid, 3);
    ck_assert_uint_eq(s.ops, 8000);
    ck_assert_double_eq_tol(s.utilization_mean, 0.35, NEAR);
    ck_assert_double_eq_tol(s.limit_mean, 0.8, NEAR);
    ck_assert_double_eq_tol(s.seconds, 1.5, NEAR);
    ck_assert_double_eq_tol(s.ops_per_s_total, 8000 / 1.5, 1e-9);
    ck_assert_double_eq(s.ops_per_s_harmonic, 0);
    ck_assert_double_eq(s.libc_ratio_geomean, 0);
}
END_TEST

START_TEST(what_had_no_turn_does_not_count)
{
    results[3].verdict = VERDICT_NOT_RUN; /* trace 1, subject 1 */
    struct summary s = summarize(&run, 1);
    ck_assert_uint_eq(s.traces, 3);
    ck_assert_uint_eq(s.valid, 3);
    ck_assert_uint_eq(s.ops, 8000);
    ck_assert_double_eq_tol(s.utilization_mean, 1.4 / 3, NEAR);
    ck_assert_double_eq_tol(s.ops_per_s_total, 8000 / 1.5, 1e-9);
    ck_assert_double_eq_tol(s.ops_per_s_harmonic,
                            3 / (1.0 / 2000 + 1.0 / 6000 + 1.0 / 8000), 1e-9);
    for (int i = 0; i < 4; i++) {
        results[2 * i + 1].verdict = VERDICT_NOT_RUN;
    }
    ck_assert_uint_eq(summarize(&run, 1).traces, 0);
}
END_TEST

START_TEST(other_subject_stays_apart)
{
    struct summary s = summarize(&run, 0);
    ck_assert_uint_eq(s.valid, 0);
    ck_assert_double_eq(s.utilization_mean, 0);
    ck_assert_double_eq(s.ops_per_s_total, 0);
    ck_assert_double_eq(s.libc_ratio_total, 0);
}
END_TEST

START_TEST(trace_without_operations_is_not_slow)
{
    results[3].timing = (struct timing_record){.measured = false};
    struct summary s = summarize(&run, 1);
    ck_assert_uint_eq(s.valid, 4);
    ck_assert_double_eq_tol(s.ops_per_s_harmonic,
                            3 / (1.0 / 2000 + 1.0 / 6000 + 1.0 / 8000), 1e-9);
}
END_TEST

START_TEST(summary_of_no_traces)
{
    run.n_traces = 0;
    struct summary s = summarize(&run, 1);
    ck_assert_uint_eq(s.traces, 0);
    ck_assert_double_eq(s.utilization_mean, 0);
    ck_assert_double_eq(s.ops_per_s_harmonic, 0);
}
END_TEST

Suite *measure_suite(void)
{
    Suite *suite = suite_create("measure");
    TCase *numbers = tcase_create("statistics");
    tcase_add_test(numbers, sample_is_sorted_as_it_grows);
    tcase_add_test(numbers, quartiles_interpolate);
    tcase_add_test(numbers, quartiles_of_few);
    tcase_add_test(numbers, means_of_known_values);
    tcase_add_test(numbers, clocks_go_forward);
    suite_add_tcase(suite, numbers);
    TCase *summaries = tcase_create("summary");
    tcase_add_checked_fixture(summaries, open_run, NULL);
    tcase_add_test(summaries, summary_averages_over_traces);
    tcase_add_test(summaries, summary_obeys_weights);
    tcase_add_test(summaries, invalid_counts_as_zero);
    tcase_add_test(summaries, what_had_no_turn_does_not_count);
    tcase_add_test(summaries, other_subject_stays_apart);
    tcase_add_test(summaries, trace_without_operations_is_not_slow);
    tcase_add_test(summaries, summary_of_no_traces);
    suite_add_tcase(suite, summaries);
    return suite;
}
