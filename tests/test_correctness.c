/*
 * test_correctness.c -- every registered policy is right on a mixed trace, and
 * the record says how thoroughly that was looked at.
 */
#include <check.h>
#include <string.h>

#include "allocator/registry.h"
#include "driver/replay/correctness.h"
#include "driver/trace/build.h"
#include "driver/trace/prng.h"

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

Suite *correctness_suite(void)
{
    Suite *suite = suite_create("correctness");
    TCase *tests = tcase_create("correctness");
    tcase_add_checked_fixture(tests, make_trace, free_trace);
    tcase_add_test(tests, registered_policies_are_right);
    tcase_add_test(tests, libc_is_right);
    suite_add_tcase(suite, tests);
    return suite;
}
