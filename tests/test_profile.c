/*
 * test_profile.c -- what rep info counts, against counts by hand; and the
 * achievable utilization beside the limit.
 */
#include <check.h>
#include <stdlib.h>

#include "driver/inspect/achievable.h"
#include "driver/inspect/distribution.h"
#include "driver/inspect/info.h"
#include "driver/inspect/profile.h"
#include "tests/support/text_trace.h"

static struct trace trace;
static struct profile profile;

static void read_profile(const char *text)
{
    text_trace(text, &trace);
    ck_assert_int_eq(profile_make(&trace, &profile), 0);
}

static void distribute(struct distribution *numbers, const uint64_t *values,
                       size_t n)
{
    ck_assert_int_eq(distribution_open(numbers, n), 0);
    for (size_t i = 0; i < n; i++) {
        distribution_add(numbers, values[i]);
    }
    distribution_sort(numbers);
}

/* ---- distributions ----------------------------------------------------- */

START_TEST(quantiles_are_values_that_occur)
{
    struct distribution numbers;
    distribute(&numbers, (uint64_t[]){40, 10, 30, 20}, 4);
    ck_assert_uint_eq(distribution_quantile(&numbers, 0.01), 10);
    ck_assert_uint_eq(distribution_quantile(&numbers, 0.25), 10);
    ck_assert_uint_eq(distribution_quantile(&numbers, 0.5), 20);
    ck_assert_uint_eq(distribution_quantile(&numbers, 0.51), 30);
    ck_assert_uint_eq(distribution_quantile(&numbers, 1), 40);
    distribution_close(&numbers);
    distribute(&numbers, NULL, 0);
    ck_assert_uint_eq(distribution_quantile(&numbers, 0.5), 0);
    distribution_close(&numbers);
}
END_TEST

START_TEST(the_frequent_come_by_count_then_by_value)
{
    struct distribution numbers;
    struct frequent most[3];
    distribute(&numbers, (uint64_t[]){7, 5, 9, 7, 1, 9, 5, 7, 2}, 9);
    ck_assert_uint_eq(distribution_frequent(&numbers, most, 3), 5);
    ck_assert_uint_eq(most[0].value, 7);
    ck_assert_uint_eq(most[0].count, 3);
    ck_assert_uint_eq(most[1].value, 5);
    ck_assert_uint_eq(most[2].value, 9);
    ck_assert_uint_eq(most[2].count, 2);
    distribution_close(&numbers);
}
END_TEST

/* ---- profiles ---------------------------------------------------------- */

START_TEST(blocks_and_peaks)
{
    read_profile("#!rep 1\na 0 10\nc 1 20\n# none\nm 2 64 30\nf 0\nw 1 5\n"
                 "r 1 50\nf -1\nr 2 0\nr 3 1\nr 4 1\nr 5 1\n");
    static const uint64_t ops[OP_KINDS] = {
        [OP_ALLOC] = 1, [OP_FREE] = 2,   [OP_REALLOC] = 5,
        [OP_TOUCH] = 1, [OP_CALLOC] = 1, [OP_MEMALIGN] = 1};
    ck_assert_mem_eq(profile.ops, ops, sizeof ops);
    ck_assert_uint_eq(profile.null_frees, 1);
    ck_assert_uint_eq(profile.blocks, 6);
    ck_assert_uint_eq(profile.freed_blocks, 2);
    ck_assert_uint_eq(profile.bytes_at_end, 53);
    ck_assert_uint_eq(profile.most_bytes.op, 5);
    ck_assert_uint_eq(profile.most_bytes.line, 8);
    ck_assert_uint_eq(profile.most_bytes.blocks, 2);
    ck_assert_uint_eq(profile.most_blocks.op, 10);
    ck_assert_uint_eq(profile.most_blocks.blocks, 4);
    ck_assert_uint_eq(profile.peak_8_bytes, 56 + 32);
    trace_free(&trace);
}
END_TEST

START_TEST(sizes_are_those_of_requests)
{
    read_profile("a 0 8\na 1 8\nr 0 24\nf 0\na 0 0\nr 1 0\nr 1 100\n");
    ck_assert_uint_eq(profile.requests, 5);
    ck_assert_uint_eq(profile.median_bytes, 8);
    ck_assert_uint_eq(profile.p90_bytes, 100);
    ck_assert_uint_eq(profile.most_requested_bytes, 100);
    ck_assert_uint_eq(profile.different_sizes, 4);
    ck_assert_uint_eq(profile.frequent[0].value, 8);
    ck_assert_uint_eq(profile.frequent[0].count, 2);
    ck_assert_uint_eq(profile.frequent[4].count, 0);
    ck_assert_double_eq(profile_frequent_share(&profile), 1);
    trace_free(&trace);
}
END_TEST

START_TEST(a_resize_does_not_end_a_life)
{
    read_profile("a 0 8\na 1 8\nr 0 24\nf 1\na 1 1\na 2 1\na 3 1\na 4 1\n"
                 "a 5 1\na 6 1\nf 2\nf 0\na 7 1\nw 1 1\nf 1\n");
    ck_assert_uint_eq(profile.freed_blocks, 4);
    ck_assert_uint_eq(profile.median_life_ops, 5);
    ck_assert_uint_eq(profile.p90_life_ops, 11);
    ck_assert_uint_eq(profile.short_lived_blocks, 3);
    trace_free(&trace);
}
END_TEST

START_TEST(growth_is_counted_by_chains)
{
    read_profile("a 0 10\nr 0 20\nr 0 50\nr 0 40\na 1 0\nr 1 9\nf 0\n"
                 "r 0 10\nr 2 5\n");
    ck_assert_uint_eq(profile.resized_blocks, 2);
    ck_assert_uint_eq(profile.resizes, 4);
    ck_assert_uint_eq(profile.most_resizes, 3);
    ck_assert_uint_eq(profile.growing_resizes, 3);
    ck_assert_double_eq(profile.median_growth, 2);
    trace_free(&trace);
}
END_TEST

START_TEST(sums_saturate)
{
    read_profile("a 0 18446744073709551615\na 1 18446744073709551615\nf 0\n");
    ck_assert_uint_eq(profile.peak_8_bytes, UINT64_MAX);
    ck_assert_uint_eq(profile.bytes_at_end, UINT64_MAX);
    ck_assert_uint_eq(profile.most_bytes.op, 1);
    trace_free(&trace);
}
END_TEST

/* ---- bounds ------------------------------------------------------------ */

static struct achievable achievable_of(const char *text, uint64_t tries)
{
    struct effort effort = {.tries = tries};
    struct achievable found;
    text_trace(text, &trace);
    achievable_find(&trace, &effort, &found);
    return found;
}

START_TEST(the_limit_can_be_achieved_or_not)
{
    struct achievable found = achievable_of("a 0 24\na 1 8\nf 0\n", 9);
    ck_assert_ptr_null(found.unknown);
    ck_assert(found.is_least);
    ck_assert_uint_eq(found.heap_bytes, 48);
    ck_assert_double_eq(found.utilization, trace_limit(&trace));
    ck_assert_uint_eq(found.tries, 1);
    trace_free(&trace);
    /* Only alignment is in the way, which the load knows nothing of. */
    found = achievable_of("#!rep 1\nm 0 64 16\nm 1 64 16\n", 9);
    ck_assert_uint_eq(found.heap_bytes, 80);
    ck_assert(!found.is_least);
    ck_assert_double_eq(found.utilization, 32.0 / 80);
    ck_assert_uint_eq(found.tries, 9);
    trace_free(&trace);
}
END_TEST

START_TEST(what_is_unknown_says_why)
{
    struct achievable found = achievable_of("a 0 24\n", 0);
    ck_assert_str_eq(found.unknown, "not looked for");
    trace_free(&trace);
    found = achievable_of("a 0 18446744073709551615\n", 1);
    ck_assert_str_eq(found.unknown, "too large to look for");
    trace_free(&trace);
    found = achievable_of("a 0 0\nf -1\n", 1);
    ck_assert_ptr_null(found.unknown);
    ck_assert_double_eq(found.utilization, 1);
    trace_free(&trace);
}
END_TEST

START_TEST(limits_of_other_layouts)
{
    struct info info = {.trace = &trace};
    text_trace("a 0 24\na 1 5\nf 0\n", &trace);
    ck_assert_int_eq(profile_make(&trace, &info.profile), 0);
    ck_assert_double_eq(info_limit_8(&info), 29.0 / 32);
    ck_assert_double_eq(trace_limit(&trace), 29.0 / 48);
    ck_assert_double_eq(trace_utilization(&trace, 58), 0.5);
    ck_assert_double_eq(trace_utilization(&trace, 0), 1);
    trace_free(&trace);
}
END_TEST

Suite *profile_suite(void)
{
    Suite *suite = suite_create("profile");
    TCase *tests = tcase_create("counts");
    tcase_add_test(tests, quantiles_are_values_that_occur);
    tcase_add_test(tests, the_frequent_come_by_count_then_by_value);
    tcase_add_test(tests, blocks_and_peaks);
    tcase_add_test(tests, sizes_are_those_of_requests);
    tcase_add_test(tests, a_resize_does_not_end_a_life);
    tcase_add_test(tests, growth_is_counted_by_chains);
    tcase_add_test(tests, sums_saturate);
    tcase_add_test(tests, the_limit_can_be_achieved_or_not);
    tcase_add_test(tests, what_is_unknown_says_why);
    tcase_add_test(tests, limits_of_other_layouts);
    suite_add_tcase(suite, tests);
    return suite;
}
