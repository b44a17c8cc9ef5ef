/*
 * compare.c -- several policies side by side.
 *
 *     Utilization: peak payload / peak of the heap
 *
 *     trace       limit  first-fit  best-fit
 *     cc1.rep     97.6%      88.7%    *90.1%
 *     random.rep  99.9%      FAULT     94.5%
 *     ...
 *
 * Three blocks of the same make, told apart by a table of what they show.
 * Policies that do not fit beside each other follow below, evenly divided.
 * The star marks the best of all policies in that row, also across parts of
 * a block; where all are equal there is none.
 */
#include "driver/report/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "driver/measure/summary.h"
#include "driver/report/averages.h"
#include "driver/report/heading.h"
#include "driver/report/paint.h"
#include "driver/report/text.h"
#include "driver/report/verdict.h"

#define FIGURE_WIDTH 7  /* a star and six characters */
#define LEAST_NAME   13 /* "harmonic mean" */
#define SHORT_NAME   16 /* names are shortened to this to save a page */
#define MOST_NAME    32
#define LIMIT_WIDTH  8

/* An average below the rows of a block. */
struct average {
    const char *name;
    average_of *of;
    struct figure (*show)(double value);
};

struct block {
    const char *title;
    const char *meaning;
    double (*value)(const struct result *result, double limit);
    struct figure (*show)(double value);
    bool timed; /* left out of a run that was not */
    bool limit; /* has the column of the limit */
    struct average averages[2];
};

static double utilization_of(const struct result *result, double limit)
{
    (void)limit;
    return result->footprint.measured ? result->footprint.utilization : NAN;
}

static double mops_of(const struct result *result, double limit)
{
    (void)limit;
    return result->timing.measured ? result->timing.ops_per_s / 1e6 : NAN;
}

static double ratio_of(const struct result *result, double limit)
{
    (void)limit;
    const struct timing_record *timing = &result->timing;
    return timing->measured && timing->has_ratio ? timing->libc_ratio : NAN;
}

static const struct block blocks[] = {
    {.title = "Utilization",
     .meaning = "peak payload / peak of the heap; * best of the row",
     .value = utilization_of,
     .show = figure_share,
     .limit = true,
     .averages = {{"mean", average_utilization, figure_share},
                  {"of the limit", average_share_of_limit, figure_share}}},
    {.title = "Throughput",
     .meaning = "million operations per second",
     .value = mops_of,
     .show = figure_three,
     .timed = true,
     .averages = {{"ops / time", average_total_mops, figure_three},
                  {"harmonic mean", average_harmonic_mops, figure_three}}},
    {.title = "Against libc",
     .meaning = "libc's time / policy's time, measured turn by turn",
     .value = ratio_of,
     .show = figure_ratio,
     .timed = true,
     .averages = {{"geom. mean", average_geometric_ratio, figure_ratio},
                  {"total time", average_total_ratio, figure_ratio}}},
};

/* A block as it is laid out: which policies stand beside each other. */
struct page {
    FILE *out;
    const struct run *run;
    const struct report_style *style;
    const struct block *block;
    const struct heading *headings; /* of all subjects */
    size_t name_width;
    size_t first, n; /* subjects */
};

static size_t longest_trace_name(const struct run *run)
{
    size_t longest = LEAST_NAME;
    for (size_t t = 0; t < run->n_traces; t++) {
        size_t width = name_width(run->traces[t].name);
        longest = width > longest ? width : longest;
    }
    return longest < MOST_NAME ? longest : MOST_NAME;
}

static size_t head_width(const struct page *page)
{
    return page->name_width + (page->block->limit ? LIMIT_WIDTH : 0);
}

static size_t page_width(const struct page *page)
{
    size_t width = head_width(page);
    for (size_t i = 0; i < page->n; i++) {
        width += 1 + page->headings[page->first + i].width;
    }
    return width;
}

static void name_cell(const struct page *page, enum tone tone, const char *name)
{
    paint_name(page->out, page->style, tone, page->name_width, name);
}

static void figure_cell(const struct page *page, size_t subject, enum tone tone,
                        const char *text)
{
    paint_cell(page->out, page->style, tone,
               (int)page->headings[subject].width + 1, text);
}

static size_t head_lines(const struct page *page)
{
    size_t lines = 1;
    for (size_t i = 0; i < page->n; i++) {
        size_t n = page->headings[page->first + i].n_lines;
        lines = n > lines ? n : lines;
    }
    return lines;
}

/* One line of the heads, without spaces behind its last word. */
static void head_line(const struct page *page, size_t line, size_t lines)
{
    int gap = 0;
    for (size_t i = 0; i < page->n; i++) {
        const struct heading *heading = &page->headings[page->first + i];
        const char *text = heading_line(heading, line, lines);
        gap += (int)heading->width + 1;
        if (text[0] != '\0') {
            paint_cell(page->out, page->style, TONE_HEADING, gap, text);
            gap = 0;
        }
    }
    fputc('\n', page->out);
}

static void head(const struct page *page)
{
    size_t lines = head_lines(page);
    for (size_t line = 0; line < lines; line++) {
        bool last = line + 1 == lines;
        name_cell(page, TONE_HEADING, last ? "trace" : "");
        if (page->block->limit) {
            paint_cell(page->out, page->style, TONE_HEADING, LIMIT_WIDTH,
                       last ? "limit" : "");
        }
        head_line(page, line, lines);
    }
}

/*
 * The largest of the values as it is shown; empty where there is nothing to
 * choose: fewer than two, or all look the same.
 */
static struct figure best_of(const double *values, size_t n,
                             struct figure (*show)(double))
{
    struct figure best = {""};
    double most = -INFINITY, least = INFINITY;
    for (size_t i = 0; i < n; i++) {
        most = isnan(values[i]) ? most : fmax(most, values[i]);
        least = isnan(values[i]) ? least : fmin(least, values[i]);
    }
    if (most > least && strcmp(show(most).text, show(least).text) != 0) {
        best = show(most);
    }
    return best;
}

static void marked_cell(const struct page *page, size_t subject, double value,
                        const struct figure *best)
{
    struct figure figure = page->block->show(value);
    bool mark = strcmp(figure.text, best->text) == 0;
    char text[40];
    snprintf(text, sizeof(text), "%s%s", mark ? "*" : "", figure.text);
    figure_cell(page, subject, mark ? TONE_GOOD : TONE_PLAIN, text);
}

/* values: one for each subject of the run, room for a row's figures. */
static void row(const struct page *page, size_t trace, double *values)
{
    const struct run *run = page->run;
    const struct trace_facts *facts = &run->traces[trace];
    for (size_t s = 0; s < run->n_subjects; s++) {
        const struct result *result = run_result(run, trace, s);
        values[s] = result_valid(result)
                        ? page->block->value(result, facts->limit)
                        : NAN;
    }
    struct figure best = best_of(values, run->n_subjects, page->block->show);
    name_cell(page, TONE_PLAIN, facts->name);
    if (page->block->limit) {
        paint_cell(page->out, page->style, TONE_FAINT, LIMIT_WIDTH,
                   figure_share(facts->limit).text);
    }
    for (size_t s = page->first; s < page->first + page->n; s++) {
        enum verdict verdict = run_result(run, trace, s)->verdict;
        if (verdict == VERDICT_VALID) {
            marked_cell(page, s, values[s], &best);
        } else {
            figure_cell(page, s, verdict_tone(verdict), verdict_label(verdict));
        }
    }
    fputc('\n', page->out);
}

/* Only who did all traces can have the best average. */
static void average_row(const struct page *page, const struct average *average,
                        const struct summary *summaries, double *values)
{
    size_t n = page->run->n_subjects;
    for (size_t s = 0; s < n; s++) {
        bool whole = summaries[s].valid == page->run->n_traces;
        values[s] = whole ? average->of(&summaries[s]) : NAN;
    }
    struct figure best = best_of(values, n, average->show);
    name_cell(page, TONE_HEADING, average->name);
    if (page->block->limit) {
        struct figure limit = average->of == average_utilization
                                  ? figure_share(summaries[0].limit_mean)
                                  : (struct figure){""};
        paint_cell(page->out, page->style, TONE_FAINT, LIMIT_WIDTH, limit.text);
    }
    for (size_t s = page->first; s < page->first + page->n; s++) {
        double value = average->of(&summaries[s]);
        struct figure none = {""};
        marked_cell(page, s, value, isnan(values[s]) ? &none : &best);
    }
    fputc('\n', page->out);
}

static void show_page(const struct page *page, const struct summary *summaries,
                      double *values)
{
    fputc('\n', page->out);
    head(page);
    for (size_t t = 0; t < page->run->n_traces; t++) {
        row(page, t, values);
    }
    paint_rule(page->out, page->style, page_width(page));
    average_row(page, &page->block->averages[0], summaries, values);
    average_row(page, &page->block->averages[1], summaries, values);
}

/* How many of the subjects from first on fit beside each other, at least 1. */
static size_t fitting(const struct page *page, size_t n_subjects)
{
    size_t width = head_width(page);
    size_t n = 0;
    for (size_t s = page->first; s < n_subjects; s++, n++) {
        width += 1 + page->headings[s].width;
        if (width > page->style->columns) {
            break;
        }
    }
    return n > 0 ? n : 1;
}

/* The number of pages that greedy filling takes. */
static size_t count_pages(struct page page, size_t n_subjects)
{
    size_t pages = 0;
    for (page.first = 0; page.first < n_subjects; pages++) {
        page.first += fitting(&page, n_subjects);
    }
    return pages;
}

/* The longest names that cost no page more than short ones. */
static size_t choose_name_width(struct page page, size_t n_subjects)
{
    size_t width = longest_trace_name(page.run);
    page.name_width = width < SHORT_NAME ? width : SHORT_NAME;
    size_t pages = count_pages(page, n_subjects);
    for (page.name_width = width; page.name_width > SHORT_NAME;
         page.name_width--) {
        if (count_pages(page, n_subjects) == pages) {
            break;
        }
    }
    return page.name_width;
}

static void show_block(struct page *page, const struct summary *summaries,
                       double *values)
{
    size_t n_subjects = page->run->n_subjects;
    size_t pages = count_pages(*page, n_subjects);
    paint_text(page->out, page->style, TONE_HEADING, page->block->title);
    fprintf(page->out, ": %s\n", page->block->meaning);
    for (page->first = 0; page->first < n_subjects; page->first += page->n) {
        size_t left = n_subjects - page->first;
        size_t even = pages > 0 ? (left + pages - 1) / pages : left;
        size_t most = fitting(page, n_subjects);
        page->n = even < most ? even : most;
        pages -= pages > 0;
        show_page(page, summaries, values);
    }
}

int compare_blocks(FILE *out, const struct run *run,
                   const struct report_style *style)
{
    size_t n = run->n_subjects;
    int status = -1;
    struct heading *headings = calloc(n, sizeof(*headings));
    struct summary *summaries = calloc(n, sizeof(*summaries));
    double *values = calloc(n, sizeof(*values));
    if (headings == NULL || summaries == NULL || values == NULL) {
        goto done;
    }
    for (size_t s = 0; s < n; s++) {
        headings[s] = heading_break(run->subjects[s].label, FIGURE_WIDTH);
        summaries[s] = summarize(run, s);
    }
    for (size_t b = 0; b < sizeof(blocks) / sizeof(blocks[0]); b++) {
        if (blocks[b].timed && !run->timed) {
            continue;
        }
        struct page page = {.out = out,
                            .run = run,
                            .style = style,
                            .block = &blocks[b],
                            .headings = headings};
        page.name_width = choose_name_width(page, n);
        fputs(b > 0 ? "\n" : "", out);
        show_block(&page, summaries, values);
    }
    status = 0;
done:
    free(values);
    free(summaries);
    free(headings);
    return status;
}
