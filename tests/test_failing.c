/*
 * test_failing.c -- the decorator refuses what it is told to, no more.
 */
#include <check.h>

#include "allocator/heap/failing.h"

static struct heap heap;
static struct failing failing;

static void open_heap(void)
{
    ck_assert_int_eq(heap_init(&heap, NULL), 0);
}

static void close_heap(void)
{
    heap_destroy(&heap);
}

START_TEST(only_the_nth_is_refused)
{
    failing_nth(&failing, &heap, 3);
    ck_assert_ptr_nonnull(heap_grow(&heap, 16));
    ck_assert_ptr_nonnull(heap_map(&heap, 16));
    ck_assert_ptr_null(heap_grow(&heap, 16));
    ck_assert_ptr_nonnull(heap_grow(&heap, 16));
    ck_assert_uint_eq(failing.asked, 4);
    ck_assert_uint_eq(failing.refused, 1);
    ck_assert_uint_eq(heap.refusals, 1);
    ck_assert_uint_eq(heap.brk, 32);
}
END_TEST

/* Bit i tells whether the growth i was refused. */
static uint64_t pattern(double probability, uint64_t seed)
{
    uint64_t bits = 0;
    failing_by_chance(&failing, &heap, probability, seed);
    for (int i = 0; i < 64; i++) {
        bits |= (uint64_t)(heap_grow(&heap, 16) == NULL) << i;
    }
    return bits;
}

START_TEST(chance_follows_the_seed)
{
    uint64_t half = pattern(0.5, 1);
    ck_assert_uint_eq(pattern(0.5, 1), half);
    ck_assert_uint_ne(pattern(0.5, 2), half);
    ck_assert_int_gt(__builtin_popcountll(half), 16);
    ck_assert_int_lt(__builtin_popcountll(half), 48);
    ck_assert_uint_eq(pattern(0, 1), 0);
    ck_assert_uint_eq(pattern(1, 1), UINT64_MAX);
}
END_TEST

START_TEST(stop_ends_it)
{
    failing_by_chance(&failing, &heap, 1, 1);
    ck_assert_ptr_null(heap_map(&heap, 1));
    failing_stop(&failing);
    ck_assert_ptr_nonnull(heap_map(&heap, 1));
    ck_assert_ptr_nonnull(heap_grow(&heap, 16));
}
END_TEST

Suite *failing_suite(void)
{
    Suite *suite = suite_create("failing");
    TCase *tests = tcase_create("failing");
    tcase_add_checked_fixture(tests, open_heap, close_heap);
    tcase_add_test(tests, only_the_nth_is_refused);
    tcase_add_test(tests, chance_follows_the_seed);
    tcase_add_test(tests, stop_ends_it);
    suite_add_tcase(suite, tests);
    return suite;
}
