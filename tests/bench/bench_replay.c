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

#include "driver/measure/timing.h"
#include "driver/trace/build.h"
#include "driver/trace/generate.h"

#define LIVE          ((uint32_t)1000)
#define OPS           ((uint32_t)4000)
#define TARGET_NS     3.0
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
    struct generate_params params = {OPS, 1, 16, 16};
    return generate_trace(trace_family_find("random"), &params, trace);
}

/*
 * Prints one line and frees the trace.  Returns the lower quartile of bump's
 * ns per operation (what is asked is the cost of the code, and other load on
 * the machine only adds to it), or a negative number.
 */
static double show_cost(const char *name, struct trace *trace)
{
    struct subject subjects[2] = {{.policy = &null_policy}};
    struct timing_options options = {.budget_s = 1, .tolerance = 0.02};
    struct timing_record records[2];
    char message[100];
    struct subject *bump = NULL;
    size_t n = 0;
    options.reference = SIZE_MAX;
    if (subject_parse_list("bump", &bump, &n, message, sizeof message) != 0) {
        return -1;
    }
    subjects[1] = *bump;
    free(bump);
    if (timing_run(trace, subjects, 2, &options, NULL, records) != 0) {
        return -1;
    }
    printf("  %-8s %8zu ops   null %5.2f ns/op   bump %5.2f ns/op\n", name,
           trace->n_ops, records[0].ns_per_op, records[1].ns_per_op);
    trace_free(trace);
    return records[1].ns_low;
}

static int bench_loop(void)
{
    struct trace steady, bursts, random;
    if (make_runs(1, &steady) != 0 || make_runs(64, &bursts) != 0 ||
        make_random(&random) != 0) {
        return -1;
    }
    printf("replay: cost of the timing loop\n");
    double ns = show_cost("steady", &steady);
    if (ns < 0 || show_cost("bursts", &bursts) < 0 ||
        show_cost("random", &random) < 0) {
        return -1;
    }
    printf(
        "  bump, steady, lower quartile: %.2f ns/op, at most %.1f wanted: %s\n",
        ns, TARGET_NS, ns <= TARGET_NS ? "met" : "missed");
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
