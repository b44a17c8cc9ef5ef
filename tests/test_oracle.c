/*
 * test_oracle.c -- each broken allocator is caught by the right rule at the
 * right operation, and what is told of it is complete.
 */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/broken/broken.h"
#include "tests/support/text_trace.h"

static struct trace trace;

static void open_trace(void)
{
    text_trace(BROKEN_TRACE, &trace);
}

static void close_trace(void)
{
    trace_free(&trace);
}

/* The sound policy with the hooks that are set in some. */
static struct policy with_hooks(const struct policy *some)
{
    struct policy policy = sound_policy;
#define REPLACE(hook)                                                          \
    if (some->hook != NULL) {                                                  \
        policy.hook = some->hook;                                              \
    }
    REPLACE(init)
    REPLACE(malloc)
    REPLACE(free)
    REPLACE(realloc)
    REPLACE(memalign)
    REPLACE(usable_size)
    REPLACE(check)
    REPLACE(walk)
#undef REPLACE
    return policy;
}

static struct correctness_options options_of(const struct broken *broken)
{
    struct correctness_options options = {
        .check_every = broken->check_every != 0 ? broken->check_every : 1,
        .check_budget_s = 100,
        .heap.reserve_bytes = (size_t)1 << 30,
    };
    if (broken->unchecked) {
        options.check_every = CHECK_OFF;
    }
    return options;
}

static struct correctness_record judge(const struct broken *broken,
                                       enum verify_mode verify)
{
    struct policy policy = with_hooks(&broken->hooks);
    struct subject subject = {.kind = SUBJECT_POLICY, .policy = &policy};
    struct correctness_options options = options_of(broken);
    options.verify = verify;
    struct correctness_record record;
    ck_assert_int_eq(correctness_run(&trace, &subject, &options, NULL, &record),
                     0);
    return record;
}

static void is_caught(const struct broken *broken, enum verify_mode verify)
{
    struct correctness_record record = judge(broken, verify);
    const struct fault *fault = &record.fault;
    uint32_t round = broken->round != 0 ? broken->round : 1;
    ck_assert_msg(record.end == FAULTY, "%s: not caught", broken->name);
    ck_assert_msg(strcmp(fault->rule, broken->rule) == 0 &&
                      fault->op == broken->op && fault->round == round,
                  "%s: expected %s at %" PRIu64 " in round %" PRIu32
                  ", got %s at %" PRIu64 " in round %" PRIu32 ": %s",
                  broken->name, broken->rule, broken->op, round, fault->rule,
                  fault->op, fault->round, fault->detail);
}

/* What is told of an operation fits the trace. */
static void is_told(const struct broken *broken)
{
    struct correctness_record record = judge(broken, VERIFY_TOUCHED);
    const struct fault *fault = &record.fault;
    if (fault->op == FAULT_NO_OP) {
        ck_assert_uint_eq(fault->line, 0);
        ck_assert_str_eq(fault->operation, "");
        return;
    }
    char text[48];
    ck_assert_uint_eq(fault->line, trace_line(&trace, fault->op));
    ck_assert_str_eq(fault->operation,
                     trace_format_op(&trace, fault->op, text, sizeof text));
    ck_assert(!fault->before.exists || !fault->block.exists ||
              fault->before.address <= fault->block.address);
    ck_assert(!fault->before.exists || !fault->block.exists ||
              fault->before.id != fault->block.id);
    ck_assert(!fault->after.exists || !fault->block.exists ||
              fault->after.address > fault->block.address);
}

static void all_are_caught(const struct broken *table)
{
    for (const struct broken *it = table; it->name != NULL; it++) {
        is_caught(it, VERIFY_TOUCHED);
        is_caught(it, VERIFY_ALL);
        is_told(it);
    }
}

START_TEST(the_sound_one_is_right)
{
    struct broken sound = {.name = "sound"};
    struct correctness_record record = judge(&sound, VERIFY_ALL);
    ck_assert_msg(record.end == CORRECT, "%s at %" PRIu64 ": %s",
                  record.fault.rule, record.fault.op, record.fault.detail);
    ck_assert_uint_eq(record.check.operations, 2 * trace.n_ops);
    ck_assert_uint_eq(record.check.checked, 2 * trace.n_ops);
}
END_TEST

START_TEST(misplaced_payloads_are_caught)
{
    all_are_caught(broken_places);
}
END_TEST

START_TEST(changed_contents_are_caught)
{
    all_are_caught(broken_contents);
}
END_TEST

START_TEST(wrong_answers_are_caught)
{
    all_are_caught(broken_returns);
}
END_TEST

START_TEST(corrupt_lists_are_caught)
{
    all_are_caught(broken_lists);
}
END_TEST

START_TEST(lying_walks_are_caught)
{
    all_are_caught(broken_walks);
}
END_TEST

static struct fault fault_of(const struct broken *table, const char *name)
{
    while (strcmp(table->name, name) != 0) {
        table++;
    }
    return judge(table, VERIFY_TOUCHED).fault;
}

START_TEST(an_overlap_tells_both_blocks)
{
    struct fault fault = fault_of(broken_places, "overlaps-end");
    ck_assert_uint_eq(fault.block.exists, 1);
    ck_assert_uint_eq(fault.block.id, 4);
    ck_assert_uint_eq(fault.block.bytes, 64);
    ck_assert_uint_eq(fault.block.op, 5);
    ck_assert_uint_eq(fault.before.id, 0);
    ck_assert_uint_eq(fault.before.bytes, 100);
    ck_assert_uint_eq(fault.before.op, 0);
    ck_assert_uint_eq(fault.before.line, 2);
    ck_assert_uint_eq(fault.before.address + 64, fault.block.address);
    ck_assert_uint_eq(fault.after.id, 2);
    ck_assert_ptr_nonnull(strstr(fault.detail, "id 0"));
    ck_assert_ptr_nonnull(strstr(fault.detail, "line 2"));
}
END_TEST

START_TEST(an_enclosed_block_is_told_behind)
{
    struct fault fault = fault_of(broken_places, "encloses-live-block");
    ck_assert_uint_eq(fault.after.id, 2);
    ck_assert_uint_eq(fault.block.address + 16, fault.after.address);
}
END_TEST

START_TEST(lost_bytes_are_shown)
{
    struct fault fault = fault_of(broken_contents, "realloc-loses-bytes");
    ck_assert_uint_eq(fault.block.id, 0);
    ck_assert_uint_eq(fault.block.bytes, 300);
    ck_assert_uint_eq(fault.bytes_offset, 96);
    ck_assert_uint_ge(fault.n_bytes, 4);
    unsigned char zeroes[4] = {0};
    ck_assert_mem_eq(fault.found, zeroes, 4);
    ck_assert_mem_ne(fault.expected, zeroes, 4);
    ck_assert_mem_eq(fault.expected + 4, fault.found + 4, fault.n_bytes - 4);
}
END_TEST

START_TEST(a_scribble_is_told_with_where_it_showed)
{
    struct fault fault = fault_of(broken_contents, "free-scribbles");
    ck_assert_str_eq(fault.operation, "f 1");
    ck_assert_uint_eq(fault.block.id, 2);
    ck_assert_uint_eq(fault.bytes_offset, 7);
    ck_assert_uint_eq(fault.expected[0] ^ fault.found[0], 0x80);
    ck_assert_ptr_nonnull(strstr(fault.detail, "seen at line 9: r 2 20"));
    fault = fault_of(broken_contents, "free-scribbles-late");
    ck_assert_ptr_nonnull(strstr(fault.detail, "seen at the end"));
}
END_TEST

START_TEST(a_rule_of_check_is_told_with_where_it_showed)
{
    struct fault fault =
        fault_of(broken_lists, "free-block-lost-seldom-checked");
    ck_assert_str_eq(fault.operation, "f 3");
    ck_assert_ptr_nonnull(strstr(fault.detail, "seen at line 16"));
}
END_TEST

START_TEST(a_missing_block_is_named)
{
    struct fault fault = fault_of(broken_walks, "walk-hides-live-block");
    ck_assert_uint_eq(fault.block.exists, 1);
    ck_assert_uint_eq(fault.block.id, 2);
}
END_TEST

START_TEST(a_payload_outside_the_reservation_is_no_block)
{
    struct fault fault = fault_of(broken_places, "memory-of-its-own");
    ck_assert_uint_eq(fault.block.exists, 0);
    ck_assert_ptr_nonnull(strstr(fault.detail, "got 0x"));
    fault = fault_of(broken_places, "beyond-the-break");
    ck_assert_uint_eq(fault.block.exists, 1);
    ck_assert_ptr_nonnull(strstr(fault.detail, "got heap+0x"));
}
END_TEST

Suite *oracle_suite(void)
{
    Suite *suite = suite_create("oracle");
    TCase *tests = tcase_create("oracle");
    tcase_add_checked_fixture(tests, open_trace, close_trace);
    tcase_add_test(tests, the_sound_one_is_right);
    tcase_add_test(tests, misplaced_payloads_are_caught);
    tcase_add_test(tests, changed_contents_are_caught);
    tcase_add_test(tests, wrong_answers_are_caught);
    tcase_add_test(tests, corrupt_lists_are_caught);
    tcase_add_test(tests, lying_walks_are_caught);
    tcase_add_test(tests, an_overlap_tells_both_blocks);
    tcase_add_test(tests, an_enclosed_block_is_told_behind);
    tcase_add_test(tests, lost_bytes_are_shown);
    tcase_add_test(tests, a_scribble_is_told_with_where_it_showed);
    tcase_add_test(tests, a_rule_of_check_is_told_with_where_it_showed);
    tcase_add_test(tests, a_missing_block_is_named);
    tcase_add_test(tests, a_payload_outside_the_reservation_is_no_block);
    suite_add_tcase(suite, tests);
    return suite;
}
