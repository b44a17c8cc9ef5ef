/*
 * test_grade.c -- scores worked out by hand.
 */
#include <check.h>

#include "driver/grade/classic.h"
#include "driver/grade/cmu.h"

#define NEAR 1e-9

START_TEST(classic_index_of_known_values)
{
    double reference = CLASSIC_HANDOUT_OPS_PER_S;
    ck_assert_double_eq_tol(classic_index(0.75, 300e3, reference), 65, NEAR);
    ck_assert_double_eq_tol(classic_index(0.5, 600e3, reference), 70, NEAR);
    ck_assert_double_eq_tol(classic_index(1, 5e6, reference), 100, NEAR);
    ck_assert_double_eq_tol(classic_index(0, 0, reference), 0, NEAR);
    ck_assert_double_eq_tol(classic_index(0.5, 15e6, 30e6), 50, NEAR);
    ck_assert_double_eq_tol(classic_index(0.5, 15e6, 0), 30, NEAR);
}
END_TEST

START_TEST(classic_index_of_a_run)
{
    struct summary summary = {.traces = 3,
                              .valid = 3,
                              .utilization_mean = 0.9,
                              .ops_per_s_total = 20e6,
                              .libc_ratio_total = 0.5};
    ck_assert_double_eq_tol(classic_index_of(&summary), 74, NEAR);
    summary.libc_ratio_total = 4;
    ck_assert_double_eq_tol(classic_index_of(&summary), 94, NEAR);
    summary.libc_ratio_total = 0;
    ck_assert_double_eq_tol(classic_index_of(&summary), 54, NEAR);
    summary.valid = 2;
    ck_assert_double_eq(classic_index_of(&summary), 0);
    ck_assert_double_eq(classic_index_of(&(struct summary){0}), 0);
}
END_TEST

START_TEST(cmu_scores_of_known_values)
{
    ck_assert_double_eq_tol(cmu_final(0.74, 0.9), 100, NEAR);
    ck_assert_double_eq_tol(cmu_final(0.55, 0.5), 0, NEAR);
    ck_assert_double_eq_tol(cmu_final(0.645, 0.7), 50, NEAR);
    ck_assert_double_eq_tol(cmu_final(0.99, 0.1), 60, NEAR);
    ck_assert_double_eq_tol(cmu_final(0.10, 7.0), 40, NEAR);
    ck_assert_double_eq_tol(cmu_checkpoint(0.58, 0.8), 100, NEAR);
    ck_assert_double_eq_tol(cmu_checkpoint(0.565, 0.1), 10, NEAR);
    ck_assert_double_eq_tol(cmu_checkpoint(0.55, 0.45), 40, NEAR);
}
END_TEST

Suite *grade_suite(void)
{
    Suite *suite = suite_create("grade");
    TCase *tests = tcase_create("scores");
    tcase_add_test(tests, classic_index_of_known_values);
    tcase_add_test(tests, classic_index_of_a_run);
    tcase_add_test(tests, cmu_scores_of_known_values);
    suite_add_tcase(suite, tests);
    return suite;
}
