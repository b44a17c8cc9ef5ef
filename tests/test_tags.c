/*
 * test_tags.c -- what boundary tags do with blocks, byte by byte.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/row.h"

static struct row row;
static unsigned char *p[16];

static void close_row(void)
{
    row_close(&row);
}

static const char *const family[] = {"implicit", "first-fit", "next-fit",
                                     "best-fit", "worst-fit"};
enum { FAMILY = sizeof family / sizeof *family };

START_TEST(growth_is_exact)
{
    row_open(&row, family[_i]);
    size_t root = _i == 0 ? 16 : 32;
    ck_assert_uint_eq(heap_footprint(&row.heap), root);
    ROW_TAKE(&row, p, 16, 32, 48);
    ck_assert_uint_eq(heap_footprint(&row.heap), root + 96);
    ck_assert_ptr_nonnull(row.policy->malloc(&row.heap, 0));
    ck_assert_ptr_nonnull(row.policy->malloc(&row.heap, 8));
    ck_assert_ptr_nonnull(row.policy->malloc(&row.heap, 9));
    ck_assert_ptr_nonnull(row.policy->malloc(&row.heap, 24));
    row_expect(&row, "u16 u32 u48 u16 u16 u32 u32");
}
END_TEST

START_TEST(neighbours_coalesce)
{
    row_open(&row, family[_i]);
    ROW_TAKE(&row, p, 16, 32, 48, 16, 64);
    row_give(&row, p[1]);
    row_expect(&row, "u16 f32 u48 u16 u64");
    row_give(&row, p[3]);
    row_expect(&row, "u16 f32 u48 f16 u64");
    row_give(&row, p[2]);
    row_expect(&row, "u16 f96 u64");
    row_give(&row, p[0]);
    row_expect(&row, "f112 u64");
    row_give(&row, p[4]);
    row_expect(&row, "f176");
}
END_TEST

START_TEST(free_end_grows_by_what_it_lacks)
{
    row_open(&row, family[_i]);
    ROW_TAKE(&row, p, 32, 48);
    row_give(&row, p[1]);
    size_t before = heap_footprint(&row.heap);
    p[1] = row_take(&row, 64);
    row_expect(&row, "u32 u64");
    ck_assert_uint_eq(heap_footprint(&row.heap), before + 16);
    row_give(&row, p[1]);
    p[1] = row_take(&row, 16);
    row_expect(&row, "u32 u16 f48");
}
END_TEST

START_TEST(holes_come_before_the_end)
{
    row_open(&row, family[_i]);
    ROW_TAKE(&row, p, 96, 32, 512);
    row_give(&row, p[0]);
    row_give(&row, p[2]);
    p[0] = row_take(&row, 48);
    row_expect(&row, "u48 f48 u32 f512");
}
END_TEST

/* In every index; the free block at the break is cut from below. */
START_TEST(requests_can_be_cut_from_the_high_end)
{
    static const char *const names[] = {
        "implicit:high",       "first-fit:high", "next-fit:high",
        "best-fit:high",       "worst-fit:high", "segregated:high",
        "first-fit:lifo,high", "tlsf:high",      "half-fit:high"};
    row_open(&row, names[_i]);
    ROW_TAKE(&row, p, 128, 16, 96);
    row_give(&row, p[0]);
    row_give(&row, p[2]);
    p[3] = row_take(&row, 48);
    row_expect(&row, "f80 u48 u16 f96");
    row_take(&row, 32);
    row_expect(&row, "f48 u32 u48 u16 f96");
    row_give(&row, p[3]);
    row_expect(&row, "f48 u32 f48 u16 f96");
    row_take(&row, 80);
    row_expect(&row, "f48 u32 f48 u16 u80 f16");
}
END_TEST

START_TEST(a_free_block_can_be_taken_whole_from_the_high_end)
{
    row_open(&row, "best-fit:high,split=64");
    ROW_TAKE(&row, p, 96, 16);
    row_give(&row, p[0]);
    ck_assert_ptr_eq(row_take(&row, 48), p[0]);
    row_expect(&row, "u96 u16");
}
END_TEST

START_TEST(break_moves_in_steps)
{
    row_open(&row, "first-fit:grow=1000");
    ROW_TAKE(&row, p, 32);
    row_expect(&row, "u32 f976");
    row_take(&row, 992);
    row_expect(&row, "u32 u992 f992");
}
END_TEST

/* Where a whole step is refused, what is lacking may not be. */
START_TEST(last_step_is_what_the_limit_leaves)
{
    row_open_limited(&row, "first-fit:grow=4096", 4096 + 256);
    ROW_TAKE(&row, p, 4000, 128);
    row_expect(&row, "u4000 u128");
    ck_assert_ptr_nonnull(p[1]);
    ck_assert_ptr_null(row.policy->malloc(&row.heap, 4096));
    row_expect(&row, "u4000 u128");
}
END_TEST

START_TEST(realloc_shrinks_in_place)
{
    row_open(&row, family[_i]);
    ROW_TAKE(&row, p, 96, 32);
    ck_assert_ptr_eq(row.policy->realloc(&row.heap, p[0], 24), p[0]);
    row_expect(&row, "u32 f64 u32");
    ck_assert_ptr_eq(row.policy->realloc(&row.heap, p[1], 8), p[1]);
    row_expect(&row, "u32 f64 u16 f16");
    ck_assert_ptr_eq(row.policy->realloc(&row.heap, p[0], 1), p[0]);
    row_expect(&row, "u16 f80 u16 f16");
}
END_TEST

START_TEST(shrinking_obeys_the_split_threshold)
{
    row_open(&row, "implicit:split=48");
    ROW_TAKE(&row, p, 96, 16, 64);
    row.policy->realloc(&row.heap, p[0], 56);
    row_expect(&row, "u96 u16 u64");
    row.policy->realloc(&row.heap, p[0], 40);
    row_expect(&row, "u48 f48 u16 u64");
    row.policy->realloc(&row.heap, p[0], 24);
    row_expect(&row, "u32 f64 u16 u64");
    row.policy->realloc(&row.heap, p[2], 40);
    row_expect(&row, "u32 f64 u16 u48 f16");
}
END_TEST

START_TEST(realloc_grows_up)
{
    row_open(&row, family[_i]);
    ROW_TAKE(&row, p, 32, 64, 32);
    row_give(&row, p[1]);
    ck_assert_ptr_eq(row.policy->realloc(&row.heap, p[0], 40), p[0]);
    row_expect(&row, "u48 f48 u32");
    ck_assert_ptr_eq(row.policy->realloc(&row.heap, p[0], 88), p[0]);
    row_expect(&row, "u96 u32");
    ck_assert_ptr_eq(row.policy->realloc(&row.heap, p[2], 88), p[2]);
    row_expect(&row, "u96 u96");
    ck_assert_ptr_eq(row.policy->realloc(&row.heap, p[2], 8), p[2]);
    ck_assert_ptr_eq(row.policy->realloc(&row.heap, p[2], 120), p[2]);
    row_expect(&row, "u96 u128");
}
END_TEST

/* p[1] was filled with 0x5a over all its bytes. */
static void expect_moved(unsigned char *moved, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        ck_assert_uint_eq(moved[i], 0x5a);
    }
}

START_TEST(realloc_slides_down)
{
    row_open(&row, family[_i]);
    ROW_TAKE(&row, p, 48, 64, 32);
    row_give(&row, p[0]);
    ck_assert_ptr_eq(row.policy->realloc(&row.heap, p[1], 72), p[0]);
    expect_moved(p[0], 56);
    row_expect(&row, "u80 f32 u32");
}
END_TEST

START_TEST(realloc_slides_down_and_up)
{
    row_open(&row, family[_i]);
    ROW_TAKE(&row, p, 48, 64, 32, 16);
    row_give(&row, p[0]);
    row_give(&row, p[2]);
    ck_assert_ptr_eq(row.policy->realloc(&row.heap, p[1], 136), p[0]);
    expect_moved(p[0], 56);
    row_expect(&row, "u144 u16");
}
END_TEST

START_TEST(realloc_slides_where_it_repays)
{
    row_open(&row, family[_i]);
    ROW_TAKE(&row, p, 32, 64);
    row_give(&row, p[0]);
    ck_assert_ptr_eq(row.policy->realloc(&row.heap, p[1], 120), p[0]);
    expect_moved(p[0], 56);
    row_expect(&row, "u128");
    p[1] = row_take(&row, 16);
    p[2] = row_take(&row, 64);
    row_give(&row, p[1]);
    ck_assert_ptr_eq(row.policy->realloc(&row.heap, p[2], 120), p[2]);
    row_expect(&row, "u128 f16 u128");
}
END_TEST

START_TEST(realloc_moves_as_a_last_resort)
{
    row_open(&row, family[_i]);
    ROW_TAKE(&row, p, 32, 64, 16);
    unsigned char *moved = row.policy->realloc(&row.heap, p[1], 72);
    expect_moved(moved, 56);
    row_expect(&row, "u32 f64 u16 u80");
}
END_TEST

static bool refuse_all(void *context, size_t bytes)
{
    (void)context, (void)bytes;
    return true;
}

START_TEST(refused_growth_changes_nothing)
{
    row_open(&row, family[_i]);
    ROW_TAKE(&row, p, 32, 64, 16, 32);
    row_give(&row, p[0]);
    row_give(&row, p[3]);
    heap_set_refusal(&row.heap, refuse_all, NULL);
    ck_assert_ptr_null(row.policy->malloc(&row.heap, 80));
    ck_assert_ptr_null(row.policy->memalign(&row.heap, 4096, 8));
    ck_assert_ptr_null(row.policy->realloc(&row.heap, p[1], 120));
    ck_assert_ptr_null(row.policy->realloc(&row.heap, p[2], 120));
    expect_moved(p[1], 56);
    row_expect(&row, "f32 u64 u16 f32");
}
END_TEST

START_TEST(memalign_leaves_no_bytes_behind)
{
    row_open(&row, family[_i]);
    p[0] = row_take(&row, 16);
    p[1] = row.policy->memalign(&row.heap, 256, 100);
    ck_assert_uint_eq((uintptr_t)p[1] % 256, 0);
    size_t gap = (size_t)(p[1] - p[0]) - 16;
    char blocks[60];
    snprintf(blocks, sizeof blocks, "u16 f%zu u112", gap);
    row_expect(&row, blocks);
    row_give(&row, p[1]);
    row_give(&row, p[0]);
    snprintf(blocks, sizeof blocks, "f%zu", 16 + gap + 112);
    row_expect(&row, blocks);
}
END_TEST

START_TEST(memalign_uses_a_hole)
{
    row_open(&row, family[_i]);
    ROW_TAKE(&row, p, 1024, 16);
    row_give(&row, p[0]);
    p[2] = row.policy->memalign(&row.heap, 128, 56);
    ck_assert(p[2] >= p[0] && p[2] < p[1]);
    ck_assert_uint_eq((uintptr_t)p[2] % 128, 0);
    row_give(&row, p[2]);
    row_expect(&row, "f1024 u16");
}
END_TEST

START_TEST(trim_gives_the_end_back)
{
    row_open(&row, family[_i]);
    ROW_TAKE(&row, p, 32, 64);
    row_give(&row, p[1]);
    row.policy->trim(&row.heap);
    row_expect(&row, "u32");
    row.policy->trim(&row.heap);
    row_expect(&row, "u32");
    row_give(&row, p[0]);
    row.policy->trim(&row.heap);
    ck_assert_uint_eq(heap_footprint(&row.heap), _i == 0 ? 16 : 32);
    ROW_TAKE(&row, p, 48);
    row_expect(&row, "u48");
}
END_TEST

Suite *tags_suite(void)
{
    const TTest *const tests[] = {
        growth_is_exact,
        neighbours_coalesce,
        free_end_grows_by_what_it_lacks,
        holes_come_before_the_end,
        realloc_shrinks_in_place,
        realloc_grows_up,
        realloc_slides_down,
        realloc_slides_down_and_up,
        realloc_slides_where_it_repays,
        realloc_moves_as_a_last_resort,
        refused_growth_changes_nothing,
        memalign_leaves_no_bytes_behind,
        memalign_uses_a_hole,
        trim_gives_the_end_back,
    };
    Suite *suite = suite_create("tags");
    TCase *all = tcase_create("family");
    tcase_add_checked_fixture(all, NULL, close_row);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tcase_add_loop_test(all, tests[i], 0, FAMILY);
    }
    suite_add_tcase(suite, all);
    TCase *choices = tcase_create("choices");
    tcase_add_checked_fixture(choices, NULL, close_row);
    tcase_add_test(choices, shrinking_obeys_the_split_threshold);
    tcase_add_loop_test(choices, requests_can_be_cut_from_the_high_end, 0, 9);
    tcase_add_test(choices, a_free_block_can_be_taken_whole_from_the_high_end);
    tcase_add_test(choices, break_moves_in_steps);
    tcase_add_test(choices, last_step_is_what_the_limit_leaves);
    suite_add_tcase(suite, choices);
    return suite;
}
