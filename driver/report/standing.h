/*
 * standing.h -- averages over all traces: of one policy in words, of several
 * in a table; and the last lines for automatic graders.
 */
#ifndef DRIVER_REPORT_STANDING_H
#define DRIVER_REPORT_STANDING_H

#include <stdio.h>

#include "driver/report/report.h"

/* What the averages of one policy mean, in a few lines. */
void standing_words(FILE *out, const struct run *run, size_t subject,
                    const struct report_style *style);

/* Rows are policies, columns their averages; the best are marked. */
void standing_table(FILE *out, const struct run *run,
                    const struct report_style *style);

/*
 * "correct:N" and "perfidx:N" of the first policy that is graded, as the
 * CS:APP driver ends with -g; no index where not everything was timed, since 0
 * would be a grade.
 */
void standing_autograder(FILE *out, const struct run *run);

#endif
