/*
 * test_report.c -- what reports show of runs that were made up by hand.
 *
 * Whole outputs are compared with tests/golden/ (see tests/support/golden.h);
 * properties that hold for every run are asserted here.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "driver/report/report.h"
#include "driver/report/text.h"
#include "tests/support/golden.h"
#include "tests/support/sample_run.h"

static void doubt_some(struct run *run)
{
    sample_result(run, 16, 0)->timing.noisy = true;
    sample_result(run, 16, 0)->timing.ns_high *= 1.5;
    sample_result(run, 17, 0)->check.thinned = true;
    sample_result(run, 17, 0)->check.checked /= 7;
    run->traces[4].weight = 2;
}

/* What a report writes, as a text of its own. */
static char *table_text(const struct run *run, const struct report_style *style)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    ck_assert_ptr_nonnull(out);
    ck_assert_int_eq(report_table(out, run, style), 0);
    fclose(out);
    return text;
}

static char *failures_text(const struct run *run,
                           const struct report_style *style)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    ck_assert_ptr_nonnull(out);
    ck_assert_int_eq(report_failures(out, run, style), 0);
    fclose(out);
    return text;
}

static size_t count(const char *text, const char *part)
{
    size_t n = 0;
    while ((text = strstr(text, part)) != NULL) {
        text += strlen(part);
        n++;
    }
    return n;
}

static const struct report_style plain = {.columns = 80};

static void compare_table(const char *name, const struct run *run,
                          const struct report_style *style)
{
    char *text = table_text(run, style);
    golden_compare(name, text);
    free(text);
}

/* A crash with a stack that is told by a letter for each function. */
static char *backtrace_text(const char *letters)
{
    struct run *run = sample_run(1, 1);
    struct result *result = sample_result(run, 0, 0);
    sample_crash(result);
    struct post_mortem *death = &result->post_mortem;
    death->n_frames = (uint32_t)strlen(letters);
    for (uint32_t i = 0; i < death->n_frames; i++) {
        death->frames[i] =
            (struct stack_frame){.function = {letters[i]}, .line = 7};
        strcpy(death->frames[i].file, "mm.c");
    }
    char *text = failures_text(run, &plain);
    char *begin = strstr(text, "  backtrace");
    ck_assert_ptr_nonnull(begin);
    char *end = strstr(begin, "  try");
    char *part = strndup(begin, (size_t)(end - begin));
    free(text);
    sample_run_free(run);
    return part;
}

#define AT "         mm.c:7\n"

static const struct {
    const char *letters, *text;
} stacks[] = {
    {"abc",
     "  backtrace  #0  a" AT "             #1  b" AT "             #2  c" AT},
    {"aab",
     "  backtrace  #0  a" AT "             #1  a" AT "             #2  b" AT},
    {"aaaaab", "  backtrace  #0  a" AT "                  ... 4 more of the "
               "same\n             #5  b" AT},
    {"xababababa",
     "  backtrace  #0  x" AT "             #1  a" AT "             #2  b" AT
     "                  ... 7 more of the same\n"},
};

START_TEST(a_recursion_is_folded)
{
    char *text = backtrace_text(stacks[_i].letters);
    ck_assert_str_eq(text, stacks[_i].text);
    free(text);
}
END_TEST

/* A grade of 0 is not what was measured. */
START_TEST(no_index_without_all_times)
{
    struct run *run = sample_run(3, 1);
    struct report_style style = {.columns = 80, .autograder = true};
    run->interrupted = true;
    sample_not_run(sample_result(run, 2, 0));
    char *text = table_text(run, &style);
    ck_assert_ptr_null(strstr(text, "perfidx"));
    ck_assert_str_eq(strstr(text, "correct:"), "correct:2\n");
    ck_assert_ptr_nonnull(strstr(text, "averages are over the 2 of 3 results"));
    free(text);
    sample_run_free(run);
}
END_TEST

START_TEST(one_policy)
{
    struct run *run = sample_run(21, 1);
    compare_table("one-policy.txt", run, &plain);
    sample_run_free(run);
}
END_TEST

START_TEST(one_policy_with_failures)
{
    struct run *run = sample_run(20, 1);
    sample_failures(run);
    doubt_some(run);
    struct report_style style = {.columns = 80, .autograder = true};
    compare_table("one-policy-failures.txt", run, &style);
    sample_run_free(run);
}
END_TEST

START_TEST(one_policy_not_timed)
{
    struct run *run = sample_run(3, 1);
    run->timed = false;
    struct report_style style = {.columns = 80, .autograder = true};
    compare_table("one-policy-not-timed.txt", run, &style);
    sample_run_free(run);
}
END_TEST

START_TEST(one_policy_in_detail)
{
    struct run *run = sample_run(4, 1);
    struct report_style style = {.columns = 80, .detail = DETAIL_MORE};
    compare_table("one-policy-detail.txt", run, &style);
    sample_run_free(run);
}
END_TEST

START_TEST(one_policy_in_colour)
{
    struct run *run = sample_run(4, 1);
    sample_overlap(sample_result(run, 1, 0));
    struct report_style style = {.columns = 110, .colour = true};
    compare_table("one-policy-colour.txt", run, &style);
    sample_run_free(run);
}
END_TEST

START_TEST(twelve_policies)
{
    struct run *run = sample_run(6, 12);
    sample_crash(sample_result(run, 2, 5));
    compare_table("twelve-policies-80.txt", run, &plain);
    struct report_style wide = {.columns = 120};
    compare_table("twelve-policies-120.txt", run, &wide);
    sample_run_free(run);
}
END_TEST

/* The line that begins with a word, after a title; empty without one. */
static const char *line_of(const char *text, const char *title,
                           const char *word)
{
    static char line[256];
    const char *at = strstr(text, title);
    char begin[64];
    snprintf(begin, sizeof(begin), "\n%s ", word);
    at = at != NULL ? strstr(at, begin) : NULL;
    snprintf(line, sizeof(line), "%.*s",
             at != NULL ? (int)strcspn(at + 1, "\n") : 0,
             at != NULL ? at + 1 : "");
    return line;
}

START_TEST(who_failed_has_not_the_best_average)
{
    struct run *run = sample_run(3, 3);
    for (size_t t = 0; t < 3; t++) {
        struct timing_record *timing = &sample_result(run, t, 0)->timing;
        timing->seconds /= 100;
        timing->ops_per_s *= 100;
    }
    char *text = table_text(run, &plain);
    ck_assert_ptr_nonnull(strchr(line_of(text, "Thro", "ops / time"), '*'));
    free(text);
    sample_crash(sample_result(run, 1, 0));
    text = table_text(run, &plain);
    ck_assert_uint_eq(count(line_of(text, "Thro", "ops / time"), "*3"), 1);
    ck_assert_ptr_nonnull(strstr(text, "*7042"));
    ck_assert_ptr_null(strchr(line_of(text, "All tr", "first-fit"), '*'));
    free(text);
    sample_run_free(run);
}
END_TEST

START_TEST(two_policies_not_timed)
{
    struct run *run = sample_run(3, 2);
    run->timed = false;
    compare_table("two-policies-not-timed.txt", run, &plain);
    sample_run_free(run);
}
END_TEST

START_TEST(failures_are_explained)
{
    struct run *run = sample_run(20, 1);
    sample_failures(run);
    char *text = failures_text(run, &plain);
    golden_compare("failures.txt", text);
    free(text);
    sample_run_free(run);
}
END_TEST

START_TEST(no_failure_no_text)
{
    struct run *run = sample_run(3, 3);
    sample_not_run(sample_result(run, 1, 1));
    char *text = failures_text(run, &plain);
    ck_assert_str_eq(text, "");
    free(text);
    sample_run_free(run);
}
END_TEST

START_TEST(families_are_told_once_or_in_full)
{
    struct run *run = sample_run(20, 1);
    sample_failures(run);
    sample_result(run, 7, 0)->post_mortem.op = 3;
    char *text = failures_text(run, &plain);
    ck_assert_uint_eq(count(text, "CRASH  first-fit on"), 1);
    ck_assert_ptr_nonnull(strstr(text, "CRASH  first-fit on coalescing-bal"));
    free(text);
    struct report_style verbose = {.columns = 80, .detail = DETAIL_VERBOSE};
    text = failures_text(run, &verbose);
    ck_assert_uint_eq(count(text, "CRASH  first-fit on"), 5);
    free(text);
    sample_run_free(run);
}
END_TEST

START_TEST(neighbours_overlap_or_not)
{
    struct run *run = sample_run(3, 1);
    struct result *result = sample_result(run, 1, 0);
    sample_overlap(result);
    result->fault.before.address = 0x1a40 - 208;
    char *text = failures_text(run, &plain);
    ck_assert_uint_eq(count(text, "\"this\""), 0);
    free(text);
    result->fault.before.address = 0x1900;
    result->fault.before.bytes = 0x1a40 + 4096 - 0x1900;
    text = failures_text(run, &plain);
    ck_assert_ptr_nonnull(
        strstr(text, "\"this\" lies wholly inside \"before\"\n"));
    free(text);
    sample_run_free(run);
}
END_TEST

/* No line is longer than the style allows, or ends in a space. */
static void assert_fits(const char *text, size_t columns)
{
    while (*text != '\0') {
        char line[4096];
        size_t length = strcspn(text, "\n");
        ck_assert_uint_lt(length, sizeof(line));
        memcpy(line, text, length);
        line[length] = '\0';
        ck_assert_msg(name_width(line) <= columns, "too wide: |%s|", line);
        ck_assert_msg(length == 0 || line[length - 1] != ' ',
                      "space at the end: |%s|", line);
        text += length + (text[length] == '\n');
    }
}

/* What is told to try can be typed as it stands. */
START_TEST(commands_are_quoted)
{
    struct run *run = sample_run(1, 1);
    sample_result(run, 0, 0)->verdict = VERDICT_EXITED;
    run->subjects[0].given = "./a b/it's.so";
    run->subjects[0].foreign = true;
    char *text = failures_text(run, &plain);
    ck_assert_ptr_nonnull(
        strstr(text, "  mdriver -c -p './a b/it'\\''s.so' -f "));
    free(text);
    sample_run_free(run);
}
END_TEST

START_TEST(nothing_is_too_wide)
{
    static const unsigned widths[] = {60, 80, 81, 97, 120, 200};
    for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
        for (size_t n = 1; n <= SAMPLE_SUBJECTS; n++) {
            struct run *run = sample_run(20, n);
            sample_failures(run);
            doubt_some(run);
            struct report_style style = {.columns = widths[i]};
            char *text = table_text(run, &style);
            assert_fits(text, n > 1 && widths[i] < 80 ? 80 : widths[i]);
            free(text);
            sample_run_free(run);
        }
    }
}
END_TEST

START_TEST(a_small_heap_shows_in_the_chart)
{
    struct run *run = sample_run(1, 1);
    struct footprint_record *footprint = &sample_result(run, 0, 0)->footprint;
    footprint->n_samples = 3;
    footprint->peak_footprint_bytes = 1000;
    footprint->samples[0] = (struct footprint_sample){1, 0, 1};
    footprint->samples[1] = (struct footprint_sample){2, 500, 1000};
    footprint->samples[2] = (struct footprint_sample){3, 0, 0};
    struct report_style style = {.columns = 80, .detail = DETAIL_MORE};
    char *text = table_text(run, &style);
    ck_assert_ptr_nonnull(strstr(text, "|.#\n           +---\n"));
    ck_assert_ptr_nonnull(strstr(text, "   1,000 B | .\n           | .\n"));
    free(text);
    sample_run_free(run);
}
END_TEST

/* Without colour there is no escape sequence, whatever the names contain. */
START_TEST(names_cannot_hurt_a_terminal)
{
    struct run *run = sample_run(2, 1);
    run->traces[0].name = "a\033[31mb\n.rep";
    run->traces[1].name = "gr\xc3\xbc\xc3\x9f-\xe2\x82\xac.rep";
    char *text = table_text(run, &plain);
    ck_assert_ptr_null(strchr(text, '\033'));
    ck_assert_ptr_nonnull(strstr(text, "a?[31mb?.rep"));
    assert_fits(text, 80);
    free(text);
    sample_run_free(run);
}
END_TEST

Suite *report_suite(void)
{
    Suite *suite = suite_create("report");
    TCase *table = tcase_create("table");
    tcase_add_test(table, no_index_without_all_times);
    tcase_add_loop_test(table, a_recursion_is_folded, 0,
                        sizeof stacks / sizeof *stacks);
    tcase_add_test(table, one_policy);
    tcase_add_test(table, one_policy_with_failures);
    tcase_add_test(table, one_policy_not_timed);
    tcase_add_test(table, one_policy_in_detail);
    tcase_add_test(table, one_policy_in_colour);
    tcase_add_test(table, twelve_policies);
    tcase_add_test(table, who_failed_has_not_the_best_average);
    tcase_add_test(table, two_policies_not_timed);
    tcase_add_test(table, commands_are_quoted);
    tcase_add_test(table, nothing_is_too_wide);
    tcase_add_test(table, a_small_heap_shows_in_the_chart);
    tcase_add_test(table, names_cannot_hurt_a_terminal);
    suite_add_tcase(suite, table);
    TCase *failures = tcase_create("failures");
    tcase_add_test(failures, failures_are_explained);
    tcase_add_test(failures, no_failure_no_text);
    tcase_add_test(failures, neighbours_overlap_or_not);
    tcase_add_test(failures, families_are_told_once_or_in_full);
    suite_add_tcase(suite, failures);
    return suite;
}
