/*
 * report.h -- views of a run: table, JSON, CSV.
 *
 * Each knows struct run only.  All return 0, or -1 when writing failed.
 */
#ifndef DRIVER_REPORT_REPORT_H
#define DRIVER_REPORT_REPORT_H

#include <stdio.h>

#include "driver/measure/result.h"

enum report_detail {
    DETAIL_NORMAL,  /* the table, and each failure in full */
    DETAIL_VERBOSE, /* -v: also fragmentation and the waste ledger */
    DETAIL_MORE     /* -V: also checks done, spreads, machine */
};

struct report_style {
    enum report_detail detail;
    unsigned columns; /* of the terminal; 80 where it is none */
    bool colour;      /* a terminal, and NO_COLOR unset */
    bool autograder;  /* -g: end in correct: and perfidx: */
    bool sweep;       /* --sweep: averages of each policy, nothing by trace */
};

/* The table for people: one policy as one table, several side by side. */
int report_table(FILE *out, const struct run *run,
                 const struct report_style *style);

/*
 * What happened in each result that is not valid, with its post-mortem.
 * Nothing when all are.  Meant to stand before the table, so that the table
 * and what -g adds to it end the output.
 *
 * A result's message, where it is not empty, is what reports say about it in
 * one line; where it is, they make one from its fault or post-mortem.
 */
int report_failures(FILE *out, const struct run *run,
                    const struct report_style *style);

/* Every figure, units in the names. */
int report_json(FILE *out, const struct run *run);

/*
 * One row per trace and policy.  Begins with the columns trace, policy,
 * valid, ops, utilization, limit, ns_per_op, ops_per_s, libc_ratio.
 */
int report_csv(FILE *out, const struct run *run);

#endif
