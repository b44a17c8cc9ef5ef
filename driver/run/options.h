/*
 * options.h -- the command line of mdriver.
 *
 * The classic CS:APP flags keep their meaning; each has a long form too.
 */
#ifndef DRIVER_RUN_OPTIONS_H
#define DRIVER_RUN_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "driver/replay/correctness.h"
#include "driver/report/terminal.h"
#include "driver/subject/subject.h"

enum action { ACTION_RUN, ACTION_LIST, ACTION_HELP, ACTION_VERSION };

struct options {
    enum action action;
    const char **traces; /* as named, in order; files or "-" */
    size_t n_traces;
    const char *folder; /* -t, or NULL */
    struct subject *subjects;
    size_t n_subjects;
    struct correctness_options correctness; /* check_budget_s 0: planned */
    bool correctness_only;                  /* -c */
    double seconds_limit;                   /* -s, for each trace and subject */
    double timing_budget_s;                 /* for each trace and subject */
    unsigned jobs;                          /* 0: one per core */
    double shrink_s; /* --shrink, for each failure; 0: not wanted */
    enum report_detail detail;
    bool autograder;
    bool sweep; /* --sweep: a row for each policy, nothing by trace */
    enum colour_choice colour;
    const char *json_path; /* "-": standard output */
    const char *csv_path;
};

/*
 * Reads the command line.  Returns 0, or -1 with a sentence in message.
 * What it points to in argv must outlive options.
 */
int options_parse(int argc, char **argv, struct options *options, char *message,
                  size_t room);

void options_free(struct options *options);

/* What --help prints. */
const char *options_help(void);

/*
 * A size with an optional binary suffix: 4096, 64K, 64KiB, 16M, 2G, 1T.
 * Returns 0, or -1.
 */
int options_parse_size(const char *text, size_t *bytes);

#endif
