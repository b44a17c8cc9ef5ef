/*
 * test_grade.c -- scores worked out by hand.
 */
#include <check.h>

#include "driver/grade/classic.h"

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

Suite *grade_suite(void)
{
    Suite *suite = suite_create("grade");
    TCase *tests = tcase_create("scores");
    tcase_add_test(tests, classic_index_of_known_values);
    tcase_add_test(tests, classic_index_of_a_run);
    suite_add_tcase(suite, tests);
    return suite;
}
