/*
 * test_mymalloc.c -- what the flagship promises beyond the contract: what
 * things cost.
 */
#include <check.h>

#include "allocator/policies/mymalloc/pool.h"
#include "tests/support/row.h"

enum { MANY = 3000 };

static struct row row;
static unsigned char *payloads[MANY];

static void open_row(void)
{
    row_open(&row, "mymalloc");
}

static void close_row(void)
{
    row_close(&row);
}

/* Without tables the search for a hole would look at all of them. */
START_TEST(aligned_blocks_alone_make_tables_too)
{
    for (int i = 0; i < MANY; i++) {
        ck_assert_ptr_nonnull(row.policy->memalign(&row.heap, 4096, 100));
    }
    ck_assert_ptr_nonnull(tables_of(&row.heap));
    row_expect_sound(&row);
}
END_TEST

/* The words of 64 objects cost as much as the first tables. */
START_TEST(tables_come_when_words_cost_more)
{
    row_fill_all(&row, payloads, 63, 16);
    for (int i = 0; i < MANY; i++) { /* comes and goes, resized between */
        void *p = row.policy->malloc(&row.heap, 16 + (size_t)i % 16);
        p = row.policy->realloc(&row.heap, p, 17 + (size_t)i % 23);
        row.policy->free(&row.heap, p);
    }
    ck_assert_ptr_null(tables_of(&row.heap));
    row_fill_all(&row, payloads + 63, 2, 16);
    ck_assert_ptr_nonnull(tables_of(&row.heap));
    row_expect_sound(&row);
}
END_TEST

/* What a block paid before there were tables is not held against it later. */
START_TEST(blocks_older_than_the_tables_may_grow)
{
    unsigned char *old = row.policy->malloc(&row.heap, 16);
    void *behind = row.policy->malloc(&row.heap, 600);
    row_fill_all(&row, payloads, 70, 16);
    ck_assert_ptr_nonnull(tables_of(&row.heap));
    row.policy->free(&row.heap, behind);
    ck_assert_ptr_eq(row.policy->realloc(&row.heap, old, 500), old);
    ck_assert(row.policy->is_sound(&row.heap, old, 500));
    row_expect_sound(&row);
}
END_TEST

START_TEST(words_that_cost_nothing_make_no_tables)
{
    row_fill_all(&row, payloads, 500, 28);
    ck_assert_ptr_null(tables_of(&row.heap));
    row_fill_all(&row, payloads + 500, 20, 28);
    ck_assert_ptr_nonnull(tables_of(&row.heap));
    row_expect_sound(&row);
}
END_TEST

START_TEST(a_heap_costs_16_bytes_and_grows_by_what_is_missing)
{
    ck_assert_uint_eq(row.heap.brk, 16);
    row.policy->malloc(&row.heap, 12);
    ck_assert_uint_eq(row.heap.brk, 32);
    row.policy->malloc(&row.heap, 28);
    ck_assert_uint_eq(row.heap.brk, 64);
    row.policy->malloc(&row.heap, 32);
    ck_assert_uint_eq(row.heap.brk, 112);
}
END_TEST

START_TEST(many_of_a_size_pay_no_headers)
{
    row_fill_all(&row, payloads, MANY, 32);
    ck_assert_uint_le(row.heap.brk, 32 * MANY * 106 / 100);
    row_expect_sound(&row);
}
END_TEST

/* Of so many pairs the large ones die, then comes what fits none of them. */
static void expect_larger_ones_fit(int pairs, int larger)
{
    for (int i = 0; i < 2 * pairs; i += 2) {
        payloads[i] = row.policy->malloc(&row.heap, 64);
        payloads[i + 1] = row.policy->malloc(&row.heap, 448);
    }
    size_t before = row.heap.brk;
    for (int i = 1; i < 2 * pairs; i += 2) {
        row.policy->free(&row.heap, payloads[i]);
    }
    for (int i = 0; i < larger; i++) {
        ck_assert_ptr_nonnull(row.policy->malloc(&row.heap, 512));
    }
    ck_assert_uint_le(row.heap.brk, before + before / 50);
    row_expect_sound(&row);
}

START_TEST(small_objects_do_not_pin_the_holes_of_large_ones)
{
    expect_larger_ones_fit(MANY / 2, MANY / 3);
}
END_TEST

START_TEST(nor_do_those_of_a_small_heap)
{
    expect_larger_ones_fit(400, 240);
}
END_TEST

START_TEST(a_block_that_grows_by_steps_stays_one_heap)
{
    unsigned char *growing = row.policy->malloc(&row.heap, 4092);
    void *small = row.policy->malloc(&row.heap, 16);
    size_t bytes = 4092;
    while (bytes < 60000) {
        bytes += 37;
        growing = row.policy->realloc(&row.heap, growing, bytes);
        growing[bytes - 1] = 1;
        void *next = row.policy->malloc(&row.heap, 16);
        row.policy->free(&row.heap, small);
        small = next;
    }
    row_expect_sound(&row);
    ck_assert_uint_le(heap_peak(&row.heap), bytes * 9 / 8);
}
END_TEST

START_TEST(all_memory_can_serve_one_request_again)
{
    row_fill_all(&row, payloads, MANY, 40);
    size_t before = row.heap.brk;
    for (int i = 0; i < MANY; i++) {
        row.policy->free(&row.heap, payloads[i]);
    }
    row.policy->trim(&row.heap);
    ck_assert_uint_le(row.heap.brk, before / 8);
    row_expect_sound(&row);
}
END_TEST

START_TEST(a_freed_small_object_is_the_next_one)
{
    row_fill_all(&row, payloads, MANY, 40);
    row.policy->free(&row.heap, payloads[MANY - 7]);
    row.policy->free(&row.heap, payloads[MANY - 9]);
    row_expect_sound(&row);
    ck_assert_ptr_eq(row.policy->malloc(&row.heap, 37), payloads[MANY - 9]);
    ck_assert_ptr_eq(row.policy->malloc(&row.heap, 40), payloads[MANY - 7]);
}
END_TEST

Suite *mymalloc_suite(void)
{
    Suite *suite = suite_create("mymalloc");
    TCase *tests = tcase_create("what things cost");
    tcase_add_checked_fixture(tests, open_row, close_row);
    tcase_add_test(tests, aligned_blocks_alone_make_tables_too);
    tcase_add_test(tests, tables_come_when_words_cost_more);
    tcase_add_test(tests, blocks_older_than_the_tables_may_grow);
    tcase_add_test(tests, words_that_cost_nothing_make_no_tables);
    tcase_add_test(tests, a_heap_costs_16_bytes_and_grows_by_what_is_missing);
    tcase_add_test(tests, many_of_a_size_pay_no_headers);
    tcase_add_test(tests, small_objects_do_not_pin_the_holes_of_large_ones);
    tcase_add_test(tests, nor_do_those_of_a_small_heap);
    tcase_add_test(tests, a_block_that_grows_by_steps_stays_one_heap);
    tcase_add_test(tests, all_memory_can_serve_one_request_again);
    tcase_add_test(tests, a_freed_small_object_is_the_next_one);
    suite_add_tcase(suite, tests);
    return suite;
}
