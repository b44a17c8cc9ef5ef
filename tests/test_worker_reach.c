/*
 * test_worker_reach.c -- subjects that reach beyond their own process: with
 * children, signals, descriptors and what they share with the driver.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/lone_worker.h"

static void leave_children(void *context, struct worker_progress *progress,
                           void *output)
{
    (void)progress, (void)output;
    volatile pid_t *told = context;
    for (int i = 0; i < 2; i++) {
        if (fork() == 0) {
            if (i == 1) {
                setsid();
            }
            told[i] = getpid();
            for (;;) {
                pause();
            }
        }
    }
    while (told[0] == 0 || told[1] == 0) {
        usleep(1000);
    }
}

static bool is_alive(pid_t pid)
{
    return kill(pid, 0) == 0;
}

static void expect_dead(void *context, struct worker_task *task)
{
    const pid_t *told = context;
    ck_assert_int_eq(task->end.how, WORKER_DONE);
    ck_assert(!is_alive(told[0]));
    ck_assert(!is_alive(told[1]));
}

START_TEST(children_of_a_worker_end_with_it)
{
    pid_t *told = share_zeroed(2 * sizeof *told);
    struct worker_task task = {.run = leave_children, .context = told};
    struct worker_pool pool = {
        .parallel = 1, .done = expect_dead, .context = told};
    ck_assert_int_eq(worker_pool_run(&pool, &task, 1), 0);
    ck_assert_int_eq(task.end.how, WORKER_DONE);
    worker_task_release(&task);
    expect_no_children();
}
END_TEST

START_TEST(children_of_the_caller_are_left_alone)
{
    pid_t own = fork();
    if (own == 0) {
        sleep_forever(NULL, NULL, NULL);
    }
    pid_t *told = share_zeroed(2 * sizeof *told);
    struct worker_task task = {.run = leave_children, .context = told};
    struct worker_pool pool = {.parallel = 1};
    ck_assert_int_eq(worker_pool_run(&pool, &task, 1), 0);
    worker_task_release(&task);
    ck_assert(is_alive(own));
    kill(own, SIGKILL);
    waitpid(own, NULL, 0);
    expect_no_children();
}
END_TEST

static void join_caller_and_hang(void *context,
                                 struct worker_progress *progress, void *output)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    if (setpgid(0, getpgid(getppid())) == 0) {
        sleep_forever(context, progress, output);
    }
}

START_TEST(a_worker_that_left_its_group_is_ended)
{
    struct worker_task task = {.run = join_caller_and_hang,
                               .seconds_limit = 0.1};
    struct worker_pool pool = {.parallel = 1};
    ck_assert_int_eq(worker_pool_run(&pool, &task, 1), 0);
    ck_assert_int_eq(task.end.how, WORKER_HUNG);
    worker_task_release(&task);
}
END_TEST

static void crash_in_child(void *context, struct worker_progress *progress,
                           void *output)
{
    (void)context, (void)progress, (void)output;
    pid_t child = fork();
    if (child == 0) {
        raise(SIGSEGV);
    }
    waitpid(child, NULL, 0);
    _exit(0);
}

static void return_in_child(void *context, struct worker_progress *progress,
                            void *output)
{
    (void)context, (void)progress, (void)output;
    pid_t child = fork();
    if (child == 0) {
        return;
    }
    waitpid(child, NULL, 0);
    _exit(0);
}

START_TEST(a_child_does_not_speak_for_the_worker)
{
    ck_assert_int_eq(run_alone(crash_in_child, NULL), WORKER_EXITED);
    ck_assert_int_eq(run_alone(return_in_child, NULL), WORKER_EXITED);
}
END_TEST

static void close_all(void *context, struct worker_progress *progress,
                      void *output)
{
    (void)context, (void)progress, (void)output;
    for (int fd = 0; fd < 256; fd++) {
        close(fd);
    }
}

START_TEST(closed_descriptors_do_no_harm)
{
    ck_assert_int_eq(run_alone(close_all, NULL), WORKER_DONE);
}
END_TEST

static void write_to_closed_pipe(void *context,
                                 struct worker_progress *progress, void *output)
{
    (void)context, (void)progress, (void)output;
    int ends[2];
    if (pipe(ends) == 0 && close(ends[0]) == 0 && write(ends[1], "x", 1) == 1) {
        _exit(1);
    }
}

START_TEST(a_closed_pipe_is_told)
{
    ck_assert_int_eq(run_alone(write_to_closed_pipe, NULL), WORKER_CRASHED);
}
END_TEST

static volatile int *exits;

static void count_exit(void)
{
    (*exits)++;
}

static void exit_properly(void *context, struct worker_progress *progress,
                          void *output)
{
    (void)context, (void)progress, (void)output;
    fflush(NULL);
    exit(0);
}

START_TEST(the_callers_files_and_exit_handlers_are_left_alone)
{
    exits = share_zeroed(sizeof *exits);
    ck_assert_int_eq(atexit(count_exit), 0);
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    fputs("once", file);
    ck_assert_int_eq(run_alone(exit_properly, NULL), WORKER_EXITED);
    ck_assert_int_eq(*exits, 0);
    fflush(file);
    ck_assert_int_eq(fseek(file, 0, SEEK_END), 0);
    ck_assert_int_eq(ftell(file), 4);
    fclose(file);
}
END_TEST

static void speak(void *context, struct worker_progress *progress, void *output)
{
    (void)context, (void)progress, (void)output;
    printf("chatter\n");
    *(int *)output = getchar();
}

START_TEST(standard_output_goes_to_standard_error)
{
    int out[2], err[2];
    ck_assert_int_eq(pipe(out) | pipe(err), 0);
    dup2(out[1], STDOUT_FILENO);
    dup2(err[1], STDERR_FILENO);
    struct worker_task task = {.run = speak, .output_bytes = sizeof(int)};
    struct worker_pool pool = {.parallel = 1};
    ck_assert_int_eq(worker_pool_run(&pool, &task, 1), 0);
    ck_assert_int_eq(*(int *)task.output, EOF);
    worker_task_release(&task);
    ck_assert_int_eq(write(STDOUT_FILENO, "!", 1), 1);
    char text[16] = "";
    ck_assert_int_eq(read(err[0], text, sizeof text), 8);
    ck_assert_str_eq(text, "chatter\n");
    ck_assert_int_eq(read(out[0], text, sizeof text), 1);
}
END_TEST

Suite *worker_reach_suite(void);
Suite *worker_reach_suite(void)
{
    Suite *suite = suite_create("worker_reach");
    TCase *reach = tcase_create("reach");
    tcase_set_timeout(reach, 60);
    tcase_add_test(reach, children_of_a_worker_end_with_it);
    tcase_add_test(reach, children_of_the_caller_are_left_alone);
    tcase_add_test(reach, a_worker_that_left_its_group_is_ended);
    tcase_add_test(reach, a_child_does_not_speak_for_the_worker);
    tcase_add_test(reach, closed_descriptors_do_no_harm);
    tcase_add_test(reach, a_closed_pipe_is_told);
    tcase_add_test(reach, the_callers_files_and_exit_handlers_are_left_alone);
    tcase_add_test(reach, standard_output_goes_to_standard_error);
    suite_add_tcase(suite, reach);
    return suite;
}
