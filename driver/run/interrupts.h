/*
 * interrupts.h -- SIGINT and SIGTERM wait for a pool of workers.
 */
#ifndef DRIVER_RUN_INTERRUPTS_H
#define DRIVER_RUN_INTERRUPTS_H

#include <signal.h>

/*
 * Between two pools nobody listens for an interrupt: from here on it stays
 * pending until the next pool reads it.  before is filled with the mask to go
 * back to.
 */
void interrupts_hold(sigset_t *before);

#endif
