/*
 * sample_run.c -- runs made up by hand, for tests of what reports show.
 */
#include "tests/support/sample_run.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const trace_names[SAMPLE_TRACES] = {
    "cc1.rep",
    "python3.rep",
    "perl.rep",
    "sqlite3.rep",
    "gawk.rep",
    "binary-bal.rep",
    "binary2-bal.rep",
    "coalescing-bal.rep",
    "random-bal.rep",
    "random2-bal.rep",
    "realloc-bal.rep",
    "realloc2-bal.rep",
    "short1-bal.rep",
    "short2-bal.rep",
    "amptjp-bal.rep",
    "cccp-bal.rep",
    "cp-decl-bal.rep",
    "expr-bal.rep",
    "chromium-render-large-page.rep",
    "tiny.rep",
    "vim.rep",
};

static const char *const labels[SAMPLE_SUBJECTS] = {
    "first-fit",
    "best-fit",
    "best-fit:address",
    "worst-fit",
    "next-fit",
    "implicit",
    "bump",
    "libc",
    "segregated-storage",
    "buddy",
    "tlsf",
    "mymalloc",
    "first-fit:order=address,split=64",
    "half-fit",
};

static void fill_trace(struct trace_facts *trace, size_t t)
{
    uint64_t k = t + 1;
    *trace = (struct trace_facts){
        .name = trace_names[t],
        .path = trace_names[t],
        .ops = 700 * k * k * k + 4096,
        .ids = 300 * k * k,
        .weight = 1,
        .peak_payload_bytes = 98304 * k,
        .peak_live_blocks = 1000 * k,
        .limit = 1 - 0.003 * (double)t,
        .limit_with_header = 0.97 - 0.004 * (double)t,
        .achievable = 0.99 - 0.003 * (double)t,
    };
}

static void fill_footprint(struct footprint_record *footprint,
                           const struct trace_facts *trace, size_t s)
{
    double utilization = trace->limit * (0.93 - 0.03 * (double)s);
    double heap = (double)trace->peak_payload_bytes / utilization;
    uint64_t waste = (uint64_t)heap - trace->peak_payload_bytes;
    footprint->measured = true;
    footprint->has_ledger = strcmp(labels[s], "libc") != 0;
    footprint->utilization = utilization;
    footprint->peak_payload_bytes = trace->peak_payload_bytes;
    footprint->peak_footprint_bytes = (uint64_t)heap;
    for (int i = 0; i < 4; i++) {
        footprint->fragmentation[i] = (1.3 - 0.1 * i) / utilization;
    }
    footprint->at_peak = (struct waste_ledger){
        .op = trace->ops / 3,
        .footprint_bytes = (uint64_t)heap,
        .payload_bytes = trace->peak_payload_bytes,
        .internal_bytes = waste / 4,
        .metadata_bytes = waste / 4,
        .external_bytes = waste - waste / 4 - waste / 4,
        .live_blocks = trace->peak_live_blocks,
        .free_blocks = trace->peak_live_blocks / 7,
        .largest_free_bytes = waste / 5,
    };
    footprint->n_samples = 40;
    for (uint32_t i = 0; i < footprint->n_samples; i++) {
        footprint->samples[i] = (struct footprint_sample){
            .op = trace->ops * (i + 1) / 40,
            .payload_bytes = (uint64_t)(heap * (i < 20 ? i : 39 - i) / 24),
            .footprint_bytes = (uint64_t)(heap * (i < 20 ? i + 2 : 21) / 21),
        };
    }
}

static void fill_timing(struct timing_record *timing,
                        const struct trace_facts *trace, size_t t, size_t s)
{
    double ns = 14.2 + 3.7 * (double)((5 * t + 3 * s) % 11) +
                (strcmp(labels[s], "implicit") == 0 ? 2500 : 0);
    double ratio = 30 / ns;
    *timing = (struct timing_record){
        .measured = true,
        .has_ratio = true,
        .rounds = 15,
        .replays_per_round = 4,
        .ns_per_op = ns,
        .ns_low = ns * 0.98,
        .ns_high = ns * 1.03,
        .seconds = ns * 1e-9 * (double)trace->ops,
        .ops_per_s = 1e9 / ns,
        .libc_ratio = ratio,
        .libc_ratio_low = ratio * 0.99,
        .libc_ratio_high = ratio * 1.01,
    };
}

static void fill_result(struct result *result, const struct trace_facts *trace,
                        size_t t, size_t s)
{
    memset(result, 0, sizeof(*result));
    result->verdict = VERDICT_VALID;
    result->check =
        (struct check_record){2 * trace->ops, 2 * trace->ops, false, 0.125};
    fill_footprint(&result->footprint, trace, s);
    fill_timing(&result->timing, trace, t, s);
}

static void fill_machine(struct machine_facts *machine)
{
    *machine = (struct machine_facts){
        .cpu = "Imaginary Processor 9000",
        .cores = 2,
        .kernel = "Linux 6.1.0",
        .libc = "glibc 2.36",
        .compiler = "gcc 12.2.0 -O2",
        .version = "0.1.0",
        .options = "mdriver -f traces/*.rep",
        .started = "2024-01-02T03:04:05Z",
    };
}

static void fill_run(struct run *run)
{
    fill_machine(&run->machine);
    run->seconds = 12.5;
    run->timed = true;
    for (size_t t = 0; t < run->n_traces; t++) {
        fill_trace(&run->traces[t], t);
    }
    for (size_t s = 0; s < run->n_subjects; s++) {
        run->subjects[s] = (struct subject_facts){
            .label = labels[s],
            .given = labels[s],
            .summary = "an allocator made up for tests",
            .foreign = strcmp(labels[s], "libc") == 0,
        };
    }
    for (size_t t = 0; t < run->n_traces; t++) {
        for (size_t s = 0; s < run->n_subjects; s++) {
            fill_result(sample_result(run, t, s), &run->traces[t], t, s);
        }
    }
}

struct run *sample_run(size_t n_traces, size_t n_subjects)
{
    struct run *run = calloc(1, sizeof(*run));
    if (run == NULL) {
        return NULL;
    }
    run->n_traces = n_traces;
    run->n_subjects = n_subjects;
    run->traces = calloc(n_traces, sizeof(*run->traces));
    run->subjects = calloc(n_subjects, sizeof(*run->subjects));
    run->results = calloc(n_traces * n_subjects, sizeof(*run->results));
    if (run->traces == NULL || run->subjects == NULL || run->results == NULL) {
        sample_run_free(run);
        return NULL;
    }
    fill_run(run);
    return run;
}

void sample_run_free(struct run *run)
{
    if (run != NULL) {
        free(run->results);
        free(run->subjects);
        free(run->traces);
        free(run);
    }
}

struct result *sample_result(struct run *run, size_t trace, size_t subject)
{
    return &run->results[trace * run->n_subjects + subject];
}
