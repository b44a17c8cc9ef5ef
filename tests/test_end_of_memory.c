/*
 * test_end_of_memory.c -- when the limit is met the replay ends, and what is
 * live must have been left alone.
 */
#include <check.h>
#include <string.h>
#include <sys/resource.h>

#include "allocator/registry.h"
#include "driver/replay/correctness.h"
#include "driver/replay/oracle.h"
#include "driver/trace/build.h"
#include "tests/broken/sound.h"

static struct correctness_options checking(void)
{
    return (struct correctness_options){
        .check_every = 1,
        .check_budget_s = 1000,
        .heap.reserve_bytes = (size_t)1 << 30,
    };
}

/* Blocks of 1000 bytes within 64 KiB, each made larger before the next one. */
static struct correctness_record fill_64k(const struct policy *policy,
                                          size_t larger)
{
    struct trace_builder builder = {0};
    struct trace filling;
    for (uint32_t id = 0; id < 100; id++) {
        build_append(&builder, (struct op){.id = id, .size = 1000});
        build_append(&builder,
                     (struct op){.kind = OP_REALLOC, .id = id, .size = larger});
    }
    ck_assert_int_eq(build_finish(&builder, "filling", &filling), 0);
    struct subject subject = {.policy = policy};
    struct correctness_options options = checking();
    options.heap.limit_bytes = 65536;
    struct correctness_record record;
    ck_assert_int_eq(
        correctness_run(&filling, &subject, &options, NULL, &record), 0);
    trace_free(&filling);
    return record;
}

START_TEST(the_limit_ends_the_replay)
{
    struct correctness_record record = fill_64k(&sound_policy, 1100);
    ck_assert_int_eq(record.end, OUT_OF_MEMORY);
    ck_assert_uint_gt(record.fault.op, 90);
    ck_assert_uint_lt(record.fault.op, 130);
    ck_assert_uint_eq(record.fault.line, record.fault.op + 1);
    ck_assert_uint_eq(record.fault.round, 1);
    ck_assert_uint_eq(record.check.operations, record.fault.op + 1);
}
END_TEST

START_TEST(what_exceeds_the_limit_may_fail_unasked)
{
    struct trace_builder builder = {0};
    struct trace huge;
    build_append(&builder, (struct op){.size = 1});
    build_append(&builder, (struct op){.id = 1, .size = (uint64_t)1 << 62});
    ck_assert_int_eq(build_finish(&builder, "huge", &huge), 0);
    struct subject subject = (struct subject){.policy = &sound_policy};
    struct correctness_options options = checking();
    struct correctness_record record;
    ck_assert_int_eq(correctness_run(&huge, &subject, &options, NULL, &record),
                     0);
    ck_assert_int_eq(record.end, OUT_OF_MEMORY);
    ck_assert_uint_eq(record.fault.op, 1);
    trace_free(&huge);
}
END_TEST

static void *ruthless_malloc(struct heap *heap, size_t size)
{
    void *payload = sound_malloc(heap, size);
    if (payload == NULL) {
        memset(heap->base + sound_root(heap)->last, 0, 16);
    }
    return payload;
}

static void *ruthless_realloc(struct heap *heap, void *payload, size_t size)
{
    void *moved = sound_realloc(heap, payload, size);
    if (moved == NULL) {
        memset(payload, 0, 16);
    }
    return moved;
}

/* It fails at the operation at which the sound one does, and is told of it. */
static void is_told_ruthless(const struct policy *policy, size_t larger,
                             enum op_kind kind)
{
    struct fault fault = fill_64k(policy, larger).fault;
    ck_assert_str_eq(fault.rule, RULE_CONTENTS);
    ck_assert_uint_eq(fault.op, fill_64k(&sound_policy, larger).fault.op);
    ck_assert_int_eq(fault.operation[0], kind == OP_ALLOC ? 'a' : 'r');
}

START_TEST(failing_must_leave_the_rest_alone)
{
    struct policy ruthless = sound_policy;
    ruthless.malloc = ruthless_malloc;
    is_told_ruthless(&ruthless, 900, OP_ALLOC);
    ruthless = sound_policy;
    ruthless.realloc = ruthless_realloc;
    is_told_ruthless(&ruthless, 2100, OP_REALLOC);
}
END_TEST

START_TEST(huge_blocks_cost_little_memory)
{
    struct trace_builder builder = {0};
    struct trace huge;
    uint64_t gib = (uint64_t)1 << 30;
    build_append(&builder, (struct op){.size = 3 * gib});
    build_append(&builder,
                 (struct op){.kind = OP_CALLOC, .id = 1, .size = 2 * gib});
    build_append(&builder, (struct op){.kind = OP_FREE});
    build_append(&builder, (struct op){.id = 2, .size = gib});
    ck_assert_int_eq(build_finish(&builder, "huge", &huge), 0);
    struct subject subject = {.policy = registry_find("bump")};
    struct correctness_options options = checking();
    options.heap.reserve_bytes = 0;
    struct correctness_record record;
    ck_assert_int_eq(correctness_run(&huge, &subject, &options, NULL, &record),
                     0);
    ck_assert_int_eq(record.end, CORRECT);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    ck_assert_int_lt(usage.ru_maxrss, 300 << 10);
    trace_free(&huge);
}
END_TEST

Suite *end_of_memory_suite(void)
{
    Suite *suite = suite_create("end_of_memory");
    TCase *tests = tcase_create("end_of_memory");
    tcase_add_test(tests, the_limit_ends_the_replay);
    tcase_add_test(tests, what_exceeds_the_limit_may_fail_unasked);
    tcase_add_test(tests, failing_must_leave_the_rest_alone);
    tcase_add_test(tests, huge_blocks_cost_little_memory);
    suite_add_tcase(suite, tests);
    return suite;
}
