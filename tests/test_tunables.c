/*
 * test_tunables.c -- what glibc's names for settings do (tunables.h).
 */
#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/preloaded.h"

static const char perturbed[] = "fresh 5a freed a5 cleared 00 00 grown 5a\n"
                                "fresh 5a freed a5 cleared 00 00 grown 5a\n"
                                "fresh 5a freed a5 cleared 00 00 grown 5a\n";

/* What the program prints with settings and an argument. */
static void expect_printed(const char *settings, const char *argument,
                           const char *text)
{
    char command[PATH_MAX + 64];
    snprintf(command, sizeof command, "exec %s/tests/programs/tunables %s",
             preloaded_build(), argument);
    preloaded_expect(settings, command, 0, text);
}

START_TEST(memory_is_perturbed)
{
    expect_printed("MALLOC_PERTURB_=165", "", perturbed);
    expect_printed("GLIBC_TUNABLES=glibc.malloc.perturb=0xa5", "", perturbed);
    expect_printed("", "mallopt", perturbed);
    expect_printed("MALLOC_PERTURB_=165 MALLOC_STATS=1", "", perturbed);
}
END_TEST

START_TEST(all_of_it_is_still_told)
{
    expect_printed("MALLOC_PERTURB_=165 MALLOC_STATS=1", "",
                   "malloc statistics of tunables");
}
END_TEST

START_TEST(mistakes_are_still_told)
{
    char command[PATH_MAX + 64];
    snprintf(command, sizeof command, "%s/tests/programs/misuse double-free 64",
             preloaded_build());
    preloaded_expect("MALLOC_PERTURB_=165", command, 3,
                     "error: double free detected at 0x");
    preloaded_expect("MALLOC_PERTURB_=165 MALLOC_DEBUG=1", command, 3,
                     "error: double free detected at 0x");
}
END_TEST

START_TEST(thresholds_are_read)
{
    expect_printed("", "mapped", "mapped 0\n");
    expect_printed("MALLOC_MMAP_THRESHOLD_=65536", "mapped", "mapped 1\n");
    expect_printed("GLIBC_TUNABLES=glibc.malloc.check=3:"
                   "glibc.malloc.mmap_threshold=0x1000:glibc.rtld.nns=4",
                   "mapped", "mapped 1\n");
    expect_printed("GLIBC_TUNABLES=glibc.malloc.mmap_threshold=1", "mapped",
                   "mapped 1\n");
}
END_TEST

START_TEST(own_names_come_last)
{
    expect_printed("MALLOC_MMAP_THRESHOLD=131072 MALLOC_MMAP_THRESHOLD_=4096",
                   "mapped", "mapped 0\n");
}
END_TEST

START_TEST(arenas_are_limited)
{
    expect_printed("MALLOC_ARENA_MAX=1", "", "arenas 1\n");
    expect_printed("GLIBC_TUNABLES=glibc.malloc.arena_max=1", "", "arenas 1\n");
    expect_printed("", "mallopt", "arenas 1\n");
}
END_TEST

/* What is for another malloc is no reason to say anything. */
START_TEST(the_rest_is_ignored_in_silence)
{
    int status;
    char *output = preloaded_output(
        "MALLOC_CHECK_=3 MALLOC_TOP_PAD_=1 MALLOC_PERTURB_=x "
        "GLIBC_TUNABLES=glibc.malloc.tcache_count=0:::glibc.malloc.perturb",
        "exec expr 1 + 1", &status);
    ck_assert_int_eq(status, 0);
    ck_assert_str_eq(output, "2\n");
    free(output);
}
END_TEST

Suite *tunables_suite(void)
{
    Suite *suite = suite_create("tunables");
    TCase *tests = tcase_create("names of glibc");
    tcase_add_test(tests, memory_is_perturbed);
    tcase_add_test(tests, all_of_it_is_still_told);
    tcase_add_test(tests, mistakes_are_still_told);
    tcase_add_test(tests, thresholds_are_read);
    tcase_add_test(tests, own_names_come_last);
    tcase_add_test(tests, arenas_are_limited);
    tcase_add_test(tests, the_rest_is_ignored_in_silence);
    suite_add_tcase(suite, tests);
    return suite;
}
