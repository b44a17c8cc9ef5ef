/*
 * test_preload_roots.c -- from where the debug mode sees that a block is in
 * reach, and from where not; and how blocks lie between page guards.
 */
#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/preloaded.h"

static char *run(const char *mode, const char *program, const char *argument,
                 int *status)
{
    char command[PATH_MAX + 64], settings[64];
    snprintf(settings, sizeof settings, "MALLOC_DEBUG=%s", mode);
    snprintf(command, sizeof command, "exec %s/tests/programs/%s %s",
             preloaded_build(), program, argument);
    return preloaded_output(settings, command, status);
}

/* The places that tests/programs/roots.c knows. */
static const char *const roots[] = {
    "data",         "bss",        "far",         "tls",      "inside",
    "behind",       "mapping",    "block",       "register", "frame",
    "thread-frame", "thread-tls", "thread-value"};
static const char *const others[] = {"beyond",   "below",       "shared",
                                     "constant", "freed-block", "dead-frame"};

enum {
    N_ROOTS = sizeof roots / sizeof *roots,
    N_OTHERS = sizeof others / sizeof *others
};

START_TEST(what_a_root_points_to_is_no_leak)
{
    int status;
    char *text = run("1", "roots", roots[_i], &status);
    ck_assert_msg(status == 0 && strstr(text, "error") == NULL, "%s: %.2000s",
                  roots[_i], text);
    free(text);
}
END_TEST

START_TEST(what_anything_else_points_to_is)
{
    int status;
    char *text = run("1", "roots", others[_i], &status);
    ck_assert_msg(status == 3 &&
                      strstr(text, "points to 1 block of 100 bytes") != NULL,
                  "%s: %.2000s", others[_i], text);
    free(text);
}
END_TEST

START_TEST(page_guards_leave_each_block_its_alignment)
{
    static const struct {
        const char *mode, *least;
    } modes[] = {{"guard", "8"},
                 {"guard-exact", "2"},
                 {"guard-below", "16"},
                 {"1", "16"}};
    int status;
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        char *text = run(modes[i].mode, "aligned", modes[i].least, &status);
        ck_assert_msg(status == 0, "%s: %.2000s", modes[i].mode, text);
        free(text);
    }
}
END_TEST

/* What a mode says of the byte behind a block of that size. */
static void expect_read_behind(const char *mode, const char *size, int expected)
{
    char argument[64];
    int status;
    snprintf(argument, sizeof argument, "read-behind %s", size);
    char *text = run(mode, "misuse", argument, &status);
    ck_assert_msg(status == expected, "%s %s: %.2000s", mode, size, text);
    free(text);
}

START_TEST(page_guards_leave_no_larger_gap_than_that)
{
    expect_read_behind("guard", "24", 3);
    expect_read_behind("guard", "14", 0);
    expect_read_behind("guard-exact", "14", 3);
    expect_read_behind("guard-exact", "13", 0);
    expect_read_behind("guard-odd", "13", 3);
}
END_TEST

Suite *preload_roots_suite(void)
{
    Suite *suite = suite_create("preload_roots");
    TCase *tests = tcase_create("roots");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, what_a_root_points_to_is_no_leak, 0, N_ROOTS);
    tcase_add_loop_test(tests, what_anything_else_points_to_is, 0, N_OTHERS);
    tcase_add_test(tests, page_guards_leave_each_block_its_alignment);
    tcase_add_test(tests, page_guards_leave_no_larger_gap_than_that);
    suite_add_tcase(suite, tests);
    return suite;
}
