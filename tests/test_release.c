/*
 * test_release.c -- memory that libmymalloc.so gives back, or does not touch.
 *
 * Free pages are given back at once here (MALLOC_DECAY_MS=0), unless a test
 * says otherwise: what a test waits for on the clock it cannot promise.
 */
#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/preloaded.h"

enum { FULL = 38, EMPTY = 8 }; /* MiB */

static char *gives_back(const char *settings, const char *mode)
{
    char command[PATH_MAX + 64];
    int status;
    snprintf(command, sizeof command, "exec %s/tests/programs/gives_back %s",
             preloaded_build(), mode);
    char *text = preloaded_output(settings, command, &status);
    ck_assert_msg(status == 0, "%s: %s", mode, text);
    ck_assert_msg(strstr(text, "lost") == NULL, "%s: %s", mode, text);
    return text;
}

/* The number behind a word. */
static int at(const char *text, const char *when)
{
    const char *line = strstr(text, when);
    ck_assert_msg(line != NULL, "no \"%s\" in %s", when, text);
    return atoi(line + strlen(when));
}

static const char *const policies[] = {"mymalloc", "best-fit", "tlsf"};

START_TEST(pages_of_the_middle_go_back)
{
    char settings[128];
    snprintf(settings, sizeof settings, "MALLOC_DECAY_MS=0 MALLOC_POLICY=%s",
             policies[_i]);
    char *text = gives_back(settings, "middle");
    ck_assert_int_ge(at(text, "full "), FULL);
    ck_assert_int_le(at(text, "freed "), FULL / 2);
    ck_assert_int_le(at(text, "trimmed "), EMPTY);
    free(text);
}
END_TEST

/* The footprint of tests/programs/phases grows by a quarter at most. */
static void expect_steady(const char *mode)
{
    char command[PATH_MAX + 64];
    int status;
    snprintf(command, sizeof command, "exec %s/tests/programs/phases %s",
             preloaded_build(), mode);
    char *text = preloaded_output("", command, &status);
    ck_assert_msg(status == 0 && at(text, "first ") > 0, "%s", text);
    ck_assert_msg(4 * at(text, "second ") <= 5 * at(text, "first "), "%s",
                  text);
    free(text);
}

START_TEST(what_caches_do_not_need_serves_other_sizes)
{
    expect_steady("");
}
END_TEST

START_TEST(large_blocks_of_many_sizes_use_the_same_memory)
{
    expect_steady("sizes");
}
END_TEST

START_TEST(what_another_thread_frees_is_used_again)
{
    expect_steady("pass");
}
END_TEST

START_TEST(they_stay_for_a_while)
{
    char *text = gives_back("MALLOC_DECAY_MS=1000000", "middle");
    ck_assert_int_ge(at(text, "freed "), FULL);
    ck_assert_int_le(at(text, "trimmed "), EMPTY);
    free(text);
}
END_TEST

START_TEST(the_top_goes_back_from_a_threshold_on)
{
    char *text = gives_back("MALLOC_DECAY_MS=0", "top");
    ck_assert_int_le(at(text, "freed "), EMPTY);
    free(text);
    text = gives_back("MALLOC_DECAY_MS=0", "never");
    ck_assert_int_ge(at(text, "freed "), FULL);
    free(text);
}
END_TEST

START_TEST(calloc_does_not_touch_fresh_pages)
{
    char *text = gives_back("", "fresh");
    ck_assert_int_le(at(text, "after ") - at(text, "before "), 2);
    free(text);
}
END_TEST

START_TEST(the_same_again_and_again_costs_no_system_calls)
{
    char *text = gives_back("MALLOC_STATS=1", "pingpong");
    ck_assert_int_le(at(text, "\narenas "), 60);
    free(text);
}
END_TEST

/*
 * Behind the data lies what is run on demand (layout.ld), the second segment
 * that is executable: a program that demands nothing has no page of it.
 */
#define COLD_KIB                                                               \
    "exec awk '/^[0-9a-f]+-/ {n += /r-xp.*libmymalloc/; cold = n == 2 && "     \
    "/r-xp/} cold && /^Rss/ {print \"cold \" $2; exit}' /proc/self/smaps"

START_TEST(what_is_not_wanted_is_not_loaded)
{
    preloaded_expect("", COLD_KIB, 0, "cold 0\n");
    int status;
    char *text = preloaded_output("MALLOC_STATS=1", COLD_KIB, &status);
    ck_assert_int_gt(at(text, "cold "), 0);
    free(text);
}
END_TEST

/* make soak for a second; and memory goes back all the time. */
START_TEST(everything_at_once_holds)
{
    char command[PATH_MAX + 64];
    snprintf(command, sizeof command, "exec %s/tests/programs/soak 1",
             preloaded_build());
    preloaded_expect("MALLOC_DECAY_MS=0", command, 0, "1 s: ");
}
END_TEST

START_TEST(wrong_values_are_told_and_ignored)
{
    preloaded_expect("MALLOC_DECAY_MS=soon", "exec expr 1 + 1", 0,
                     "warning: MALLOC_DECAY_MS=soon ignored: expected "
                     "milliseconds from 0 to 2147483648\n2\n");
    preloaded_expect("MALLOC_TRIM_THRESHOLD=-1", "exec expr 1 + 1", 0,
                     "warning: MALLOC_TRIM_THRESHOLD=-1 ignored: expected "
                     "bytes from 0 to 1099511627776\n2\n");
}
END_TEST

Suite *release_suite(void)
{
    Suite *suite = suite_create("release");
    TCase *tests = tcase_create("release");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, pages_of_the_middle_go_back, 0,
                        sizeof policies / sizeof *policies);
    tcase_add_test(tests, they_stay_for_a_while);
    tcase_add_test(tests, what_caches_do_not_need_serves_other_sizes);
    tcase_add_test(tests, large_blocks_of_many_sizes_use_the_same_memory);
    tcase_add_test(tests, what_another_thread_frees_is_used_again);
    tcase_add_test(tests, the_top_goes_back_from_a_threshold_on);
    tcase_add_test(tests, calloc_does_not_touch_fresh_pages);
    tcase_add_test(tests, the_same_again_and_again_costs_no_system_calls);
    tcase_add_test(tests, what_is_not_wanted_is_not_loaded);
    tcase_add_test(tests, everything_at_once_holds);
    tcase_add_test(tests, wrong_values_are_told_and_ignored);
    suite_add_tcase(suite, tests);
    return suite;
}
