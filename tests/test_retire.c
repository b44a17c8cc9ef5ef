/*
 * test_retire.c -- pages inside the heap that go back and come again.
 */
#include <check.h>
#include <string.h>

#include "allocator/heap/heap.h"
#include "tests/support/sanitized.h"

static struct heap heap;

static void open_heap(void)
{
    struct heap_options options = {.limit_bytes = (size_t)1 << 20,
                                   .retirement = HEAP_AT_ONCE};
    ck_assert_int_eq(heap_init(&heap, &options), 0);
}

static void close_heap(void)
{
    heap_destroy(&heap);
}

/* A heap of 8 pages, each full of its number from 1 on. */
static unsigned char *fill_8_pages(void)
{
    unsigned char *pages = heap_grow(&heap, 8 * HEAP_PAGE);
    for (size_t i = 0; i < 8; i++) {
        memset(pages + i * HEAP_PAGE, (int)i + 1, HEAP_PAGE);
    }
    return pages;
}

START_TEST(whole_pages_retire_and_leave_the_footprint)
{
    unsigned char *pages = fill_8_pages();
    ck_assert_uint_eq(heap_retire(&heap, pages + 1, 2 * HEAP_PAGE - 2), 0);
    ck_assert_uint_eq(heap_retire(&heap, pages + 1, 3 * HEAP_PAGE),
                      2 * HEAP_PAGE);
    ck_assert_uint_eq(heap_footprint(&heap), 6 * HEAP_PAGE);
    ck_assert_uint_eq(heap_peak(&heap), 8 * HEAP_PAGE);
    ck_assert_uint_eq(heap_retire(&heap, pages, 4 * HEAP_PAGE), 2 * HEAP_PAGE);
    ck_assert_uint_eq(heap_retire(&heap, pages, 4 * HEAP_PAGE), 0);
    ck_assert_uint_eq(heap.retired_pages.n, 1);
    ck_assert_uint_eq(pages[4 * HEAP_PAGE], 5);
    ck_assert_uint_eq(heap_retire(&heap, pages + 7 * HEAP_PAGE, SIZE_MAX / 2),
                      HEAP_PAGE);
}
END_TEST

START_TEST(restored_pages_are_zero_and_count)
{
    unsigned char *pages = fill_8_pages();
    heap_retire(&heap, pages + HEAP_PAGE, 6 * HEAP_PAGE);
    uint64_t calls = heap.system_calls;
    ck_assert_int_eq(heap_restore(&heap, pages, HEAP_PAGE), 0);
    ck_assert_uint_eq(heap.system_calls, calls);
    ck_assert_int_eq(heap_restore(&heap, pages + 4 * HEAP_PAGE - 1, 2), 0);
    ck_assert_uint_eq(heap_footprint(&heap), 4 * HEAP_PAGE);
    ck_assert_uint_eq(heap.retired_pages.n, 2);
    ck_assert_uint_eq(pages[0], 1);
    for (size_t i = 0; i < 2 * HEAP_PAGE; i++) {
        ck_assert_uint_eq(pages[3 * HEAP_PAGE + i], 0);
    }
    pages[5 * HEAP_PAGE - 1] = 9;
    ck_assert_int_eq(heap_restore(&heap, pages, 8 * HEAP_PAGE), 0);
    ck_assert_uint_eq(heap_footprint(&heap), 8 * HEAP_PAGE);
    ck_assert_uint_eq(heap.retired_pages.n, 0);
    ck_assert_uint_eq(pages[5 * HEAP_PAGE - 1], 9);
    ck_assert_uint_eq(pages[7 * HEAP_PAGE], 8);
}
END_TEST

START_TEST(contains_knows_retired_pages)
{
    unsigned char *pages = fill_8_pages();
    heap_retire(&heap, pages + HEAP_PAGE, HEAP_PAGE);
    heap_retire(&heap, pages + 4 * HEAP_PAGE, 2 * HEAP_PAGE);
    ck_assert(heap_contains(&heap, pages, HEAP_PAGE));
    ck_assert(!heap_contains(&heap, pages, HEAP_PAGE + 1));
    ck_assert(!heap_contains(&heap, pages, 8 * HEAP_PAGE));
    ck_assert(!heap_contains(&heap, pages + 2 * HEAP_PAGE - 1, 1));
    ck_assert(heap_contains(&heap, pages + 2 * HEAP_PAGE, 2 * HEAP_PAGE));
    ck_assert(!heap_contains(&heap, pages + 5 * HEAP_PAGE, 1));
}
END_TEST

START_TEST(retired_pages_are_released_once)
{
    unsigned char *pages = fill_8_pages();
    heap_retire(&heap, pages + HEAP_PAGE, 2 * HEAP_PAGE);
    ck_assert_uint_eq(heap_release(&heap, pages, 8 * HEAP_PAGE), 6 * HEAP_PAGE);
    ck_assert_uint_eq(heap_footprint(&heap), 6 * HEAP_PAGE);
    ck_assert_uint_eq(pages[0], 0);
}
END_TEST

/* What was retired makes room below the limit, for who comes first. */
START_TEST(restoring_is_refused_at_the_limit)
{
    unsigned char *pages = fill_8_pages();
    size_t room = heap.limit - heap_footprint(&heap);
    heap_retire(&heap, pages, 3 * HEAP_PAGE);
    ck_assert_ptr_nonnull(heap_grow(&heap, room + HEAP_PAGE));
    ck_assert_ptr_nonnull(heap_map(&heap, HEAP_PAGE));
    ck_assert_int_eq(heap_restore(&heap, pages, 2 * HEAP_PAGE), -1);
    ck_assert_uint_eq(heap.refusals, 1);
    ck_assert_uint_eq(heap.refused_bytes, 2 * HEAP_PAGE);
    ck_assert(!heap_contains(&heap, pages, 1));
    ck_assert_int_eq(heap_restore(&heap, pages, HEAP_PAGE), 0);
    ck_assert_uint_eq(heap_footprint(&heap), heap.limit);
    ck_assert_ptr_null(heap_grow(&heap, 16));
    ck_assert_uint_eq(heap_retire(&heap, pages, HEAP_PAGE), HEAP_PAGE);
    ck_assert_ptr_nonnull(heap_grow(&heap, HEAP_PAGE));
}
END_TEST

/* Memory that was retired beyond the new break is as any other there. */
START_TEST(a_shrink_ends_the_retirement_beyond_the_break)
{
    unsigned char *pages = fill_8_pages();
    heap_retire(&heap, pages + HEAP_PAGE, HEAP_PAGE);
    heap_retire(&heap, pages + 4 * HEAP_PAGE, 3 * HEAP_PAGE);
    heap_shrink(&heap, 5 * HEAP_PAGE);
    ck_assert_uint_eq(heap_footprint(&heap), 2 * HEAP_PAGE);
    ck_assert_ptr_nonnull(heap_grow(&heap, 5 * HEAP_PAGE));
    ck_assert_uint_eq(heap_footprint(&heap), 7 * HEAP_PAGE);
    ck_assert_uint_eq(pages[5 * HEAP_PAGE], 0);
    pages[4 * HEAP_PAGE] = pages[7 * HEAP_PAGE - 1] = 1;
    ck_assert(!heap_contains(&heap, pages + HEAP_PAGE, 1));
}
END_TEST

START_TEST(reset_makes_retired_pages_accessible)
{
    unsigned char *pages = fill_8_pages();
    heap_retire(&heap, pages + HEAP_PAGE, 2 * HEAP_PAGE);
    heap_retire(&heap, pages + 6 * HEAP_PAGE, HEAP_PAGE);
    heap_reset(&heap);
    ck_assert_uint_eq(heap_footprint(&heap), 0);
    ck_assert_ptr_eq(fill_8_pages(), pages);
    ck_assert_uint_eq(heap_footprint(&heap), 8 * HEAP_PAGE);
}
END_TEST

/* Nothing but the books tells what is retired. */
START_TEST(pages_retire_lazily)
{
    struct heap own;
    ck_assert_int_eq(heap_init(&own, NULL), 0);
    unsigned char *pages = heap_grow(&own, 3 * HEAP_PAGE);
    memset(pages, 1, 3 * HEAP_PAGE);
    uint64_t calls = own.system_calls;
    ck_assert_uint_eq(heap_retire(&own, pages, 2 * HEAP_PAGE), 2 * HEAP_PAGE);
    ck_assert_uint_eq(own.system_calls, calls + 1);
    ck_assert_uint_eq(heap_footprint(&own), HEAP_PAGE);
    ck_assert(!heap_contains(&own, pages, 1));
    ck_assert_int_eq(heap_restore(&own, pages, 1), 0);
    ck_assert_uint_eq(own.system_calls, calls + 1);
    ck_assert_uint_eq(heap_footprint(&own), 2 * HEAP_PAGE);
    memset(pages, 2, HEAP_PAGE);
    heap_reset(&own);
    ck_assert_uint_eq(own.system_calls, calls + 1);
    heap_destroy(&own);
}
END_TEST

/* The pages leave the file, so that whoever maps it sees zeros there. */
START_TEST(pages_of_a_shared_heap_retire)
{
    struct heap own;
    struct heap_options options = {.visibility = HEAP_SHARED};
    ck_assert_int_eq(heap_init(&own, &options), 0);
    unsigned char *pages = heap_grow(&own, 3 * HEAP_PAGE);
    memset(pages, 1, 3 * HEAP_PAGE);
    ck_assert_uint_eq(heap_retire(&own, pages + 1, 2 * HEAP_PAGE), HEAP_PAGE);
    ck_assert_int_eq(heap_restore(&own, pages + HEAP_PAGE, 1), 0);
    ck_assert_uint_eq(pages[HEAP_PAGE - 1], 1);
    ck_assert_uint_eq(pages[HEAP_PAGE], 0);
    heap_destroy(&own);
}
END_TEST

/* Whatever is retired and restored, the ranges say the same as a map of bits.
 */
START_TEST(ranges_agree_with_a_plain_map_of_pages)
{
    enum { PAGES = 64 };
    bool retired[PAGES] = {false};
    unsigned char *pages = heap_grow(&heap, PAGES * HEAP_PAGE);
    uint32_t random = 1;
    for (int round = 0; round < 2000; round++) {
        random = random * 1664525 + 1013904223;
        size_t first = random >> 26, n = 1 + (random >> 8) % 8, expected = 0;
        bool retire = (random >> 16 & 1) != 0;
        n = first + n > PAGES ? PAGES - first : n;
        for (size_t i = first; i < first + n; i++) {
            expected += retired[i] != retire;
            retired[i] = retire;
        }
        size_t before = heap_footprint(&heap);
        unsigned char *start = pages + first * HEAP_PAGE;
        ck_assert_uint_eq(
            retire ? heap_retire(&heap, start, n * HEAP_PAGE)
                   : (size_t)heap_restore(&heap, start, n * HEAP_PAGE),
            retire ? expected * HEAP_PAGE : 0);
        ck_assert_uint_eq(heap_footprint(&heap) - before,
                          expected * HEAP_PAGE * (retire ? (size_t)-1 : 1));
    }
    for (size_t i = 0; i < PAGES; i++) {
        ck_assert(heap_contains(&heap, pages + i * HEAP_PAGE, 1) != retired[i]);
    }
}
END_TEST

static bool refuse_large(void *context, size_t bytes)
{
    return bytes > *(size_t *)context;
}

START_TEST(refusal_hook_is_asked_for_retired_pages)
{
    size_t most = HEAP_PAGE;
    unsigned char *pages = fill_8_pages();
    heap_retire(&heap, pages, 4 * HEAP_PAGE);
    heap_set_refusal(&heap, refuse_large, &most);
    ck_assert_int_eq(heap_restore(&heap, pages, 2 * HEAP_PAGE), -1);
    ck_assert_uint_eq(heap_footprint(&heap), 4 * HEAP_PAGE);
    ck_assert_int_eq(heap_restore(&heap, pages, HEAP_PAGE), 0);
    ck_assert_int_eq(heap_restore(&heap, pages, HEAP_PAGE), 0);
    ck_assert_uint_eq(heap.refusals, 1);
}
END_TEST

START_TEST(growth_may_be_retired_from_the_first)
{
    unsigned char *pages = heap_grow(&heap, HEAP_PAGE + 16);
    size_t room = heap.limit - heap_footprint(&heap);
    ck_assert_ptr_eq(heap_grow_retired(&heap, 32), pages + HEAP_PAGE + 16);
    ck_assert_uint_eq(heap.retired, 0);
    ck_assert_ptr_nonnull(heap_grow_retired(&heap, room));
    ck_assert_uint_eq(heap.brk, heap.limit + 32);
    ck_assert_uint_eq(heap_footprint(&heap), 2 * HEAP_PAGE + 32);
    ck_assert(heap_contains(&heap, pages, 2 * HEAP_PAGE));
    ck_assert(!heap_contains(&heap, pages + 2 * HEAP_PAGE, 1));
    ck_assert_ptr_nonnull(heap_grow(&heap, HEAP_PAGE));
    ck_assert_int_eq(heap_restore(&heap, pages, 4 * HEAP_PAGE), 0);
    memset(pages, 1, 4 * HEAP_PAGE);
    ck_assert_int_eq(heap_restore(&heap, pages, room), -1);
    ck_assert_ptr_null(heap_grow_retired(&heap, SIZE_MAX - 15));
    heap_shrink(&heap, heap.brk - 3 * HEAP_PAGE);
    ck_assert_uint_eq(heap_footprint(&heap), 3 * HEAP_PAGE);
}
END_TEST

/* As whoever grew so, and is refused what he restores, takes it back. */
START_TEST(growth_of_retired_pages_alone_can_be_undone)
{
    unsigned char *pages = heap_grow(&heap, HEAP_PAGE);
    ck_assert_ptr_nonnull(heap_grow_retired(&heap, 3 * HEAP_PAGE + 16));
    heap_shrink(&heap, 3 * HEAP_PAGE + 16);
    ck_assert_uint_eq(heap.brk, HEAP_PAGE);
    ck_assert_uint_eq(heap.retired, 0);
    ck_assert_ptr_eq(heap_grow(&heap, HEAP_PAGE), pages + HEAP_PAGE);
    memset(pages, 1, 2 * HEAP_PAGE);
    ck_assert_uint_eq(heap_footprint(&heap), 2 * HEAP_PAGE);
}
END_TEST

/* What was allowed, and what was there before. */
START_TEST(recalled_pages_ask_nobody)
{
    size_t most = 4 * HEAP_PAGE;
    unsigned char *pages = fill_8_pages();
    heap_retire(&heap, pages, 6 * HEAP_PAGE);
    heap_set_refusal(&heap, refuse_large, &most);
    ck_assert(!heap_allows(&heap, most + 1));
    ck_assert_uint_eq(heap.refusals, 1);
    ck_assert(heap_allows(&heap, most));
    most = 0;
    heap_recall(&heap, pages + 1, 4 * HEAP_PAGE - 1);
    ck_assert_uint_eq(heap_footprint(&heap), 6 * HEAP_PAGE);
    memset(pages, 1, 4 * HEAP_PAGE);
    heap_recall(&heap, pages, 8 * HEAP_PAGE);
    ck_assert_uint_eq(heap_footprint(&heap), 8 * HEAP_PAGE);
    ck_assert_uint_eq(heap.refusals, 1);
    heap_set_refusal(&heap, NULL, NULL);
    ck_assert(!heap_allows(&heap, heap.limit));
}
END_TEST

/* As after heap_restore the break may move no further than the limit. */
START_TEST(recalled_pages_count)
{
    unsigned char *pages = fill_8_pages();
    heap_retire(&heap, pages, 4 * HEAP_PAGE);
    ck_assert_ptr_nonnull(heap_grow(&heap, heap.limit - heap_footprint(&heap)));
    heap_shrink(&heap, 4 * HEAP_PAGE);
    heap_recall(&heap, pages, 4 * HEAP_PAGE);
    ck_assert_uint_eq(heap_footprint(&heap), heap.limit);
    ck_assert_ptr_null(heap_grow(&heap, 16));
}
END_TEST

#ifndef SANITIZED
START_TEST(growth_that_is_retired_faults)
{
    unsigned char *pages = heap_grow_retired(&heap, 2 * HEAP_PAGE);
    ((volatile unsigned char *)pages)[HEAP_PAGE] = 1;
}
END_TEST

START_TEST(what_is_restored_ends_at_the_break)
{
    struct heap own;
    struct heap_options options = {.commit_step_bytes = HEAP_PAGE,
                                   .retirement = HEAP_AT_ONCE};
    ck_assert_int_eq(heap_init(&own, &options), 0);
    unsigned char *pages = heap_grow(&own, 2 * HEAP_PAGE);
    heap_retire(&own, pages, 2 * HEAP_PAGE);
    ck_assert_int_eq(heap_restore(&own, pages, 3 * HEAP_PAGE), 0);
    ((volatile unsigned char *)pages)[2 * HEAP_PAGE - 1] = 1;
    ((volatile unsigned char *)pages)[2 * HEAP_PAGE] = 1;
}
END_TEST

START_TEST(a_retired_page_faults)
{
    unsigned char *pages = fill_8_pages();
    heap_retire(&heap, pages + HEAP_PAGE, HEAP_PAGE);
    ((volatile unsigned char *)pages)[HEAP_PAGE] = 1;
}
END_TEST
#endif

Suite *retire_suite(void)
{
    Suite *suite = suite_create("retire");
    TCase *tests = tcase_create("retire");
    tcase_add_checked_fixture(tests, open_heap, close_heap);
    tcase_add_test(tests, whole_pages_retire_and_leave_the_footprint);
    tcase_add_test(tests, restored_pages_are_zero_and_count);
    tcase_add_test(tests, contains_knows_retired_pages);
    tcase_add_test(tests, retired_pages_are_released_once);
    tcase_add_test(tests, restoring_is_refused_at_the_limit);
    tcase_add_test(tests, a_shrink_ends_the_retirement_beyond_the_break);
    tcase_add_test(tests, reset_makes_retired_pages_accessible);
    tcase_add_test(tests, pages_retire_lazily);
    tcase_add_test(tests, pages_of_a_shared_heap_retire);
    tcase_add_test(tests, ranges_agree_with_a_plain_map_of_pages);
    tcase_add_test(tests, refusal_hook_is_asked_for_retired_pages);
    tcase_add_test(tests, growth_may_be_retired_from_the_first);
    tcase_add_test(tests, growth_of_retired_pages_alone_can_be_undone);
    tcase_add_test(tests, recalled_pages_ask_nobody);
    tcase_add_test(tests, recalled_pages_count);
#ifndef SANITIZED
    tcase_add_test_raise_signal(tests, what_is_restored_ends_at_the_break, 11);
    tcase_add_test_raise_signal(tests, growth_that_is_retired_faults, 11);
    tcase_add_test_raise_signal(tests, a_retired_page_faults, 11);
#endif
    suite_add_tcase(suite, tests);
    return suite;
}
