/*
 * test_bins.c -- segregated lists: where sizes go, which block a request gets,
 * and every invariant broken on purpose.
 *
 * The heap at hand: blocks of 32, 64, 16, 96, 16, 64, 16, 128 and 16 bytes,
 * those at 1, 3, 5 and 7 free, and a free top of 48.
 */
#include <check.h>
#include <string.h>

#include "allocator/block/bins.h"
#include "tests/support/row.h"

static struct row row;
static struct block *b[10];

static void open_heap(const char *name)
{
    static const size_t bytes[] = {32, 64, 16, 96, 16, 64, 16, 128, 16, 48};
    row_open(&row, name);
    row_take_with_holes(&row, b, bytes, sizeof bytes / sizeof *bytes);
}

static void close_heap(void)
{
    row_close(&row);
}

static void expect(const char *rule, const void *address)
{
    row_expect_fault(&row, rule, address);
}

static struct bin bin_of_block(const struct block *block)
{
    return bin_of(block_bytes(block), bins_root(&row.heap)->log2_classes);
}

static struct block *given(size_t bytes)
{
    return block_of(row.policy->malloc(&row.heap, bytes - BLOCK_HEADER));
}

/* Larger sizes never go to lower classes, and no class is left out. */
START_TEST(classes_ascend)
{
    uint32_t log2_classes = (uint32_t)_i;
    struct bin last = bin_of(16, log2_classes);
    for (size_t bytes = 32; bytes < 100000; bytes += 16) {
        struct bin bin = bin_of(bytes, log2_classes);
        uint32_t at = (bin.level << log2_classes) + bin.nth;
        uint32_t before = (last.level << log2_classes) + last.nth;
        ck_assert_uint_ge(at, before);
        ck_assert_uint_le(at, before + 1);
        last = bin;
    }
    struct bin most = bin_of(BLOCK_REACH - 16, log2_classes);
    ck_assert_uint_eq(most.level, BINS_LEVELS - 1 - log2_classes);
    ck_assert_uint_eq(most.nth, (1u << log2_classes) - 1);
}
END_TEST

START_TEST(segregated_searches_its_own_class)
{
    open_heap("segregated:1");
    ck_assert_ptr_eq(given(96), b[3]); /* 64 to 112 bytes: 64, 96, 64 */
    ck_assert_ptr_eq(given(64), b[5]); /* the last one freed */
    ck_assert_ptr_eq(given(80), b[7]); /* the next class */
}
END_TEST

START_TEST(tlsf_takes_the_first_list_that_surely_fits)
{
    open_heap("tlsf");
    ck_assert_ptr_eq(given(80), b[3]);
    ck_assert_ptr_eq(given(64), b[5]);
    ck_assert_ptr_eq(given(64), b[1]);
    ck_assert_ptr_eq(given(128), b[7]);
}
END_TEST

/* 96 bytes would do for 80; only lists of 128 bytes on are asked. */
START_TEST(half_fit_rounds_up)
{
    open_heap("half-fit");
    ck_assert_ptr_eq(given(80), b[7]);
    ck_assert_ptr_eq(given(80), b[9]);
    ck_assert_ptr_eq(given(64), b[5]);
}
END_TEST

static const char *const any[] = {"segregated", "tlsf", "half-fit"};

START_TEST(root_overwritten)
{
    open_heap(any[_i]);
    bins_root(&row.heap)->log2_classes = BINS_MOST_LOG2 + 1;
    expect("root", row.heap.base);
    bins_root(&row.heap)->log2_classes = UINT32_MAX;
    expect("root", row.heap.base);
    ck_assert_int_eq(row.policy->walk(&row.heap, NULL, NULL), 0);
}
END_TEST

START_TEST(bitmaps_overwritten)
{
    open_heap(any[_i]);
    struct bins_root *root = bins_root(&row.heap);
    root->levels ^= 1;
    expect("level-bitmap", root);
    root->levels ^= UINT64_C(1) << 63 | 1;
    expect("level-bitmap", root);
    root->levels ^= UINT64_C(1) << 63;
    struct bin bin = bin_of_block(b[7]);
    root->classes[bin.level] ^= 1u << bin.nth;
    expect("class-bitmap", root);
    root->classes[bin.level] ^= 1u << bin.nth;
    root->classes[8] ^= 1u << 31;
    expect("class-bitmap", root);
}
END_TEST

START_TEST(level_that_does_not_exist)
{
    open_heap("tlsf");
    bins_root(&row.heap)->classes[BINS_LEVELS - 1] = 1;
    expect("class-bitmap", row.heap.base);
}
END_TEST

START_TEST(bound_too_low)
{
    open_heap(any[_i]);
    tags_set_largest(&row.heap, 112);
    expect("largest-bound", b[7]);
}
END_TEST

START_TEST(link_to_nowhere)
{
    open_heap(any[_i]);
    b[7]->links[BINS_NEXT] = UINT32_MAX;
    expect("list-link", b[7]);
    b[7]->links[BINS_NEXT] = (uint32_t)(row.heap.brk / 16);
    expect("list-link", b[7]);
    *bin_head(bins_root(&row.heap), bin_of_block(b[7])) = 1;
    expect("list-link", NULL);
}
END_TEST

START_TEST(link_to_a_used_block)
{
    open_heap(any[_i]);
    b[5]->links[BINS_NEXT] = block_link(&row.heap, b[4]);
    expect("used-block-in-list", b[4]);
}
END_TEST

START_TEST(block_in_another_class)
{
    open_heap(any[_i]);
    b[5]->links[BINS_NEXT] = block_link(&row.heap, b[7]);
    expect("list-class", b[7]);
}
END_TEST

START_TEST(link_back_is_wrong)
{
    open_heap("segregated");
    b[1]->links[BINS_PREV] = block_link(&row.heap, b[3]);
    expect("list-link-back", b[1]);
}
END_TEST

START_TEST(list_has_a_cycle)
{
    open_heap(any[_i]);
    b[7]->links[BINS_NEXT] = block_link(&row.heap, b[7]);
    expect("list-too-long", b[7]);
}
END_TEST

START_TEST(free_block_is_lost)
{
    open_heap(any[_i]);
    bins_remove(&row.heap, b[3]);
    b[3]->links[BINS_PREV] = block_link(&row.heap, b[7]);
    expect("free-block-not-in-list", b[3]);
    b[3]->links[BINS_PREV] = UINT32_MAX;
    expect("free-block-not-in-list", b[3]);
}
END_TEST

/* The two of 64 bytes know each other only; no single one is out of place. */
START_TEST(blocks_form_a_ring_apart)
{
    open_heap(any[_i]);
    bins_remove(&row.heap, b[1]), bins_remove(&row.heap, b[5]);
    b[1]->links[BINS_NEXT] = b[1]->links[BINS_PREV] =
        block_link(&row.heap, b[5]);
    b[5]->links[BINS_NEXT] = b[5]->links[BINS_PREV] =
        block_link(&row.heap, b[1]);
    expect("free-block-not-in-list", NULL);
}
END_TEST

Suite *bins_suite(void)
{
    const TTest *const each[] = {
        root_overwritten,   bitmaps_overwritten,  bound_too_low,
        link_to_nowhere,    link_to_a_used_block, block_in_another_class,
        free_block_is_lost, list_has_a_cycle,     blocks_form_a_ring_apart};
    const TTest *const once[] = {segregated_searches_its_own_class,
                                 tlsf_takes_the_first_list_that_surely_fits,
                                 half_fit_rounds_up,
                                 level_that_does_not_exist,
                                 link_back_is_wrong,
                                 list_has_a_cycle};
    Suite *suite = suite_create("bins");
    TCase *all = tcase_create("bins");
    tcase_add_checked_fixture(all, NULL, close_heap);
    tcase_add_loop_test(all, classes_ascend, 0, BINS_MOST_LOG2 + 1);
    for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
        tcase_add_loop_test(all, each[i], 0, sizeof any / sizeof *any);
    }
    for (size_t i = 0; i < sizeof once / sizeof *once; i++) {
        tcase_add_test(all, once[i]);
    }
    suite_add_tcase(suite, all);
    return suite;
}
