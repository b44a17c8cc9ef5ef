/*
 * test_report_files.c -- what programs read: CSV and JSON.
 */
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "driver/report/report.h"
#include "tests/support/golden.h"
#include "tests/support/sample_run.h"

/* What a report writes, as a text of its own. */
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

START_TEST(csv_is_as_promised)
{
    struct run *run = sample_run(20, 1);
    sample_failures(run);
    run->traces[0].name = "odd, \"name\".rep";
    run->traces[4].name = "\"quoted\".rep";
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
    sample_failures(run);
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
    struct report_style style = {.columns = 80};
    FILE *full = fopen("/dev/full", "w");
    ck_assert_ptr_nonnull(full);
    ck_assert_int_eq(report_csv(full, run), -1);
    ck_assert_int_eq(report_json(full, run), -1);
    ck_assert_int_eq(report_table(full, run, &style), -1);
    fclose(full);
    sample_run_free(run);
}
END_TEST

Suite *report_files_suite(void)
{
    Suite *suite = suite_create("report_files");
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
