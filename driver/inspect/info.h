/*
 * info.h -- what `rep info` knows of a trace, and the ways to show it.
 */
#ifndef DRIVER_INSPECT_INFO_H
#define DRIVER_INSPECT_INFO_H

#include <jansson.h>
#include <stdio.h>

#include "driver/inspect/achievable.h"
#include "driver/inspect/profile.h"
#include "driver/report/report.h"
#include "driver/trace/trace.h"

struct info {
    const struct trace *trace;
    struct profile profile;
    struct achievable achievable;
};

/* Utilization of the peak with sizes rounded up to 8. */
double info_limit_8(const struct info *info);

/* "classic CS:APP", ... */
const char *info_dialect(const struct info *info);

/* "malloc", ... */
const char *info_kind(enum op_kind kind);

/* A page for one trace. */
void info_page(FILE *out, const struct report_style *style,
               const struct info *info);

/*
 * A table: its head, a row for each trace, what the columns mean.  Names are
 * cut to name_width; a wider style shows more columns.
 */
struct info_table {
    FILE *out;
    struct report_style style;
    size_t name_width;
};

/* Chooses a width for the longest of n paths. */
void info_table_open(struct info_table *table, FILE *out,
                     const struct report_style *style, int n, char **paths);
void info_table_head(const struct info_table *table);
void info_table_row(const struct info_table *table, const struct info *info);
void info_table_legend(const struct info_table *table);

/* An object, units in the names of its members. */
json_t *info_object(const struct info *info);

#endif
