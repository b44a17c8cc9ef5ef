/*
 * test_worker_pool.c -- many workers at a time, interruption, and a driver that
 * dies or cannot start them.
 */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/lone_worker.h"

#define N_TASKS 30

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
    struct worker_task task = {.run = sleep_forever, .output_bytes = SIZE_MAX};
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
    tcase_add_test(pool, no_worker_outlives_a_killed_driver);
    tcase_add_test(pool, a_refused_fork_is_told);
    tcase_add_test(pool, an_impossible_output_is_told);
    suite_add_tcase(suite, pool);
    return suite;
}
