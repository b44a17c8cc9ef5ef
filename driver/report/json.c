/*
 * json.c -- every figure of a run for programs to read.
 *
 *     { "version", "started", "options", "seconds", "timed", "interrupted",
 *       "machine": {...},
 *       "traces":   [ {"trace", "ops", ...}, ... ],
 *       "policies": [ {"policy", "averages": {...}}, ... ],
 *       "results":  [ {"trace", "policy", "valid", ...}, ... ] }
 *
 * Keys keep their order; units stand in their names; shares are fractions of
 * 1; what was not measured is null.  Results come trace by trace.
 */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "driver/grade/classic.h"
#include "driver/measure/summary.h"
#include "driver/report/json_value.h"
#include "driver/report/report.h"
#include "driver/report/verdict.h"

static json_t *machine_object(const struct machine_facts *machine)
{
    json_t *object = json_object();
    value_put(object, "cpu", value_text(machine->cpu));
    value_put(object, "cores", value_count(machine->cores));
    value_put(object, "kernel", value_text(machine->kernel));
    value_put(object, "libc", value_text(machine->libc));
    value_put(object, "compiler", value_text(machine->compiler));
    return object;
}

static json_t *trace_object(const struct trace_facts *trace)
{
    json_t *object = json_object();
    value_put(object, "trace", value_text(trace->name));
    value_put(object, "path", value_text(trace->path));
    value_put(object, "ops", value_count(trace->ops));
    value_put(object, "ids", value_count(trace->ids));
    value_put(object, "weight", value_count(trace->weight));
    value_put(object, "peak_payload_bytes",
              value_count(trace->peak_payload_bytes));
    value_put(object, "peak_live_blocks", value_count(trace->peak_live_blocks));
    value_put(object, "limit", value_real(trace->limit));
    value_put(object, "limit_with_header",
              value_real(trace->limit_with_header));
    value_put(object, "achievable",
              value_real_if(trace->achievable > 0, trace->achievable));
    return object;
}

static json_t *averages_object(const struct summary *summary, bool timed)
{
    json_t *object = json_object();
    bool ratio = timed && summary->libc_ratio_total > 0;
    bool all_valid = summary->valid == summary->traces;
    double index = all_valid ? classic_index(summary->utilization_mean,
                                             summary->ops_per_s_total,
                                             CLASSIC_HANDOUT_OPS_PER_S)
                             : 0;
    value_put(object, "traces", value_count(summary->traces));
    value_put(object, "valid", value_count(summary->valid));
    value_put(object, "ops_timed", value_count(summary->ops));
    value_put(object, "utilization_mean",
              value_real(summary->utilization_mean));
    value_put(object, "limit_mean", value_real(summary->limit_mean));
    value_put(object, "share_of_limit_mean",
              value_real(summary->share_of_limit_mean));
    value_put(object, "seconds", value_real_if(timed, summary->seconds));
    value_put(object, "ops_per_s_total",
              value_real_if(timed, summary->ops_per_s_total));
    value_put(object, "ops_per_s_harmonic",
              value_real_if(timed, summary->ops_per_s_harmonic));
    value_put(object, "libc_ratio_geomean",
              value_real_if(ratio, summary->libc_ratio_geomean));
    value_put(object, "libc_ratio_total",
              value_real_if(ratio, summary->libc_ratio_total));
    value_put(object, "classic_index", value_real_if(timed, index));
    value_put(object, "classic_index_libc_bar",
              value_real_if(ratio, classic_index_of(summary)));
    return object;
}

static json_t *policy_object(const struct run *run, size_t subject)
{
    const struct subject_facts *facts = &run->subjects[subject];
    struct summary summary = summarize(run, subject);
    json_t *object = json_object();
    value_put(object, "policy", value_text(facts->label));
    value_put(object, "summary", value_text(facts->summary));
    value_put(object, "foreign", json_boolean(facts->foreign));
    value_put(object, "averages", averages_object(&summary, run->timed));
    return object;
}

static json_t *traces_array(const struct run *run)
{
    json_t *array = json_array();
    for (size_t t = 0; t < run->n_traces; t++) {
        value_append(array, trace_object(&run->traces[t]));
    }
    return array;
}

static json_t *policies_array(const struct run *run)
{
    json_t *array = json_array();
    for (size_t s = 0; s < run->n_subjects; s++) {
        value_append(array, policy_object(run, s));
    }
    return array;
}

static json_t *results_array(const struct run *run)
{
    json_t *array = json_array();
    for (size_t t = 0; t < run->n_traces; t++) {
        for (size_t s = 0; s < run->n_subjects; s++) {
            value_append(array, value_result(&run->traces[t], &run->subjects[s],
                                             run_result(run, t, s)));
        }
    }
    return array;
}

static json_t *run_object(const struct run *run)
{
    json_t *object = json_object();
    value_put(object, "version", value_text(run->machine.version));
    value_put(object, "started", value_text(run->machine.started));
    value_put(object, "options", value_text(run->machine.options));
    value_put(object, "seconds", value_real(run->seconds));
    value_put(object, "timed", json_boolean(run->timed));
    value_put(object, "interrupted", json_boolean(run->interrupted));
    value_put(object, "machine", machine_object(&run->machine));
    value_put(object, "traces", traces_array(run));
    value_put(object, "policies", policies_array(run));
    value_put(object, "results", results_array(run));
    return object;
}

int report_json(FILE *out, const struct run *run)
{
    json_t *object = run_object(run);
    int status =
        json_dumpf(object, out, JSON_INDENT(1) | JSON_REAL_PRECISION(10));
    json_decref(object);
    fputc('\n', out);
    return status == 0 && fflush(out) == 0 && !ferror(out) ? 0 : -1;
}
