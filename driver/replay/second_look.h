/*
 * second_look.h -- which operation made the fault that showed?
 */
#ifndef DRIVER_REPLAY_SECOND_LOOK_H
#define DRIVER_REPLAY_SECOND_LOOK_H

#include "driver/replay/round.h"

/*
 * run->oracle.fault was found in the round just played.  Replaces it by the
 * fault as it was made, if that can be told.  Not for foreign subjects, which
 * cannot be reset after a fault.
 */
void second_look(struct run *run);

#endif
