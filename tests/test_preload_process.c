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
    "MALLOC_DEBUG=1", /* the last, see below */
};

enum { N_SETTINGS = sizeof settings / sizeof *settings };

static const struct deed {
    const char *name;
    bool suits_debug; /* which reserves room for its tables */
} deeds[] = {
    {"fork-beside-streams", true}, {"limit-address-space", false},
    {"limit-data", false},         {"small-address-space", false},
    {"lock-memory", false},
};

enum { N_DEEDS = sizeof deeds / sizeof *deeds };

START_TEST(a_deed_goes_well)
{
    const struct deed *deed = &deeds[_i];
    char command[PATH_MAX + 64];
    snprintf(command, sizeof command, "exec %s/tests/programs/process %s",
             preloaded_build(), deed->name);
    for (int i = 0; i < N_SETTINGS - !deed->suits_debug; i++) {
        preloaded_expect(settings[i], command, 0, "");
    }
}
END_TEST

Suite *preload_process_suite(void)
{
    Suite *suite = suite_create("preload_process");
    TCase *tests = tcase_create("deeds");
    tcase_set_timeout(tests, 300);
    tcase_add_loop_test(tests, a_deed_goes_well, 0, N_DEEDS);
    suite_add_tcase(suite, tests);
    return suite;
}
