/*
 * test_post_mortem.c -- backtraces of every kind of death, and the operations
 * before it.
 */
#include <check.h>
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver/replay/post_mortem.h"
#include "driver/replay/worker.h"
#include "driver/trace/trace.h"

#define NOINLINE __attribute__((noinline))

/* Not null: the sanitizers would object before the machine does. */
static int *volatile nowhere = (int *)16;
static volatile int sink;

static struct post_mortem die(worker_fn *run, void *context)
{
    struct worker_task task = {
        .run = run, .context = context, .seconds_limit = 60};
    struct worker_pool pool = {.parallel = 1};
    ck_assert_int_eq(worker_pool_run(&pool, &task, 1), 0);
    ck_assert_int_ne(task.end.how, WORKER_DONE);
    ck_assert(task.end.post_mortem.exists);
    worker_task_release(&task);
    return task.end.post_mortem;
}

/* Index of the frame of function; fails when there is none. */
static size_t find_frame(const struct post_mortem *dead, const char *function)
{
    for (size_t i = 0; i < dead->n_frames; i++) {
        if (strcmp(dead->frames[i].function, function) == 0) {
            return i;
        }
    }
    ck_abort_msg("no frame of %s among %u", function, dead->n_frames);
    return 0;
}

static void expect_frame(const struct post_mortem *dead, size_t i,
                         const char *function, int line)
{
    ck_assert_uint_lt(i, dead->n_frames);
    ck_assert_str_eq(dead->frames[i].function, function);
    ck_assert_str_eq(dead->frames[i].file, "test_post_mortem.c");
    ck_assert_int_eq((int)dead->frames[i].line, line);
}

/* ---- frames -------------------------------------------------------------- */

static const int fault_line = __LINE__ + 3;
static NOINLINE void fault_here(void)
{
    *nowhere = 1;
    sink++;
}

static const int call_line = __LINE__ + 5;
static NOINLINE void call_fault(void *context, struct worker_progress *progress,
                                void *output)
{
    (void)context, (void)progress, (void)output;
    fault_here();
    sink++;
}

START_TEST(frames_have_function_file_and_line)
{
    struct post_mortem dead = die(call_fault, NULL);
    expect_frame(&dead, 0, "fault_here", fault_line);
    expect_frame(&dead, 1, "call_fault", call_line);
    ck_assert_uint_eq(dead.n_frames, 2); /* none of the harness */
}
END_TEST

static const int inlined_line = __LINE__ + 3;
static inline __attribute__((always_inline)) void inlined_fault(void)
{
    *nowhere = 2;
    sink++;
}

static const int inlining_line = __LINE__ + 5;
static void call_inlined(void *context, struct worker_progress *progress,
                         void *output)
{
    (void)context, (void)progress, (void)output;
    inlined_fault();
}

START_TEST(inlined_functions_have_frames)
{
    struct post_mortem dead = die(call_inlined, NULL);
    expect_frame(&dead, 0, "inlined_fault", inlined_line);
    expect_frame(&dead, 1, "call_inlined", inlining_line);
}
END_TEST

static int fault_in_order(const void *a, const void *b)
{
    (void)a, (void)b;
    return *nowhere;
}

static void call_qsort(void *context, struct worker_progress *progress,
                       void *output)
{
    (void)context, (void)progress, (void)output;
    int numbers[4] = {4, 3, 2, 1};
    qsort(numbers, 4, sizeof *numbers, fault_in_order);
    sink = numbers[0];
}

START_TEST(shared_libraries_are_unwound)
{
    struct post_mortem dead = die(call_qsort, NULL);
    ck_assert_uint_eq(find_frame(&dead, "fault_in_order"), 0);
    ck_assert_uint_gt(find_frame(&dead, "call_qsort"), 1); /* qsort between */
}
END_TEST

typedef void wild_fn(void);

static void call_wild(void *context, struct worker_progress *progress,
                      void *output)
{
    (void)context, (void)progress, (void)output;
    ((wild_fn *)(void *)nowhere)();
    sink++;
}

START_TEST(a_call_to_nowhere_is_traced_to_the_call)
{
    struct post_mortem dead = die(call_wild, NULL);
    ck_assert_uint_eq(dead.address, 16);
    ck_assert_uint_eq(dead.frames[0].address, 16);
    ck_assert_str_eq(dead.frames[0].function, "");
    ck_assert_uint_eq(find_frame(&dead, "call_wild"), 1);
}
END_TEST

static void call_abort(void *context, struct worker_progress *progress,
                       void *output)
{
    (void)context, (void)progress, (void)output;
    abort();
}

static void call_exit(void *context, struct worker_progress *progress,
                      void *output)
{
    (void)context, (void)progress, (void)output;
    exit(0);
}

START_TEST(abort_and_exit_lead_to_their_callers)
{
    struct post_mortem dead = die(call_abort, NULL);
    ck_assert_str_eq(dead.frames[0].function, "abort");
    ck_assert_uint_ge(find_frame(&dead, "call_abort"), 1);
    dead = die(call_exit, NULL);
    ck_assert_str_eq(dead.frames[0].function, "exit");
    ck_assert_uint_ge(find_frame(&dead, "call_exit"), 1);
}
END_TEST

/* ---- a library that the worker alone has loaded -------------------------- */

static const char *const library_source =
    "static __attribute__((noinline)) void crash_inside(int *p) { *p = 1; }\n"
    "void enter(int *p) { crash_inside(p); p[1] = 2; }\n";

/* The path of a library compiled from library_source, or NULL. */
static const char *compile_library(char *path, size_t room, const char *flag)
{
    char command[200];
    snprintf(path, room, "/tmp/test-post-mortem-%d.so", (int)getpid());
    snprintf(command, sizeof command,
             "cc -shared -fPIC -O2 %s -x c -o %s - 2>/dev/null", flag, path);
    FILE *compiler = popen(command, "w");
    if (compiler == NULL) {
        return NULL;
    }
    fputs(library_source, compiler);
    return pclose(compiler) == 0 ? path : NULL;
}

static void enter_library(void *context, struct worker_progress *progress,
                          void *output)
{
    (void)progress, (void)output;
    void *library = dlopen(context, RTLD_NOW);
    void (*enter)(int *);
    *(void **)&enter = dlsym(library, "enter");
    enter(nowhere);
    sink++;
}

START_TEST(without_debugging_information_the_module_is_told)
{
    char path[64];
    if (compile_library(path, sizeof path, "-g0") == NULL) {
        return;
    }
    struct post_mortem dead = die(enter_library, path);
    unlink(path);
    ck_assert_uint_eq(find_frame(&dead, "crash_inside"), 0);
    ck_assert_uint_eq(dead.frames[0].line, 0);
    ck_assert_ptr_nonnull(strstr(path, dead.frames[0].file));
    size_t caller = find_frame(&dead, "enter_library");
    ck_assert_str_eq(dead.frames[caller].file, "test_post_mortem.c");
}
END_TEST

START_TEST(a_library_loaded_after_the_fork_is_known)
{
    char path[64];
    if (compile_library(path, sizeof path, "-g") == NULL) {
        return; /* no compiler by the name of cc */
    }
    struct post_mortem dead = die(enter_library, path);
    unlink(path);
    ck_assert_uint_eq(find_frame(&dead, "crash_inside"), 0);
    ck_assert_uint_eq(dead.frames[0].line, 1);
    ck_assert_uint_eq(find_frame(&dead, "enter"), 1);
    size_t caller = find_frame(&dead, "enter_library");
    ck_assert_str_eq(dead.frames[0].file, "<stdin>");
    ck_assert_str_eq(dead.frames[caller].file, "tests/test_post_mortem.c");
}
END_TEST

/* ---- operations ---------------------------------------------------------- */

static struct op ops[12];
static struct trace_line_run lines = {.first_op = 0, .line_minus_op = 5};

static struct trace make_trace(void)
{
    for (uint32_t i = 0; i < 12; i++) {
        ops[i] = (struct op){.kind = OP_ALLOC, .id = i, .size = 100 + i};
    }
    return (struct trace){.ops = ops,
                          .n_ops = 12,
                          .n_ids = 12,
                          .line_runs = &lines,
                          .n_line_runs = 1};
}

START_TEST(the_last_operations_are_told)
{
    struct trace trace = make_trace();
    struct post_mortem dead = {.op = 10};
    post_mortem_add_ops(&trace, &dead);
    ck_assert_uint_eq(dead.n_last_ops, POST_MORTEM_OPS);
    ck_assert_str_eq(dead.last_ops[0].text, "a 3 103");
    ck_assert_uint_eq(dead.last_ops[0].line, 8);
    ck_assert_str_eq(dead.last_ops[7].text, "a 10 110");
    ck_assert_uint_eq(dead.last_ops[7].line, 15);
}
END_TEST

START_TEST(fewer_operations_where_there_were_fewer)
{
    struct trace trace = make_trace();
    struct post_mortem dead = {.op = 1};
    post_mortem_add_ops(&trace, &dead);
    ck_assert_uint_eq(dead.n_last_ops, 2);
    ck_assert_str_eq(dead.last_ops[1].text, "a 1 101");
    dead.op = FAULT_NO_OP;
    post_mortem_add_ops(&trace, &dead);
    ck_assert_uint_eq(dead.n_last_ops, 0);
}
END_TEST

Suite *post_mortem_suite(void)
{
    Suite *suite = suite_create("post_mortem");
    TCase *frames = tcase_create("frames");
    tcase_set_timeout(frames, 60);
    tcase_add_test(frames, frames_have_function_file_and_line);
    tcase_add_test(frames, inlined_functions_have_frames);
    tcase_add_test(frames, shared_libraries_are_unwound);
    tcase_add_test(frames, a_call_to_nowhere_is_traced_to_the_call);
    tcase_add_test(frames, abort_and_exit_lead_to_their_callers);
    tcase_add_test(frames, without_debugging_information_the_module_is_told);
    tcase_add_test(frames, a_library_loaded_after_the_fork_is_known);
    suite_add_tcase(suite, frames);
    TCase *operations = tcase_create("operations");
    tcase_add_test(operations, the_last_operations_are_told);
    tcase_add_test(operations, fewer_operations_where_there_were_fewer);
    suite_add_tcase(suite, operations);
    return suite;
}
