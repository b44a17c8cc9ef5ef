/*
 * crash.c -- handlers that note a fault and end the process.
 *
 * What is called here must be async-signal-safe.  Blocking is undone first:
 * a nested fault has to reach the handler again, and some sanitizers block
 * every signal while a handler runs.
 *
 * A process that the subject forked shares the note with the worker; it must
 * not write it.  Neither may a second thread that faults while the first one
 * is still writing: it waits for the end, which _exit brings to all threads.
 */
#include "driver/replay/crash.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Room for the handler and for what the nearest callback calls. */
#define HANDLER_STACK_BYTES ((size_t)256 << 10)
#define GUARD_BYTES         ((size_t)64 << 10)

static const int crash_signals[] = {SIGSEGV, SIGBUS,          SIGFPE,
                                    SIGILL,  SIGABRT,         SIGTRAP,
                                    SIGPIPE, CRASH_ASK_SIGNAL};

#define N_SIGNALS (sizeof crash_signals / sizeof *crash_signals)

/*
 * A signal handler gets no argument of ours.  Set once, in the worker, before
 * the handlers are installed.
 */
static struct crash *noted_in;
static const struct worker_progress *told_by;

/* ---- stages -------------------------------------------------------------- */

static void note_mappings(struct crash *crash)
{
    stack_copy_maps(&crash->stack);
}

static void note_stack(struct crash *crash)
{
    stack_copy_bytes(&crash->stack);
}

static void note_heap(struct crash *crash)
{
    const struct heap *heap = told_by->heap;
    if (!crash->has_address || heap == NULL) {
        return;
    }
    uint64_t offset = crash->address - (uintptr_t)heap->base;
    crash->in_heap = offset < heap->reserved;
    crash->heap_offset = crash->in_heap ? offset : 0;
}

static void note_block(struct crash *crash)
{
    if (!crash->has_address || told_by->nearest == NULL) {
        return;
    }
    struct fault_block block = {.exists = 0};
    int64_t distance = 0;
    if (told_by->nearest(told_by->nearest_context, crash->address, &block,
                         &distance)) {
        crash->block = block;
        crash->block_distance = distance;
        crash->has_block = true;
    }
}

typedef void stage_fn(struct crash *crash);

static stage_fn *const stages[] = {note_mappings, note_stack, note_heap,
                                   note_block};

#define N_STAGES ((int)(sizeof stages / sizeof *stages))

/* Stage 1 is the facts, which every caller has noted itself. */
static _Noreturn void finish_note(struct crash *crash, int status)
{
    int stage;
    while ((stage = crash->stage) >= 1 && stage <= N_STAGES) {
        crash->stage = stage + 1;
        stages[stage - 1](crash);
    }
    crash->complete = true;
    _exit(status);
}

/* ---- ways to die --------------------------------------------------------- */

/* Where no address is told, the kernel or another process is the sender. */
static bool tells_address(const siginfo_t *info)
{
    return (info->si_signo == SIGSEGV || info->si_signo == SIGBUS) &&
           info->si_code > 0 && info->si_code != SI_KERNEL;
}

static bool asked_by(const struct crash *crash, const siginfo_t *info)
{
    return info->si_signo == CRASH_ASK_SIGNAL && info->si_pid == crash->driver;
}

static void note_facts(struct crash *crash, const siginfo_t *info,
                       const ucontext_t *context)
{
    crash->thread = gettid();
    crash->asked = asked_by(crash, info);
    crash->signal = info->si_signo;
    crash->has_address = tells_address(info);
    crash->address =
        crash->has_address ? (uint64_t)(uintptr_t)info->si_addr : 0;
    stack_copy_registers(&crash->stack, context);
    crash->stage = 1;
}

static void unblock_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < N_SIGNALS; i++) {
        sigaddset(&set, crash_signals[i]);
    }
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

static void handle_signal(int number, siginfo_t *info, void *context)
{
    struct crash *crash = noted_in;
    if (getpid() != crash->pid) {
        _exit(128 + number);
    }
    if (crash->stage == 0) {
        note_facts(crash, info, context);
    } else if (asked_by(crash, info)) {
        return; /* it is dying already */
    }
    while (crash->thread != gettid()) {
        pause();
    }
    unblock_signals();
    finish_note(crash, 128 + number);
}

/*
 * Runs first of all that exit calls, being the last one registered, and keeps
 * the rest from running: those handlers and buffers are the parent's.
 */
static void handle_exit(int status, void *argument)
{
    struct crash *crash = argument;
    ucontext_t here;
    if (getpid() != crash->pid || crash->stage != 0) {
        _exit(status);
    }
    crash->thread = gettid();
    crash->exit_status = status;
    if (getcontext(&here) == 0) {
        stack_copy_registers(&crash->stack, &here);
    }
    crash->stage = 1;
    fflush(stdout);
    finish_note(crash, status);
}

/* ---- installation -------------------------------------------------------- */

static int make_handler_stack(void)
{
    size_t bytes = GUARD_BYTES + HANDLER_STACK_BYTES;
    unsigned char *base = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED || mprotect(base, GUARD_BYTES, PROT_NONE) != 0) {
        return -1;
    }
    stack_t stack = {.ss_sp = base + GUARD_BYTES,
                     .ss_size = HANDLER_STACK_BYTES};
    return sigaltstack(&stack, NULL);
}

int crash_install(struct crash *crash, const struct worker_progress *progress,
                  pid_t driver)
{
    struct sigaction action = {.sa_sigaction = handle_signal,
                               .sa_flags =
                                   SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    crash->pid = getpid();
    crash->driver = driver;
    noted_in = crash;
    told_by = progress;
    if (make_handler_stack() != 0 || on_exit(handle_exit, crash) != 0) {
        return -1;
    }
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < N_SIGNALS; i++) {
        if (sigaction(crash_signals[i], &action, NULL) != 0) {
            return -1;
        }
    }
    unblock_signals();
    return 0;
}
