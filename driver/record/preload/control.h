/*
 * control.h -- where the recording is and what it asks for.
 *
 * The directory's name comes from the environment.  Programs replace getenv()
 * (shells do) and allocate before libc knows the environment, so it is read
 * without either's help, once per process image; forked children inherit it.
 */
#ifndef DRIVER_RECORD_PRELOAD_CONTROL_H
#define DRIVER_RECORD_PRELOAD_CONTROL_H

#include "driver/record/events.h"

/* The mapped control file; NULL: this process is not to be recorded. */
const struct record_control *control_find(void);

/* The recording's directory, valid once control_find() has not said NULL. */
const char *control_directory(void);

#endif
