/*
 * verdict.h -- the words of a verdict.
 */
#ifndef DRIVER_REPORT_VERDICT_H
#define DRIVER_REPORT_VERDICT_H

#include "driver/measure/result.h"
#include "driver/report/paint.h"

/* For a column of a table, at most 6 characters: "ok", "FAULT", "CRASH". */
const char *verdict_label(enum verdict verdict);

/* For programs that read reports, never to change: "valid", "fault", ... */
const char *verdict_name(enum verdict verdict);

enum tone verdict_tone(enum verdict verdict);

#endif
