/*
 * test_watch.c -- what the library writes down of a program's calls.
 */
#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/preloaded.h"

/* The program's command line, in a buffer of its own. */
static const char *watched(const char *mode)
{
    static char command[PATH_MAX + 64];
    snprintf(command, sizeof command, "exec %s/tests/programs/watched %s",
             preloaded_build(), mode);
    return command;
}

/* The number in the line of text that begins with name; -1: no such line. */
static long long number_of(const char *text, const char *name, int column)
{
    const char *line = text;
    while (line != NULL && strncmp(line, name, strlen(name)) != 0) {
        line = strchr(line, '\n');
        line = line != NULL ? line + 1 : NULL;
    }
    if (line == NULL) {
        return -1;
    }
    long long n = -1;
    const char *at = line + strlen(name);
    for (; column >= 0; column--) {
        at += strspn(at, " ");
        for (n = 0; strchr("0123456789,", *at) != NULL && *at != '\0'; at++) {
            n = *at != ',' ? 10 * n + *at - '0' : n;
        }
    }
    return n;
}

START_TEST(statistics_count_calls_and_blocks)
{
    static const struct {
        const char *name;
        int column;
        long long expected;
    } cases[] = {
        {"memalign ", 0, 1},
        {"valloc ", 0, 3},
        {"pvalloc ", 0, 1},
        {"reallocarray ", 0, 2},
        {"realloc ", 0, 2},
        {"posix_memalign ", 0, 1},
        {"aligned_alloc ", 0, 1},
        {"refused ", 0, 1},
        {"free ", 0, 5},
        {"cfree ", 0, -1},
        {"    1,025 to     2,048", 0, 3}, /* memalign, posix_memalign, ... */
        {"    1,025 to     2,048", 1, 2},
        {"    1,025 to     2,048", 2, 2},
        {"    2,049 to     4,096", 0, 3},
        {"    2,049 to     4,096", 1, 0},
        {"    2,049 to     4,096", 2, 1},
        {"mmap of a block ", 0, 1},
        {"mremap of a block ", 0, 1},
        {"munmap of a block ", 0, 1},
    };
    int status;
    char *text = preloaded_output("MALLOC_STATS=1", watched(""), &status);
    ck_assert_int_eq(status, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        long long n = number_of(text, cases[i].name, cases[i].column);
        ck_assert_msg(n == cases[i].expected,
                      "%s[%d]: expected %lld, got %lld in\n%s", cases[i].name,
                      cases[i].column, cases[i].expected, n, text);
    }
    ck_assert_int_ge(number_of(text, "  at most", 0), 400000);
    free(text);
}
END_TEST

START_TEST(statistics_fit_a_terminal)
{
    int status, columns = 0;
    char *text = preloaded_output(
        "MALLOC_STATS=1",
        "exec perl -e '$h{$_} = \"x\" x $_ for 1..2000; print 7'", &status);
    ck_assert_int_eq(status, 0);
    ck_assert_ptr_nonnull(strstr(text, "malloc statistics of perl, process "));
    for (const char *c = text; *c != '\0'; c++) {
        columns = *c == '\n' ? 0 : columns + 1;
        ck_assert_int_le(columns, 80);
    }
    free(text);
}
END_TEST

/* ls closes standard error before it exits. */
START_TEST(statistics_are_told_after_standard_error_was_closed)
{
    preloaded_expect("MALLOC_STATS=1", "exec ls Makefile", 0,
                     "malloc statistics of ls, process ");
}
END_TEST

START_TEST(wrong_values_are_told_and_ignored)
{
    int status;
    char *text =
        preloaded_output("MALLOC_STATS=yes", "exec expr 1 + 1", &status);
    ck_assert_str_eq(text, "warning: MALLOC_STATS=yes ignored: expected 0 or "
                           "1\n2\n");
    free(text);
    text = preloaded_output("MALLOC_STATS=0", "exec expr 1 + 1", &status);
    ck_assert_str_eq(text, "2\n");
    free(text);
}
END_TEST

Suite *watch_suite(void)
{
    Suite *suite = suite_create("watch");
    TCase *tests = tcase_create("watch");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, statistics_count_calls_and_blocks);
    tcase_add_test(tests, statistics_fit_a_terminal);
    tcase_add_test(tests, statistics_are_told_after_standard_error_was_closed);
    tcase_add_test(tests, wrong_values_are_told_and_ignored);
    suite_add_tcase(suite, tests);
    return suite;
}
