/*
 * test_cli.c -- command lines and all that they print: the cases in
 * tests/cli/, whose format tests/support/cli_case.h tells.
 */
#include <check.h>

#include "tests/support/cli_case.h"

START_TEST(prints_and_returns_what_its_case_says)
{
    cli_case_run((size_t)_i);
}
END_TEST

Suite *cli_suite(void)
{
    Suite *suite = suite_create("cli");
    TCase *cases = tcase_create("cases");
    tcase_set_timeout(cases, 150);
    tcase_add_loop_test(cases, prints_and_returns_what_its_case_says, 0,
                        (int)cli_case_count());
    suite_add_tcase(suite, cases);
    return suite;
}
