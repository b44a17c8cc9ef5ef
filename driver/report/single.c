/*
 * single.c -- the table of one policy: a row for each trace.
 *
 * It fits 80 columns.  A valid row shows figures; any other row says in the
 * same place why there are none.  Where the terminal is wider than the names
 * need, operations per second join nanoseconds per operation; where it is
 * narrower, spreads and counts of operations are left out.
 */
#include "driver/report/single.h"

#include <math.h>
#include <string.h>

#include "driver/measure/summary.h"
#include "driver/report/paint.h"
#include "driver/report/reason.h"
#include "driver/report/text.h"
#include "driver/report/verdict.h"

/* Columns behind the name, with the gap before them. */
#define VALID_WIDTH  8
#define OPS_WIDTH    9
#define SHARE_WIDTH  8
#define TIME_WIDTH   8
#define SPREAD_WIDTH 5
#define SPEED_WIDTH  8
#define RATIO_WIDTH  7

#define LEAST_NAME 12
#define MOST_NAME  40

struct layout {
    const struct report_style *style;
    FILE *out;
    size_t name_width;
    size_t width; /* of a row */
    bool timed;
    bool speed;  /* there is room for operations per second */
    bool spread; /* and for these */
    bool ops;
};

static size_t longest_name(const struct run *run)
{
    size_t longest = 0;
    for (size_t t = 0; t < run->n_traces; t++) {
        size_t width = name_width(run->traces[t].name);
        longest = width > longest ? width : longest;
    }
    return longest;
}

/* Leaves out what there is no room for beside a name; returns the width left.
 */
static size_t leave_out(struct layout *layout, size_t figures, size_t name)
{
    layout->spread = layout->timed;
    layout->ops = true;
    if (layout->spread && figures + name > layout->style->columns) {
        layout->spread = false;
        figures -= SPREAD_WIDTH;
    }
    if (figures + name > layout->style->columns) {
        layout->ops = false;
        figures -= OPS_WIDTH;
    }
    return figures;
}

static struct layout lay_out(FILE *out, const struct run *run,
                             const struct report_style *style)
{
    struct layout layout = {.style = style, .out = out, .timed = run->timed};
    size_t figures = VALID_WIDTH + OPS_WIDTH + 3 * SHARE_WIDTH;
    if (run->timed) {
        figures += TIME_WIDTH + SPREAD_WIDTH + RATIO_WIDTH;
    }
    size_t name = longest_name(run);
    name = name < LEAST_NAME ? LEAST_NAME : name;
    name = name > MOST_NAME ? MOST_NAME : name;
    figures = leave_out(&layout, figures, LEAST_NAME);
    size_t room = style->columns > figures ? style->columns - figures : 0;
    layout.speed = run->timed && name + SPEED_WIDTH <= room;
    figures += layout.speed ? SPEED_WIDTH : 0;
    layout.name_width = name > room ? (room < 8 ? 8 : room) : name;
    layout.width = layout.name_width + figures;
    return layout;
}

static void cell(const struct layout *layout, enum tone tone, int width,
                 const char *text)
{
    paint_cell(layout->out, layout->style, tone, width, text);
}

static void name_cell(const struct layout *layout, enum tone tone,
                      const char *name)
{
    paint_name(layout->out, layout->style, tone, layout->name_width, name);
}

/* "valid" stands at the left of its column: a gap, then the word. */
static void valid_cell(const struct layout *layout, enum tone tone,
                       const char *word)
{
    fputs("  ", layout->out);
    cell(layout, tone, -(VALID_WIDTH - 2), word);
}

static void head(const struct layout *layout)
{
    name_cell(layout, TONE_HEADING, "trace");
    valid_cell(layout, TONE_HEADING, "valid");
    if (layout->ops) {
        cell(layout, TONE_HEADING, OPS_WIDTH, "ops");
    }
    cell(layout, TONE_HEADING, SHARE_WIDTH, "util");
    cell(layout, TONE_HEADING, SHARE_WIDTH, "limit");
    cell(layout, TONE_HEADING, SHARE_WIDTH, "reached");
    if (layout->timed) {
        cell(layout, TONE_HEADING, TIME_WIDTH, "ns/op");
        if (layout->spread) {
            cell(layout, TONE_HEADING, SPREAD_WIDTH, "+/-");
        }
        if (layout->speed) {
            cell(layout, TONE_HEADING, SPEED_WIDTH, "Mops/s");
        }
        cell(layout, TONE_HEADING, RATIO_WIDTH, "x libc");
    }
    fputc('\n', layout->out);
}

static void utilization_cells(const struct layout *layout,
                              const struct footprint_record *footprint,
                              double limit)
{
    double utilization = footprint->measured ? footprint->utilization : NAN;
    cell(layout, TONE_PLAIN, SHARE_WIDTH, figure_share(utilization).text);
    cell(layout, TONE_FAINT, SHARE_WIDTH, figure_share(limit).text);
    cell(layout, TONE_PLAIN, SHARE_WIDTH,
         figure_share(utilization / limit).text);
}

static void timing_cells(const struct layout *layout,
                         const struct timing_record *timing)
{
    enum tone tone = timing->noisy ? TONE_WARNING : TONE_PLAIN;
    double ns = timing->measured ? timing->ns_per_op : NAN;
    double ops_per_s = timing->measured ? timing->ops_per_s : NAN;
    double ratio =
        timing->measured && timing->has_ratio ? timing->libc_ratio : NAN;
    cell(layout, tone, TIME_WIDTH, figure_three(ns).text);
    if (layout->spread) {
        cell(layout, timing->noisy ? TONE_WARNING : TONE_FAINT, SPREAD_WIDTH,
             figure_spread(timing->ns_low, ns, timing->ns_high).text);
    }
    if (layout->speed) {
        cell(layout, tone, SPEED_WIDTH, figure_three(ops_per_s / 1e6).text);
    }
    cell(layout, tone, RATIO_WIDTH, figure_ratio(ratio).text);
}

/* Why there are no figures, in their place. */
static void reason_cell(const struct layout *layout,
                        const struct result *result)
{
    char reason[REASON_ROOM], text[4 * 256];
    size_t used =
        layout->name_width + VALID_WIDTH + 2 + (layout->ops ? OPS_WIDTH : 0);
    size_t columns = layout->style->columns;
    size_t room = columns > used + 8 ? columns - used : 8;
    text_cut(reason_text(result, reason), room, text, sizeof(text));
    fputs("  ", layout->out);
    paint_text(layout->out, layout->style, verdict_tone(result->verdict), text);
}

static void row(const struct layout *layout, const struct trace_facts *trace,
                const struct result *result)
{
    name_cell(layout, TONE_PLAIN, trace->name);
    valid_cell(layout, verdict_tone(result->verdict),
               verdict_label(result->verdict));
    if (layout->ops) {
        cell(layout, TONE_PLAIN, OPS_WIDTH, figure_count(trace->ops).text);
    }
    if (result_valid(result)) {
        utilization_cells(layout, &result->footprint, trace->limit);
        if (layout->timed) {
            timing_cells(layout, &result->timing);
        }
    } else {
        reason_cell(layout, result);
    }
    fputc('\n', layout->out);
}

static void average_timing_cells(const struct layout *layout,
                                 const struct summary *summary)
{
    double ns =
        summary->ops > 0 ? 1e9 * summary->seconds / (double)summary->ops : NAN;
    double ratio =
        summary->libc_ratio_geomean > 0 ? summary->libc_ratio_geomean : NAN;
    cell(layout, TONE_HEADING, TIME_WIDTH, figure_three(ns).text);
    if (layout->spread) {
        cell(layout, TONE_HEADING, SPREAD_WIDTH, "");
    }
    if (layout->speed) {
        cell(layout, TONE_HEADING, SPEED_WIDTH,
             figure_three(summary->ops_per_s_total / 1e6).text);
    }
    cell(layout, TONE_HEADING, RATIO_WIDTH, figure_ratio(ratio).text);
}

/* Of the traces that had their turn. */
static uint64_t total_ops(const struct run *run, size_t subject)
{
    uint64_t ops = 0;
    for (size_t t = 0; t < run->n_traces; t++) {
        bool ended = run_result(run, t, subject)->verdict != VERDICT_NOT_RUN;
        ops += ended ? run->traces[t].ops : 0;
    }
    return ops;
}

static void average_row(const struct layout *layout, const struct run *run,
                        size_t subject, const struct summary *summary)
{
    char valid[32];
    snprintf(valid, sizeof(valid), "%zu/%zu", summary->valid, summary->traces);
    paint_rule(layout->out, layout->style, layout->width);
    name_cell(layout, TONE_HEADING, "average");
    valid_cell(layout, summary->valid == summary->traces ? TONE_GOOD : TONE_BAD,
               valid);
    if (layout->ops) {
        cell(layout, TONE_HEADING, OPS_WIDTH,
             figure_count(total_ops(run, subject)).text);
    }
    cell(layout, TONE_HEADING, SHARE_WIDTH,
         figure_share(summary->utilization_mean).text);
    cell(layout, TONE_HEADING, SHARE_WIDTH,
         figure_share(summary->limit_mean).text);
    cell(layout, TONE_HEADING, SHARE_WIDTH,
         figure_share(summary->share_of_limit_mean).text);
    if (layout->timed) {
        average_timing_cells(layout, summary);
    }
    fputc('\n', layout->out);
}

void single_table(FILE *out, const struct run *run, size_t subject,
                  const struct report_style *style)
{
    struct layout layout = lay_out(out, run, style);
    struct summary summary = summarize(run, subject);
    const struct subject_facts *facts = &run->subjects[subject];
    paint_text(out, style, TONE_HEADING, facts->label);
    fputs(": ", out);
    paint_wrapped(out, style, name_width(facts->label) + 2, 4, facts->summary);
    fputc('\n', out);
    head(&layout);
    for (size_t t = 0; t < run->n_traces; t++) {
        row(&layout, &run->traces[t], run_result(run, t, subject));
    }
    average_row(&layout, run, subject, &summary);
}
