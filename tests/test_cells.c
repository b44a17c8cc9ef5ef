/*
 * test_cells.c -- the policies over rows of cells: who gets which cell, and
 * every invariant broken on purpose.
 *
 * A cell has 16 bytes more than its payload; row_take asks for 8 less than it
 * says, so that row_take(40) makes a cell of 48.
 */
#include <check.h>
#include <string.h>

#include "allocator/block/cells.h"
#include "tests/support/row.h"

static struct row row;
static unsigned char *p[8];

static void close_row(void)
{
    row_close(&row);
}

START_TEST(two_lists_hand_out_whole_cells)
{
    row_open(&row, "two-lists");
    ROW_TAKE(&row, p, 120, 24, 56);
    row_expect(&row, "u128 u32 u64");
    row_give(&row, p[0]), row_give(&row, p[2]);
    row_expect(&row, "f128 u32 f64");
    ck_assert_ptr_eq(row_take(&row, 24), p[2]); /* freed last */
    row_expect(&row, "f128 u32 u64");
    ck_assert_ptr_eq(row_take(&row, 88), p[0]);
    row_expect(&row, "u128 u32 u64");
    row_take(&row, 24);
    row_expect(&row, "u128 u32 u64 u32");
}
END_TEST

START_TEST(pow2_lists_round_up_and_never_mix)
{
    row_open(&row, "pow2-lists");
    ROW_TAKE(&row, p, 72, 73, 24);
    row_expect(&row, "u80 u144 u32");
    row_give(&row, p[1]);
    row_take(&row, 72);
    row_expect(&row, "u80 f144 u32 u80");
    ck_assert_ptr_eq(row_take(&row, 136), p[1]);
}
END_TEST

START_TEST(chunk_list_splits_and_merges)
{
    row_open(&row, "chunk-list");
    ROW_TAKE(&row, p, 120, 24, 88, 24);
    row_expect(&row, "u128 u32 u96 u32");
    row_give(&row, p[0]), row_give(&row, p[2]);
    row_take(&row, 56);
    row_expect(&row, "u64 f64 u32 f96 u32");
    row_give(&row, p[1]);
    row_expect(&row, "u64 f192 u32");
    row_give(&row, p[3]);
    row_expect(&row, "u64 f224");
    row_take(&row, 248);
    row_expect(&row, "u64 u256");
}
END_TEST

START_TEST(chunk_list_obeys_the_split_threshold)
{
    row_open(&row, "chunk-list:split=96");
    ROW_TAKE(&row, p, 120, 24);
    row_give(&row, p[0]);
    row_take(&row, 56);
    row_expect(&row, "u128 u32");
}
END_TEST

START_TEST(chunk_list_reallocates_in_place)
{
    row_open(&row, "chunk-list");
    ROW_TAKE(&row, p, 56, 120, 24);
    row_give(&row, p[1]);
    ck_assert_ptr_eq(row.policy->realloc(&row.heap, p[0], 80), p[0]);
    row_expect(&row, "u96 f96 u32");
    ck_assert_ptr_eq(row.policy->realloc(&row.heap, p[0], 176), p[0]);
    row_expect(&row, "u192 u32");
    ck_assert_ptr_eq(row.policy->realloc(&row.heap, p[2], 112), p[2]);
    row_expect(&row, "u192 u128");
    ck_assert_ptr_eq(row.policy->realloc(&row.heap, p[0], 16), p[0]);
    row_expect(&row, "u32 f160 u128");
}
END_TEST

/* ---- check --------------------------------------------------------------- */

static const char *const any[] = {"chunk-list", "two-lists", "pow2-lists"};
enum { CHUNKS, TWO, POW2, ANY };

static struct cell *c[5]; /* u48 f80 u48 f80 u48 */

static void open_heap(int which)
{
    row_open(&row, any[which]);
    for (size_t i = 0; i < 5; i++) {
        p[i] = row_take(&row, i % 2 != 0 ? 72 : 40);
        c[i] = cell_of(p[i]);
    }
    row_give(&row, p[1]), row_give(&row, p[3]);
    row_expect(&row, "u48 f80 u48 f80 u48");
}

static void expect(const char *rule, const void *address)
{
    row_expect_fault(&row, rule, address);
}

START_TEST(words_overwritten)
{
    open_heap(_i);
    uint64_t word = c[2]->word;
    c[2]->word = CELL_IN_USE;
    expect("size-leads-astray", c[2]);
    c[2]->word = UINT64_MAX;
    expect("size-leads-astray", c[2]);
    c[2]->word = word + 4096;
    expect("size-leads-astray", c[2]);
    c[2]->word = word | 8;
    expect("unknown-flag", c[2]);
    c[2]->word = word;
    c[3]->word |= 1;
    expect("unknown-flag", c[3]);
}
END_TEST

START_TEST(payload_is_said_to_be_displaced)
{
    open_heap(_i);
    c[2]->word |= 2;
    *(uint64_t *)(c[2] + 1) = 0;
    expect("displacement", &c[2]->word);
}
END_TEST

START_TEST(list_leads_astray)
{
    open_heap(_i);
    c[2]->next = UINT32_MAX;
    expect("list-link", c[2]);
    c[2]->next = cell_link(&row.heap, c[1]);
    expect("cell-in-wrong-list", c[1]);
}
END_TEST

START_TEST(cell_is_lost)
{
    open_heap(_i);
    c[3]->next = 0;
    expect("cell-in-no-list", NULL);
}
END_TEST

START_TEST(list_has_a_cycle)
{
    open_heap(TWO);
    c[1]->next = cell_link(&row.heap, c[3]);
    expect("list-too-long", c[3]);
}
END_TEST

START_TEST(link_back_is_wrong)
{
    open_heap(POW2);
    c[1]->previous = 0;
    expect("list-link-back", c[1]);
}
END_TEST

START_TEST(cell_of_another_class)
{
    open_heap(POW2);
    row_give(&row, p[4]);
    c[3]->next = cell_link(&row.heap, c[4]);
    expect("list-class", c[4]);
}
END_TEST

START_TEST(neighbours_are_wrong)
{
    open_heap(CHUNKS);
    c[2]->next = cell_link(&row.heap, c[4]);
    expect("neighbour-links", c[2]);
    c[2]->next = cell_link(&row.heap, c[3]);
    c[2]->previous = 0;
    expect("neighbour-links", c[2]);
}
END_TEST

START_TEST(neighbours_not_merged)
{
    open_heap(CHUNKS);
    c[2]->word = cell_bytes(c[2]);
    expect("uncoalesced-neighbours", c[2]);
}
END_TEST

START_TEST(ends_are_wrong)
{
    open_heap(CHUNKS);
    uint32_t *ends = (uint32_t *)row.heap.base;
    ends[0]++;
    expect("ends-of-list", ends);
    ends[0]--;
    ends[1] = 0;
    expect("ends-of-list", ends);
}
END_TEST

/* Its header is as large as a cell's: bytes of the payload, kind of block. */
START_TEST(bump_header_overwritten)
{
    static const uint64_t wrong[][2] = {
        {8, BLOCK_USED}, {4096, BLOCK_USED}, {48, BLOCK_METADATA + 1}};
    row_open(&row, "bump");
    row_fill_all(&row, p, 3, 48);
    uint64_t *header = (uint64_t *)p[1] - 2;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        memcpy(header, wrong[i], sizeof wrong[i]);
        expect("header", header);
    }
}
END_TEST

Suite *cells_suite(void)
{
    const TTest *const tests[] = {
        two_lists_hand_out_whole_cells,
        pow2_lists_round_up_and_never_mix,
        chunk_list_splits_and_merges,
        chunk_list_obeys_the_split_threshold,
        chunk_list_reallocates_in_place,
        list_has_a_cycle,
        link_back_is_wrong,
        cell_of_another_class,
        neighbours_are_wrong,
        neighbours_not_merged,
        ends_are_wrong,
        bump_header_overwritten,
    };
    Suite *suite = suite_create("cells");
    TCase *all = tcase_create("cells");
    tcase_add_checked_fixture(all, NULL, close_row);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tcase_add_test(all, tests[i]);
    }
    tcase_add_loop_test(all, words_overwritten, 0, ANY);
    tcase_add_loop_test(all, payload_is_said_to_be_displaced, 0, ANY);
    tcase_add_loop_test(all, list_leads_astray, TWO, ANY);
    tcase_add_loop_test(all, cell_is_lost, TWO, ANY);
    suite_add_tcase(suite, all);
    return suite;
}
