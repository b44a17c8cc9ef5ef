/*
 * detail.h -- where the memory went, and how the figures came about.
 */
#ifndef DRIVER_REPORT_DETAIL_H
#define DRIVER_REPORT_DETAIL_H

#include <stdio.h>

#include "driver/report/report.h"

/*
 * -v: the waste ledger at the peak and fragmentation; with -V a chart of each
 * heap as well.
 */
void detail_memory(FILE *out, const struct run *run, size_t subject,
                   const struct report_style *style);

/* -V: checks done, quartiles of the times. */
void detail_measurement(FILE *out, const struct run *run, size_t subject,
                        const struct report_style *style);

/* -V: the machine and the build that the figures belong to. */
void detail_machine(FILE *out, const struct run *run,
                    const struct report_style *style);

#endif
