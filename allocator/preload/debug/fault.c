/*
 * fault.c -- a handler of SIGSEGV (fault.h).
 *
 * It takes no lock: the process ends here, and the faulting thread may hold the
 * lock itself.
 */
#include "allocator/preload/debug/fault.h"

#include <signal.h>
#include <ucontext.h>
#include <unistd.h>

#include "allocator/preload/debug/judge.h"
#include "allocator/preload/debug/place.h"
#include "allocator/preload/message.h"

/* The kernel tells what was tried on some machines only. */
static const char *kind_of(const ucontext_t *context)
{
#if defined(__x86_64__)
    return context->uc_mcontext.gregs[REG_ERR] & 2 ? "write" : "read";
#else
    (void)context;
    return "access";
#endif
}

static void explain(int signal, siginfo_t *info, void *context)
{
    size_t offset;
    (void)signal;
    if (info->si_code > 0 && place_offset(info->si_addr, &offset)) {
        struct stack now;
        stack_take_interrupted(&now);
        judge_fault(info->si_addr, kind_of(context), &now);
        _exit(MESSAGE_EXIT_MISUSE);
    }
}

void fault_watch(void)
{
    /* Reset on entry: where nothing is told, the next fault is the usual. */
    struct sigaction action = {.sa_sigaction = explain,
                               .sa_flags =
                                   SA_SIGINFO | SA_ONSTACK | (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGSEGV, &action, NULL);
}
