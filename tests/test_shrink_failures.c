/*
 * test_shrink_failures.c -- planted bugs that show late in a long trace: what
 * mdriver --shrink leaves of it, and what becomes of everything else.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "driver/measure/failure.h"
#include "driver/replay/oracle.h"
#include "driver/run/execute.h"
#include "driver/run/shrink_failures.h"
#include "driver/trace/build.h"
#include "driver/trace/prng.h"
#include "tests/broken/planted.h"

enum { LONG_OPS = 100000, SHORT_OPS = 10000, LARGE_OPS = 5000, IDS = 60 };

static struct trace trace;
static struct policy policies[2];
static struct subject subjects[2];
static struct run run;
static char *folder;

/*
 * Small blocks for a long time, and then large ones among them, too; ids are
 * used again and again.
 */
static void make_trace(int n_ops)
{
    struct trace_builder builder = {0};
    struct prng prng;
    bool live[IDS] = {false};
    prng_seed(&prng, 3);
    for (int i = 0; i < n_ops; i++) {
        uint32_t id = (uint32_t)prng_below(&prng, IDS);
        struct op op = {.id = id, .kind = OP_ALLOC};
        op.size = 1 + prng_below(&prng, i < n_ops - LARGE_OPS ? 2000 : 6000);
        if (live[id]) {
            op.kind = prng_below(&prng, 3) == 0 ? OP_REALLOC : OP_FREE;
        }
        live[id] = op.kind != OP_FREE;
        op.size = live[id] ? op.size : 0;
        build_append(&builder, op);
    }
    ck_assert_int_eq(build_finish(&builder, "long.rep", &trace), 0);
}

static void open_all(int n_ops)
{
    static char name[] = "/tmp/test-shrink-XXXXXX";
    make_trace(n_ops);
    folder = mkdtemp(name);
    ck_assert_ptr_nonnull(folder);
    ck_assert_int_eq(chdir(folder), 0);
}

static void open_long(void)
{
    open_all(LONG_OPS);
}

static void open_short(void)
{
    open_all(SHORT_OPS);
}

static void close_all(void)
{
    run_free(&run);
    trace_free(&trace);
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(rmdir(folder), 0);
}

/* ---- a run, and what --shrink makes of it -------------------------------- */

static struct options options = {
    .subjects = subjects,
    .n_subjects = 1,
    .correctness_only = true,
    .correctness = {.check_every = CHECK_BUDGETED, .check_budget_s = 1000},
    .seconds_limit = 0.3,
    .shrink_s = 60,
};
static struct trace_set set = {.traces = &trace, .n_traces = 1};

static void plant(int i, const char *label, const struct planted *bug)
{
    policies[i] = planted_policy(bug);
    subjects[i] = (struct subject){.policy = &policies[i]};
    strcpy(subjects[i].label, label);
    strcpy(subjects[i].given, label);
}

static void execute_all(void)
{
    FILE *nobody = fopen("/dev/null", "w");
    ck_assert_ptr_nonnull(nobody);
    ck_assert_int_eq(execute(&options, &set, nobody, &run), 0);
    fclose(nobody);
}

/* Outputs for people, and talk. */
static char told[4000], talked[1000];

static struct shrink_outcome shrink_all(void)
{
    struct report_style style = {.columns = 80};
    FILE *people = fmemopen(told, sizeof told, "w");
    FILE *talk = fmemopen(talked, sizeof talked, "w");
    ck_assert_ptr_nonnull(people);
    ck_assert_ptr_nonnull(talk);
    struct shrink_outcome outcome =
        shrink_failures(&options, &set, &run, people, &style, talk);
    fclose(people);
    fclose(talk);
    return outcome;
}

/* Replays a file that was left, and removes it. */
static struct result replay_file(const char *file, int subject, size_t most_ops)
{
    struct trace left;
    struct trace_error error;
    struct run again = {0};
    ck_assert_msg(trace_read(file, &left, &error) == 0, "%s", error.message);
    ck_assert_uint_lt(left.n_ops, most_ops);
    ck_assert_uint_eq(left.n_notes, 0);
    struct options one = options;
    one.subjects = &subjects[subject];
    one.n_subjects = 1;
    struct trace_set left_alone = {.traces = &left, .n_traces = 1};
    FILE *nobody = fopen("/dev/null", "w");
    ck_assert_int_eq(execute(&one, &left_alone, nobody, &again), 0);
    fclose(nobody);
    struct result result = again.results[0];
    run_free(&again);
    trace_free(&left);
    ck_assert_int_eq(unlink(file), 0);
    return result;
}

static void expect_failure(const struct result *result,
                           const struct planted *bug)
{
    ck_assert_int_eq(result->verdict, bug->verdict);
    ck_assert_str_eq(result->fault.rule, bug->rule);
    ck_assert_int_eq(result->post_mortem.signal, bug->signal);
}

/* ---- what is left -------------------------------------------------------- */

START_TEST(a_planted_bug_is_found_with_few_operations)
{
    const struct planted *bug = &planted[_i];
    plant(0, bug->name, bug);
    execute_all();
    expect_failure(&run.results[0], bug);
    struct shrink_outcome outcome = shrink_all();
    ck_assert_uint_eq(outcome.n_failures, 1);
    ck_assert_int_eq(outcome.interrupted, 0);
    ck_assert(!outcome.unwritten);
    ck_assert_str_eq(talked, "");
    ck_assert_ptr_nonnull(strstr(told, "of 100,000 operations, after "));
    ck_assert_ptr_null(strstr(told, "not finished"));
    struct result after = replay_file("long.min.rep", 0, 20);
    expect_failure(&after, bug);
    ck_assert(failure_alike(&after, &run.results[0]));
}
END_TEST

/* What is found without checks is called by the name that checks have. */
START_TEST(checks_see_it_earlier)
{
    plant(0, "greedy", planted_named("greedy-free"));
    options.correctness.check_every = CHECK_OFF;
    execute_all();
    options.correctness.check_every = CHECK_BUDGETED;
    ck_assert_int_eq(run.results[0].verdict, VERDICT_FAULT);
    ck_assert_str_ne(run.results[0].fault.rule, RULE_WALK_MISSING);
    shrink_all();
    ck_assert_ptr_nonnull(strstr(told, "what       walk-missing-block at"));
    ck_assert_ptr_nonnull(
        strstr(told, "             where less was checked: "));
    ck_assert_ptr_nonnull(strstr(told, "left       3 of 10,000"));
    replay_file("long.min.rep", 0, 4);
}
END_TEST

START_TEST(several_subjects_have_files_of_their_own)
{
    options.n_subjects = 2;
    plant(0, "a:order=b/c", planted_named("halving-realloc"));
    plant(1, "two", planted_named("scribbling-free"));
    execute_all();
    ck_assert_uint_eq(shrink_all().n_failures, 2);
    struct result first = replay_file("long.a-order-b-c.min.rep", 0, 20);
    struct result second = replay_file("long.two.min.rep", 1, 20);
    expect_failure(&first, planted_named("halving-realloc"));
    expect_failure(&second, planted_named("scribbling-free"));
    ck_assert_ptr_nonnull(
        strstr(told, "mdriver -c -p two -f long.two.min.rep"));
}
END_TEST

/* ---- what is not --------------------------------------------------------- */

START_TEST(what_does_not_fail_again_is_refused)
{
    policies[0] = sound_policy;
    subjects[0] = (struct subject){.label = "sound", .policy = &policies[0]};
    execute_all();
    ck_assert_uint_eq(shrink_all().n_failures, 0);
    run.results[0].verdict = VERDICT_FAULT;
    strcpy(run.results[0].fault.rule, RULE_TWICE);
    ck_assert_uint_eq(shrink_all().n_failures, 1);
    ck_assert_str_eq(told, "");
    ck_assert_str_eq(talked, "mdriver: --shrink: sound on long.rep: it does "
                             "not fail in this way again\n");
}
END_TEST

static int refuse_to_begin(struct heap *heap, const uint64_t *values)
{
    (void)heap, (void)values;
    return -1;
}

START_TEST(what_fails_without_operations_is_refused)
{
    policies[0] = sound_policy;
    policies[0].init = refuse_to_begin;
    subjects[0] = (struct subject){.label = "sound", .policy = &policies[0]};
    execute_all();
    shrink_all();
    ck_assert_str_eq(talked, "mdriver: --shrink: sound on long.rep: it fails "
                             "without any operation, too\n");
}
END_TEST

START_TEST(a_file_that_cannot_be_written_is_told)
{
    char elsewhere[] = "/tmp/test-shrink-gone-XXXXXX";
    plant(0, "halving", planted_named("halving-realloc"));
    execute_all();
    ck_assert_ptr_nonnull(mkdtemp(elsewhere));
    ck_assert_int_eq(chdir(elsewhere), 0);
    ck_assert_int_eq(rmdir(elsewhere), 0);
    ck_assert(shrink_all().unwritten);
    ck_assert_ptr_nonnull(
        strstr(talked, "long.min.rep: expected a file to write, got "));
    ck_assert_str_eq(told, "");
}
END_TEST

/* Somebody else than the worker interrupts us at the 40th init. */
static int *n_inits;

static int interrupting_init(struct heap *heap, const uint64_t *values)
{
    if (++*n_inits == 40) {
        pid_t driver = getppid();
        pid_t somebody = fork();
        if (somebody == 0) {
            kill(driver, SIGINT);
            _exit(0);
        }
        waitpid(somebody, NULL, 0);
    }
    return sound_init(heap, values);
}

START_TEST(an_interrupt_keeps_what_is_left)
{
    n_inits = mmap(NULL, sizeof *n_inits, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(n_inits, MAP_FAILED);
    plant(0, "halving", planted_named("halving-realloc"));
    policies[0].init = interrupting_init;
    execute_all();
    ck_assert_int_lt(*n_inits, 20);
    struct shrink_outcome outcome = shrink_all();
    ck_assert_int_eq(outcome.interrupted, SIGINT);
    ck_assert_ptr_nonnull(strstr(told, ": not finished"));
    struct result after = replay_file("long.min.rep", 0, SHORT_OPS);
    expect_failure(&after, planted_named("halving-realloc"));
    munmap(n_inits, sizeof *n_inits);
}
END_TEST

Suite *shrink_failures_suite(void);
Suite *shrink_failures_suite(void)
{
    Suite *suite = suite_create("shrink_failures");
    TCase *planted_bugs = tcase_create("planted");
    tcase_set_timeout(planted_bugs, 120);
    tcase_add_checked_fixture(planted_bugs, open_long, close_all);
    tcase_add_loop_test(planted_bugs,
                        a_planted_bug_is_found_with_few_operations, 0,
                        PLANTED_BUGS);
    suite_add_tcase(suite, planted_bugs);
    TCase *ends = tcase_create("ends");
    tcase_set_timeout(ends, 120);
    tcase_add_checked_fixture(ends, open_short, close_all);
    tcase_add_test(ends, checks_see_it_earlier);
    tcase_add_test(ends, several_subjects_have_files_of_their_own);
    tcase_add_test(ends, what_does_not_fail_again_is_refused);
    tcase_add_test(ends, what_fails_without_operations_is_refused);
    tcase_add_test(ends, a_file_that_cannot_be_written_is_told);
    tcase_add_test(ends, an_interrupt_keeps_what_is_left);
    suite_add_tcase(suite, ends);
    return suite;
}
