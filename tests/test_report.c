/*
 * test_report.c -- what reports show of runs that were made up by hand.
 *
 * Whole outputs are compared with tests/golden/ (see tests/support/golden.h);
 * properties that hold for every run are asserted here.
 */
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "driver/report/report.h"
#include "driver/report/text.h"
#include "tests/support/golden.h"
#include "tests/support/sample_run.h"

/* One failure of each kind, and five crashes alike. */
static void fail_some(struct run *run)
{
    sample_overlap(sample_result(run, 1, 0));
    sample_lost_bytes(sample_result(run, 2, 0));
    sample_broken_invariant(sample_result(run, 3, 0));
    for (size_t t = 5; t < 10; t++) {
        sample_crash(sample_result(run, t, 0));
    }
    sample_exit(sample_result(run, 11, 0));
    sample_hang(sample_result(run, 12, 0));
    sample_runaway(sample_result(run, 13, 0));
    sample_no_memory(sample_result(run, 14, 0));
    sample_not_run(sample_result(run, 15, 0));
    run->interrupted = true;
}

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

static char *written(int (*report)(FILE *, const struct run *),
                     const struct run *run)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    ck_assert_ptr_nonnull(out);
    ck_assert_int_eq(report(out, run), 0);
    fclose(out);
    return text;
}

static const struct report_style plain = {.columns = 80};

static void compare_table(const char *name, const struct run *run,
                          const struct report_style *style)
{
    char *text = table_text(run, style);
    golden_compare(name, text);
    free(text);
}

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
    fail_some(run);
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
    fail_some(run);
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

static size_t count(const char *text, const char *part)
{
    size_t n = 0;
    while ((text = strstr(text, part)) != NULL) {
        text += strlen(part);
        n++;
    }
    return n;
}

START_TEST(families_are_told_once_or_in_full)
{
    struct run *run = sample_run(20, 1);
    fail_some(run);
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

START_TEST(nothing_is_too_wide)
{
    static const unsigned widths[] = {60, 80, 81, 97, 120, 200};
    for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
        for (size_t n = 1; n <= SAMPLE_SUBJECTS; n++) {
            struct run *run = sample_run(20, n);
            fail_some(run);
            doubt_some(run);
            struct report_style style = {.columns = widths[i]};
            char *text = table_text(run, &style);
            assert_fits(text, widths[i] < 80 ? 80 : widths[i]);
            free(text);
            sample_run_free(run);
        }
    }
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

START_TEST(csv_is_as_promised)
{
    struct run *run = sample_run(20, 1);
    fail_some(run);
    run->traces[0].name = "odd, \"name\".rep";
    char *text = written(report_csv, run);
    golden_compare("run.csv", text);
    free(text);
    sample_run_free(run);
}
END_TEST

START_TEST(csv_leaves_empty_what_was_not_measured)
{
    struct run *run = sample_run(1, 1);
    struct result *result = sample_result(run, 0, 0);
    result->footprint.measured = false;
    result->timing.measured = false;
    char *text = written(report_csv, run);
    const char *row = strchr(text, '\n') + 1;
    ck_assert_ptr_eq(strstr(row, "cc1.rep,first-fit,1,4796,,1.000000,,,,valid"),
                     row);
    free(text);
    sample_run_free(run);
}
END_TEST

/* Fields of a row: commas outside quotes, and one. */
static size_t fields(const char *row)
{
    size_t n = 1;
    bool quoted = false;
    for (; *row != '\0'; row++) {
        quoted ^= *row == '"';
        n += *row == ',' && !quoted;
    }
    return n;
}

/* Every row has as many fields as the header, also where fields are empty. */
START_TEST(csv_rows_are_complete)
{
    struct run *run = sample_run(20, 2);
    fail_some(run);
    sample_result(run, 0, 0)->timing.has_ratio = false;
    char *text = written(report_csv, run);
    size_t expected = 0;
    for (char *line = strtok(text, "\n"); line != NULL;
         line = strtok(NULL, "\n")) {
        expected = expected == 0 ? fields(line) : expected;
        ck_assert_uint_eq(fields(line), expected);
    }
    free(text);
    sample_run_free(run);
}
END_TEST

START_TEST(json_is_as_promised)
{
    struct run *run = sample_run(4, 1);
    sample_result(run, 0, 0)->footprint.n_samples = 2;
    sample_lost_bytes(sample_result(run, 1, 0));
    sample_crash(sample_result(run, 2, 0));
    sample_exit(sample_result(run, 3, 0));
    char *text = written(report_json, run);
    golden_compare("run.json", text);
    free(text);
    sample_run_free(run);
}
END_TEST

START_TEST(json_takes_any_bytes_and_counts)
{
    struct run *run = sample_run(1, 1);
    run->traces[0].name = "not\xff utf-8 \"\n";
    run->traces[0].peak_payload_bytes = UINT64_MAX;
    sample_result(run, 0, 0)->timing.ns_per_op = 0.0 / 0.0;
    char *text = written(report_json, run);
    json_error_t error;
    json_t *json = json_loads(text, 0, &error);
    ck_assert_msg(json != NULL, "line %d: %s", error.line, error.text);
    json_t *trace = json_array_get(json_object_get(json, "traces"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(trace, "trace")),
                     "not? utf-8 \"\n");
    ck_assert_double_gt(
        json_number_value(json_object_get(trace, "peak_payload_bytes")), 1e19);
    json_t *result = json_array_get(json_object_get(json, "results"), 0);
    ck_assert(json_is_null(json_object_get(result, "ns_per_op")));
    json_decref(json);
    free(text);
    sample_run_free(run);
}
END_TEST

START_TEST(a_full_disk_is_an_error)
{
    struct run *run = sample_run(4, 2);
    FILE *full = fopen("/dev/full", "w");
    ck_assert_ptr_nonnull(full);
    ck_assert_int_eq(report_csv(full, run), -1);
    ck_assert_int_eq(report_json(full, run), -1);
    ck_assert_int_eq(report_table(full, run, &plain), -1);
    fclose(full);
    sample_run_free(run);
}
END_TEST

Suite *report_suite(void)
{
    Suite *suite = suite_create("report");
    TCase *table = tcase_create("table");
    tcase_add_test(table, one_policy);
    tcase_add_test(table, one_policy_with_failures);
    tcase_add_test(table, one_policy_not_timed);
    tcase_add_test(table, one_policy_in_detail);
    tcase_add_test(table, one_policy_in_colour);
    tcase_add_test(table, twelve_policies);
    tcase_add_test(table, two_policies_not_timed);
    tcase_add_test(table, nothing_is_too_wide);
    tcase_add_test(table, names_cannot_hurt_a_terminal);
    suite_add_tcase(suite, table);
    TCase *failures = tcase_create("failures");
    tcase_add_test(failures, failures_are_explained);
    tcase_add_test(failures, no_failure_no_text);
    tcase_add_test(failures, families_are_told_once_or_in_full);
    suite_add_tcase(suite, failures);
    TCase *files = tcase_create("files");
    tcase_add_test(files, csv_is_as_promised);
    tcase_add_test(files, csv_leaves_empty_what_was_not_measured);
    tcase_add_test(files, csv_rows_are_complete);
    tcase_add_test(files, json_is_as_promised);
    tcase_add_test(files, json_takes_any_bytes_and_counts);
    tcase_add_test(files, a_full_disk_is_an_error);
    suite_add_tcase(suite, files);
    return suite;
}
