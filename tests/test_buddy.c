/*
 * test_buddy.c -- buddies: who is split and who merges, and every invariant
 * broken on purpose.
 */
#include <check.h>
#include <string.h>

#include "allocator/block/buddy.h"
#include "allocator/policies/plain.h"
#include "tests/support/row.h"

static struct row row;
static unsigned char *p[8];

static void close_row(void)
{
    row_close(&row);
}

START_TEST(binary_halves_merge)
{
    row_open(&row, "buddy");
    ROW_TAKE(&row, p, 16, 32, 64);
    row_expect(&row, "u16 f16 u32 u64");
    row_give(&row, p[1]);
    row_expect(&row, "u16 f16 f32 u64");
    row_give(&row, p[0]);
    row_expect(&row, "f64 u64");
    row_give(&row, p[2]);
    row_expect(&row, "f128");
}
END_TEST

/* What grew in pieces and merged has no words of theirs in it. */
START_TEST(merged_fresh_memory_is_zero)
{
    static const char *const names[] = {"buddy", "buddy-fibonacci"};
    row_open(&row, names[_i]);
    row_give(&row, row_take(&row, 16));
    const unsigned char *payload = row.policy->malloc(&row.heap, 4000);
    for (size_t i = POLICY_NOTES_FIRST; i < 4000 - POLICY_NOTES_LAST; i++) {
        ck_assert_uint_eq(payload[i], 0);
    }
}
END_TEST

/* Both blocks of 32 in the middle are free, yet no buddies. */
START_TEST(neighbours_that_are_no_buddies_stay_apart)
{
    row_open(&row, "buddy");
    ROW_TAKE(&row, p, 32, 32, 32, 32);
    row_give(&row, p[1]), row_give(&row, p[2]);
    row_expect(&row, "u32 f32 f32 u32");
    row_take(&row, 64);
    row_expect(&row, "u32 f32 f32 u32 u64");
}
END_TEST

START_TEST(sizes_are_rounded_up_to_the_series)
{
    static const struct {
        const char *name, *row;
    } cases[] = {
        {"buddy", "u32 f32 u64 u128"},
        {"buddy-fibonacci", "u32 f16 f32 f48 u80 u128"},
        {"buddy-double:area=64", "u32 f32 u48 f48 u96"},
    };
    row_open(&row, cases[_i].name);
    ROW_TAKE(&row, p, 32, _i == 1 ? 64 : 48, 96);
    row_expect(&row, cases[_i].row);
}
END_TEST

START_TEST(fibonacci_blocks_split_into_the_two_before)
{
    row_open(&row, "buddy-fibonacci");
    ROW_TAKE(&row, p, 16, 48);
    row_expect(&row, "u16 f16 f16 f32 u48");
    row_give(&row, p[0]);
    row_expect(&row, "f80 u48");
    row_give(&row, p[1]);
    row_expect(&row, "f128");
    row_take(&row, 32);
    row_expect(&row, "f80 u32 f16");
    row_take(&row, 80);
    row_expect(&row, "u80 u32 f16");
}
END_TEST

START_TEST(double_buddies_merge_in_their_own_series_only)
{
    row_open(&row, "buddy-double:area=64");
    ROW_TAKE(&row, p, 32, 48);
    row_expect(&row, "u32 f32 u48");
    row_give(&row, p[0]), row_give(&row, p[1]);
    row_expect(&row, "f64 f48");
    row_take(&row, 96);
    row_expect(&row, "f64 u96");
    row_take(&row, 64);
    row_expect(&row, "u64 u96");
}
END_TEST

/* The 128 bytes at the end and as many more make the 256 that are asked for. */
START_TEST(growth_completes_what_is_free)
{
    row_open(&row, "buddy");
    ROW_TAKE(&row, p, 64, 64);
    row_give(&row, p[0]), row_give(&row, p[1]);
    size_t before = row.heap.brk;
    row_take(&row, 256);
    row_expect(&row, "u256");
    ck_assert_uint_eq(row.heap.brk, before + 128);
}
END_TEST

START_TEST(realloc_takes_buddies_and_gives_them_back)
{
    row_open(&row, "buddy");
    ROW_TAKE(&row, p, 16, 64);
    row_expect(&row, "u16 f16 f32 u64");
    ck_assert_ptr_eq(row.policy->realloc(&row.heap, p[0], 56), p[0]);
    row_expect(&row, "u64 u64");
    ck_assert_ptr_eq(row.policy->realloc(&row.heap, p[0], 8), p[0]);
    row_expect(&row, "u16 f16 f32 u64");
    ck_assert_ptr_ne(row.policy->realloc(&row.heap, p[0], 57), p[0]);
}
END_TEST

START_TEST(refused_growth_changes_nothing)
{
    row_open_limited(&row, "buddy", 1024);
    ROW_TAKE(&row, p, 16);
    struct buddy_root before = *buddy_root(&row.heap);
    ck_assert_ptr_null(row.policy->malloc(&row.heap, 500));
    ck_assert_mem_eq(&before, buddy_root(&row.heap), sizeof before);
}
END_TEST

/* ---- check --------------------------------------------------------------- */

static struct block *b[4]; /* u16 f16 f32 u64 */

static void open_heap(void)
{
    row_open(&row, "buddy");
    ROW_TAKE(&row, p, 16, 64);
    row_expect(&row, "u16 f16 f32 u64");
    b[0] = block_of(p[0]);
    b[1] = block_above_by(b[0], 16);
    b[2] = block_above_by(b[0], 32);
    b[3] = block_of(p[1]);
}

static void expect(const char *rule, const void *address)
{
    row_expect_fault(&row, rule, address);
}

START_TEST(root_overwritten)
{
    open_heap();
    buddy_root(&row.heap)->kind = BUDDY_KINDS;
    expect("root", row.heap.base);
}
END_TEST

START_TEST(words_overwritten)
{
    open_heap();
    uint64_t word = b[3]->header;
    b[3]->header = UINT64_MAX;
    expect("path", b[3]);
    b[3]->header = buddy_word(5, 4, 0);
    expect("path", b[3]);
    b[3]->header = buddy_word(2, 2, 1);
    expect("path", b[3]);
    b[3]->header = word ^ UINT64_C(1) << 17;
    expect("place-in-root", b[3]);
    b[3]->header = buddy_word(2, 2, 0) | BUDDY_IN_USE;
    expect("place-in-root", b[3]);
    b[3]->header = word;
    const struct buddy_series *s = buddy_series(BUDDY_BINARY);
    b[0]->header = buddy_parent(s, buddy_parent(s, word));
    expect("size-leads-astray", b[0]);
}
END_TEST

/* All 62 bits of the word that the system reads, one flipped at a time. */
static void expect_each_flip_found(uint64_t *word)
{
    struct policy_fault fault;
    for (int bit = 2; bit < 64; bit++) {
        *word ^= UINT64_C(1) << bit;
        ck_assert_msg(row.policy->check(&row.heap, &fault) != 0,
                      "bit %d of %p in %s", bit, (void *)word,
                      row.policy->name);
        *word ^= UINT64_C(1) << bit;
    }
}

START_TEST(no_flipped_bit_is_missed)
{
    static const char *const names[] = {"buddy", "buddy-fibonacci",
                                        "buddy-double:area=256"};
    row_open(&row, names[_i]);
    ROW_TAKE(&row, p, 16, 48, 200, 16, 1000, 80, 32, 500);
    row_give(&row, p[1]), row_give(&row, p[3]), row_give(&row, p[4]);
    row_expect_sound(&row);
    struct buddy_root *root = buddy_root(&row.heap);
    struct block *block = buddy_first(&row.heap);
    while (block < buddy_end(&row.heap)) {
        expect_each_flip_found(&block->header);
        block = block_above_by(block, buddy_bytes(&row.heap, block));
    }
    for (uint32_t i = 0; i < root->n_frontier; i++) {
        expect_each_flip_found(&root->frontier[i]);
    }
    row_expect_sound(&row);
}
END_TEST

START_TEST(bits_that_lie)
{
    open_heap();
    b[1]->header |= PLAIN_DISPLACED;
    expect("owner-bits", b[1]);
    b[1]->header &= ~PLAIN_DISPLACED;
    b[0]->header &= ~(uint64_t)BUDDY_IN_USE;
    expect("unmerged-buddies", b[0]);
    b[0]->header |= BUDDY_IN_USE;
    buddy_root(&row.heap)->bits ^= 1;
    expect("order-bits", row.heap.base);
    buddy_root(&row.heap)->bits ^= 1 | 1 << 4;
    expect("order-bits", row.heap.base);
}
END_TEST

START_TEST(frontier_overwritten)
{
    open_heap();
    struct buddy_root *root = buddy_root(&row.heap);
    uint32_t n = root->n_frontier;
    root->n_frontier = BUDDY_DEPTH + 1;
    expect("frontier", root);
    root->n_frontier = 0;
    expect("frontier", root);
    root->n_frontier = n - 1;
    expect("place-in-root", buddy_end(&row.heap));
}
END_TEST

START_TEST(lists_overwritten)
{
    open_heap();
    struct buddy_root *root = buddy_root(&row.heap);
    uint32_t kept = root->heads[1];
    root->heads[1] = UINT32_MAX;
    expect("list-link", NULL);
    root->heads[1] = 1;
    expect("list-link", NULL);
    root->heads[1] = block_link(&row.heap, b[1]);
    expect("list-order", b[1]);
    root->heads[1] = block_link(&row.heap, b[3]);
    expect("list-order", b[3]);
    root->heads[1] = kept;
    b[2]->links[1] = 1;
    expect("list-link-back", b[2]);
    b[2]->links[1] = 0;
    root->heads[1] = 0;
    root->bits &= ~UINT64_C(2);
    expect("free-block-not-in-list", NULL);
}
END_TEST

/* A payload that looks like a free block. */
START_TEST(list_holds_a_stranger)
{
    open_heap();
    struct block *fake = block_above_by(b[3], 16);
    fake->header = b[1]->header;
    fake->links[0] = block_link(&row.heap, b[1]);
    fake->links[1] = 0;
    b[1]->links[1] = block_link(&row.heap, fake);
    buddy_root(&row.heap)->heads[0] = b[1]->links[1];
    expect("list-too-long", b[2]);
}
END_TEST

START_TEST(stand_in_overwritten)
{
    row_open(&row, "buddy");
    unsigned char *payload = row.policy->memalign(&row.heap, 256, 40);
    struct block *block = block_of(plain_own(payload));
    ck_assert_ptr_ne(block_payload(block), payload);
    *plain_word(payload) ^= 16;
    expect("displacement", block);
    *plain_word(payload) ^= 16;
    uint64_t *distance = block_payload(block);
    *distance += 8;
    expect("displacement", block);
    *distance = 0;
    expect("displacement", block);
    *distance = UINT64_MAX & ~UINT64_C(15);
    expect("displacement", block);
}
END_TEST

Suite *buddy_suite(void)
{
    const TTest *const tests[] = {
        binary_halves_merge,
        neighbours_that_are_no_buddies_stay_apart,
        fibonacci_blocks_split_into_the_two_before,
        double_buddies_merge_in_their_own_series_only,
        growth_completes_what_is_free,
        realloc_takes_buddies_and_gives_them_back,
        refused_growth_changes_nothing,
        root_overwritten,
        words_overwritten,
        bits_that_lie,
        frontier_overwritten,
        lists_overwritten,
        list_holds_a_stranger,
        stand_in_overwritten,
    };
    Suite *suite = suite_create("buddy");
    TCase *all = tcase_create("buddy");
    tcase_add_checked_fixture(all, NULL, close_row);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tcase_add_test(all, tests[i]);
    }
    tcase_add_loop_test(all, merged_fresh_memory_is_zero, 0, 2);
    tcase_add_loop_test(all, sizes_are_rounded_up_to_the_series, 0, 3);
    tcase_add_loop_test(all, no_flipped_bit_is_missed, 0, 3);
    suite_add_tcase(suite, all);
    return suite;
}
