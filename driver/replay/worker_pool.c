/*
 * worker_pool.c -- keeps a number of workers busy until all tasks are done.
 *
 *        tasks  0 1 2 | 3 4 5 6 7 ...      next = 3
 *                |___  ____|
 *   processes   [ 0 ][ 1 ]                 parallel = 2
 *
 * One loop: start workers where there is room, sleep until one ends, a signal
 * arrives or it is time to look at their limits, reap, look.  Signals are not
 * handled but blocked and read from a descriptor, so the caller's handlers
 * stay as they are; only SIGCHLD is set to its default meanwhile, since
 * ignoring it would lose the workers' ends.
 */
#include "driver/replay/worker.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "driver/clock/clock.h"
#include "driver/replay/worker_memory.h"
#include "driver/replay/worker_orphans.h"
#include "driver/replay/worker_process.h"

#define WATCH_S 0.05 /* how often limits are looked at */
#define TICK_S  0.1

struct pool_run {
    const struct worker_pool *pool;
    struct worker_task *tasks;
    size_t n;
    size_t next; /* task to be started */
    size_t running;
    size_t parallel;
    struct worker_process *processes; /* parallel */
    struct pollfd *polled;            /* parallel + 1; the last: signals */
    int signals_fd;
    struct worker_terms terms; /* its mask is the caller's */
    struct sigaction callers_sigchld;
    struct worker_orphans orphans;
    double ticked_s;
};

/* Kept for worker_interrupted alone. */
static int interrupted_by;

int worker_interrupted(void)
{
    return interrupted_by;
}

/* ---- the machine --------------------------------------------------------- */

static size_t cores(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) {
        return (size_t)CPU_COUNT(&set);
    }
    return 1;
}

/* ---- signals ------------------------------------------------------------- */

/* A caller that ignores a signal does not want to be ended by it. */
static void add_unless_ignored(sigset_t *set, int number)
{
    struct sigaction action;
    if (sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_IGN) {
        sigaddset(set, number);
    }
}

static int catch_signals(struct pool_run *run)
{
    sigset_t set;
    sigemptyset(&set);
    add_unless_ignored(&set, SIGINT);
    add_unless_ignored(&set, SIGTERM);
    run->signals_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (run->signals_fd < 0) {
        return -1;
    }
    struct sigaction standard = {.sa_handler = SIG_DFL};
    sigaction(SIGCHLD, &standard, &run->callers_sigchld);
    pthread_sigmask(SIG_BLOCK, &set, &run->terms.mask);
    return 0;
}

static void release_signals(struct pool_run *run)
{
    close(run->signals_fd);
    sigaction(SIGCHLD, &run->callers_sigchld, NULL);
    pthread_sigmask(SIG_SETMASK, &run->terms.mask, NULL);
}

static bool sent_by_worker(const struct pool_run *run, uint32_t pid)
{
    for (size_t i = 0; i < run->parallel; i++) {
        if (run->processes[i].task != NULL &&
            (uint32_t)run->processes[i].pid == pid) {
            return true;
        }
    }
    return false;
}

/* A subject has no say in whether the run goes on. */
static void read_signals(struct pool_run *run)
{
    struct signalfd_siginfo info;
    while (read(run->signals_fd, &info, sizeof info) == sizeof info) {
        if (!sent_by_worker(run, info.ssi_pid)) {
            interrupted_by = (int)info.ssi_signo;
        }
    }
}

/* ---- the loop ------------------------------------------------------------ */

static void tell(const struct pool_run *run, struct worker_task *task)
{
    if (run->pool->done != NULL) {
        run->pool->done(run->pool->context, task);
    }
}

static struct worker_process *free_process(struct pool_run *run)
{
    for (size_t i = 0; i < run->parallel; i++) {
        if (run->processes[i].task == NULL) {
            return &run->processes[i];
        }
    }
    return NULL;
}

/*
 * Where the system refuses one more process, those that run make room by
 * ending; when none runs there is nothing to wait for.
 */
static bool start_one(struct pool_run *run, struct worker_process *process)
{
    struct worker_task *task = &run->tasks[run->next];
    if (worker_process_start(process, task, &run->terms) == 0) {
        run->running++;
        run->next++;
        return true;
    }
    if (run->running > 0) {
        return false;
    }
    task->end.how = WORKER_UNSTARTED;
    task->end.start_errno = errno;
    run->next++;
    tell(run, task);
    return true;
}

static void start_some(struct pool_run *run)
{
    struct worker_process *process;
    while (run->next < run->n && (process = free_process(run)) != NULL &&
           start_one(run, process)) {
    }
}

static void sleep_until_event(struct pool_run *run)
{
    for (size_t i = 0; i < run->parallel; i++) {
        const struct worker_process *process = &run->processes[i];
        run->polled[i] =
            (struct pollfd){.fd = process->task == NULL ? -1 : process->pidfd,
                            .events = POLLIN};
    }
    run->polled[run->parallel] =
        (struct pollfd){.fd = run->signals_fd, .events = POLLIN};
    poll(run->polled, run->parallel + 1, (int)(WATCH_S * 1000));
}

static void sweep(struct pool_run *run)
{
    worker_orphans_sweep(&run->orphans, run->processes, run->parallel);
}

/* An end is looked for before a limit: a worker that is done is not late. */
static void attend(struct pool_run *run)
{
    for (size_t i = 0; i < run->parallel; i++) {
        struct worker_process *process = &run->processes[i];
        struct worker_task *task = process->task;
        if (task == NULL) {
            continue;
        }
        if (worker_process_reap(process)) {
            run->running--;
            sweep(run);
            tell(run, task);
        } else {
            worker_process_watch(process, clock_wall_s());
        }
    }
}

static void tick(struct pool_run *run)
{
    double now_s = clock_wall_s();
    if (run->pool->tick != NULL && now_s - run->ticked_s >= TICK_S) {
        run->ticked_s = now_s;
        run->pool->tick(run->pool->context);
    }
}

static void discard_all(struct pool_run *run)
{
    for (size_t i = 0; i < run->parallel; i++) {
        if (run->processes[i].task != NULL) {
            worker_process_discard(&run->processes[i]);
        }
    }
}

static int run_open(struct pool_run *run)
{
    run->processes = calloc(run->parallel, sizeof *run->processes);
    run->polled = calloc(run->parallel + 1, sizeof *run->polled);
    if (run->processes == NULL || run->polled == NULL ||
        catch_signals(run) != 0) {
        free(run->processes);
        free(run->polled);
        return -1;
    }
    worker_orphans_begin(&run->orphans);
    return 0;
}

static void run_close(struct pool_run *run)
{
    discard_all(run);
    sweep(run);
    worker_orphans_end(&run->orphans);
    release_signals(run);
    free(run->processes);
    free(run->polled);
}

static void fail_all(struct pool_run *run, int reason)
{
    for (size_t i = 0; i < run->n; i++) {
        run->tasks[i].end.how = WORKER_UNSTARTED;
        run->tasks[i].end.start_errno = reason;
        tell(run, &run->tasks[i]);
    }
}

int worker_pool_run(const struct worker_pool *pool, struct worker_task *tasks,
                    size_t n)
{
    size_t parallel = pool->parallel == 0 ? cores() : pool->parallel;
    parallel = parallel < n ? parallel : n;
    struct pool_run run = {
        .pool = pool, .tasks = tasks, .n = n, .parallel = parallel};
    interrupted_by = 0;
    for (size_t i = 0; i < n; i++) {
        tasks[i].output = NULL;
        tasks[i].end = (struct worker_end){.how = WORKER_NOT_RUN};
    }
    if (n == 0) {
        return 0;
    }
    if (run_open(&run) != 0) {
        fail_all(&run, errno);
        return 0;
    }
    run.terms.memory_limit_bytes = worker_memory_share(parallel);
    while (interrupted_by == 0 && (run.next < n || run.running > 0)) {
        start_some(&run);
        sleep_until_event(&run);
        read_signals(&run);
        attend(&run);
        tick(&run);
    }
    run_close(&run);
    return interrupted_by == 0 ? 0 : -1;
}
