/*
 * heap_chart.h -- the heap over time as a picture of characters.
 */
#ifndef DRIVER_REPORT_HEAP_CHART_H
#define DRIVER_REPORT_HEAP_CHART_H

#include <stdio.h>

#include "driver/report/report.h"

/* Draws the samples of a footprint, a title above; nothing without samples. */
void heap_chart(FILE *out, const struct report_style *style, const char *title,
                const struct footprint_record *footprint);

#endif
