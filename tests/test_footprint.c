/*
 * test_footprint.c -- utilization, fragmentation, samples and the ledger.
 *
 * bump's blocks are known (16 bytes of header, payload rounded up to 16), so
 * whole records can be worked out by hand; every registered policy is compared
 * with a naive recomputation.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/registry.h"
#include "driver/measure/footprint.h"
#include "driver/replay/replay.h"
#include "tests/support/generated.h"
#include "tests/support/made_trace.h"

#define NEAR 1e-12

#define MADE(ops) made_trace(ops, sizeof(ops) / sizeof(ops)[0])

static struct subject subject_of(const struct policy *policy)
{
    struct subject subject = {.policy = policy};
    char message[100];
    policy_set_options(policy, NULL, subject.values, message, sizeof message);
    return subject;
}

static struct footprint_record measured(const struct trace *trace,
                                        const struct policy *policy,
                                        size_t limit_bytes)
{
    struct subject subject = subject_of(policy);
    struct heap_options heap = {.limit_bytes = limit_bytes};
    struct footprint_record record;
    ck_assert_int_eq(footprint_run(trace, &subject, &heap, NULL, &record), 0);
    return record;
}

static uint64_t ledger_sum(const struct waste_ledger *l)
{
    return l->payload_bytes + l->internal_bytes + l->metadata_bytes +
           l->external_bytes;
}

/* ---- by hand ------------------------------------------------------------ */

START_TEST(bump_by_hand)
{
    /* footprint:              128      160       160   384       432 */
    const struct op ops[] = {
        made_alloc(0, 100), made_alloc(1, 10),   made_free(0),
        made_alloc(2, 200), made_realloc(1, 20), made_free(2),
        made_alloc(3, 150), made_free(1),        made_free(3)};
    /*                       432   608        608   608 */
    struct trace trace = MADE(ops);
    struct footprint_record record = measured(&trace, registry_find("bump"), 0);
    ck_assert(record.measured);
    ck_assert_uint_eq(record.peak_payload_bytes, 220);
    ck_assert_uint_eq(record.peak_footprint_bytes, 608);
    ck_assert_double_eq_tol(record.utilization, 220.0 / 608, NEAR);
    double sum = 128 / 100.0 + 160 / 110.0 + 160 / 10.0 + 384 / 210.0 +
                 432 / 220.0 + 432 / 20.0 + 608 / 170.0 + 608 / 150.0;
    ck_assert_double_eq_tol(record.fragmentation[0], sum / 8, NEAR);
    ck_assert_double_eq_tol(record.fragmentation[1], 432.0 / 220, NEAR);
    ck_assert_double_eq_tol(record.fragmentation[2], 608.0 / 170, NEAR);
    ck_assert_double_eq_tol(record.fragmentation[3], 608.0 / 220, NEAR);
    const struct waste_ledger expected = {
        .op = 6,
        .footprint_bytes = 608,
        .payload_bytes = 170,
        .internal_bytes = 12 + 10,
        .metadata_bytes = 16 + 16,
        .external_bytes = 128 + 32 + 224,
        .live_blocks = 2,
        .free_blocks = 3,
        .largest_free_bytes = 224,
    };
    ck_assert(record.has_ledger);
    ck_assert_mem_eq(&record.at_peak, &expected, sizeof expected);
    trace_free(&trace);
}
END_TEST

START_TEST(nothing_asked_is_no_waste)
{
    struct trace empty = {0};
    struct footprint_record record = measured(&empty, registry_find("bump"), 0);
    ck_assert(record.measured);
    ck_assert_double_eq(record.utilization, 1);
    ck_assert_double_eq(record.fragmentation[0], 0);
    ck_assert_double_eq(record.fragmentation[3], 0);
    ck_assert_uint_eq(record.n_samples, 0);
    ck_assert(!record.has_ledger);
}
END_TEST

START_TEST(moments_without_payload_are_left_out)
{
    const struct op ops[] = {made_alloc(0, 0), made_alloc(1, 16), made_free(1),
                             made_free(0)};
    struct trace trace = MADE(ops);
    struct footprint_record record = measured(&trace, registry_find("bump"), 0);
    ck_assert_double_eq_tol(record.fragmentation[0], 4, NEAR);
    ck_assert_double_eq_tol(record.utilization, 1.0 / 4, NEAR);
    trace_free(&trace);
}
END_TEST

START_TEST(refused_memory_is_not_payload)
{
    const struct op ops[] = {made_alloc(0, 1000), made_alloc(1, 4000),
                             made_realloc(0, 8000), made_free(1), made_free(0)};
    struct trace trace = MADE(ops);
    struct footprint_record record =
        measured(&trace, registry_find("bump"), 4096);
    ck_assert_uint_eq(record.peak_payload_bytes, 1000);
    ck_assert_uint_eq(record.peak_footprint_bytes, 1024);
    ck_assert_uint_eq(record.samples[2].payload_bytes, 1000);
    trace_free(&trace);
}
END_TEST

START_TEST(calloc_memalign_and_touch_count_as_they_should)
{
    const struct op ops[] = {
        {.kind = OP_CALLOC, .id = 0, .size = 48},
        {.kind = OP_TOUCH, .id = 0, .size = 48},
        {.kind = OP_MEMALIGN, .id = 1, .size = 48, .align_log2 = 6},
        made_realloc(0, 0),
        made_free(1)};
    struct trace trace = MADE(ops);
    struct footprint_record record = measured(&trace, registry_find("bump"), 0);
    const uint64_t payload[] = {48, 48, 96, 48, 0};
    const uint64_t footprint[] = {64, 64, 176, 176, 176};
    ck_assert_uint_eq(record.n_samples, 5);
    for (uint32_t i = 0; i < 5; i++) {
        ck_assert_uint_eq(record.samples[i].op, i);
        ck_assert_uint_eq(record.samples[i].payload_bytes, payload[i]);
        ck_assert_uint_eq(record.samples[i].footprint_bytes, footprint[i]);
    }
    /* 48 bytes of padding in front of the aligned payload are metadata. */
    ck_assert_uint_eq(record.at_peak.metadata_bytes, 176 - 96);
    trace_free(&trace);
}
END_TEST

/* ---- every policy against a naive recomputation ------------------------- */

#define OPS 1500

struct naive {
    size_t n;
    double a[2 * OPS], l[2 * OPS]; /* footprint and payload by operation */
    double max_a;                  /* as the heap noted it */
};

static double sum_of(const uint64_t *sizes, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += (double)sizes[i];
    }
    return sum;
}

static void recompute(const struct trace *trace, const struct policy *policy,
                      struct naive *naive)
{
    struct subject subject = subject_of(policy);
    struct session s;
    uint64_t *sizes = calloc((size_t)trace->n_ids + 1, sizeof *sizes);
    ck_assert_uint_le(trace->n_ops, 2 * OPS);
    ck_assert_int_eq(session_open(&s, &subject, trace->n_ids, NULL), 0);
    for (size_t i = 0; i < trace->n_ops; i++) {
        const struct op *op = &trace->ops[i];
        replay_op(policy, &s.heap, s.slots, op);
        sizes[op->id] = op->size;
        naive->l[i] = sum_of(sizes, trace->n_ids);
        naive->a[i] = (double)heap_footprint(&s.heap);
    }
    naive->n = trace->n_ops;
    naive->max_a = (double)heap_peak(&s.heap);
    session_close(&s);
    free(sizes);
}

static size_t first_max(const double *values, size_t n)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++) {
        if (values[i] > values[best]) {
            best = i;
        }
    }
    return best;
}

static void compare(const struct footprint_record *record,
                    const struct naive *naive)
{
    size_t at_l = first_max(naive->l, naive->n);
    size_t at_a = first_max(naive->a, naive->n);
    double sum = 0, counted = 0;
    for (size_t i = 0; i < naive->n; i++) {
        sum += naive->l[i] > 0 ? naive->a[i] / naive->l[i] : 0;
        counted += naive->l[i] > 0;
    }
    const double *m = record->fragmentation;
    ck_assert_double_eq_tol(m[0], sum / counted, 1e-9);
    ck_assert_double_eq_tol(m[1], naive->a[at_l] / naive->l[at_l], NEAR);
    ck_assert_double_eq_tol(m[2], naive->a[at_a] / naive->l[at_a], NEAR);
    ck_assert_double_eq_tol(m[3], naive->max_a / naive->l[at_l], NEAR);
    ck_assert_double_eq_tol(record->utilization * m[3], 1, NEAR);
    ck_assert_uint_eq(record->at_peak.op, at_a);
    for (uint32_t i = 0; i < record->n_samples; i++) {
        size_t op = (size_t)record->samples[i].op;
        ck_assert_uint_eq(record->samples[i].payload_bytes,
                          (uint64_t)naive->l[op]);
        ck_assert_uint_eq(record->samples[i].footprint_bytes,
                          (uint64_t)naive->a[op]);
    }
}

static const char *const recipes[] = {
    "short ops=1500",    "coalescing ops=1500", "binary ops=1500",
    "binary2 ops=1500",  "random ops=1500",     "realloc ops=1500",
    "realloc2 ops=1500", "strings ops=1500",    "vectors ops=1500",
    "hash ops=1500",     "graph ops=1500",
};

enum { N_RECIPES = sizeof recipes / sizeof recipes[0] };

/* _i is the recipe; every policy replays it. */
START_TEST(agrees_with_naive_recomputation)
{
    static struct naive naive;
    struct trace trace = generated(recipes[_i]);
    for (size_t p = 0; registry_at(p) != NULL; p++) {
        const struct policy *policy = registry_at(p);
        struct footprint_record record = measured(&trace, policy, 0);
        recompute(&trace, policy, &naive);
        ck_assert_msg(record.has_ledger, "%s", policy->name);
        compare(&record, &naive);
        ck_assert_uint_eq(record.peak_payload_bytes, trace.peak_payload_bytes);
        ck_assert_uint_eq(record.at_peak.footprint_bytes,
                          (uint64_t)naive.a[record.at_peak.op]);
        ck_assert_uint_eq(record.at_peak.payload_bytes,
                          (uint64_t)naive.l[record.at_peak.op]);
        ck_assert_uint_eq(ledger_sum(&record.at_peak),
                          record.at_peak.footprint_bytes);
    }
    trace_free(&trace);
}
END_TEST

/* Samples: ascending, both ends, both peaks, evenly spaced. */
START_TEST(samples_cover_the_trace)
{
    struct trace trace = generated(recipes[0]);
    struct footprint_record record = measured(&trace, registry_find("bump"), 0);
    ck_assert_uint_le(record.n_samples, FOOTPRINT_SAMPLES);
    ck_assert_uint_ge(record.n_samples, FOOTPRINT_SAMPLES - 2);
    ck_assert_uint_eq(record.samples[0].op, 0);
    ck_assert_uint_eq(record.samples[record.n_samples - 1].op, trace.n_ops - 1);
    uint64_t most_payload = 0, most_footprint = 0;
    for (uint32_t i = 0; i < record.n_samples; i++) {
        const struct footprint_sample *s = &record.samples[i];
        if (i > 0) {
            ck_assert_uint_gt(s->op, s[-1].op);
            ck_assert_uint_le(s->op - s[-1].op, trace.n_ops / 253 + 1);
        }
        most_payload =
            s->payload_bytes > most_payload ? s->payload_bytes : most_payload;
        most_footprint = s->footprint_bytes > most_footprint
                             ? s->footprint_bytes
                             : most_footprint;
    }
    ck_assert_uint_eq(most_payload, record.peak_payload_bytes);
    ck_assert_uint_eq(most_footprint, record.peak_footprint_bytes);
    trace_free(&trace);
}
END_TEST

/* ---- subjects that are not what they should be -------------------------- */

static int init(struct heap *heap, const uint64_t *values)
{
    (void)heap;
    (void)values;
    return 0;
}

/* Needs 1 KiB for as long as the call lasts. */
static void *spiking_malloc(struct heap *heap, size_t size)
{
    void *payload = heap_grow(heap, (size + 15) / 16 * 16);
    heap_grow(heap, 1024);
    heap_shrink(heap, 1024);
    return payload;
}

static void ignoring_free(struct heap *heap, void *payload)
{
    (void)heap;
    (void)payload;
}

/* Forgets that there may be more than one block. */
static int short_walk(struct heap *heap, policy_visit_fn *visit, void *context)
{
    struct block_info block = {
        BLOCK_USED, heap->base, 64, heap->base, 64,
    };
    return visit(context, &block);
}

static const struct policy spiking = {
    .name = "spiking",
    .init = init,
    .malloc = spiking_malloc,
    .free = ignoring_free,
    .walk = short_walk,
};

START_TEST(peak_within_an_operation_counts)
{
    const struct op ops[] = {made_alloc(0, 64), made_free(0)};
    struct trace trace = MADE(ops);
    struct footprint_record record = measured(&trace, &spiking, 0);
    ck_assert_uint_eq(record.peak_footprint_bytes, 64 + 1024);
    ck_assert_double_eq_tol(record.utilization, 64.0 / 1088, NEAR);
    ck_assert_double_eq_tol(record.fragmentation[1], 1, NEAR);
    ck_assert(record.has_ledger);
    ck_assert_uint_eq(record.at_peak.footprint_bytes, 64);
    trace_free(&trace);
}
END_TEST

START_TEST(walk_that_does_not_add_up_gives_no_ledger)
{
    const struct op two[] = {made_alloc(0, 1),
                             made_alloc(1, 49)}; /* 80 bytes, 64 walked */
    struct trace trace = MADE(two);
    ck_assert(!measured(&trace, &spiking, 0).has_ledger);
    trace_free(&trace);
    const struct op less[] = {made_alloc(0, 64), made_free(0),
                              made_alloc(1, 0)};
    trace = MADE(less);
    ck_assert(measured(&trace, &spiking, 0).has_ledger);
    trace_free(&trace);
}
END_TEST

START_TEST(progress_names_the_pass)
{
    const struct op ops[] = {made_alloc(0, 64), made_free(0)};
    struct trace trace = MADE(ops);
    struct subject subject = subject_of(registry_find("bump"));
    struct worker_progress progress = {.op = 77};
    struct footprint_record record;
    ck_assert_int_eq(footprint_run(&trace, &subject, NULL, &progress, &record),
                     0);
    ck_assert_str_eq(progress.phase, "footprint");
    ck_assert_uint_eq(progress.round, 2);
    ck_assert_uint_eq(progress.op, FAULT_NO_OP);
    ck_assert_ptr_null(progress.heap);
    trace_free(&trace);
}
END_TEST

Suite *footprint_suite(void)
{
    Suite *suite = suite_create("footprint");
    TCase *tests = tcase_create("footprint");
    tcase_set_timeout(tests, 30);
    tcase_add_test(tests, bump_by_hand);
    tcase_add_test(tests, nothing_asked_is_no_waste);
    tcase_add_test(tests, moments_without_payload_are_left_out);
    tcase_add_test(tests, refused_memory_is_not_payload);
    tcase_add_test(tests, calloc_memalign_and_touch_count_as_they_should);
    tcase_add_loop_test(tests, agrees_with_naive_recomputation, 0, N_RECIPES);
    tcase_add_test(tests, samples_cover_the_trace);
    tcase_add_test(tests, peak_within_an_operation_counts);
    tcase_add_test(tests, walk_that_does_not_add_up_gives_no_ledger);
    tcase_add_test(tests, progress_names_the_pass);
    suite_add_tcase(suite, tests);
    return suite;
}
