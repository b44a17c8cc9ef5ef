/*
 * main.c -- runs every suite in one go, so that Check prints one summary.
 *
 * The table is generated from the names of tests/test_*.c.  Check's own
 * variables choose less: CK_RUN_SUITE=heap, CK_RUN_CASE=..., CK_FORK=no.
 */
#include <check.h>
#include <stdlib.h>

#define SUITE(name) Suite *name##_suite(void);
#include "suites.inc"
#undef SUITE

int main(void)
{
    SRunner *runner = srunner_create(NULL);
#define SUITE(name) srunner_add_suite(runner, name##_suite());
#include "suites.inc"
#undef SUITE
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
