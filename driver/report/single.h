/*
 * single.h -- the table of one policy: a row for each trace.
 */
#ifndef DRIVER_REPORT_SINGLE_H
#define DRIVER_REPORT_SINGLE_H

#include <stdio.h>

#include "driver/report/report.h"

/* The rows, their averages, and what the averages mean, for one subject. */
void single_table(FILE *out, const struct run *run, size_t subject,
                  const struct report_style *style);

#endif
