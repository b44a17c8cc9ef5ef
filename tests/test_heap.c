/*
 * test_heap.c -- growth, mappings, limits and refusals of the heap.
 */
#include <check.h>
#include <string.h>
#include <sys/mman.h>

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

START_TEST(growth_is_contiguous_and_counts)
{
    unsigned char *first = heap_grow(&heap, 64);
    ck_assert_ptr_eq(first, heap.base);
    ck_assert_ptr_eq(heap_grow(&heap, 16), first + 64);
    memset(first, 1, 80);
    ck_assert_uint_eq(heap_footprint(&heap), 80);
    heap_shrink(&heap, 48);
    ck_assert_uint_eq(heap_footprint(&heap), 32);
    ck_assert_uint_eq(heap_peak(&heap), 80);
}
END_TEST

START_TEST(limit_refuses_and_is_noted)
{
    ck_assert_ptr_nonnull(heap_grow(&heap, (size_t)1 << 20));
    ck_assert_ptr_null(heap_grow(&heap, 16));
    ck_assert_uint_eq(heap.refusals, 1);
    ck_assert_uint_eq(heap.refused_bytes, 16);
    ck_assert_ptr_null(heap_map(&heap, 1));
    ck_assert_uint_eq(heap.refusals, 2);
}
END_TEST

/* Pages beyond the break read as fresh ones do, and can be used again. */
START_TEST(spare_pages_go_back_and_can_be_used_again)
{
    struct heap own;
    ck_assert_int_eq(heap_init(&own, NULL), 0);
    unsigned char *bytes = heap_grow(&own, 10 * HEAP_PAGE);
    memset(bytes, 1, 10 * HEAP_PAGE);
    heap_shrink(&own, 7 * HEAP_PAGE + 16);
    ck_assert_uint_eq(heap_release_spare(&own),
                      HEAP_COMMIT_STEP - 3 * HEAP_PAGE);
    ck_assert_ptr_nonnull(heap_grow(&own, 7 * HEAP_PAGE + 16));
    ck_assert_uint_eq(bytes[3 * HEAP_PAGE - 1], 1);
    ck_assert_uint_eq(bytes[3 * HEAP_PAGE], 0);
    heap_destroy(&own);
}
END_TEST

/* A place where this process has nothing. */
static unsigned char *empty_place(void)
{
    struct heap wide;
    ck_assert_int_eq(heap_init(&wide, NULL), 0);
    unsigned char *place = wide.base + ((size_t)1 << 30);
    heap_destroy(&wide);
    return place;
}

static bool is_mapped(const void *page)
{
    unsigned char residency;
    return mincore((void *)(uintptr_t)page, 1, &residency) == 0;
}

/* Nothing is reserved: pages and their shadow appear as the heap grows. */
START_TEST(a_heap_can_claim_its_pages_one_by_one)
{
    unsigned char *place = empty_place();
    struct heap_options options = {.reserve_bytes = (size_t)128 << 20,
                                   .shadow = place + ((size_t)128 << 20)};
    unsigned char *shadow = options.shadow;
    struct heap own;
    ck_assert_int_eq(heap_init_at(&own, &options, place), 0);
    ck_assert_ptr_eq(own.base, place);
    ck_assert(!is_mapped(place) && !is_mapped(shadow));
    ck_assert_ptr_eq(heap_grow(&own, 64), place);
    place[63] = shadow[1] = 1;
    ck_assert(!is_mapped(place + HEAP_COMMIT_STEP));
    unsigned char *page = heap_map(&own, HEAP_PAGE);
    ck_assert_ptr_eq(page, place + options.reserve_bytes - HEAP_PAGE);
    page[0] = shadow[(size_t)(page - place) / CLAIM_RATIO] = 1;
    ck_assert(!is_mapped(shadow + CLAIM_STEP));
    ck_assert_int_eq(heap_unmap(&own, page, HEAP_PAGE), 0);
    ck_assert(!is_mapped(page));
    heap_destroy(&own);
    ck_assert(!is_mapped(place) && !is_mapped(shadow));
}
END_TEST

/* Growth and mappings are refused there, and what is there stays. */
START_TEST(a_claiming_heap_leaves_other_mappings_alone)
{
    unsigned char *place = empty_place();
    struct heap_options options = {.reserve_bytes = (size_t)16 << 20};
    struct heap own;
    unsigned char *other = place + 3 * HEAP_COMMIT_STEP;
    unsigned char *last = place + options.reserve_bytes - HEAP_PAGE;
    ck_assert(claim_pages(other, HEAP_PAGE) && claim_pages(last, HEAP_PAGE));
    *other = *last = 7;
    ck_assert(!claim_pages(last - HEAP_PAGE, 2 * HEAP_PAGE));
    ck_assert_int_eq(heap_init_at(&own, &options, place), 0);
    ck_assert_ptr_nonnull(heap_grow(&own, 3 * HEAP_COMMIT_STEP));
    ck_assert_ptr_null(heap_grow(&own, 16));
    ck_assert_ptr_null(heap_map(&own, HEAP_PAGE));
    ck_assert_uint_eq(own.refusals, 2);
    heap_destroy(&own);
    ck_assert_uint_eq(*other, 7);
    ck_assert_uint_eq(*last, 7);
    munmap(other, HEAP_PAGE);
    munmap(last, HEAP_PAGE);
}
END_TEST

/* Enough of them for the table to grow several times. */
START_TEST(thousands_of_mappings_are_kept_apart)
{
    enum { N = 3000 };
    static unsigned char *pages[N];
    struct heap own;
    ck_assert_int_eq(heap_init(&own, NULL), 0);
    for (int i = 0; i < N; i++) {
        pages[i] = heap_map(&own, HEAP_PAGE);
        ck_assert_ptr_nonnull(pages[i]);
        *pages[i] = (unsigned char)i;
    }
    for (int i = 0; i < N; i++) {
        ck_assert_uint_eq(*pages[i], (unsigned char)i);
        ck_assert_int_eq(heap_unmap(&own, pages[i], HEAP_PAGE), 0);
    }
    ck_assert_uint_eq(own.mappings.n, 0);
    heap_destroy(&own);
}
END_TEST

START_TEST(mappings_are_zeroed_apart_and_counted)
{
    unsigned char *a = heap_map(&heap, 1);
    unsigned char *b = heap_map(&heap, 2 * HEAP_PAGE);
    ck_assert_ptr_nonnull(a);
    ck_assert_ptr_nonnull(b);
    ck_assert_uint_eq(heap_footprint(&heap), 3 * HEAP_PAGE);
    ck_assert_uint_eq(a[0], 0);
    memset(b, 7, 2 * HEAP_PAGE);
    ck_assert_int_eq(heap_unmap(&heap, b, 2 * HEAP_PAGE), 0);
    ck_assert_uint_eq(heap_footprint(&heap), HEAP_PAGE);
    unsigned char *again = heap_map(&heap, 2 * HEAP_PAGE);
    ck_assert_ptr_eq(again, b);
    ck_assert_uint_eq(again[100], 0);
}
END_TEST

START_TEST(unmap_takes_ends_and_middles)
{
    unsigned char *map = heap_map(&heap, 8 * HEAP_PAGE);
    ck_assert_int_eq(heap_unmap(&heap, map, HEAP_PAGE), 0);
    ck_assert_int_eq(heap_unmap(&heap, map + 7 * HEAP_PAGE, HEAP_PAGE), 0);
    ck_assert_int_eq(heap_unmap(&heap, map + 3 * HEAP_PAGE, HEAP_PAGE), 0);
    ck_assert_uint_eq(heap.mappings.n, 2);
    ck_assert_uint_eq(heap_footprint(&heap), 5 * HEAP_PAGE);
    ck_assert_int_eq(heap_unmap(&heap, map, HEAP_PAGE), -1);
    ck_assert_int_eq(heap_unmap(&heap, map + 2 * HEAP_PAGE, 2 * HEAP_PAGE), -1);
    ck_assert(heap_contains(&heap, map + HEAP_PAGE, 2 * HEAP_PAGE));
    ck_assert(!heap_contains(&heap, map + HEAP_PAGE, 3 * HEAP_PAGE));
}
END_TEST

START_TEST(contains_knows_the_break)
{
    unsigned char *first = heap_grow(&heap, 64);
    ck_assert(heap_contains(&heap, first, 64));
    ck_assert(!heap_contains(&heap, first, 65));
    ck_assert(!heap_contains(&heap, first + 64, 1));
    ck_assert(!heap_contains(&heap, first - 1, 1));
    ck_assert(!heap_contains(&heap, &heap, 1));
    ck_assert(!heap_contains(&heap, first + 8, SIZE_MAX));
}
END_TEST

START_TEST(reset_forgets_all)
{
    heap_grow(&heap, 64);
    heap_map(&heap, 64);
    heap_reset(&heap);
    ck_assert_uint_eq(heap_footprint(&heap), 0);
    ck_assert_uint_eq(heap_peak(&heap), 0);
    ck_assert_ptr_eq(heap_grow(&heap, 16), heap.base);
}
END_TEST

/* ---- refusals ------------------------------------------------------------ */

static bool refuse_large(void *context, size_t bytes)
{
    return bytes > *(size_t *)context;
}

START_TEST(refusal_hook_decides)
{
    size_t most = 100;
    ck_assert_ptr_nonnull(heap_grow(&heap, 112));
    heap_set_refusal(&heap, refuse_large, &most);
    ck_assert_ptr_nonnull(heap_grow(&heap, 96));
    ck_assert_ptr_null(heap_grow(&heap, 112));
    heap_set_refusal(&heap, NULL, NULL);
    ck_assert_ptr_nonnull(heap_grow(&heap, 112));
}
END_TEST

/* Each growth asks, also one into memory that was given back before. */
START_TEST(refusal_hook_is_asked_after_a_shrink)
{
    size_t most = 100;
    heap_set_refusal(&heap, refuse_large, &most);
    ck_assert_ptr_nonnull(heap_grow(&heap, 96));
    ck_assert_ptr_nonnull(heap_grow(&heap, 96));
    heap_shrink(&heap, 192);
    ck_assert_ptr_null(heap_grow(&heap, 112));
    ck_assert_uint_eq(heap.refusals, 1);
}
END_TEST

START_TEST(lowered_limit_outlives_a_reset)
{
    size_t limit = heap.limit;
    heap_lower_limit(&heap, 2 * limit);
    ck_assert_uint_eq(heap.limit, limit);
    ck_assert_ptr_nonnull(heap_grow(&heap, 64));
    heap_lower_limit(&heap, 80);
    ck_assert_ptr_null(heap_grow(&heap, 32));
    heap_reset(&heap);
    ck_assert_ptr_nonnull(heap_grow(&heap, 80));
    ck_assert_ptr_null(heap_grow(&heap, 16));
}
END_TEST

/* A mapping takes from what the break may still grow, until it is gone. */
START_TEST(mappings_and_growth_share_the_limit)
{
    ck_assert_ptr_nonnull(heap_grow(&heap, 16));
    void *pages = heap_map(&heap, HEAP_PAGE);
    ck_assert_ptr_nonnull(pages);
    size_t room = heap.limit - heap_footprint(&heap);
    ck_assert_ptr_null(heap_grow(&heap, room + 16));
    ck_assert_ptr_nonnull(heap_grow(&heap, room));
    ck_assert_uint_eq(heap_peak(&heap), heap.limit);
    ck_assert_int_eq(heap_unmap(&heap, pages, HEAP_PAGE), 0);
    ck_assert_ptr_nonnull(heap_grow(&heap, HEAP_PAGE));
    ck_assert_ptr_null(heap_grow(&heap, 16));
}
END_TEST

#ifndef SANITIZED
START_TEST(a_page_beyond_the_break_faults_when_asked_for)
{
    struct heap exact;
    struct heap_options options = {.commit_step_bytes = HEAP_PAGE};
    ck_assert_int_eq(heap_init(&exact, &options), 0);
    unsigned char *first = heap_grow(&exact, 64);
    first[HEAP_PAGE - 1] = 1;
    ((volatile unsigned char *)first)[HEAP_PAGE] = 1;
}
END_TEST

START_TEST(beyond_the_break_faults)
{
    unsigned char *first = heap_grow(&heap, 64);
    ((volatile unsigned char *)first)[HEAP_COMMIT_STEP] = 1;
}
END_TEST
#endif

Suite *heap_suite(void)
{
    Suite *suite = suite_create("heap");
    TCase *tests = tcase_create("heap");
    tcase_add_checked_fixture(tests, open_heap, close_heap);
    tcase_add_test(tests, growth_is_contiguous_and_counts);
    tcase_add_test(tests, limit_refuses_and_is_noted);
    tcase_add_test(tests, spare_pages_go_back_and_can_be_used_again);
    tcase_add_test(tests, a_heap_can_claim_its_pages_one_by_one);
    tcase_add_test(tests, a_claiming_heap_leaves_other_mappings_alone);
    tcase_add_test(tests, thousands_of_mappings_are_kept_apart);
    tcase_add_test(tests, mappings_are_zeroed_apart_and_counted);
    tcase_add_test(tests, unmap_takes_ends_and_middles);
    tcase_add_test(tests, contains_knows_the_break);
    tcase_add_test(tests, reset_forgets_all);
    tcase_add_test(tests, refusal_hook_decides);
    tcase_add_test(tests, refusal_hook_is_asked_after_a_shrink);
    tcase_add_test(tests, lowered_limit_outlives_a_reset);
    tcase_add_test(tests, mappings_and_growth_share_the_limit);
#ifndef SANITIZED
    tcase_add_test_raise_signal(tests, beyond_the_break_faults, 11);
    tcase_add_test_raise_signal(
        tests, a_page_beyond_the_break_faults_when_asked_for, 11);
#endif
    suite_add_tcase(suite, tests);
    return suite;
}
