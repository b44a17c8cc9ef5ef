/*
 * standing.c -- averages over all traces, and the classic index of them.
 */
#include "driver/report/standing.h"

#include <math.h>
#include <string.h>

#include "driver/grade/classic.h"
#include "driver/measure/summary.h"
#include "driver/report/averages.h"
#include "driver/report/paint.h"
#include "driver/report/text.h"

#define LABEL_COLUMN 14

static void label(FILE *out, const struct report_style *style, const char *text)
{
    paint_cell(out, style, TONE_HEADING, -LABEL_COLUMN, text);
}

static void sentence(FILE *out, const struct report_style *style,
                     const char *name, const char *text)
{
    label(out, style, name);
    paint_wrapped(out, style, LABEL_COLUMN, LABEL_COLUMN, text);
}

static void utilization_words(FILE *out, const struct summary *summary,
                              const struct report_style *style)
{
    char text[256];
    snprintf(text, sizeof(text),
             "%s of the heap at its peak (mean over traces%s), %s of the limit "
             "that any allocator with 16-byte alignment could reach",
             figure_share(summary->utilization_mean).text,
             summary->valid < summary->traces ? ", failed ones as 0" : "",
             figure_share(summary->share_of_limit_mean).text);
    sentence(out, style, "Utilization", text);
}

static void throughput_words(FILE *out, const struct summary *summary,
                             const struct report_style *style)
{
    char text[256], mean[96] = "";
    if (summary->ops_per_s_harmonic > 0) {
        snprintf(mean, sizeof(mean), "; harmonic mean over traces %s",
                 figure_three(summary->ops_per_s_harmonic / 1e6).text);
    }
    snprintf(text, sizeof(text), "%s million operations/s: %s in %s%s",
             figure_three(summary->ops_per_s_total / 1e6).text,
             figure_count(summary->ops).text,
             figure_duration(summary->seconds).text, mean);
    sentence(out, style, "Throughput", text);
}

static void libc_words(FILE *out, const struct summary *summary,
                       const struct report_style *style)
{
    char text[256];
    if (summary->libc_ratio_geomean <= 0) {
        return;
    }
    snprintf(text, sizeof(text),
             "%s its speed (geometric mean over traces), %s in total time",
             figure_ratio(summary->libc_ratio_geomean).text,
             figure_ratio(summary->libc_ratio_total).text);
    sentence(out, style, "Against libc", text);
}

/* With the handout's bar for speed; 0 where a trace is not valid. */
static double handout_index(const struct summary *summary)
{
    if (summary->valid < summary->traces) {
        return 0;
    }
    return classic_index(summary->utilization_mean, summary->ops_per_s_total,
                         CLASSIC_HANDOUT_OPS_PER_S);
}

static void index_words(FILE *out, const struct summary *summary,
                        const struct report_style *style)
{
    char text[256];
    double space = classic_index(summary->utilization_mean, 0, 1);
    double index = handout_index(summary);
    if (summary->valid < summary->traces) {
        snprintf(text, sizeof(text), "0/100: %zu of %zu traces are not valid",
                 summary->traces - summary->valid, summary->traces);
    } else {
        snprintf(text, sizeof(text),
                 "%.0f/100 = %.0f for utilization + %.0f for throughput, by "
                 "CS:APP's rule; %.0f with libc's speed as the bar",
                 index, space, index - space, classic_index_of(summary));
    }
    sentence(out, style, "Index", text);
}

void standing_words(FILE *out, const struct run *run, size_t subject,
                    const struct report_style *style)
{
    struct summary summary = summarize(run, subject);
    fputc('\n', out);
    utilization_words(out, &summary, style);
    if (run->timed) {
        throughput_words(out, &summary, style);
        libc_words(out, &summary, style);
        index_words(out, &summary, style);
    }
}

/* A column of the table; width includes the gap before it. */
struct column {
    const char *head;
    int width;
    bool timed;
    bool swept; /* shown of a sweep */
    average_of *of;
    struct figure (*show)(double value);
};

static struct figure figure_points(double points)
{
    struct figure figure;
    snprintf(figure.text, sizeof(figure.text), "%.0f", points);
    return figure;
}

static const struct column columns[] = {
    {"util", 8, false, true, average_utilization, figure_share},
    {"reached", 9, false, true, average_share_of_limit, figure_share},
    {"Mops/s", 8, true, true, average_total_mops, figure_three},
    {"harmonic", 10, true, false, average_harmonic_mops, figure_three},
    {"x libc", 8, true, true, average_geometric_ratio, figure_ratio},
    {"index", 7, true, false, handout_index, figure_points},
};

#define N_COLUMNS   (sizeof(columns) / sizeof(columns[0]))
#define VALID_WIDTH 9
#define MOST_LABEL  40

static bool column_shown(const struct run *run,
                         const struct report_style *style,
                         const struct column *column)
{
    return (run->timed || !column->timed) && (!style->sweep || column->swept);
}

/*
 * The largest value of a column over the subjects that did all traces, as it
 * is shown; empty where there is none.
 */
static struct figure column_best(const struct run *run,
                                 const struct column *column)
{
    double best = -INFINITY;
    for (size_t s = 0; s < run->n_subjects; s++) {
        struct summary summary = summarize(run, s);
        double value = column->of(&summary);
        if (summary.valid == run->n_traces && !isnan(value)) {
            best = fmax(best, value);
        }
    }
    return isfinite(best) ? column->show(best) : (struct figure){""};
}

static int label_width(const struct run *run, const struct report_style *style)
{
    size_t others = VALID_WIDTH;
    for (size_t c = 0; c < N_COLUMNS; c++) {
        others += column_shown(run, style, &columns[c])
                      ? (size_t)columns[c].width
                      : 0;
    }
    size_t room = style->columns > others + 8 ? style->columns - others : 8;
    size_t longest = strlen("policy");
    for (size_t s = 0; s < run->n_subjects; s++) {
        size_t width = name_width(run->subjects[s].label);
        longest = width > longest ? width : longest;
    }
    longest = longest > MOST_LABEL && !style->sweep ? MOST_LABEL : longest;
    return (int)(longest < room ? longest : room);
}

static void table_head(FILE *out, const struct run *run,
                       const struct report_style *style, int width)
{
    paint_cell(out, style, TONE_HEADING, -width, "policy");
    paint_cell(out, style, TONE_HEADING, VALID_WIDTH, "valid");
    for (size_t c = 0; c < N_COLUMNS; c++) {
        if (column_shown(run, style, &columns[c])) {
            paint_cell(out, style, TONE_HEADING, columns[c].width,
                       columns[c].head);
        }
    }
    fputc('\n', out);
}

static void table_row(FILE *out, const struct run *run, size_t subject,
                      const struct report_style *style, int width)
{
    char text[40];
    struct summary summary = summarize(run, subject);
    bool whole = summary.valid == run->n_traces;
    paint_name(out, style, TONE_PLAIN, (size_t)width,
               run->subjects[subject].label);
    snprintf(text, sizeof(text), "%zu/%zu", summary.valid, summary.traces);
    paint_cell(out, style, whole ? TONE_GOOD : TONE_BAD, VALID_WIDTH, text);
    for (size_t c = 0; c < N_COLUMNS; c++) {
        if (!column_shown(run, style, &columns[c])) {
            continue;
        }
        struct figure best = column_best(run, &columns[c]);
        struct figure figure = columns[c].show(columns[c].of(&summary));
        bool mark = whole && strcmp(best.text, figure.text) == 0;
        snprintf(text, sizeof(text), "%s%s", mark ? "*" : "", figure.text);
        paint_cell(out, style, mark ? TONE_GOOD : TONE_PLAIN, columns[c].width,
                   text);
    }
    fputc('\n', out);
}

void standing_table(FILE *out, const struct run *run,
                    const struct report_style *style)
{
    int width = label_width(run, style);
    paint_text(out, style, TONE_HEADING, "All traces together");
    fputs(": reached = share of the limit", out);
    fputs(run->timed && !style->sweep ? ", index = classic CS:APP points" : "",
          out);
    fputs("\n\n", out);
    table_head(out, run, style, width);
    for (size_t s = 0; s < run->n_subjects; s++) {
        table_row(out, run, s, style, width);
    }
}

void standing_autograder(FILE *out, const struct run *run)
{
    size_t graded = 0;
    for (size_t s = run->n_subjects; s-- > 0;) {
        graded = run->subjects[s].foreign ? graded : s;
    }
    struct summary summary = summarize(run, graded);
    fprintf(out, "correct:%zu\n", summary.valid);
    if (run->timed && !run->interrupted) {
        fprintf(out, "perfidx:%.0f\n", handout_index(&summary));
    }
}
