/*
 * test_worker_pool.c -- many workers at a time, interruption, and subjects
 * that reach beyond their own process.
 */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "driver/replay/worker.h"

#define N_TASKS 30

/* Memory that all processes of a test share. */
static void *share_zeroed(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(memory, MAP_FAILED);
    return memory;
}

/* Sleeps until the condition holds; gives up after a long time. */
#define WAIT_FOR(condition)                                                    \
    for (int turns_ = 0; !(condition); turns_++) {                             \
        ck_assert_msg(turns_ < 3000, "no end: %s", #condition);                \
        usleep(10000);                                                         \
    }

static void expect_no_children(void)
{
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    ck_assert_int_eq(errno, ECHILD);
}

static enum worker_how run_alone(worker_fn *run, void *context)
{
    struct worker_task task = {
        .run = run, .context = context, .seconds_limit = 60};
    struct worker_pool pool = {.parallel = 1};
    ck_assert_int_eq(worker_pool_run(&pool, &task, 1), 0);
    worker_task_release(&task);
    expect_no_children();
    return task.end.how;
}

static void sleep_forever(void *context, struct worker_progress *progress,
                          void *output)
{
    (void)context, (void)progress, (void)output;
    for (;;) {
        pause();
    }
}

/* ---- many ---------------------------------------------------------------- */

struct census {
    int now;
    int most;
    size_t done;
};

static struct census *census;

static void be_counted(void *context, struct worker_progress *progress,
                       void *output)
{
    (void)progress;
    int now = __atomic_add_fetch(&census->now, 1, __ATOMIC_SEQ_CST);
    if (now > census->most) {
        census->most = now;
    }
    *(int *)output = *(int *)context * 2;
    usleep(5000);
    __atomic_sub_fetch(&census->now, 1, __ATOMIC_SEQ_CST);
    if (*(int *)context % 3 == 0) {
        _exit(0);
    }
}

static void count_done(void *context, struct worker_task *task)
{
    int number = *(int *)task->context;
    ck_assert_int_eq(*(int *)task->output, 2 * number);
    ck_assert_int_eq(task->end.how,
                     number % 3 == 0 ? WORKER_EXITED : WORKER_DONE);
    ((struct census *)context)->done++;
    worker_task_release(task);
}

START_TEST(many_tasks_run_a_few_at_a_time)
{
    struct worker_task tasks[N_TASKS] = {{.run = NULL}};
    int numbers[N_TASKS];
    census = share_zeroed(sizeof *census);
    for (int i = 0; i < N_TASKS; i++) {
        numbers[i] = i;
        tasks[i] = (struct worker_task){.run = be_counted,
                                        .context = &numbers[i],
                                        .output_bytes = sizeof(int)};
    }
    struct worker_pool pool = {
        .parallel = 4, .done = count_done, .context = census};
    ck_assert_int_eq(worker_pool_run(&pool, tasks, N_TASKS), 0);
    ck_assert_uint_eq(census->done, N_TASKS);
    ck_assert_int_ge(census->most, 2);
    ck_assert_int_le(census->most, 4);
    expect_no_children();
}
END_TEST

START_TEST(no_tasks_are_no_error)
{
    struct worker_pool pool = {.parallel = 4};
    ck_assert_int_eq(worker_pool_run(&pool, NULL, 0), 0);
}
END_TEST

/* ---- interruption -------------------------------------------------------- */

static void interrupt(void *context)
{
    raise(*(int *)context);
}

static void never_told(void *context, struct worker_task *task)
{
    (void)context, (void)task;
    ck_abort_msg("no task ended by itself");
}

START_TEST(a_signal_ends_the_run)
{
    static const int signals[] = {SIGINT, SIGTERM};
    int number = signals[_i];
    struct worker_task tasks[4] = {{.run = sleep_forever},
                                   {.run = sleep_forever},
                                   {.run = sleep_forever},
                                   {.run = sleep_forever}};
    struct worker_pool pool = {.parallel = 2,
                               .done = never_told,
                               .tick = interrupt,
                               .context = &number};
    struct sigaction before, after;
    sigset_t mask_before, mask_after;
    signal(number, SIG_DFL);
    sigaction(number, NULL, &before);
    sigprocmask(SIG_BLOCK, NULL, &mask_before);
    ck_assert_int_eq(worker_pool_run(&pool, tasks, 4), -1);
    ck_assert_int_eq(worker_interrupted(), number);
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(tasks[i].end.how, WORKER_NOT_RUN);
        ck_assert_ptr_null(tasks[i].output);
    }
    sigaction(number, NULL, &after);
    sigprocmask(SIG_BLOCK, NULL, &mask_after);
    ck_assert(before.sa_handler == after.sa_handler);
    for (int i = 1; i < SIGRTMIN; i++) {
        ck_assert_int_eq(sigismember(&mask_before, i),
                         sigismember(&mask_after, i));
    }
    expect_no_children();
}
END_TEST

static void send_signal(void *context, struct worker_progress *progress,
                        void *output)
{
    (void)progress, (void)output;
    kill(getppid(), *(int *)context);
}

START_TEST(a_worker_cannot_interrupt)
{
    static int number = SIGTERM;
    ck_assert_int_eq(run_alone(send_signal, &number), WORKER_DONE);
    ck_assert_int_eq(worker_interrupted(), 0);
}
END_TEST

START_TEST(an_ignored_signal_stays_ignored)
{
    static int number = SIGINT;
    signal(number, SIG_IGN);
    struct worker_task task = {.run = sleep_forever, .seconds_limit = 0.3};
    struct worker_pool pool = {.tick = interrupt, .context = &number};
    ck_assert_int_eq(worker_pool_run(&pool, &task, 1), 0);
    ck_assert_int_eq(task.end.how, WORKER_HUNG);
    worker_task_release(&task);
}
END_TEST

static void kill_itself(void *context, struct worker_progress *progress,
                        void *output)
{
    (void)context, (void)progress, (void)output;
    raise(SIGKILL);
}

START_TEST(ignored_children_are_seen_all_the_same)
{
    signal(SIGCHLD, SIG_IGN);
    ck_assert_int_eq(run_alone(kill_itself, NULL), WORKER_CRASHED);
    ck_assert(signal(SIGCHLD, SIG_DFL) == SIG_IGN);
}
END_TEST

/* ---- beyond its own process ---------------------------------------------- */

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

/* ---- the driver dies, or cannot start a worker --------------------------- */

static void tell_and_sleep(void *context, struct worker_progress *progress,
                           void *output)
{
    *(volatile pid_t *)context = getpid();
    sleep_forever(context, progress, output);
}

START_TEST(no_worker_outlives_a_killed_driver)
{
    pid_t *worker = share_zeroed(sizeof *worker);
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* so that it can be waited for */
    pid_t driver = fork();
    if (driver == 0) {
        run_alone(tell_and_sleep, worker);
        _exit(0);
    }
    WAIT_FOR(*(volatile pid_t *)worker != 0);
    kill(driver, SIGKILL);
    waitpid(driver, NULL, 0);
    int status;
    WAIT_FOR(waitpid(*worker, &status, WNOHANG) == *worker);
    ck_assert(WIFSIGNALED(status));
    ck_assert_int_eq(WTERMSIG(status), SIGKILL);
}
END_TEST

/* A driver that may have no processes, inside a worker of its own. */
static void drive_without_processes(void *context,
                                    struct worker_progress *progress,
                                    void *output)
{
    (void)context, (void)progress;
    struct rlimit none = {0, 0};
    if ((geteuid() == 0 && setresuid(65534, 65534, 65534) != 0) ||
        setrlimit(RLIMIT_NPROC, &none) != 0) {
        return;
    }
    struct worker_task tasks[2] = {{.run = sleep_forever},
                                   {.run = sleep_forever}};
    struct worker_pool pool = {.parallel = 2};
    worker_pool_run(&pool, tasks, 2);
    memcpy(output, &tasks[1].end, sizeof tasks[1].end);
}

START_TEST(a_refused_fork_is_told)
{
    struct worker_task task = {.run = drive_without_processes,
                               .output_bytes = sizeof(struct worker_end)};
    struct worker_pool pool = {.parallel = 1};
    ck_assert_int_eq(worker_pool_run(&pool, &task, 1), 0);
    ck_assert_int_eq(task.end.how, WORKER_DONE);
    const struct worker_end *end = task.output;
    ck_assert_int_eq(end->how, WORKER_UNSTARTED);
    ck_assert_int_eq(end->start_errno, EAGAIN);
    worker_task_release(&task);
}
END_TEST

START_TEST(an_impossible_output_is_told)
{
    struct worker_task task = {.run = speak, .output_bytes = SIZE_MAX};
    struct worker_pool pool = {.parallel = 1};
    ck_assert_int_eq(worker_pool_run(&pool, &task, 1), 0);
    ck_assert_int_eq(task.end.how, WORKER_UNSTARTED);
    ck_assert_int_eq(task.end.start_errno, ENOMEM);
    ck_assert_ptr_null(task.output);
}
END_TEST

Suite *worker_pool_suite(void)
{
    Suite *suite = suite_create("worker_pool");
    TCase *pool = tcase_create("pool");
    tcase_set_timeout(pool, 60);
    tcase_add_test(pool, many_tasks_run_a_few_at_a_time);
    tcase_add_test(pool, no_tasks_are_no_error);
    tcase_add_loop_test(pool, a_signal_ends_the_run, 0, 2);
    tcase_add_test(pool, a_worker_cannot_interrupt);
    tcase_add_test(pool, an_ignored_signal_stays_ignored);
    tcase_add_test(pool, ignored_children_are_seen_all_the_same);
    tcase_add_test(pool, children_of_a_worker_end_with_it);
    tcase_add_test(pool, children_of_the_caller_are_left_alone);
    tcase_add_test(pool, a_worker_that_left_its_group_is_ended);
    tcase_add_test(pool, a_child_does_not_speak_for_the_worker);
    tcase_add_test(pool, closed_descriptors_do_no_harm);
    tcase_add_test(pool, a_closed_pipe_is_told);
    tcase_add_test(pool, the_callers_files_and_exit_handlers_are_left_alone);
    tcase_add_test(pool, standard_output_goes_to_standard_error);
    tcase_add_test(pool, no_worker_outlives_a_killed_driver);
    tcase_add_test(pool, a_refused_fork_is_told);
    tcase_add_test(pool, an_impossible_output_is_told);
    suite_add_tcase(suite, pool);
    return suite;
}
