/*
 * test_preload_process.c -- what programs do around an allocator goes well
 * under libmymalloc.so: forks, limits, and whatever else tests/programs/
 * process.c has a name for.
 */
#include <check.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/preloaded.h"

static const char *const settings[] = {
    "",
    "MALLOC_POLICY=first-fit",
    "MALLOC_POLICY=slab",
    "MALLOC_POLICY=tlsf",
    "MALLOC_DEBUG=1",
};

enum { N_SETTINGS = sizeof settings / sizeof *settings };

static const char *const deeds[] = {
    "fork-beside-streams", "fork-in-a-handler",   "limit-address-space",
    "limit-data",          "small-address-space", "nothing-vastly-aligned",
    "lock-memory",         "other-processes",     "move-the-break",
    "under-a-filter",      "no-descriptors",      "no-reading",
};

enum { N_DEEDS = sizeof deeds / sizeof *deeds };

START_TEST(a_deed_goes_well)
{
    char command[PATH_MAX + 64];
    snprintf(command, sizeof command, "exec %s/tests/programs/process %s",
             preloaded_build(), deeds[_i]);
    for (int i = 0; i < N_SETTINGS; i++) {
        preloaded_expect(settings[i], command, 0, "");
    }
}
END_TEST

/* Where the debug mode cannot see what points to a block it says no leak. */
START_TEST(what_cannot_be_read_is_no_leak)
{
    static const char *const names[] = {"no-descriptors", "no-reading"};
    static const char *const modes[] = {"MALLOC_DEBUG=1", "MALLOC_DEBUG=guard"};
    char command[PATH_MAX + 64];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(command, sizeof command, "exec %s/tests/programs/process %s",
                 preloaded_build(), names[i]);
        for (size_t j = 0; j < sizeof modes / sizeof *modes; j++) {
            preloaded_expect(modes[j], command, 0,
                             "warning: not searched for leaks: memory cannot "
                             "be looked at\n");
        }
    }
}
END_TEST

/* Mappings then go upwards; the arenas are not in their way. */
START_TEST(stacks_may_be_unlimited)
{
    char command[PATH_MAX + 64];
    snprintf(command, sizeof command,
             "ulimit -s unlimited; exec %s/tests/programs/preload_threads",
             preloaded_build());
    preloaded_expect("", command, 0, "");
}
END_TEST

/*
 * Nor do mappings come to the arenas downwards: whose addresses are random, so
 * that a dozen of processes tell.
 */
START_TEST(arenas_lie_above_mappings_where_stacks_are_unlimited)
{
    char command[PATH_MAX + 64];
    snprintf(command, sizeof command,
             "ulimit -s unlimited; for i in 1 2 3 4 5 6 7 8 9 10 11 12; do "
             "%s/tests/programs/process arenas-above-mappings || exit; done",
             preloaded_build());
    preloaded_expect("", command, 0, "");
}
END_TEST

/* Debuggers start programs without randomness. */
START_TEST(addresses_are_the_same_where_the_system_is_asked_for_it)
{
    char command[PATH_MAX + 64];
    int status;
    snprintf(command, sizeof command,
             "exec setarch -R %s/tests/programs/preload_semantics dump",
             preloaded_build());
    char *first = preloaded_output("", command, &status);
    char *second = preloaded_output("", command, &status);
    ck_assert_int_eq(status, 0);
    ck_assert_str_eq(first, second);
    free(first);
    free(second);
}
END_TEST

Suite *preload_process_suite(void)
{
    Suite *suite = suite_create("preload_process");
    TCase *tests = tcase_create("deeds");
    tcase_set_timeout(tests, 300);
    tcase_add_loop_test(tests, a_deed_goes_well, 0, N_DEEDS);
    tcase_add_test(tests, what_cannot_be_read_is_no_leak);
    tcase_add_test(tests, stacks_may_be_unlimited);
    tcase_add_test(tests, arenas_lie_above_mappings_where_stacks_are_unlimited);
    tcase_add_test(tests,
                   addresses_are_the_same_where_the_system_is_asked_for_it);
    suite_add_tcase(suite, tests);
    return suite;
}
