/*
 * test_preload_debug.c -- under the debug mode right programs run as they do
 * without, alone, in threads and in children; what it prints is the same in
 * every run.
 *
 * What it says of wrong programs: test_preload_misuse.c and
 * tests/cli/preload-debug.case.
 */
#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/preloaded.h"

static char *program(const char *name)
{
    static char path[PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/tests/programs/%s", preloaded_build(),
             name);
    return path;
}

/*
 * Output of one program under the library, and of no shell; filter is what the
 * shell does with it.
 */
static char *debugged(const char *settings, const char *command,
                      const char *filter, int *status)
{
    char line[4 * PATH_MAX];
    snprintf(line, sizeof line, "(%s LD_PRELOAD=%s/libmymalloc.so exec %s) %s",
             settings, preloaded_build(), command, filter);
    return preloaded_shell(line, status);
}

/* Prints nothing but the dump and the summary: nothing was found. */
static void expect_silence(const char *settings, const char *command)
{
    int status;
    char *text =
        debugged(settings, command, "2>&1 >/dev/null | grep -v BLOCK", &status);
    ck_assert_msg(strncmp(text, "Summary: allocs=", 16) == 0 &&
                      strchr(text, '\n')[1] == '\0',
                  "%.2000s", text);
    free(text);
}

START_TEST(the_functions_do_what_their_manuals_say)
{
    static const char *const settings[] = {
        "MALLOC_DEBUG=1", "MALLOC_DEBUG=1 MALLOC_POLICY=best-fit",
        "MALLOC_DEBUG=guard-below"};
    expect_silence(settings[_i], program("preload_semantics"));
}
END_TEST

START_TEST(threads_share_exchange_fork_and_end)
{
    expect_silence("MALLOC_DEBUG=1", program("preload_threads"));
}
END_TEST

/* Each prints on standard output alone; needs is looked for in PATH. */
static const struct {
    const char *needs, *command;
} samples[] = {
    {"ls", "ls -l /usr/bin"},
    {"git", "git --version"},
    {"sqlite3", "sqlite3 :memory: 'select hex(1), length(zeroblob(100000))'"},
    {"/usr/bin/python3", "/usr/bin/python3 -S -c 'import json; "
                         "print(len(json.dumps(list(range(9999)))))'"},
};

enum { N_SAMPLES = sizeof samples / sizeof *samples };

START_TEST(a_real_program_prints_the_same)
{
    static const char *const settings[] = {
        "exec 2>/dev/null; MALLOC_DEBUG=1",
        "exec 2>/dev/null; MALLOC_DEBUG=guard",
        "exec 2>/dev/null; MALLOC_DEBUG=guard-exact"};
    int status, plain_status;
    char line[256];
    snprintf(line, sizeof line, "command -v %s >/dev/null", samples[_i].needs);
    if (system(line) != 0) {
        fprintf(stderr, "test_preload_debug: %s is missing, left out\n",
                samples[_i].needs);
        return;
    }
    snprintf(line, sizeof line, "%s 2>/dev/null", samples[_i].command);
    char *plain = preloaded_shell(line, &plain_status);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        char *text = debugged(settings[i], samples[_i].command, "", &status);
        ck_assert_msg(strcmp(text, plain) == 0, "%.2000s", text);
        ck_assert_int_eq(status, plain_status);
        free(text);
    }
    free(plain);
}
END_TEST

/* ls closes standard error before it ends; the dump comes nevertheless. */
START_TEST(two_runs_with_a_seed_print_the_same)
{
    static const char *const settings[] = {
        "MALLOC_DEBUG=1 MALLOC_DEBUG_SEED=42",
        "MALLOC_DEBUG=guard MALLOC_DEBUG_SEED=42"};
    int status;
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        char *first = debugged(settings[i], "ls -l /usr", "", &status);
        char *second = debugged(settings[i], "ls -l /usr", "", &status);
        ck_assert_msg(strcmp(first, second) == 0, "%.1000s\n\n%.1000s", first,
                      second);
        ck_assert_ptr_nonnull(strstr(first, " FREE]\n"));
        ck_assert_ptr_nonnull(strstr(first, "\nSummary: allocs="));
        free(first);
        free(second);
    }
}
END_TEST

START_TEST(colour_is_for_terminals)
{
    static const char leak[] =
        "script -qec '%sLD_PRELOAD=%s/libmymalloc.so MALLOC_DEBUG=1 "
        "MALLOC_DEBUG_SEED=1 %s leak 64' /dev/null";
    char command[3 * PATH_MAX];
    int status;
    if (system("command -v script >/dev/null") != 0) {
        fprintf(stderr, "test_preload_debug: script is missing, left out\n");
        return;
    }
    snprintf(command, sizeof command, leak, "", preloaded_build(),
             program("misuse"));
    char *text = preloaded_shell(command, &status);
    ck_assert_int_eq(status, 3);
    ck_assert_ptr_nonnull(strstr(text, "\33[32m[BLOCK 0x1050 64 USED]\33[0m"));
    ck_assert_ptr_nonnull(strstr(text, "\33[1;31merror: leak detected"));
    free(text);
    snprintf(command, sizeof command, leak, "NO_COLOR=1 ", preloaded_build(),
             program("misuse"));
    text = preloaded_shell(command, &status);
    ck_assert_ptr_null(strchr(text, '\33'));
    ck_assert_ptr_nonnull(strstr(text, "[BLOCK 0x1050 64 USED]"));
    free(text);
}
END_TEST

/* Names of functions need the helper; addresses within modules do not. */
START_TEST(without_the_helper_modules_are_told)
{
    char command[4 * PATH_MAX];
    int status;
    snprintf(command, sizeof command,
             "D=$(mktemp -d) && cp %s/libmymalloc.so $D && "
             "LD_PRELOAD=$D/libmymalloc.so MALLOC_DEBUG=1 %s double-free 64; "
             "S=$?; rm -r $D; exit $S",
             preloaded_build(), program("misuse"));
    char *text = preloaded_shell(command, &status);
    ck_assert_int_eq(status, 3);
    ck_assert_ptr_nonnull(strstr(text, "\n  now        misuse+0x"));
    ck_assert_ptr_nonnull(strstr(text, "\n  allocated  misuse+0x"));
    free(text);
}
END_TEST

START_TEST(what_a_live_frame_reaches_is_no_leak)
{
    expect_silence("MALLOC_DEBUG=1", program("misuse exit-with-local 64"));
}
END_TEST

START_TEST(what_a_child_inherits_is_no_leak_of_the_child)
{
    int status;
    char *text = debugged("MALLOC_DEBUG=1", program("misuse child-forgets 64"),
                          "", &status);
    ck_assert_int_eq(status, 0);
    ck_assert_msg(strstr(text, "error") == NULL, "%.2000s", text);
    free(text);
}
END_TEST

START_TEST(it_runs_in_a_small_address_space)
{
    static const char *const settings[] = {"ulimit -v 400000; MALLOC_DEBUG=1",
                                           "ulimit -v 400000; "
                                           "MALLOC_DEBUG=guard"};
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        int status;
        char *text =
            debugged(settings[i], program("misuse nothing 64"), "", &status);
        ck_assert_ptr_nonnull(strstr(text, "\nSummary: allocs=1 frees=1\n"));
        ck_assert_int_eq(status, 0);
        free(text);
    }
}
END_TEST

Suite *preload_debug_suite(void)
{
    Suite *suite = suite_create("preload_debug");
    TCase *tests = tcase_create("right programs");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, the_functions_do_what_their_manuals_say, 0, 3);
    tcase_add_test(tests, threads_share_exchange_fork_and_end);
    tcase_add_loop_test(tests, a_real_program_prints_the_same, 0, N_SAMPLES);
    tcase_add_test(tests, two_runs_with_a_seed_print_the_same);
    tcase_add_test(tests, colour_is_for_terminals);
    tcase_add_test(tests, without_the_helper_modules_are_told);
    tcase_add_test(tests, what_a_live_frame_reaches_is_no_leak);
    tcase_add_test(tests, what_a_child_inherits_is_no_leak_of_the_child);
    tcase_add_test(tests, it_runs_in_a_small_address_space);
    suite_add_tcase(suite, tests);
    return suite;
}
