/*
 * compare.h -- several policies side by side: a block for each figure.
 */
#ifndef DRIVER_REPORT_COMPARE_H
#define DRIVER_REPORT_COMPARE_H

#include <stdio.h>

#include "driver/report/report.h"

/*
 * Rows are traces, columns policies; the best of each row is marked.
 * Returns 0, or -1 when memory is lacking.
 */
int compare_blocks(FILE *out, const struct run *run,
                   const struct report_style *style);

#endif
