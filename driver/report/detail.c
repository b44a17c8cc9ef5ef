/*
 * detail.c -- where the memory went, and how the figures came about.
 *
 * The ledger divides the footprint at its peak among its owners; its parts
 * add up to the whole.  The strip of digits is the heap over time: each digit
 * is a stretch of the trace, and tells how many tenths of the heap were
 * payload at its end ("9": 90 % or more).
 *
 *     live/heap over time  5789999999998877665544332211
 */
#include "driver/report/detail.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "driver/report/heap_chart.h"
#include "driver/report/paint.h"
#include "driver/report/text.h"
#include "driver/report/verdict.h"

#define NAME_WIDTH  18
#define BYTES_WIDTH 12
#define STRIP       18

static void heading(FILE *out, const struct report_style *style,
                    const struct subject_facts *subject, const char *title,
                    const char *legend)
{
    char label[4 * 40 + 1];
    fputc('\n', out);
    text_cut(subject->label, 40, label, sizeof(label));
    paint_format(out, style, TONE_HEADING, "%s: %s", label, title);
    fprintf(out, "%s\n\n", legend);
}

/* A row of right-aligned heads or figures, all equally wide. */
static void cells(FILE *out, const struct report_style *style, enum tone tone,
                  int width, const char *const *texts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        paint_cell(out, style, tone, width, texts[i]);
    }
    fputc('\n', out);
}

static void ledger_rows(FILE *out, const struct report_style *style,
                        const char *name, const struct waste_ledger *ledger)
{
    const uint64_t parts[] = {ledger->footprint_bytes, ledger->payload_bytes,
                              ledger->internal_bytes, ledger->metadata_bytes,
                              ledger->external_bytes};
    char moment[48];
    paint_name(out, style, TONE_PLAIN, NAME_WIDTH, name);
    for (size_t i = 0; i < 5; i++) {
        paint_cell(out, style, TONE_PLAIN, BYTES_WIDTH,
                   figure_exact(parts[i]).text);
    }
    snprintf(moment, sizeof(moment), "  after op %s",
             figure_count(ledger->op).text);
    fputc('\n', out);
    paint_cell(out, style, TONE_FAINT, -NAME_WIDTH, moment);
    for (size_t i = 0; i < 5; i++) {
        double share = (double)parts[i] / (double)ledger->footprint_bytes;
        paint_cell(out, style, TONE_FAINT, BYTES_WIDTH,
                   figure_share(share).text);
    }
    fputc('\n', out);
}

static void ledgers(FILE *out, const struct run *run, size_t subject,
                    const struct report_style *style)
{
    static const char *const heads[] = {"heap", "payload", "internal",
                                        "metadata", "free"};
    heading(out, style, &run->subjects[subject], "where the memory went",
            ", in bytes, at the heap's peak");
    paint_name(out, style, TONE_HEADING, NAME_WIDTH, "trace");
    cells(out, style, TONE_HEADING, BYTES_WIDTH, heads, 5);
    for (size_t t = 0; t < run->n_traces; t++) {
        const struct footprint_record *footprint =
            &run_result(run, t, subject)->footprint;
        if (footprint->measured && footprint->has_ledger) {
            ledger_rows(out, style, run->traces[t].name, &footprint->at_peak);
        }
    }
}

/* Tenths of the heap that were payload, over the course of the trace. */
static void strip(const struct footprint_record *footprint, char *digits)
{
    uint32_t n = footprint->n_samples;
    size_t length = n < STRIP ? n : STRIP;
    for (size_t i = 0; i < length; i++) {
        const struct footprint_sample *sample =
            &footprint->samples[(i + 1) * n / length - 1];
        uint64_t whole = sample->footprint_bytes;
        double share =
            whole > 0 ? (double)sample->payload_bytes / (double)whole : 0;
        digits[i] = (char)('0' + (int)fmin(9, 10 * share));
    }
    digits[length] = '\0';
}

static void fragmentation_row(FILE *out, const struct report_style *style,
                              const char *name,
                              const struct footprint_record *footprint)
{
    char digits[STRIP + 1];
    const struct waste_ledger *ledger = &footprint->at_peak;
    paint_name(out, style, TONE_PLAIN, NAME_WIDTH, name);
    for (int i = 0; i < 4; i++) {
        paint_cell(out, style, TONE_PLAIN, 6,
                   figure_three(footprint->fragmentation[i]).text);
    }
    bool walked = footprint->has_ledger;
    paint_cell(out, style, TONE_PLAIN, 8,
               walked ? figure_count(ledger->free_blocks).text : "-");
    paint_cell(out, style, TONE_PLAIN, 10,
               walked ? figure_bytes(ledger->largest_free_bytes).text : "-");
    strip(footprint, digits);
    fputs("  ", out);
    paint_text(out, style, TONE_FAINT, digits);
    fputc('\n', out);
}

static void fragmentation(FILE *out, const struct run *run, size_t subject,
                          const struct report_style *style)
{
    static const char *const measures[] = {"1", "2", "3", "4"};
    heading(out, style, &run->subjects[subject], "fragmentation",
            ", after Johnstone & Wilson (1998); 1.00 is none\n"
            "a heap, l live payload: 1 mean of a/l, 2 a/l when l peaks, 3 a/l "
            "when a peaks,\n4 max a / max l. live/heap: tenths of the heap "
            "that were payload, over time");
    paint_name(out, style, TONE_HEADING, NAME_WIDTH, "trace");
    for (int i = 0; i < 4; i++) {
        paint_cell(out, style, TONE_HEADING, 6, measures[i]);
    }
    paint_cell(out, style, TONE_HEADING, 8, "holes");
    paint_cell(out, style, TONE_HEADING, 10, "largest");
    fputs("  ", out);
    paint_text(out, style, TONE_HEADING, "live/heap");
    fputc('\n', out);
    for (size_t t = 0; t < run->n_traces; t++) {
        const struct result *result = run_result(run, t, subject);
        if (result->footprint.measured) {
            fragmentation_row(out, style, run->traces[t].name,
                              &result->footprint);
        }
    }
}

static bool any_ledger(const struct run *run, size_t subject)
{
    for (size_t t = 0; t < run->n_traces; t++) {
        const struct footprint_record *footprint =
            &run_result(run, t, subject)->footprint;
        if (footprint->measured && footprint->has_ledger) {
            return true;
        }
    }
    return false;
}

static void bounds_row(FILE *out, const struct report_style *style,
                       const struct trace_facts *trace,
                       const struct result *result)
{
    const struct footprint_record *footprint = &result->footprint;
    double utilization = footprint->measured ? footprint->utilization : NAN;
    const struct figure figures[] = {figure_share(utilization),
                                     figure_share(trace->achievable),
                                     figure_share(trace->limit)};
    paint_name(out, style, TONE_PLAIN, NAME_WIDTH, trace->name);
    for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
        paint_cell(out, style, TONE_PLAIN, BYTES_WIDTH, figures[i].text);
    }
    fputc('\n', out);
}

static bool any_achievable(const struct run *run)
{
    for (size_t t = 0; t < run->n_traces; t++) {
        if (run->traces[t].achievable > 0) {
            return true;
        }
    }
    return false;
}

/* What it reached, what can be had at least, and what none can exceed. */
static void bounds(FILE *out, const struct run *run, size_t subject,
                   const struct report_style *style)
{
    static const char *const heads[] = {"util", "achievable", "limit"};
    heading(out, style, &run->subjects[subject], "what could be had",
            "; rep info looks longer for the achievable");
    paint_name(out, style, TONE_HEADING, NAME_WIDTH, "trace");
    cells(out, style, TONE_HEADING, BYTES_WIDTH, heads, 3);
    for (size_t t = 0; t < run->n_traces; t++) {
        if (run->traces[t].achievable > 0) {
            bounds_row(out, style, &run->traces[t],
                       run_result(run, t, subject));
        }
    }
}

void detail_memory(FILE *out, const struct run *run, size_t subject,
                   const struct report_style *style)
{
    if (any_achievable(run)) {
        bounds(out, run, subject, style);
    }
    if (any_ledger(run, subject)) {
        ledgers(out, run, subject, style);
    }
    fragmentation(out, run, subject, style);
    if (style->detail >= DETAIL_MORE) {
        for (size_t t = 0; t < run->n_traces; t++) {
            heap_chart(out, style, run->traces[t].name,
                       &run_result(run, t, subject)->footprint);
        }
    }
}

static void measurement_row(FILE *out, const struct report_style *style,
                            const char *name, const struct result *result)
{
    const struct check_record *check = &result->check;
    const struct timing_record *timing = &result->timing;
    bool timed = timing->measured;
    bool ratio = timed && timing->has_ratio;
    const struct figure figures[] = {
        figure_count(check->operations),
        figure_count(check->checked),
        timed ? figure_three(timing->ns_low) : figure_none(),
        timed ? figure_three(timing->ns_per_op) : figure_none(),
        timed ? figure_three(timing->ns_high) : figure_none(),
        timed ? figure_count(timing->rounds) : figure_none(),
        ratio ? figure_ratio(timing->libc_ratio_low) : figure_none(),
        ratio ? figure_ratio(timing->libc_ratio_high) : figure_none(),
    };
    paint_name(out, style, TONE_PLAIN, NAME_WIDTH, name);
    for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
        paint_cell(out, style, TONE_PLAIN, i < 2 ? 9 : 7, figures[i].text);
    }
    fputc('\n', out);
}

void detail_measurement(FILE *out, const struct run *run, size_t subject,
                        const struct report_style *style)
{
    static const char *const heads[] = {"ns low", "median", "high",
                                        "rounds", "x low",  "high"};
    heading(out, style, &run->subjects[subject], "how it was measured",
            ": low and high are quartiles over the rounds");
    paint_name(out, style, TONE_HEADING, NAME_WIDTH, "trace");
    paint_cell(out, style, TONE_HEADING, 9, "replayed");
    paint_cell(out, style, TONE_HEADING, 9, "checked");
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        paint_cell(out, style, TONE_HEADING, 7, heads[i]);
    }
    fputc('\n', out);
    for (size_t t = 0; t < run->n_traces; t++) {
        measurement_row(out, style, run->traces[t].name,
                        run_result(run, t, subject));
    }
}

static void fact(FILE *out, const struct report_style *style, const char *name,
                 const char *text)
{
    if (text[0] != '\0') {
        paint_cell(out, style, TONE_HEADING, -10, name);
        fprintf(out, "%s\n", text);
    }
}

void detail_machine(FILE *out, const struct run *run,
                    const struct report_style *style)
{
    const struct machine_facts *machine = &run->machine;
    char cpu[128];
    snprintf(cpu, sizeof(cpu), "%s, %u core%s", machine->cpu, machine->cores,
             machine->cores == 1 ? "" : "s");
    fputc('\n', out);
    fact(out, style, "machine", cpu);
    fact(out, style, "kernel", machine->kernel);
    fact(out, style, "libc", machine->libc);
    fact(out, style, "compiler", machine->compiler);
    fact(out, style, "version", machine->version);
    fact(out, style, "options", machine->options);
    fact(out, style, "started", machine->started);
    fact(out, style, "took", figure_duration(run->seconds).text);
}
