/*
 * test_run.c -- whole runs: bad subjects beside good ones, files that appear
 * whole or not at all, traces that cannot be read.
 *
 * The bad subjects forward to a real policy until the payload of TRIGGER bytes
 * is asked for, and then do their one misdeed.
 */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "allocator/registry.h"
#include "driver/run/execute.h"
#include "driver/run/output.h"
#include "driver/run/trace_set.h"
#include "driver/subject/libc.h"

enum { TRIGGER = 7777 };

static const char trace_text[] = "0\n3\n6\n1\n"
                                 "a 0 100\na 1 200\na 2 7777\n"
                                 "f 0\nf 1\nf 2\n";

static const struct policy *good(void)
{
    return registry_find("first-fit");
}

static int init(struct heap *heap, const uint64_t *values)
{
    (void)values;
    struct policy_choice choice;
    char message[80];
    policy_choose("first-fit", &choice, message, sizeof message);
    return good()->init(heap, choice.values);
}

static void *crash(struct heap *heap, size_t size)
{
    if (size == TRIGGER) {
        raise(SIGSEGV);
    }
    return good()->malloc(heap, size);
}

static void *leave(struct heap *heap, size_t size)
{
    if (size == TRIGGER) {
        exit(0);
    }
    return good()->malloc(heap, size);
}

static void *hang(struct heap *heap, size_t size)
{
    while (size == TRIGGER) {
        usleep(1000);
    }
    return good()->malloc(heap, size);
}

static void *shift(struct heap *heap, size_t size)
{
    char *payload = good()->malloc(heap, size + 8);
    return size == TRIGGER && payload != NULL ? payload + 8 : payload;
}

typedef void *malloc_fn(struct heap *heap, size_t size);

static struct policy bad(malloc_fn *misdeed)
{
    struct policy policy = *good();
    policy.name = "bad";
    policy.options = NULL;
    policy.init = init;
    policy.malloc = misdeed;
    return policy;
}

static struct trace trace;
static struct run run;

static void open_trace(void)
{
    struct trace_error error;
    ck_assert_int_eq(
        trace_parse("t.rep", trace_text, strlen(trace_text), &trace, &error),
        0);
    memset(&run, 0, sizeof run);
}

static void close_all(void)
{
    run_free(&run);
    trace_free(&trace);
}

/* Runs the bad subject and a good one on the trace, untimed. */
static void run_beside_good(const struct policy *policy)
{
    struct subject subjects[2] = {{.label = "bad", .policy = policy},
                                  subject_default()};
    struct options options = {
        .subjects = subjects,
        .n_subjects = 2,
        .correctness_only = true,
        .correctness = {.check_every = 1},
        .seconds_limit = 1,
    };
    struct trace_set set = {.traces = &trace, .n_traces = 1};
    FILE *nobody = fopen("/dev/null", "w");
    ck_assert_ptr_nonnull(nobody);
    ck_assert_int_eq(execute(&options, &set, nobody, &run), 0);
    fclose(nobody);
    ck_assert_int_eq(run.results[1].verdict, VERDICT_VALID);
}

static const struct {
    malloc_fn *misdeed;
    enum verdict verdict;
} misdeeds[] = {
    {crash, VERDICT_CRASHED},
    {leave, VERDICT_EXITED},
    {hang, VERDICT_HUNG},
};

START_TEST(death_is_a_result_beside_others)
{
    struct policy policy = bad(misdeeds[_i].misdeed);
    run_beside_good(&policy);
    const struct result *result = &run.results[0];
    ck_assert_int_eq(result->verdict, misdeeds[_i].verdict);
    ck_assert_uint_eq(result->post_mortem.op, 2);
    ck_assert_uint_eq(result->post_mortem.n_last_ops, 3);
    ck_assert_str_eq(result->post_mortem.last_ops[2].text, "a 2 7777");
    ck_assert_uint_eq(result->post_mortem.last_ops[2].line, 7);
    ck_assert_ptr_nonnull(strstr(result->message, "a 2 7777"));
}
END_TEST

START_TEST(fault_names_operation_and_rule)
{
    struct policy policy = bad(shift);
    run_beside_good(&policy);
    const struct result *result = &run.results[0];
    ck_assert_int_eq(result->verdict, VERDICT_FAULT);
    ck_assert_str_eq(result->fault.rule, "misaligned");
    ck_assert_uint_eq(result->fault.op, 2);
    ck_assert_uint_eq(result->fault.line, 7);
}
END_TEST

/* A subject that behaves until it is replayed often, as timing does. */
static void *crash_when_timed(struct heap *heap, size_t size)
{
    static unsigned replays; /* in this worker */
    if (size == TRIGGER && ++replays > 16) {
        raise(SIGSEGV);
    }
    return good()->malloc(heap, size);
}

static void *hang_when_timed(struct heap *heap, size_t size)
{
    static unsigned replays;
    if (size == TRIGGER && ++replays > 16) {
        for (volatile bool forever = true; forever;) {
        }
    }
    return good()->malloc(heap, size);
}

/* Times the policy beside a good one; it dies at operation 2. */
static void die_when_timed(const struct policy *policy, double seconds_limit,
                           enum verdict verdict)
{
    struct subject subjects[2] = {{.label = "bad", .policy = policy},
                                  subject_default()};
    struct options options = {
        .subjects = subjects,
        .n_subjects = 2,
        .correctness = {.check_every = 1},
        .seconds_limit = seconds_limit,
        .timing_budget_s = 0.05,
    };
    struct trace_set set = {.traces = &trace, .n_traces = 1};
    FILE *nobody = fopen("/dev/null", "w");
    ck_assert_ptr_nonnull(nobody);
    ck_assert_int_eq(execute(&options, &set, nobody, &run), 0);
    fclose(nobody);
    ck_assert_int_eq(run.results[0].verdict, verdict);
    ck_assert_str_eq(run.results[0].post_mortem.phase, "timing");
    ck_assert_uint_eq(run.results[0].post_mortem.op, 2);
    ck_assert_int_eq(run.results[1].verdict, VERDICT_VALID);
    ck_assert(run.results[1].timing.measured);
}

START_TEST(crash_while_timed_is_named_and_spares_the_others)
{
    struct policy policy = bad(crash_when_timed);
    die_when_timed(&policy, 20, VERDICT_CRASHED);
}
END_TEST

START_TEST(hang_while_timed_is_named_and_spares_the_others)
{
    struct policy policy = bad(hang_when_timed);
    die_when_timed(&policy, 0.5, VERDICT_HUNG);
}
END_TEST

/* ---- a subject with memory of its own ------------------------------------ */

static size_t pages_taken; /* in this worker, for good */

static void *take_page(struct heap *heap, size_t size)
{
    pages_taken++;
    return libc_policy.malloc(heap, size);
}

static size_t taken_bytes(void)
{
    return pages_taken * 4096;
}

static void count_nothing(void)
{
}

/* It may keep what one replay made it take: memory is counted in the first. */
START_TEST(foreign_memory_is_counted_first)
{
    struct policy policy = libc_policy;
    policy.malloc = take_page;
    struct foreign foreign = {&policy, count_nothing, taken_bytes, NULL};
    struct subject subject = {.kind = SUBJECT_FOREIGN,
                              .policy = &policy,
                              .foreign = &foreign,
                              .label = "taker"};
    struct options options = {
        .subjects = &subject,
        .n_subjects = 1,
        .correctness = {.check_every = 1},
        .correctness_only = true,
    };
    struct trace_set set = {.traces = &trace, .n_traces = 1};
    FILE *nobody = fopen("/dev/null", "w");
    ck_assert_ptr_nonnull(nobody);
    ck_assert_int_eq(execute(&options, &set, nobody, &run), 0);
    fclose(nobody);
    ck_assert_int_eq(run.results[0].verdict, VERDICT_VALID);
    ck_assert_uint_eq(run.results[0].footprint.peak_footprint_bytes, 3 * 4096);
}
END_TEST

static char folder[] = "/tmp/test-run-XXXXXX";
static char path[64];

static void open_folder(void)
{
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/out", folder);
}

static void close_folder(void)
{
    unlink(path);
    ck_assert_msg(rmdir(folder) == 0, "something was left in %s", folder);
}

START_TEST(output_appears_at_the_end)
{
    struct output output;
    ck_assert_int_eq(output_open(&output, path), 0);
    fputs("text", output.file);
    ck_assert_int_ne(access(path, F_OK), 0);
    ck_assert_int_eq(output_close(&output, 0), 0);
    struct stat status;
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_int_eq(status.st_size, 4);
}
END_TEST

START_TEST(failed_output_leaves_the_old_file)
{
    struct output output;
    FILE *old = fopen(path, "w");
    fputs("old", old);
    fclose(old);
    ck_assert_int_eq(output_open(&output, path), 0);
    fputs("newer", output.file);
    ck_assert_int_eq(output_close(&output, -1), -1);
    struct stat status;
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_int_eq(status.st_size, 3);
}
END_TEST

START_TEST(device_is_written_in_place)
{
    struct output output;
    ck_assert_int_eq(output_open(&output, "/dev/null"), 0);
    fputs("text", output.file);
    ck_assert_int_eq(output_close(&output, 0), 0);
    ck_assert_int_eq(output_open(&output, "/dev/full"), 0);
    fputs("text", output.file);
    ck_assert_int_eq(output_close(&output, 0), -1);
    struct stat status;
    ck_assert_int_eq(stat("/dev/full", &status), 0);
    ck_assert(S_ISCHR(status.st_mode));
}
END_TEST

START_TEST(output_needs_a_folder)
{
    struct output output;
    ck_assert_int_eq(output_open(&output, "/nowhere/at/all"), -1);
    ck_assert_int_eq(errno, ENOENT);
}
END_TEST

START_TEST(all_files_are_tried_and_all_errors_told)
{
    FILE *file = fopen(path, "w");
    fputs(trace_text, file);
    fclose(file);
    const char *names[] = {"/nowhere.rep", path, folder};
    struct options options = {.traces = names, .n_traces = 3};
    struct trace_set set;
    ck_assert_int_eq(trace_set_load(&set, &options), 0);
    ck_assert_uint_eq(set.n_traces, 1);
    ck_assert_uint_eq(set.n_errors, 2);
    ck_assert_str_eq(set.errors[0].path, "/nowhere.rep");
    ck_assert_str_eq(set.errors[1].path, folder);
    trace_set_free(&set);
}
END_TEST

START_TEST(folder_without_traces_is_an_error)
{
    struct options options = {.folder = folder};
    struct trace_set set;
    ck_assert_int_eq(trace_set_load(&set, &options), 0);
    ck_assert_uint_eq(set.n_errors, 1);
    ck_assert_str_eq(set.errors[0].message,
                     "expected a folder with traces (*.rep), got none in it");
    trace_set_free(&set);
}
END_TEST

Suite *run_suite(void)
{
    Suite *suite = suite_create("run");
    TCase *subjects = tcase_create("subjects");
    tcase_set_timeout(subjects, 60);
    tcase_add_checked_fixture(subjects, open_trace, close_all);
    tcase_add_loop_test(subjects, death_is_a_result_beside_others, 0,
                        sizeof misdeeds / sizeof *misdeeds);
    tcase_add_test(subjects, fault_names_operation_and_rule);
    tcase_add_test(subjects, crash_while_timed_is_named_and_spares_the_others);
    tcase_add_test(subjects, foreign_memory_is_counted_first);
    tcase_add_test(subjects, hang_while_timed_is_named_and_spares_the_others);
    suite_add_tcase(suite, subjects);
    TCase *files = tcase_create("files");
    tcase_add_checked_fixture(files, open_folder, close_folder);
    tcase_add_test(files, output_appears_at_the_end);
    tcase_add_test(files, failed_output_leaves_the_old_file);
    tcase_add_test(files, device_is_written_in_place);
    tcase_add_test(files, output_needs_a_folder);
    tcase_add_test(files, all_files_are_tried_and_all_errors_told);
    tcase_add_test(files, folder_without_traces_is_an_error);
    suite_add_tcase(suite, files);
    return suite;
}
