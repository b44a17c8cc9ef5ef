/*
 * test_dl.c -- the policy dl: which free block a request gets, the tries
 * against a search of all, and every invariant broken on purpose.
 */
#include <check.h>
#include <string.h>

#include "allocator/policies/dl/index.h"
#include "tests/support/lab.h"
#include "tests/support/row.h"

static struct row row;
static unsigned char *p[16];

static void close_row(void)
{
    row_close(&row);
}

static struct dl_root *root(void)
{
    return dl_root(&row.heap);
}

static uint32_t link_of(const void *payload)
{
    return block_link(&row.heap, block_of(payload));
}

START_TEST(own_size_comes_before_the_victim)
{
    row_open(&row, "dl");
    ROW_TAKE(&row, p, 256, 16, 48, 16);
    row_give(&row, p[0]), row_give(&row, p[2]);
    row_take(&row, 64); /* the rest of 256 is the victim */
    row_expect(&row, "u64 f192 u16 f48 u16");
    ck_assert_ptr_eq(row_take(&row, 48), p[2]);
    row_take(&row, 32);
    row_expect(&row, "u64 u32 f160 u16 u48 u16");
}
END_TEST

START_TEST(victim_comes_before_a_better_fit_for_small_requests)
{
    row_open(&row, "dl");
    ROW_TAKE(&row, p, 256, 16, 48, 16);
    row_give(&row, p[0]), row_give(&row, p[2]);
    row_take(&row, 64);
    row_take(&row, 32);
    row_expect(&row, "u64 u32 f160 u16 f48 u16");
}
END_TEST

START_TEST(large_requests_take_the_best)
{
    row_open(&row, "dl");
    ROW_TAKE(&row, p, 1024, 16, 480, 16, 352, 16, 480, 16);
    row_give(&row, p[0]), row_give(&row, p[2]), row_give(&row, p[4]),
        row_give(&row, p[6]);
    row_take(&row, 352);
    row_take(&row, 400);
    row_take(&row, 400);
    row_expect(&row, "f1024 u16 u400 f80 u16 u352 u16 u400 f80 u16");
    row_take(&row, 400);
    row_expect(&row, "u400 f624 u16 u400 f80 u16 u352 u16 u400 f80 u16");
}
END_TEST

START_TEST(what_merges_with_the_victim_is_the_victim)
{
    row_open(&row, "dl");
    ROW_TAKE(&row, p, 320, 32, 16);
    row_give(&row, p[0]);
    p[3] = row_take(&row, 48);
    row_expect(&row, "u48 f272 u32 u16");
    row_give(&row, p[1]);
    row_expect(&row, "u48 f304 u16");
    ck_assert_uint_eq(root()->victim, link_of(p[0]) + 3);
    row_give(&row, p[3]);
    row_expect(&row, "f352 u16");
    ck_assert_uint_eq(root()->victim, link_of(p[0]));
}
END_TEST

/* Of the indexed blocks: the smallest that holds bytes, 0 where none does. */
struct smallest {
    size_t bytes, found;
    const struct block *top;
};

static int note_smallest(void *context, const struct block_info *block)
{
    struct smallest *s = context;
    if (block->kind == BLOCK_FREE && block->address != s->top &&
        block->bytes >= s->bytes &&
        (s->found == 0 || block->bytes < s->found)) {
        s->found = block->bytes;
    }
    return 0;
}

/* A thousand sizes of 256 bytes to 64 KiB in tries, taken out at random. */
START_TEST(tries_find_the_smallest)
{
    struct lab lab;
    struct variant variant = variant_named("dl");
    ck_assert_int_eq(lab_open(&lab, &variant, NULL, (uint64_t)_i), LAB_DONE);
    for (int i = 0; i < 1000; i++) {
        size_t size = 256 + lab_random(&lab, (size_t)256 << i % 9);
        ck_assert_int_eq(lab_alloc(&lab, 0, size), LAB_DONE);
    }
    for (int i = 0; i < 500; i++) {
        ck_assert_int_eq(lab_free(&lab, lab_random(&lab, lab.n_live)),
                         LAB_DONE);
    }
    for (int i = 0; i < 400; i++) {
        size_t bytes = 256 + 16 * lab_random(&lab, (uint64_t)16 << i % 9);
        struct smallest s = {bytes, 0, tags_top(&lab.heap)};
        lab.policy->walk(&lab.heap, note_smallest, &s);
        struct block *found = dl_find(&lab.heap, bytes);
        ck_assert_uint_eq(found != NULL ? block_bytes(found) : 0, s.found);
        if (found != NULL) {
            ck_assert_int_eq(lab_alloc(&lab, 0, s.found - 8), LAB_DONE);
        }
    }
    ck_assert_msg(lab_verify(&lab) == LAB_DONE, "%s", lab.why);
    lab_close(&lab);
}
END_TEST

/* ---- check --------------------------------------------------------------- */

/*
 * Free: the victim of 96 bytes, 48 and 48 in a bin, 512, 640, 704 and 704 in a
 * trie, apart from each other; index of each in p below.
 */
enum { VICTIM, FIRST_48, SECOND_48, B512, B640, FIRST_704, SECOND_704, N };

static struct block *b[N];

static void open_heap(void)
{
    static const size_t bytes[N] = {160, 48, 48, 512, 640, 704, 704};
    row_open(&row, "dl");
    for (size_t i = 0; i < N; i++) {
        p[i] = row_take(&row, bytes[i]);
        row_take(&row, 16);
    }
    static const int order[] = {B640,      B512,     FIRST_704, SECOND_704,
                                SECOND_48, FIRST_48, VICTIM};
    for (size_t i = 0; i < N; i++) {
        row_give(&row, p[order[i]]);
        b[i] = block_of(p[i]);
    }
    row_take(&row, 64);
    b[VICTIM] = block_above_by(b[VICTIM], 64);
    row_expect(&row, "u64 f96 u16 f48 u16 f48 u16 f512 u16 f640 u16 f704 u16 "
                     "f704 u16");
}

static void expect(const char *rule, const void *address)
{
    row_expect_fault(&row, rule, address);
}

static struct dl_node *node(int which)
{
    return (struct dl_node *)b[which];
}

START_TEST(root_overwritten)
{
    open_heap();
    root()->tags.grow_units = 0;
    expect("root", root());
}
END_TEST

START_TEST(bits_that_lie)
{
    open_heap();
    root()->small_bits ^= 1u << 3;
    expect("small-bits", root());
    root()->small_bits ^= 1u << 3 | 1u << 5;
    expect("small-bits", root());
    root()->small_bits ^= 1u << 5;
    root()->trie_bits ^= 1;
    expect("trie-bits", root());
}
END_TEST

START_TEST(links_to_nowhere)
{
    open_heap();
    root()->victim = UINT32_MAX;
    expect("index-link", NULL);
    root()->victim = 1;
    expect("index-link", NULL);
    root()->victim = block_link(&row.heap, b[VICTIM]);
    node(B640)->children[0] = UINT32_MAX;
    expect("index-link", NULL);
    node(B640)->children[0] = 0;
    root()->small[3] = 2;
    expect("index-link", NULL);
}
END_TEST

START_TEST(used_block_is_indexed)
{
    open_heap();
    root()->victim = block_link(&row.heap, b[VICTIM]) - 4;
    expect("used-block-in-index", block_of(p[VICTIM]));
}
END_TEST

START_TEST(block_is_lost)
{
    open_heap();
    root()->victim = 0;
    expect("free-block-not-in-index", NULL);
}
END_TEST

START_TEST(block_is_known_twice)
{
    open_heap();
    root()->victim = block_link(&row.heap, b[B512]);
    expect("free-block-not-in-index", NULL);
    node(B640)->children[1] = root()->victim;
    expect("trie-place", b[B512]);
}
END_TEST

START_TEST(victim_is_in_a_bin_too)
{
    open_heap();
    dl_ring_alone(&row.heap, root()->victim);
    root()->small[6] = root()->victim;
    root()->small_bits |= 1u << 6;
    row_expect_rule(&row, "index-too-large");
}
END_TEST

START_TEST(ring_is_broken)
{
    open_heap();
    uint32_t kept = node(FIRST_48)->previous;
    node(FIRST_48)->previous = 0;
    expect("ring-link-back", b[SECOND_48]);
    node(FIRST_48)->previous = kept;
    node(SECOND_704)->next = UINT32_MAX;
    expect("ring-link-back", b[SECOND_704]);
}
END_TEST

START_TEST(ring_has_another_size)
{
    open_heap();
    uint32_t other = block_link(&row.heap, b[B512]);
    dl_ring_leave(&row.heap, block_link(&row.heap, b[SECOND_704]));
    dl_ring_join(&row.heap, block_link(&row.heap, b[FIRST_704]), other);
    expect("ring-size", b[FIRST_704]);
}
END_TEST

START_TEST(ring_never_closes)
{
    open_heap();
    struct dl_node *first = node(FIRST_704), *second = node(SECOND_704);
    dl_ring_alone(&row.heap, block_link(&row.heap, b[SECOND_704]));
    first->next = block_link(&row.heap, b[SECOND_704]);
    second->previous = block_link(&row.heap, b[FIRST_704]);
    expect("ring-link-back", b[SECOND_704]);
    second->previous = second->next;
    expect("ring-link-back", b[FIRST_704]);
}
END_TEST

START_TEST(node_in_the_wrong_place)
{
    open_heap();
    uint32_t left = node(B640)->children[0];
    node(B640)->children[0] = node(B640)->children[1];
    node(B640)->children[1] = left;
    expect("trie-place", b[FIRST_704]);
}
END_TEST

START_TEST(bound_too_low)
{
    open_heap();
    tags_set_largest(&row.heap, 700);
    expect("largest-bound", b[FIRST_704]);
}
END_TEST

Suite *dl_suite(void)
{
    const TTest *const tests[] = {
        own_size_comes_before_the_victim,
        victim_comes_before_a_better_fit_for_small_requests,
        large_requests_take_the_best,
        what_merges_with_the_victim_is_the_victim,
        root_overwritten,
        bits_that_lie,
        links_to_nowhere,
        used_block_is_indexed,
        block_is_lost,
        block_is_known_twice,
        victim_is_in_a_bin_too,
        ring_is_broken,
        ring_has_another_size,
        ring_never_closes,
        node_in_the_wrong_place,
        bound_too_low,
    };
    Suite *suite = suite_create("dl");
    TCase *all = tcase_create("dl");
    tcase_add_checked_fixture(all, NULL, close_row);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tcase_add_test(all, tests[i]);
    }
    suite_add_tcase(suite, all);
    TCase *tries = tcase_create("tries");
    tcase_add_loop_test(tries, tries_find_the_smallest, 1, 5);
    suite_add_tcase(suite, tries);
    return suite;
}
