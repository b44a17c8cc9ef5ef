/*
 * interrupts.c -- blocked signals, which a pool of workers reads.
 */
#include "driver/run/interrupts.h"

#include <stddef.h>

void interrupts_hold(sigset_t *before)
{
    sigset_t interrupts;
    sigemptyset(&interrupts);
    sigaddset(&interrupts, SIGINT);
    sigaddset(&interrupts, SIGTERM);
    sigprocmask(SIG_BLOCK, &interrupts, before);
}
