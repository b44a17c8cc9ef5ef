/*
 * timing_loop.h -- the replay that lies between two readings of the clock.
 */
#ifndef DRIVER_MEASURE_TIMING_LOOP_H
#define DRIVER_MEASURE_TIMING_LOOP_H

#include "driver/subject/subject.h"
#include "driver/trace/trace.h"

/*
 * Performs all operations of the trace on a fresh or reset session, and
 * nothing else.  Where the subject returns NULL the replay goes on.  The index
 * of each operation is stored in *at before it.
 */
void timing_loop(const struct trace *trace, struct session *session,
                 volatile uint64_t *at);

#endif
