/*
 * notes.h -- what a reader must know to trust the figures of a table.
 *
 * Notes are told once, with the traces they concern and what to try next:
 * thinned checks, noisy timing, traces that do not count, an interrupted run.
 */
#ifndef DRIVER_REPORT_NOTES_H
#define DRIVER_REPORT_NOTES_H

#include <stdio.h>

#include "driver/report/report.h"

/* All notes that apply, an empty line before the first. */
void notes_table(FILE *out, const struct run *run,
                 const struct report_style *style);

#endif
