/*
 * test_correctness.c -- every registered policy is right on a mixed trace, and
 * the record says how thoroughly that was looked at.
 */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "allocator/registry.h"
#include "driver/replay/correctness.h"
#include "driver/replay/oracle.h"
#include "driver/subject/libc.h"
#include "driver/trace/build.h"
#include "driver/trace/prng.h"
#include "tests/broken/sound.h"
#include "tests/support/text_trace.h"

static struct trace trace;

#define IDS 60
#define OPS 2000

/* Random operations of all kinds on a few identifiers. */
static struct op random_op(struct prng *prng, uint64_t *sizes)
{
    uint32_t id = (uint32_t)prng_below(prng, IDS);
    struct op op = {.id = id, .size = prng_below(prng, 600)};
    if (prng_below(prng, 40) == 0) {
        op.size = prng_below(prng, 300000);
    }
    if (sizes[id] == UINT64_MAX) {
        static const uint8_t kinds[] = {OP_ALLOC, OP_ALLOC, OP_CALLOC,
                                        OP_MEMALIGN, OP_REALLOC};
        op.kind = kinds[prng_below(prng, 5)];
        op.align_log2 = (uint8_t)prng_below(prng, 13);
    } else {
        static const uint8_t kinds[] = {OP_FREE, OP_FREE, OP_REALLOC, OP_TOUCH};
        op.kind = kinds[prng_below(prng, 4)];
    }
    if (op.kind == OP_TOUCH) {
        op.size = sizes[id] / 2;
    } else if (op.kind == OP_FREE || (op.kind == OP_REALLOC && op.size == 0)) {
        sizes[id] = UINT64_MAX;
    } else {
        sizes[id] = op.size;
    }
    return op;
}

static void make_trace(void)
{
    struct trace_builder builder = {0};
    struct prng prng;
    uint64_t sizes[IDS];
    memset(sizes, 0xff, sizeof sizes);
    prng_seed(&prng, 5);
    for (int i = 0; i < OPS; i++) {
        build_append(&builder, random_op(&prng, sizes));
        if (i % 100 == 0) {
            build_append(&builder,
                         (struct op){.kind = OP_FREE, .id = BUILD_NULL});
        }
    }
    ck_assert_int_eq(build_finish(&builder, "mixed", &trace), 0);
}

static void free_trace(void)
{
    trace_free(&trace);
}

static struct correctness_options every_operation(void)
{
    return (struct correctness_options){
        .check_every = CHECK_BUDGETED,
        .check_budget_s = 1000,
        .heap.reserve_bytes = (size_t)1 << 30,
    };
}

static struct correctness_record run(const struct subject *subject,
                                     const struct correctness_options *options)
{
    struct correctness_record record;
    ck_assert_int_eq(correctness_run(&trace, subject, options, NULL, &record),
                     0);
    return record;
}

START_TEST(registered_policies_are_right)
{
    for (size_t i = 0; registry_at(i) != NULL; i++) {
        struct subject subject = {.policy = registry_at(i)};
        char message[160];
        policy_set_options(subject.policy, NULL, subject.values, message,
                           sizeof message);
        struct correctness_options options = every_operation();
        struct correctness_record record = run(&subject, &options);
        ck_assert_msg(record.end == CORRECT, "%s: %s at op %lu: %s",
                      subject.policy->name, record.fault.rule,
                      (unsigned long)record.fault.op, record.fault.detail);
        ck_assert_uint_eq(record.check.operations, 2 * trace.n_ops);
        ck_assert_uint_eq(record.check.checked, 2 * trace.n_ops);
        ck_assert(!record.check.thinned);
    }
}
END_TEST

START_TEST(libc_is_right)
{
    struct subject subject = subject_libc();
    struct correctness_options options = every_operation();
    options.verify = VERIFY_ALL;
    struct correctness_record record = run(&subject, &options);
    ck_assert_msg(record.end == CORRECT, "%s", record.fault.detail);
}
END_TEST

/* ---- how thoroughly ------------------------------------------------------ */

static struct subject sound_subject(void)
{
    return (struct subject){.policy = &sound_policy};
}

START_TEST(checks_without_budget_are_thinned)
{
    struct subject subject = sound_subject();
    struct correctness_options options = every_operation();
    options.check_budget_s = 0;
    struct correctness_record record = run(&subject, &options);
    ck_assert_int_eq(record.end, CORRECT);
    ck_assert(record.check.thinned);
    ck_assert_uint_ge(record.check.checked, 2);
    ck_assert_uint_lt(record.check.checked, 100);
}
END_TEST

START_TEST(checks_can_be_off)
{
    struct subject subject = sound_subject();
    struct correctness_options options = every_operation();
    options.check_every = CHECK_OFF;
    struct correctness_record record = run(&subject, &options);
    ck_assert_int_eq(record.end, CORRECT);
    ck_assert_uint_eq(record.check.checked, 0);
    ck_assert(!record.check.thinned);
}
END_TEST

START_TEST(an_empty_trace_is_right)
{
    struct trace none = {.path = NULL};
    struct subject subject = sound_subject();
    struct correctness_options options = every_operation();
    struct correctness_record record;
    ck_assert_int_eq(correctness_run(&none, &subject, &options, NULL, &record),
                     0);
    ck_assert_int_eq(record.end, CORRECT);
    ck_assert_uint_eq(record.check.operations, 0);
}
END_TEST

/* Loses the block that the 300th free should give back. */
static void losing_free(struct heap *heap, void *payload)
{
    if (sound_due(heap, 300)) {
        sound_header(payload)->tag = SOUND_FREE;
    } else {
        sound_free(heap, payload);
    }
}

static size_t nth_free(int n)
{
    size_t op = 0;
    while (trace.ops[op].kind != OP_FREE || --n > 0) {
        op++;
    }
    return op;
}

START_TEST(a_second_look_finds_the_operation)
{
    struct policy losing = sound_policy;
    losing.free = losing_free;
    struct subject subject = {.policy = &losing};
    struct correctness_options options = every_operation();
    for (uint64_t every = 1; every < 3000; every += 731) {
        options.check_every = every;
        struct fault fault = run(&subject, &options).fault;
        ck_assert_str_eq(fault.rule, "free-block-lost");
        ck_assert_uint_eq(fault.op, nth_free(300));
    }
}
END_TEST

/* ---- what a crash would find --------------------------------------------- */

static struct worker_progress progress;
static uint64_t mallocs_seen;

/* In the middle of an operation the progress tells where it stands. */
static void *looking_malloc(struct heap *heap, size_t size)
{
    struct fault_block block;
    int64_t distance;
    ck_assert_uint_eq(progress.op, mallocs_seen % 3);
    ck_assert_uint_eq(progress.round, 1 + mallocs_seen / 3);
    ck_assert_str_eq(progress.phase, "correctness");
    ck_assert_ptr_eq(progress.heap, heap);
    bool any = progress.nearest(progress.nearest_context,
                                (uintptr_t)heap_top(heap), &block, &distance);
    ck_assert(any == (progress.op > 0));
    if (any) {
        ck_assert_uint_eq(block.id, progress.op - 1);
        ck_assert_uint_eq(block.bytes, 24);
        ck_assert_int_eq(distance, 1);
        progress.nearest(progress.nearest_context, (uintptr_t)heap->base,
                         &block, &distance);
        ck_assert_uint_eq(block.id, 0);
        ck_assert_int_eq(distance, -(int64_t)block.address);
        progress.nearest(progress.nearest_context,
                         (uintptr_t)heap->base + block.address + 5, &block,
                         &distance);
        ck_assert_int_eq(distance, 0);
    }
    mallocs_seen++;
    return sound_malloc(heap, size);
}

START_TEST(progress_tells_where_it_is)
{
    struct trace_builder builder = {0};
    struct trace three;
    for (uint32_t id = 0; id < 3; id++) {
        build_append(&builder, (struct op){.id = id, .size = 24});
    }
    ck_assert_int_eq(build_finish(&builder, "three", &three), 0);
    struct policy looking = sound_policy;
    looking.malloc = looking_malloc;
    struct subject subject = {.policy = &looking};
    struct correctness_options options = every_operation();
    struct correctness_record record;
    ck_assert_int_eq(
        correctness_run(&three, &subject, &options, &progress, &record), 0);
    ck_assert_int_eq(record.end, CORRECT);
    ck_assert_uint_eq(mallocs_seen, 6);
    ck_assert_uint_eq(progress.op, FAULT_NO_OP);
    ck_assert(progress.nearest == NULL);
    trace_free(&three);
}
END_TEST

/* ---- foreign subjects ---------------------------------------------------- */

static int foreign_calls;

static unsigned char foreign_bytes[64] __attribute__((aligned(16)));

static void *foreign_at_eight(struct heap *heap, size_t size)
{
    return ++foreign_calls == 5 ? foreign_bytes + 8
                                : libc_policy.malloc(heap, size);
}

static void *foreign_at_four(struct heap *heap, size_t size)
{
    return ++foreign_calls == 5 ? foreign_bytes + 4
                                : libc_policy.malloc(heap, size);
}

static void foreign_free(struct heap *heap, void *payload)
{
    if (payload != foreign_bytes + 8) {
        libc_policy.free(heap, payload);
    }
}

static void *foreign_null(struct heap *heap, size_t size)
{
    errno = 0;
    return ++foreign_calls == 5 ? NULL : libc_policy.malloc(heap, size);
}

static void *foreign_no_memory(struct heap *heap, size_t size)
{
    if (++foreign_calls == 5) {
        errno = ENOMEM;
        return NULL;
    }
    return libc_policy.malloc(heap, size);
}

static void *foreign_scribbling(struct heap *heap, size_t size)
{
    static unsigned char *last;
    unsigned char *payload = libc_policy.malloc(heap, size + 1);
    if (++foreign_calls == 5) {
        *last ^= 1;
    }
    last = payload;
    return payload;
}

static size_t foreign_usable_size(struct heap *heap, const void *payload)
{
    return payload == foreign_bytes + 8
               ? 16
               : libc_policy.usable_size(heap, payload);
}

typedef void *malloc_fn(struct heap *, size_t);

static struct correctness_record replay_foreign(malloc_fn *hook,
                                                const char *text)
{
    struct policy policy = libc_policy;
    struct subject subject = {.kind = SUBJECT_FOREIGN, .policy = &policy};
    struct correctness_options options = every_operation();
    struct correctness_record record;
    struct trace six;
    text_trace(text, &six);
    foreign_calls = 0;
    policy.malloc = hook;
    policy.free = foreign_free;
    policy.usable_size = foreign_usable_size;
    ck_assert_int_eq(correctness_run(&six, &subject, &options, NULL, &record),
                     0);
    trace_free(&six);
    return record;
}

static struct correctness_record run_foreign(malloc_fn *hook)
{
    return replay_foreign(
        hook, "a 0 16\na 1 16\na 2 16\na 3 16\na 4 16\na 5 16\nf 3\n");
}

/* Objects of less than 16 bytes cannot need an alignment of 16. */
START_TEST(foreign_subjects_align_small_blocks_less)
{
    static const char small[] = "a 0 9\na 1 9\na 2 9\na 3 9\na 4 15\nf 4\n";
    struct correctness_record record = replay_foreign(foreign_at_eight, small);
    ck_assert_int_eq(record.end, CORRECT);
    record = replay_foreign(foreign_at_four, small);
    ck_assert_str_eq(record.fault.rule, RULE_MISALIGNED);
}
END_TEST

START_TEST(foreign_subjects_are_judged_without_their_heap)
{
    struct correctness_record record = run_foreign(foreign_at_eight);
    ck_assert_str_eq(record.fault.rule, RULE_MISALIGNED);
    ck_assert_uint_eq(record.fault.op, 4);
    record = run_foreign(foreign_null);
    ck_assert_str_eq(record.fault.rule, RULE_NULL);
    ck_assert_ptr_nonnull(strstr(record.fault.detail, "ENOMEM, got NULL"));
    record = run_foreign(foreign_no_memory);
    ck_assert_int_eq(record.end, OUT_OF_MEMORY);
    record = run_foreign(foreign_scribbling);
    ck_assert_str_eq(record.fault.rule, RULE_CONTENTS);
    ck_assert_uint_eq(record.fault.op, 6);
    ck_assert_uint_eq(record.fault.block.exists, 1);
    ck_assert_uint_eq(record.fault.block.id, 3);
}
END_TEST

Suite *correctness_suite(void)
{
    Suite *suite = suite_create("correctness");
    TCase *tests = tcase_create("correctness");
    tcase_add_checked_fixture(tests, make_trace, free_trace);
    tcase_add_test(tests, registered_policies_are_right);
    tcase_add_test(tests, libc_is_right);
    tcase_add_test(tests, checks_without_budget_are_thinned);
    tcase_add_test(tests, checks_can_be_off);
    tcase_add_test(tests, an_empty_trace_is_right);
    tcase_add_test(tests, a_second_look_finds_the_operation);
    tcase_add_test(tests, progress_tells_where_it_is);
    tcase_add_test(tests, foreign_subjects_align_small_blocks_less);
    tcase_add_test(tests, foreign_subjects_are_judged_without_their_heap);
    suite_add_tcase(suite, tests);
    return suite;
}
