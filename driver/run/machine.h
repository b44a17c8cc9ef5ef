/*
 * machine.h -- where a run's figures come from.
 */
#ifndef DRIVER_RUN_MACHINE_H
#define DRIVER_RUN_MACHINE_H

#include "driver/measure/result.h"

/* Fills machine; argv is kept as the options of the run. */
void machine_describe(struct machine_facts *machine, char **argv);

#endif
