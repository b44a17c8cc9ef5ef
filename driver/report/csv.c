/*
 * csv.c -- one row per trace and policy, for spreadsheets and plots.
 *
 * RFC 4180 but for the end of a line, which is LF so that line tools work.
 * The first nine columns are a promise to scripts; new ones go to the end.
 * What was not measured is empty, never zero.  Fractions are fractions of 1,
 * units stand in the names.
 */
#include <inttypes.h>
#include <string.h>

#include "driver/report/reason.h"
#include "driver/report/report.h"
#include "driver/report/verdict.h"

static const char header[] =
    "trace,policy,valid,ops,utilization,limit,ns_per_op,ops_per_s,libc_ratio,"
    "verdict,share_of_limit,"
    "fragmentation_1,fragmentation_2,fragmentation_3,fragmentation_4,"
    "peak_payload_bytes,peak_footprint_bytes,"
    "ledger_op,ledger_footprint_bytes,ledger_payload_bytes,"
    "ledger_internal_bytes,ledger_metadata_bytes,ledger_external_bytes,"
    "ledger_live_blocks,ledger_free_blocks,ledger_largest_free_bytes,"
    "ns_per_op_low,ns_per_op_high,libc_ratio_low,libc_ratio_high,"
    "timing_rounds,timing_noisy,operations_checked,checks_thinned,"
    "limit_with_header,weight,message,path\n";

/* A field in quotes where RFC 4180 wants them, with a comma before it. */
static void put_text(FILE *out, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"') {
            fputc('"', out);
        }
        fputc(*text, out);
    }
    fputc('"', out);
}

static void put_count(FILE *out, uint64_t count)
{
    fprintf(out, ",%" PRIu64, count);
}

static void put_empty(FILE *out, unsigned fields)
{
    while (fields-- > 0) {
        fputc(',', out);
    }
}

static void put_utilization(FILE *out, const struct footprint_record *footprint)
{
    if (footprint->measured) {
        fprintf(out, ",%.6f", footprint->utilization);
    } else {
        put_empty(out, 1);
    }
}

static void put_speed(FILE *out, const struct timing_record *timing)
{
    if (timing->measured) {
        fprintf(out, ",%.3f,%.0f", timing->ns_per_op, timing->ops_per_s);
    } else {
        put_empty(out, 2);
    }
    if (timing->measured && timing->has_ratio) {
        fprintf(out, ",%.4f", timing->libc_ratio);
    } else {
        put_empty(out, 1);
    }
}

static void put_footprint(FILE *out, const struct footprint_record *footprint,
                          double limit)
{
    if (!footprint->measured) {
        put_empty(out, 7);
        return;
    }
    fprintf(out, ",%.6f", footprint->utilization / limit);
    for (int i = 0; i < 4; i++) {
        fprintf(out, ",%.6f", footprint->fragmentation[i]);
    }
    put_count(out, footprint->peak_payload_bytes);
    put_count(out, footprint->peak_footprint_bytes);
}

static void put_ledger(FILE *out, const struct footprint_record *footprint)
{
    if (!footprint->measured || !footprint->has_ledger) {
        put_empty(out, 9);
        return;
    }
    const struct waste_ledger *ledger = &footprint->at_peak;
    put_count(out, ledger->op);
    put_count(out, ledger->footprint_bytes);
    put_count(out, ledger->payload_bytes);
    put_count(out, ledger->internal_bytes);
    put_count(out, ledger->metadata_bytes);
    put_count(out, ledger->external_bytes);
    put_count(out, ledger->live_blocks);
    put_count(out, ledger->free_blocks);
    put_count(out, ledger->largest_free_bytes);
}

static void put_timing(FILE *out, const struct timing_record *timing)
{
    if (!timing->measured) {
        put_empty(out, 6);
        return;
    }
    fprintf(out, ",%.3f,%.3f", timing->ns_low, timing->ns_high);
    if (timing->has_ratio) {
        fprintf(out, ",%.4f,%.4f", timing->libc_ratio_low,
                timing->libc_ratio_high);
    } else {
        put_empty(out, 2);
    }
    fprintf(out, ",%" PRIu32 ",%d", timing->rounds, timing->noisy);
}

static void put_row(FILE *out, const struct trace_facts *trace,
                    const struct subject_facts *subject,
                    const struct result *result)
{
    char reason[REASON_ROOM];
    put_text(out, trace->name);
    fputc(',', out);
    put_text(out, subject->label);
    fprintf(out, ",%d", result_valid(result));
    put_count(out, trace->ops);
    put_utilization(out, &result->footprint);
    fprintf(out, ",%.6f", trace->limit);
    put_speed(out, &result->timing);
    fprintf(out, ",%s", verdict_name(result->verdict));
    put_footprint(out, &result->footprint, trace->limit);
    put_ledger(out, &result->footprint);
    put_timing(out, &result->timing);
    put_count(out, result->check.checked);
    fprintf(out, ",%d,%.6f,%" PRIu32 ",", result->check.thinned,
            trace->limit_with_header, trace->weight);
    put_text(out, reason_text(result, reason));
    fputc(',', out);
    put_text(out, trace->path);
    fputc('\n', out);
}

int report_csv(FILE *out, const struct run *run)
{
    fputs(header, out);
    for (size_t t = 0; t < run->n_traces; t++) {
        for (size_t s = 0; s < run->n_subjects; s++) {
            put_row(out, &run->traces[t], &run->subjects[s],
                    run_result(run, t, s));
        }
    }
    return fflush(out) == 0 && !ferror(out) ? 0 : -1;
}
