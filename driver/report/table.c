/*
 * table.c -- the report for people, from its parts.
 *
 * Every part but the first begins with an empty line.
 *
 * One policy: a table with a row for each trace.  Several: a block for each
 * figure, then the standing of all, which is all of a sweep.  All end in notes
 * on how far to trust the figures; -v and -V add what lies behind them.
 */
#include "driver/report/compare.h"
#include "driver/report/detail.h"
#include "driver/report/notes.h"
#include "driver/report/report.h"
#include "driver/report/single.h"
#include "driver/report/standing.h"

static void details(FILE *out, const struct run *run,
                    const struct report_style *style)
{
    for (size_t s = 0; s < run->n_subjects; s++) {
        if (style->detail >= DETAIL_VERBOSE) {
            detail_memory(out, run, s, style);
        }
        if (style->detail >= DETAIL_MORE) {
            detail_measurement(out, run, s, style);
        }
    }
}

int report_table(FILE *out, const struct run *run,
                 const struct report_style *style)
{
    int status = 0;
    if (style->sweep) {
        standing_table(out, run, style);
        details(out, run, style);
    } else if (run->n_subjects == 1) {
        single_table(out, run, 0, style);
        details(out, run, style);
        standing_words(out, run, 0, style);
    } else {
        status = compare_blocks(out, run, style);
        details(out, run, style);
        fputc('\n', out);
        standing_table(out, run, style);
    }
    notes_table(out, run, style);
    if (style->detail >= DETAIL_MORE) {
        detail_machine(out, run, style);
    }
    if (style->autograder) {
        standing_autograder(out, run);
    }
    return fflush(out) == 0 && !ferror(out) ? status : -1;
}
