/*
 * test_timing.c -- the protocol of timing, by its shape: who is called when,
 * what is recorded, what is survived.  No figure is compared with a clock.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/registry.h"
#include "driver/measure/timing.h"
#include "driver/measure/timing_loop.h"
#include "driver/replay/replay.h"
#include "driver/trace/build.h"
#include "tests/support/generated.h"

/* ---- a policy that writes down what happens to it ----------------------- */

#define LOG_ROOM 4096

/* Of the process under test alone: each test runs in one of its own. */
static uint64_t order[LOG_ROOM]; /* subjects in the order of their turns */
static size_t n_order;
static uint64_t inits[8]; /* by subject */
static uint64_t calls;    /* a hash of all hooks' arguments, in order */
static int64_t live;      /* blocks handed out and not yet back */
static uint64_t at;       /* where the loop says it is */

static void mix(uint64_t value)
{
    calls = (calls ^ value) * 0x9e3779b97f4a7c15u + 1;
}

/* values[0] is the subject's number. */
static int log_init(struct heap *heap, const uint64_t *values)
{
    (void)heap;
    inits[values[0]]++;
    if (n_order == 0 || order[n_order - 1] != values[0]) {
        ck_assert_uint_lt(n_order, LOG_ROOM);
        order[n_order++] = values[0];
    }
    return 0;
}

static void *log_malloc(struct heap *heap, size_t size)
{
    mix('a');
    mix(at);
    mix(size);
    void *payload = heap_grow(heap, (size + 31) / 16 * 16);
    live += payload != NULL;
    return payload;
}

static void log_free(struct heap *heap, void *payload)
{
    mix('f');
    mix(at);
    mix(payload != NULL ? (uint64_t)((unsigned char *)payload - heap->base)
                        : UINT64_MAX);
    live -= payload != NULL;
}

static void *log_realloc(struct heap *heap, void *payload, size_t size)
{
    mix('r');
    mix(at);
    mix(size);
    if (size == 0) {
        log_free(heap, payload);
        return NULL;
    }
    void *moved = log_malloc(heap, size);
    if (moved != NULL) {
        log_free(heap, payload);
    }
    return moved;
}

static void *log_memalign(struct heap *heap, size_t alignment, size_t size)
{
    mix(alignment);
    return log_malloc(heap, size);
}

static const struct policy log_policy = {
    .name = "log",
    .init = log_init,
    .malloc = log_malloc,
    .free = log_free,
    .realloc = log_realloc,
    .memalign = log_memalign,
};

static struct subject logged(uint64_t number)
{
    return (struct subject){.policy = &log_policy, .values = {number}};
}

/* ---- traces ------------------------------------------------------------- */

/* Every kind of operation, of live, dead and NULL slots; n of them. */
static struct trace mixed_trace(size_t n)
{
    static const struct op round[] = {
        {.kind = OP_ALLOC, .id = 0, .size = 24},
        {.kind = OP_REALLOC, .id = 1, .size = 100},
        {.kind = OP_CALLOC, .id = 2, .size = 48},
        {.kind = OP_TOUCH, .id = 0, .size = 24},
        {.kind = OP_MEMALIGN, .id = 3, .size = 80, .align_log2 = 7},
        {.kind = OP_REALLOC, .id = 0, .size = 400},
        {.kind = OP_FREE, .id = BUILD_NULL},
        {.kind = OP_REALLOC, .id = 1, .size = 0},
        {.kind = OP_FREE, .id = 2},
        {.kind = OP_FREE, .id = 3},
        {.kind = OP_FREE, .id = 0},
    };
    struct trace_builder builder = {0};
    struct trace trace;
    for (size_t i = 0; i < n; i++) {
        build_append(&builder, round[i % (sizeof round / sizeof round[0])]);
    }
    ck_assert_int_eq(build_finish(&builder, "mixed", &trace), 0);
    return trace;
}

static const struct timing_options one_look = {
    .budget_s = 0, .tolerance = 0, .reference = SIZE_MAX};

/* ---- the loop ----------------------------------------------------------- */

/* Around the length at which slots are prefetched, and far beyond. */
START_TEST(loop_calls_what_replay_op_calls)
{
    static const size_t lengths[] = {0, 1, 5, 15, 16, 17, 18, 33, 1000};
    for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++) {
        struct trace trace = mixed_trace(lengths[k]);
        struct subject subject = logged(0);
        struct session s;
        ck_assert_int_eq(session_open(&s, &subject, trace.n_ids, NULL), 0);
        calls = 0;
        for (at = 0; at < trace.n_ops; at++) {
            replay_op(s.policy, &s.heap, s.slots, &trace.ops[at]);
        }
        uint64_t expected = calls;
        ck_assert_int_eq(session_reset(&s), 0);
        calls = 0;
        timing_loop(&trace, &s, &at);
        ck_assert_uint_eq(calls, expected);
        ck_assert_ptr_null(s.slots[trace.n_ids]);
        session_close(&s);
        trace_free(&trace);
    }
}
END_TEST

START_TEST(loop_survives_refused_memory)
{
    struct trace trace = mixed_trace(2000);
    const struct heap_options tiny = {.limit_bytes = 4096};
    struct subject subject = logged(0);
    struct session s;
    ck_assert_int_eq(session_open(&s, &subject, trace.n_ids, &tiny), 0);
    timing_loop(&trace, &s, &at);
    ck_assert_uint_gt(s.heap.refusals, 0);
    session_close(&s);
    trace_free(&trace);
}
END_TEST

/* ---- rounds ------------------------------------------------------------- */

START_TEST(subjects_take_turns)
{
    struct trace trace = mixed_trace(500);
    const struct subject subjects[] = {logged(0), logged(1), logged(2)};
    struct timing_record records[3];
    ck_assert_int_eq(timing_run(&trace, subjects, 3, &one_look, NULL, records),
                     0);
    static const uint64_t expected[] = {
        0, 1, 2, /* opened */
        0, 1, 2, /* warmed up */
        0, 1, 2, /* the rounds, each with another one first */
        1, 2, 0, 2, 0, 1};
    ck_assert_uint_eq(n_order, sizeof expected / sizeof expected[0]);
    ck_assert_mem_eq(order, expected, sizeof expected);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_uint_eq(records[i].rounds, 3);
        /* opened, one or two replays to warm up, the rounds */
        uint64_t replays = 3 * (uint64_t)records[i].replays_per_round;
        ck_assert_uint_ge(inits[i], replays + 2);
        ck_assert_uint_le(inits[i], replays + 3);
    }
    trace_free(&trace);
}
END_TEST

/* Where two heaps fill the memory, each subject meets the reference alone. */
START_TEST(large_traces_run_in_heats)
{
    struct trace trace = mixed_trace(500);
    const struct subject subjects[] = {logged(0), logged(1), logged(2)};
    struct timing_options options = one_look;
    struct timing_record records[3];
    trace.peak_payload_bytes = UINT64_MAX / 4;
    options.reference = 2;
    ck_assert_int_eq(timing_run(&trace, subjects, 3, &options, NULL, records),
                     0);
    /* Opened, warmed up and three rounds; the turn's end is the next's start.
     */
    static const uint64_t expected[] = {2, 0, 2, 0, 2, 0, 2, 0,
                                        2, 1, 2, 1, 2, 1, 2, 1};
    ck_assert_uint_eq(n_order, sizeof expected / sizeof expected[0]);
    ck_assert_mem_eq(order, expected, sizeof expected);
    for (size_t i = 0; i < 3; i++) {
        ck_assert(records[i].measured);
        ck_assert(records[i].has_ratio);
    }
    trace_free(&trace);
}
END_TEST

START_TEST(records_are_filled)
{
    struct trace trace = mixed_trace(500);
    const struct subject subjects[] = {logged(0), logged(1)};
    struct timing_options options = one_look;
    struct timing_record records[2];
    options.reference = 1;
    ck_assert_int_eq(timing_run(&trace, subjects, 2, &options, NULL, records),
                     0);
    for (size_t i = 0; i < 2; i++) {
        const struct timing_record *r = &records[i];
        ck_assert(r->measured);
        ck_assert(r->has_ratio);
        ck_assert_uint_ge(r->replays_per_round, 1);
        ck_assert_double_gt(r->ns_low, 0);
        ck_assert_double_le(r->ns_low, r->ns_per_op);
        ck_assert_double_le(r->ns_per_op, r->ns_high);
        ck_assert_double_eq_tol(r->seconds, r->ns_per_op * 500e-9, 1e-12);
        ck_assert_double_eq_tol(r->ops_per_s * r->ns_per_op, 1e9, 1);
        ck_assert_double_le(r->libc_ratio_low, r->libc_ratio);
        ck_assert_double_le(r->libc_ratio, r->libc_ratio_high);
    }
    ck_assert_double_eq(records[1].libc_ratio_low, 1);
    ck_assert_double_eq(records[1].libc_ratio_high, 1);
    trace_free(&trace);
}
END_TEST

/* Known at once where any error is tolerated: five rounds are enough. */
START_TEST(known_medians_end_early)
{
    struct trace trace = mixed_trace(500);
    const struct subject subject = logged(0);
    struct timing_options options = {
        .budget_s = 3600, .tolerance = 1e9, .reference = SIZE_MAX};
    struct timing_record record;
    ck_assert_int_eq(timing_run(&trace, &subject, 1, &options, NULL, &record),
                     0);
    ck_assert_uint_eq(record.rounds, 5);
    ck_assert(!record.noisy);
    ck_assert(!record.has_ratio);
    ck_assert_double_eq(record.libc_ratio, 0);
    trace_free(&trace);
}
END_TEST

/* No error is below zero: the budget ends it, and it says so. */
START_TEST(unknown_median_is_noisy)
{
    struct trace trace = mixed_trace(500);
    const struct subject subject = logged(0);
    struct timing_options options = one_look;
    struct timing_record record;
    options.tolerance = -1;
    ck_assert_int_eq(timing_run(&trace, &subject, 1, &options, NULL, &record),
                     0);
    ck_assert_uint_eq(record.rounds, 3);
    ck_assert(record.noisy);
    trace_free(&trace);
}
END_TEST

START_TEST(trace_without_operations_is_not_measured)
{
    struct trace trace = mixed_trace(0);
    const struct subject subject = logged(0);
    struct timing_record record;
    ck_assert_int_eq(timing_run(&trace, &subject, 1, &one_look, NULL, &record),
                     0);
    ck_assert(!record.measured);
    ck_assert_double_eq(record.ns_per_op, 0);
    trace_free(&trace);
}
END_TEST

/* ---- what must not happen ----------------------------------------------- */

START_TEST(foreign_blocks_are_given_back)
{
    struct trace trace = mixed_trace(500); /* ends with blocks alive */
    struct subject subject = logged(0);
    struct timing_record record;
    subject.kind = SUBJECT_FOREIGN;
    ck_assert_uint_gt(trace.live_blocks_at_end, 0);
    ck_assert_int_eq(timing_run(&trace, &subject, 1, &one_look, NULL, &record),
                     0);
    ck_assert_int_eq(live, 0);
    trace_free(&trace);
}
END_TEST

START_TEST(failing_init_is_reported)
{
    struct trace trace = mixed_trace(50);
    const struct heap_options none = {.limit_bytes = 16};
    const struct subject subjects[] = {logged(0), logged(1)};
    struct timing_options options = one_look;
    struct timing_record records[2];
    options.heap = none;
    options.heap.reserve_bytes = SIZE_MAX;
    ck_assert_int_eq(timing_run(&trace, subjects, 2, &options, NULL, records),
                     -1);
    trace_free(&trace);
}
END_TEST

START_TEST(progress_names_the_pass)
{
    struct trace trace = mixed_trace(50);
    const struct subject subject = logged(0);
    struct worker_progress progress = {.op = 3, .round = 2};
    struct timing_record record;
    ck_assert_int_eq(
        timing_run(&trace, &subject, 1, &one_look, &progress, &record), 0);
    ck_assert_str_eq(progress.phase, "timing");
    ck_assert_uint_eq(progress.op, FAULT_NO_OP);
    ck_assert_ptr_null(progress.heap);
    trace_free(&trace);
}
END_TEST

/* All policies and libc side by side on a real heap each. */
START_TEST(every_policy_is_timed)
{
    struct subject *subjects = NULL;
    size_t n = 0;
    char message[100];
    struct timing_record records[64];
    struct trace trace = generated("random ops=2000 small=1 large=3000");
    ck_assert_int_eq(
        subject_parse_list("all,libc", &subjects, &n, message, sizeof message),
        0);
    ck_assert_uint_le(n, 64);
    struct timing_options options = one_look;
    options.reference = n - 1;
    ck_assert_int_eq(timing_run(&trace, subjects, n, &options, NULL, records),
                     0);
    for (size_t i = 0; i < n; i++) {
        ck_assert(records[i].measured && records[i].has_ratio);
        ck_assert_double_gt(records[i].ns_per_op, 0);
        ck_assert_double_gt(records[i].libc_ratio, 0);
    }
    free(subjects);
    trace_free(&trace);
}
END_TEST

Suite *timing_suite(void)
{
    Suite *suite = suite_create("timing");
    TCase *tests = tcase_create("timing");
    tcase_set_timeout(tests, 30);
    tcase_add_test(tests, loop_calls_what_replay_op_calls);
    tcase_add_test(tests, loop_survives_refused_memory);
    tcase_add_test(tests, subjects_take_turns);
    tcase_add_test(tests, large_traces_run_in_heats);
    tcase_add_test(tests, records_are_filled);
    tcase_add_test(tests, known_medians_end_early);
    tcase_add_test(tests, unknown_median_is_noisy);
    tcase_add_test(tests, trace_without_operations_is_not_measured);
    tcase_add_test(tests, foreign_blocks_are_given_back);
    tcase_add_test(tests, failing_init_is_reported);
    tcase_add_test(tests, progress_names_the_pass);
    tcase_add_test(tests, every_policy_is_timed);
    suite_add_tcase(suite, tests);
    return suite;
}
