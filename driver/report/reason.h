/*
 * reason.h -- why a result is not valid, in one line.
 */
#ifndef DRIVER_REPORT_REASON_H
#define DRIVER_REPORT_REASON_H

#include <stddef.h>

#include "driver/measure/result.h"

#define REASON_ROOM 320

/*
 * The result's own message where it has one, else what its fault or
 * post-mortem says: "overlap at line 1234: a 57 4096".  Empty for a valid
 * result.  Writes into text (REASON_ROOM bytes) and returns it.
 */
char *reason_text(const struct result *result, char *text);

#endif
