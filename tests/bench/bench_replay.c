/*
 * bench_replay.c -- what timing itself costs, and how the policies compare.
 *
 * First the timing loop on a subject that does nothing at all and on bump,
 * which shows it to users: on a steady program (a block dies, one is born), on
 * bursts of both, and on a trace whose kinds no branch predictor can foresee,
 * where every other operation costs a misprediction of the loop's own branch.
 * Blocks are small and few, so that bump's headers, which it writes to fresh
 * memory each time, stay in the caches next to the processor.
 *
 * Then throughput as a multiple of libc's, interleaved in the same run, with
 * quartiles, of every registered policy on a few of the traces at hand.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "allocator/registry.h"
#include "driver/clock/clock.h"
#include "driver/generate/generate.h"
#include "driver/measure/clock_cost.h"
#include "driver/measure/statistics.h"
#include "driver/measure/timing.h"
#include "driver/measure/timing_loop.h"
#include "driver/trace/build.h"

#define LIVE          ((uint32_t)1000)
#define OPS           ((uint32_t)4000)
#define TARGET_NS     3.0
#define REPLAYS       4000
#define MOST_POLICIES 64

/* ---- the loop's own cost ------------------------------------------------ */

static int null_init(struct heap *heap, const uint64_t *values)
{
    (void)values;
    return heap_grow(heap, HEAP_ALIGNMENT) != NULL ? 0 : -1;
}

static void *null_malloc(struct heap *heap, size_t size)
{
    (void)size;
    return heap->base;
}

static void null_free(struct heap *heap, void *payload)
{
    (void)heap;
    (void)payload;
}

static const struct policy null_policy = {
    .name = "null",
    .init = null_init,
    .malloc = null_malloc,
    .free = null_free,
};

/* Runs of allocations, each followed by as many deaths of the oldest. */
static int make_runs(uint32_t length, struct trace *trace)
{
    struct trace_builder builder = {0};
    uint32_t born = 0, dead = 0;
    while (builder.n_ops < OPS) {
        for (uint32_t i = 0; i < length; i++, born++) {
            build_append(
                &builder,
                (struct op){.kind = OP_ALLOC, .id = born % LIVE, .size = 16});
        }
        for (uint32_t i = 0; i < length; i++, dead++) {
            build_append(&builder,
                         (struct op){.kind = OP_FREE, .id = dead % LIVE});
        }
    }
    return build_finish(&builder, "runs", trace);
}

static int make_random(struct trace *trace)
{
    struct generate_error error;
    struct generate_params params = generate_defaults(&family_random);
    return generate_set(&params, "ops", OPS, &error) != 0 ||
                   generate_set(&params, "small", 16, &error) != 0 ||
                   generate_set(&params, "large", 16, &error) != 0
               ? -1
               : generate_trace(&params, trace, &error);
}

/* Replays once after a reset and adds the time to the sample; 0 or -1. */
static int add_replay(const struct trace *trace, struct session *session,
                      double clock_cost, struct sample *sample)
{
    if (session_reset(session) != 0) {
        return -1;
    }
    uint64_t at, start = clock_cpu_ns();
    timing_loop(trace, session, &at);
    sample_add(sample, (double)(clock_cpu_ns() - start) - clock_cost);
    return 0;
}

enum { NULL_SUBJECT, BUMP, SUBJECTS };

/*
 * ns per operation that the fastest twentieth of many replays keep, in turns:
 * what is asked is the cost of the code, and whatever else the machine does
 * adds to it.  (The fastest one would not do: where the hypervisor's own turns
 * are taken off CPU time, a single reading may be short.)  Returns 0 or -1.
 */
static int measure_cost(const struct trace *trace, double *ns_per_op)
{
    static double values[SUBJECTS][REPLAYS];
    const struct subject subjects[] = {{.policy = &null_policy},
                                       {.policy = registry_find("bump")}};
    struct sample samples[SUBJECTS] = {{values[0], 0}, {values[1], 0}};
    struct session sessions[SUBJECTS];
    double clock_cost = (double)clock_cost_ns();
    int status = 0;
    for (int k = 0; k < SUBJECTS; k++) {
        if (session_open(&sessions[k], &subjects[k], trace->n_ids, NULL) != 0) {
            return -1;
        }
    }
    for (int i = 0; i < SUBJECTS * REPLAYS && status == 0; i++) {
        int k = i % SUBJECTS;
        status = add_replay(trace, &sessions[k], clock_cost, &samples[k]);
    }
    for (int k = 0; k < SUBJECTS; k++) {
        ns_per_op[k] =
            sample_quantile(&samples[k], 0.05) / (double)trace->n_ops;
        session_close(&sessions[k]);
    }
    return status;
}

static void show_verdict(const char *what, double ns)
{
    printf("  %s, steady: %.2f ns/op, at most %.1f wanted: %s\n", what, ns,
           TARGET_NS, ns <= TARGET_NS ? "met" : "missed");
}

/* Prints one line and frees the trace; 0 or -1. */
static int show_cost(const char *name, struct trace *trace, double *ns_per_op)
{
    int status = measure_cost(trace, ns_per_op);
    printf("  %-8s %8zu ops   null %5.2f ns/op   bump %5.2f ns/op\n", name,
           trace->n_ops, ns_per_op[NULL_SUBJECT], ns_per_op[BUMP]);
    trace_free(trace);
    return status;
}

static int bench_loop(void)
{
    struct trace steady, bursts, random;
    double ns[SUBJECTS], others[SUBJECTS];
    if (make_runs(1, &steady) != 0 || make_runs(64, &bursts) != 0 ||
        make_random(&random) != 0) {
        return -1;
    }
    printf("replay: cost of the timing loop, fastest twentieth of %d replays\n",
           REPLAYS);
    if (show_cost("steady", &steady, ns) != 0 ||
        show_cost("bursts", &bursts, others) != 0 ||
        show_cost("random", &random, others) != 0) {
        return -1;
    }
    show_verdict("the loop itself", ns[NULL_SUBJECT]);
    show_verdict("with bump", ns[BUMP]);
    return 0;
}

/* ---- policies against libc ---------------------------------------------- */

static void show_record(const char *label, const struct timing_record *record)
{
    printf("  %-24s %8.1f ns/op %6.2f x libc (%.2f .. %.2f)%s\n", label,
           record->ns_per_op, record->libc_ratio, record->libc_ratio_low,
           record->libc_ratio_high, record->noisy ? "  noisy" : "");
}

static int compare(const char *path, const struct subject *subjects, size_t n)
{
    struct trace trace;
    struct trace_error error;
    struct timing_record records[MOST_POLICIES];
    struct timing_options options = {
        .budget_s = 3, .tolerance = 0.03, .reference = n - 1};
    if (trace_read(path, &trace, &error) != 0) {
        fprintf(stderr, "%s: %s\n", error.path, error.message);
        return -1;
    }
    int status = timing_run(&trace, subjects, n, &options, NULL, records);
    if (status == 0) {
        printf("replay: %s, %zu ops, %u rounds\n", trace.name, trace.n_ops,
               records[0].rounds);
        for (size_t i = 0; i < n; i++) {
            show_record(subjects[i].label, &records[i]);
        }
    }
    trace_free(&trace);
    return status;
}

/* The first, the middle and the last of the traces folder. */
static int compare_some(const struct subject *subjects, size_t n)
{
    glob_t found;
    int status = 0;
    if (glob("traces/*.rep", 0, NULL, &found) != 0) {
        printf("replay: no traces/*.rep to compare policies on\n");
        return 0;
    }
    size_t last = found.gl_pathc - 1;
    const size_t chosen[] = {0, last / 2, last};
    for (size_t i = 0; i < 3 && status == 0; i++) {
        if (i == 0 || chosen[i] != chosen[i - 1]) {
            status = compare(found.gl_pathv[chosen[i]], subjects, n);
        }
    }
    globfree(&found);
    return status;
}

static int bench_policies(void)
{
    struct subject *subjects = NULL;
    size_t n = 0;
    char message[100];
    int status =
        subject_parse_list("all,libc", &subjects, &n, message, sizeof message);
    if (status == 0 && n <= MOST_POLICIES) {
        status = compare_some(subjects, n);
    }
    free(subjects);
    return status;
}

int main(void)
{
    if (bench_loop() != 0 || bench_policies() != 0) {
        fprintf(stderr, "bench_replay: failed\n");
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
