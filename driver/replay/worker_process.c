/*
 * worker_process.c -- fork, the worker's own preparations, limits, the end.
 *
 * How it ended is told apart by what it left: the mark that the function
 * returned, the note of a crash, or neither.  Exit statuses alone tell
 * nothing, since a subject may call exit(0).
 */
#include "driver/replay/worker_process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "driver/clock/clock.h"
#include "driver/replay/crash.h"
#include "driver/replay/worker_memory.h"

/* What a worker that passed a limit may take to note its stack. */
#define HANG_GRACE_S    1.0
#define RUNAWAY_GRACE_S 0.05
/* And one whose handler is at work. */
#define CRASH_GRACE_S 1.0

#define RETURNED UINT64_C(0x72657475726e6564)

struct worker_control {
    volatile uint64_t returned; /* RETURNED: the function did */
    struct worker_progress progress;
    struct crash crash;
};

/* ---- shared memory ------------------------------------------------------- */

static size_t whole_pages(size_t bytes)
{
    return (bytes + HEAP_PAGE) & ~(HEAP_PAGE - 1);
}

static void *share(size_t bytes)
{
    if (bytes > SIZE_MAX / 2) {
        errno = ENOMEM;
        return NULL;
    }
    size_t inner = whole_pages(bytes);
    unsigned char *outer = mmap(NULL, inner + 2 * HEAP_PAGE, PROT_NONE,
                                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (outer == MAP_FAILED) {
        return NULL;
    }
    if (mprotect(outer + HEAP_PAGE, inner, PROT_READ | PROT_WRITE) != 0) {
        munmap(outer, inner + 2 * HEAP_PAGE);
        return NULL;
    }
    return outer + HEAP_PAGE;
}

static void unshare_memory(void *memory, size_t bytes)
{
    if (memory != NULL) {
        munmap((unsigned char *)memory - HEAP_PAGE,
               whole_pages(bytes) + 2 * HEAP_PAGE);
    }
}

void worker_task_release(struct worker_task *task)
{
    unshare_memory(task->output, task->output_bytes);
    task->output = NULL;
}

/* ---- in the worker ------------------------------------------------------- */

/* The first to go when the machine runs out of memory. */
static void volunteer_for_oom(void)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        ssize_t written = write(fd, "1000", 4);
        (void)written; /* a kindness, not a need */
        close(fd);
    }
}

/* What the subject prints is chatter: it must not mix with results. */
static void redirect_streams(void)
{
    __fpurge(stdout); /* where the parent could not flush */
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing >= 0) {
        dup2(nothing, STDIN_FILENO);
        close(nothing);
    }
    dup2(STDERR_FILENO, STDOUT_FILENO);
    signal(SIGTTOU, SIG_IGN); /* a background group may write, too */
}

static void no_core_dump(void)
{
    /* 1, not 0: that also stops dumps that are piped to a program. */
    struct rlimit limit = {.rlim_cur = 1, .rlim_max = 1};
    setrlimit(RLIMIT_CORE, &limit);
}

static void prepare(struct worker_control *control, pid_t driver,
                    const sigset_t *mask)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != driver) {
        _exit(EXIT_FAILURE); /* it died before it could be told of */
    }
    no_core_dump();
    volunteer_for_oom();
    redirect_streams();
    pthread_sigmask(SIG_SETMASK, mask, NULL);
    crash_install(&control->crash, &control->progress, driver);
}

__attribute__((noinline)) static void run_task(const struct worker_task *task,
                                               struct worker_control *control)
{
    task->run(task->context, &control->progress, task->output);
    fflush(stdout);
    if (getpid() == control->crash.pid) {
        control->returned = RETURNED;
    }
    _exit(EXIT_SUCCESS);
}

/* ---- start --------------------------------------------------------------- */

static int share_memory(struct worker_process *process)
{
    struct worker_task *task = process->task;
    process->control = share(sizeof *process->control);
    task->output = share(task->output_bytes);
    if (process->control == NULL || task->output == NULL) {
        return -1;
    }
    process->control->progress.op = FAULT_NO_OP;
    return 0;
}

static int fork_worker(struct worker_process *process,
                       const struct worker_terms *terms)
{
    pid_t driver = getpid();
    fflush(NULL); /* else both would write what is buffered */
    process->started_s = clock_wall_s();
    process->pid = fork();
    if (process->pid == 0) {
        prepare(process->control, driver, &terms->mask);
        run_task(process->task, process->control);
    }
    if (process->pid < 0) {
        return -1;
    }
    setpgid(process->pid, process->pid); /* whoever comes first */
    process->pidfd = (int)syscall(SYS_pidfd_open, process->pid, 0);
    return 0;
}

int worker_process_start(struct worker_process *process,
                         struct worker_task *task,
                         const struct worker_terms *terms)
{
    *process = (struct worker_process){
        .task = task,
        .pidfd = -1,
        .memory_limit_bytes = task->memory_limit_bytes == 0
                                  ? terms->memory_limit_bytes
                                  : task->memory_limit_bytes,
        .inherited_bytes = worker_memory_resident(getpid()).private_bytes};
    if (share_memory(process) == 0 && fork_worker(process, terms) == 0) {
        return 0;
    }
    int reason = errno;
    unshare_memory(process->control, sizeof *process->control);
    worker_task_release(task);
    process->task = NULL;
    errno = reason;
    return -1;
}

/* ---- limits -------------------------------------------------------------- */

/* It may have left the group that it leads, or never have come to lead it. */
static void kill_with_group(pid_t pid)
{
    kill(pid, SIGKILL);
    kill(-pid, SIGKILL);
}

static void end_for(struct worker_process *process, enum worker_how reason,
                    double kill_at_s)
{
    process->ended_for = reason;
    process->kill_at_s = kill_at_s;
    syscall(SYS_tgkill, process->pid, process->pid, CRASH_ASK_SIGNAL);
}

/*
 * Seconds that the worker was ready to run and another process had the
 * processor; 0 where the kernel does not tell.
 */
static double seconds_in_line(pid_t pid)
{
    char path[48];
    unsigned long long waited_ns = 0;
    snprintf(path, sizeof path, "/proc/%ld/schedstat", (long)pid);
    FILE *file = fopen(path, "re");
    if (file != NULL) {
        if (fscanf(file, "%*u %llu", &waited_ns) != 1) {
            waited_ns = 0;
        }
        fclose(file);
    }
    return (double)waited_ns * 1e-9;
}

/*
 * Seconds that count towards a hang: neither whole-heap checks nor a busy
 * machine make a subject slow.
 */
static double charged_s(const struct worker_process *process, double now_s)
{
    double charged = now_s - process->started_s;
    charged -= process->control->progress.excused_s;
    double limit_s = process->task->seconds_limit;
    return charged > limit_s ? charged - seconds_in_line(process->pid)
                             : charged;
}

static void check_limits(struct worker_process *process, double now_s)
{
    size_t resident = worker_memory_resident(process->pid).all_bytes;
    resident -= resident < process->inherited_bytes ? resident
                                                    : process->inherited_bytes;
    if (resident > process->resident_bytes) {
        process->resident_bytes = resident;
    }
    double limit_s = process->task->seconds_limit;
    if (resident > process->memory_limit_bytes) {
        end_for(process, WORKER_RUNAWAY, now_s + RUNAWAY_GRACE_S);
    } else if (limit_s > 0 && charged_s(process, now_s) > limit_s) {
        end_for(process, WORKER_HUNG, now_s + HANG_GRACE_S);
    }
}

void worker_process_watch(struct worker_process *process, double now_s)
{
    if (process->kill_at_s == 0 && process->control->crash.stage != 0) {
        process->kill_at_s = now_s + CRASH_GRACE_S;
    }
    if (process->kill_at_s == 0) {
        check_limits(process, now_s);
    } else if (now_s >= process->kill_at_s) {
        kill_with_group(process->pid);
    }
}

/* ---- the end ------------------------------------------------------------- */

static enum worker_how how_it_ended(const struct worker_process *process,
                                    const siginfo_t *status)
{
    const struct worker_control *control = process->control;
    const struct crash *crash = &control->crash;
    bool exited = status->si_code == CLD_EXITED;
    if (exited && status->si_status == 0 && control->returned == RETURNED) {
        return WORKER_DONE;
    }
    if (crash->stage != 0 && !crash->asked) {
        return crash->signal != 0 ? WORKER_CRASHED : WORKER_EXITED;
    }
    if (process->ended_for != WORKER_NOT_RUN) {
        return process->ended_for;
    }
    return exited ? WORKER_EXITED : WORKER_CRASHED;
}

static void examine(const struct worker_process *process,
                    const siginfo_t *status)
{
    const struct crash *crash = &process->control->crash;
    struct worker_end *end = &process->task->end;
    end->how = how_it_ended(process, status);
    end->seconds = clock_wall_s() - process->started_s;
    end->subject = process->control->progress.subject;
    end->resident_bytes = process->resident_bytes;
    if (end->how == WORKER_DONE) {
        return;
    }
    post_mortem_examine(&process->control->progress, crash, &end->post_mortem);
    if (end->how == WORKER_CRASHED) {
        end->post_mortem.signal =
            crash->stage != 0 ? crash->signal : status->si_status;
    } else if (end->how == WORKER_EXITED) {
        end->post_mortem.exit_status =
            crash->stage != 0 ? crash->exit_status : status->si_status;
    }
}

/*
 * The group goes while its dead leader still holds its number, so that no
 * other group can be meant.
 */
static void bury(struct worker_process *process)
{
    kill_with_group(process->pid);
    while (waitpid(process->pid, NULL, 0) < 0 && errno == EINTR) {
    }
    if (process->pidfd >= 0) {
        close(process->pidfd);
    }
    unshare_memory(process->control, sizeof *process->control);
    process->task = NULL;
}

/* Where another has waited for it, all that is left is what it noted. */
static bool has_ended(const struct worker_process *process, siginfo_t *status)
{
    *status = (siginfo_t){.si_pid = 0};
    if (waitid(P_PID, (id_t)process->pid, status,
               WEXITED | WNOHANG | WNOWAIT) == 0) {
        return status->si_pid != 0;
    }
    status->si_code = CLD_EXITED;
    return errno == ECHILD;
}

bool worker_process_reap(struct worker_process *process)
{
    siginfo_t status;
    if (!has_ended(process, &status)) {
        return false;
    }
    examine(process, &status);
    bury(process);
    return true;
}

void worker_process_discard(struct worker_process *process)
{
    worker_task_release(process->task);
    bury(process);
}
