/*
 * test_options.c -- the command line of mdriver, right and wrong.
 */
#include <check.h>
#include <string.h>

#include "driver/run/options.h"

static struct options options;
static char message[256];

static int parse(const char *line)
{
    static char text[256];
    char *argv[32];
    int argc = 0;
    snprintf(text, sizeof text, "mdriver %s", line);
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " ")) {
        argv[argc++] = word;
    }
    argv[argc] = NULL;
    message[0] = '\0';
    return options_parse(argc, argv, &options, message, sizeof message);
}

static void release(void)
{
    options_free(&options);
}

START_TEST(defaults)
{
    ck_assert_int_eq(parse(""), 0);
    ck_assert_int_eq(options.action, ACTION_RUN);
    ck_assert_uint_eq(options.n_traces, 0);
    ck_assert_uint_eq(options.n_subjects, 1);
    ck_assert_uint_eq(options.correctness.check_every, CHECK_BUDGETED);
    ck_assert_double_eq(options.seconds_limit, 60);
    ck_assert(!options.correctness_only);
}
END_TEST

START_TEST(file_flag_takes_all_that_follow)
{
    ck_assert_int_eq(parse("x.rep -f a.rep b.rep -v c.rep -f d.rep"), 0);
    ck_assert_uint_eq(options.n_traces, 5);
    ck_assert_str_eq(options.traces[0], "x.rep");
    ck_assert_str_eq(options.traces[2], "b.rep");
    ck_assert_str_eq(options.traces[4], "d.rep");
    ck_assert_int_eq(options.detail, DETAIL_VERBOSE);
}
END_TEST

START_TEST(one_subject_is_run_once)
{
    ck_assert_int_eq(parse("-p first-fit,best-fit,libc,first-fit -lp libc"), 0);
    ck_assert_uint_eq(options.n_subjects, 3);
    ck_assert_str_eq(options.subjects[1].label, "best-fit");
}
END_TEST

/* Other words for the same; and other options are another subject. */
START_TEST(one_subject_has_many_names)
{
    ck_assert_int_eq(
        parse("-p best-fit:address,best-fit:order=address,best-fit:lifo"), 0);
    ck_assert_uint_eq(options.n_subjects, 2);
    ck_assert_str_eq(options.subjects[0].label, "best-fit:address");
    ck_assert_str_eq(options.subjects[1].label, "best-fit:lifo");
}
END_TEST

START_TEST(shrinking_needs_no_times)
{
    ck_assert_int_eq(parse("--shrink x.rep"), 0);
    ck_assert(options.correctness_only);
    ck_assert_double_eq(options.shrink_s, 60);
    ck_assert_uint_eq(options.n_traces, 1);
    release();
    ck_assert_int_eq(parse("--shrink=2.5"), 0);
    ck_assert_double_eq(options.shrink_s, 2.5);
    release();
    ck_assert_int_eq(parse("--shrink=0"), -1);
    ck_assert_str_eq(message, "--shrink: expected seconds above 0, got '0'");
}
END_TEST

START_TEST(what_follows_two_dashes_is_a_trace)
{
    ck_assert_int_eq(parse("-c -- -odd.rep"), 0);
    ck_assert_uint_eq(options.n_traces, 1);
    ck_assert_str_eq(options.traces[0], "-odd.rep");
}
END_TEST

START_TEST(libc_stands_once)
{
    ck_assert_int_eq(parse("-l -p bump,libc -l"), 0);
    ck_assert_uint_eq(options.n_subjects, 2);
    ck_assert_int_eq(options.subjects[1].kind, SUBJECT_FOREIGN);
}
END_TEST

START_TEST(values_are_taken)
{
    ck_assert_int_eq(parse("-s 2.5 -j 3 --check=7 --verify=all "
                           "--heap-limit 64K --color=never --check-budget 1"),
                     0);
    ck_assert_double_eq(options.seconds_limit, 2.5);
    ck_assert_uint_eq(options.jobs, 3);
    ck_assert_uint_eq(options.correctness.check_every, 7);
    ck_assert_int_eq(options.correctness.verify, VERIFY_ALL);
    ck_assert_uint_eq(options.correctness.heap.limit_bytes, 65536);
    ck_assert_int_eq(options.colour, COLOUR_NEVER);
    ck_assert_double_eq(options.correctness.check_budget_s, 1);
}
END_TEST

static const struct {
    const char *line, *message;
} wrong[] = {
    {"--frob", "unknown option '--frob'"},
    {"-x", "unknown option '-x'"},
    {"-p", "option '-p' needs a value"},
    {"-p frob", "no policy named 'frob'"},
    {"-s x", "-s: expected seconds above 0, got 'x'"},
    {"-s 0", "-s: expected seconds above 0, got '0'"},
    {"-s nan", "-s: expected seconds above 0, got 'nan'"},
    {"-j 0", "-j: expected a number from 1 to 4096, got '0'"},
    {"--check=-1", "--check: expected a number from 1, or off, got '-1'"},
    {"--verify=some", "--verify: expected all or touched, got 'some'"},
    {"--heap-limit 5X", "--heap-limit: expected a size such as 64M, got '5X'"},
    {"--json - --csv -", "--json and --csv cannot both be standard output"},
    {"--color=red", "--color: expected auto, always or never, got 'red'"},
};

START_TEST(wrong_usage_is_told)
{
    ck_assert_int_eq(parse(wrong[_i].line), -1);
    ck_assert_str_eq(message, wrong[_i].message);
}
END_TEST

static const struct {
    const char *text;
    int status;
    size_t bytes;
} sizes[] = {
    {"4096", 0, 4096},
    {"64K", 0, 65536},
    {"64KiB", 0, 65536},
    {"1T", 0, (size_t)1 << 40},
    {"18446744073709551615", 0, SIZE_MAX},
    {"18446744073709551616", -1, 0},
    {"16777216T", -1, 0},
    {"-1", -1, 0},
    {"", -1, 0},
    {"0", -1, 0},
    {"1KB", -1, 0},
};

START_TEST(sizes_have_suffixes)
{
    size_t bytes = 0;
    ck_assert_int_eq(options_parse_size(sizes[_i].text, &bytes),
                     sizes[_i].status);
    ck_assert_uint_eq(bytes, sizes[_i].bytes);
}
END_TEST

Suite *options_suite(void)
{
    Suite *suite = suite_create("options");
    TCase *tests = tcase_create("options");
    tcase_add_checked_fixture(tests, NULL, release);
    tcase_add_test(tests, defaults);
    tcase_add_test(tests, file_flag_takes_all_that_follow);
    tcase_add_test(tests, one_subject_is_run_once);
    tcase_add_test(tests, one_subject_has_many_names);
    tcase_add_test(tests, shrinking_needs_no_times);
    tcase_add_test(tests, what_follows_two_dashes_is_a_trace);
    tcase_add_test(tests, libc_stands_once);
    tcase_add_test(tests, values_are_taken);
    tcase_add_loop_test(tests, wrong_usage_is_told, 0,
                        sizeof wrong / sizeof *wrong);
    suite_add_tcase(suite, tests);
    TCase *pure = tcase_create("sizes");
    tcase_add_loop_test(pure, sizes_have_suffixes, 0,
                        sizeof sizes / sizeof *sizes);
    suite_add_tcase(suite, pure);
    return suite;
}
