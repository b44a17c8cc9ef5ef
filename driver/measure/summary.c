/*
 * summary.c -- means and totals over the traces of a run.
 */
#include "driver/measure/summary.h"

#include "driver/measure/statistics.h"

enum weight {
    WEIGHT_NEITHER = 0,
    WEIGHT_UTILIZATION_ONLY = 2,
    WEIGHT_THROUGHPUT_ONLY = 3
};

struct gathered {
    struct mean utilization, limit, share;
    struct mean ops_per_s, libc_ratio;
    double libc_s; /* what libc took for the traces that have a ratio ... */
    double ours_s; /* ... and what the subject took for them */
};

static bool counts_utilization(const struct trace_facts *trace)
{
    return trace->weight != WEIGHT_NEITHER &&
           trace->weight != WEIGHT_THROUGHPUT_ONLY;
}

static bool counts_throughput(const struct trace_facts *trace)
{
    return trace->weight != WEIGHT_NEITHER &&
           trace->weight != WEIGHT_UTILIZATION_ONLY;
}

static void gather_utilization(struct gathered *g,
                               const struct trace_facts *trace,
                               const struct result *result)
{
    bool has = result_valid(result) && result->footprint.measured;
    double utilization = has ? result->footprint.utilization : 0;
    mean_add(&g->utilization, utilization);
    mean_add(&g->limit, trace->limit);
    mean_add(&g->share, trace->limit > 0 ? utilization / trace->limit : 0);
}

static void gather_throughput(struct gathered *g, struct summary *summary,
                              const struct trace_facts *trace,
                              const struct result *result)
{
    const struct timing_record *timing = &result->timing;
    if (!result_valid(result)) {
        mean_add(&g->ops_per_s, 0);
        mean_add(&g->libc_ratio, 0);
        return;
    }
    if (!timing->measured) { /* nothing to time, or timing was not wanted */
        return;
    }
    summary->ops += trace->ops;
    summary->seconds += timing->seconds;
    mean_add(&g->ops_per_s, timing->ops_per_s);
    mean_add(&g->libc_ratio, timing->has_ratio ? timing->libc_ratio : 0);
    if (timing->has_ratio) {
        g->libc_s += timing->seconds * timing->libc_ratio;
        g->ours_s += timing->seconds;
    }
}

static void conclude(struct summary *summary, const struct gathered *g)
{
    summary->utilization_mean = mean_arithmetic(&g->utilization);
    summary->limit_mean = mean_arithmetic(&g->limit);
    summary->share_of_limit_mean = mean_arithmetic(&g->share);
    summary->ops_per_s_harmonic = mean_harmonic(&g->ops_per_s);
    summary->libc_ratio_geomean = mean_geometric(&g->libc_ratio);
    if (summary->seconds > 0) {
        summary->ops_per_s_total = (double)summary->ops / summary->seconds;
    }
    if (g->ours_s > 0) {
        summary->libc_ratio_total = g->libc_s / g->ours_s;
    }
}

struct summary summarize(const struct run *run, size_t subject)
{
    struct summary summary = {.traces = 0};
    struct gathered gathered = {0};
    for (size_t i = 0; i < run->n_traces; i++) {
        const struct trace_facts *trace = &run->traces[i];
        const struct result *result = run_result(run, i, subject);
        if (result->verdict == VERDICT_NOT_RUN) {
            continue;
        }
        summary.traces++;
        summary.valid += result_valid(result);
        if (counts_utilization(trace)) {
            gather_utilization(&gathered, trace, result);
        }
        if (counts_throughput(trace)) {
            gather_throughput(&gathered, &summary, trace, result);
        }
    }
    conclude(&summary, &gathered);
    return summary;
}
