/*
 * test_tags_check.c -- every invariant of a tagged heap, broken on purpose.
 *
 * The heap at hand: blocks of 32, 64, 16, 96, 16, 16, 16, 128 and 16 bytes,
 * those at 1, 3, 5 and 7 free, and a free top of 48.
 */
#include <check.h>

#include "allocator/block/address_tree.h"
#include "allocator/block/list.h"
#include "tests/support/row.h"

static struct row row;
static struct block *b[10];

static void open_heap(const char *name)
{
    static const size_t bytes[] = {32, 64, 16, 96, 16, 16, 16, 128, 16, 48};
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

static const char *const any[] = {"implicit", "first-fit:lifo", "best-fit"};

static uint64_t *footer_of(struct block *block)
{
    return (uint64_t *)block_above(block) - 1;
}

START_TEST(size_beyond_the_end)
{
    open_heap(any[_i]);
    b[2]->header += 4096;
    expect("size-leads-astray", b[2]);
    b[2]->header = BLOCK_IN_USE | BLOCK_BELOW_SMALLEST;
    expect("size-leads-astray", b[2]);
    b[2]->header = UINT64_MAX;
    expect("size-leads-astray", b[2]);
}
END_TEST

START_TEST(size_into_the_next_block)
{
    open_heap(any[_i]);
    b[2]->header += 16;
    expect("size-leads-astray", block_above_by(b[3], 16));
}
END_TEST

START_TEST(bits_that_lie)
{
    open_heap(any[_i]);
    b[1]->header ^= BLOCK_BELOW_IN_USE;
    expect("previous-in-use-bit", b[1]);
    b[1]->header ^= BLOCK_BELOW_IN_USE;
    b[2]->header ^= BLOCK_BELOW_SMALLEST;
    expect("previous-smallest-bit", b[2]);
    b[2]->header ^= BLOCK_BELOW_SMALLEST;
    b[6]->header ^= BLOCK_BELOW_SMALLEST;
    expect("previous-smallest-bit", b[6]);
    b[6]->header ^= BLOCK_BELOW_SMALLEST;
    b[4]->header ^= 8;
    expect("unknown-flag", b[4]);
}
END_TEST

START_TEST(footer_differs)
{
    open_heap(any[_i]);
    *footer_of(b[3]) = 80;
    expect("footer", b[3]);
}
END_TEST

/* A block that was freed without a look at its neighbours. */
START_TEST(neighbours_not_merged)
{
    open_heap(any[_i]);
    b[2]->header &= ~(uint64_t)BLOCK_IN_USE;
    b[3]->header &= ~(uint64_t)BLOCK_BELOW_IN_USE;
    b[3]->header |= BLOCK_BELOW_SMALLEST;
    expect("uncoalesced-neighbours", b[2]);
}
END_TEST

START_TEST(end_mark_overwritten)
{
    open_heap(any[_i]);
    struct block *end = tags_end(&row.heap);
    uint64_t header = end->header;
    end->header = header + 16;
    expect("end-mark", end);
    end->header = header & ~(uint64_t)BLOCK_IN_USE;
    expect("end-mark", end);
    end->header = header ^ BLOCK_BELOW_IN_USE;
    expect("previous-in-use-bit", end);
}
END_TEST

START_TEST(break_moved)
{
    open_heap(any[_i]);
    row.heap.brk += 8;
    expect("break", heap_top(&row.heap));
    row.heap.brk -= 8;
    row_expect_sound(&row);
}
END_TEST

START_TEST(bound_too_low)
{
    open_heap(any[_i]);
    tags_set_largest(&row.heap, 112);
    expect("largest-bound", b[7]);
}
END_TEST

START_TEST(root_overwritten)
{
    open_heap("first-fit");
    list_root(&row.heap)->order = 77;
    expect("root", row.heap.base);
}
END_TEST

START_TEST(link_to_nowhere)
{
    open_heap("first-fit");
    b[3]->links[LIST_NEXT] = 0xffffff;
    expect("list-link", b[3]);
    b[3]->links[LIST_NEXT] = UINT32_MAX;
    expect("list-link", b[3]);
    list_root(&row.heap)->first = (uint32_t)(row.heap.brk / 16);
    expect("list-link", NULL);
}
END_TEST

START_TEST(link_to_a_used_block)
{
    open_heap("first-fit:fifo");
    b[3]->links[LIST_NEXT] = block_link(&row.heap, b[4]);
    expect("used-block-in-list", b[4]);
}
END_TEST

START_TEST(link_back_is_wrong)
{
    open_heap("first-fit");
    b[5]->links[LIST_PREV] = block_link(&row.heap, b[1]);
    expect("list-link-back", b[5]);
}
END_TEST

START_TEST(list_has_a_cycle)
{
    open_heap("first-fit:fifo");
    b[7]->links[LIST_NEXT] = block_link(&row.heap, b[1]);
    expect("list-too-long", b[1]);
    b[7]->links[LIST_NEXT] = block_link(&row.heap, b[7]);
    expect("list-too-long", b[7]);
}
END_TEST

START_TEST(order_is_wrong)
{
    open_heap("best-fit:fifo");
    list_root(&row.heap)->order = LIST_LIFO;
    struct policy_fault fault;
    ck_assert_int_eq(row.policy->check(&row.heap, &fault), 0);
    list_remove(&row.heap, b[3]);
    list_insert(&row.heap, b[3], 96);
    list_root(&row.heap)->order = LIST_ADDRESS;
    expect("list-order", b[1]);
}
END_TEST

START_TEST(free_block_is_lost)
{
    open_heap("first-fit:lifo");
    list_remove(&row.heap, b[5]);
    expect("free-block-not-in-list", b[5]);
}
END_TEST

/* Two blocks that know each other only; no single one is out of place. */
START_TEST(blocks_form_a_ring_apart)
{
    open_heap("first-fit:lifo");
    struct block *ring[] = {b[3], b[7]};
    for (int i = 0; i < 2; i++) {
        list_remove(&row.heap, ring[i]);
    }
    for (int i = 0; i < 2; i++) {
        uint32_t other = block_link(&row.heap, ring[1 - i]);
        ring[i]->links[LIST_NEXT] = ring[i]->links[LIST_PREV] = other;
    }
    expect("free-block-not-in-list", NULL);
}
END_TEST

/* A stranger stands in the list where a free block is missing. */
START_TEST(stranger_takes_a_place)
{
    open_heap("first-fit:lifo");
    list_remove(&row.heap, b[5]);
    struct block *fake = (struct block *)((uintptr_t)b[7] + 32);
    fake->header = 32 | BLOCK_BELOW_IN_USE;
    list_insert(&row.heap, fake, 32);
    expect("free-block-not-in-list", b[5]);
}
END_TEST

START_TEST(top_is_listed)
{
    open_heap("first-fit:fifo");
    list_insert(&row.heap, b[9], 48);
    expect("list-too-long", b[9]);
}
END_TEST

START_TEST(last_link_is_wrong)
{
    open_heap("first-fit");
    list_root(&row.heap)->last = block_link(&row.heap, b[3]);
    expect("list-last", b[7]);
}
END_TEST

START_TEST(rover_is_lost)
{
    open_heap("next-fit");
    list_root(&row.heap)->rover = block_link(&row.heap, b[4]);
    expect("rover", row.heap.base);
}
END_TEST

/* The tree's nodes: 16 bytes at b[5], 64 at b[1], 96 at b[3], 128 at b[7]. */

/* The link in the tree that leads to the block. */
static uint32_t *link_to(const struct block *block)
{
    uint32_t link = block_link(&row.heap, block);
    for (int i = 1; i < 9; i += 2) {
        for (int side = 0; side < 2; side++) {
            if (b[i]->links[side] == link) {
                return &b[i]->links[side];
            }
        }
    }
    return &((struct tree_root *)row.heap.base)->top;
}

START_TEST(tree_link_to_nowhere)
{
    open_heap("best-fit:tree");
    *link_to(b[5]) = 0xffffff;
    struct policy_fault fault;
    ck_assert_int_eq(row.policy->check(&row.heap, &fault), -1);
    ck_assert_str_eq(fault.rule, "tree-link");
}
END_TEST

START_TEST(tree_holds_a_used_block)
{
    open_heap("best-fit:tree");
    ((struct tree_root *)row.heap.base)->top = block_link(&row.heap, b[4]);
    expect("used-block-in-tree", b[4]);
}
END_TEST

START_TEST(tree_is_out_of_order)
{
    open_heap("worst-fit:tree");
    struct block *top =
        block_at(&row.heap, ((struct tree_root *)row.heap.base)->top);
    uint32_t left = top->links[0];
    top->links[0] = top->links[1];
    top->links[1] = left;
    struct block *first =
        block_at(&row.heap, top->links[0] != 0 ? top->links[0] : top->links[1]);
    expect("tree-order", first);
}
END_TEST

START_TEST(tree_has_a_cycle)
{
    open_heap("best-fit:tree");
    struct block *top =
        block_at(&row.heap, ((struct tree_root *)row.heap.base)->top);
    for (int side = 0; side < 2; side++) {
        uint32_t kept = b[5]->links[side];
        b[5]->links[side] = block_link(&row.heap, top);
        struct policy_fault fault;
        ck_assert_int_eq(row.policy->check(&row.heap, &fault), -1);
        b[5]->links[side] = kept;
    }
}
END_TEST

START_TEST(tree_breaks_the_heap_order)
{
    open_heap("best-fit:tree");
    struct tree_root *root = (struct tree_root *)row.heap.base;
    for (int i = 1; i < 9; i += 2) {
        b[i]->links[0] = b[i]->links[1] = 0;
    }
    struct block *by_size[] = {b[5], b[1], b[3], b[7]};
    root->top = block_link(&row.heap, by_size[0]);
    for (int i = 0; i < 3; i++) {
        by_size[i]->links[1] = block_link(&row.heap, by_size[i + 1]);
    }
    struct policy_fault fault;
    ck_assert_int_eq(row.policy->check(&row.heap, &fault), -1);
    ck_assert_str_eq(fault.rule, "tree-priority");
}
END_TEST

START_TEST(tree_has_lost_a_block)
{
    open_heap("best-fit:tree");
    tree_remove(&row.heap, b[3]);
    expect("free-block-not-in-tree", NULL);
}
END_TEST

START_TEST(tree_holds_a_stranger)
{
    open_heap("best-fit:tree");
    struct block *fake = (struct block *)((uintptr_t)b[7] + 32);
    fake->header = 32 | BLOCK_BELOW_IN_USE;
    tree_insert(&row.heap, fake, 32);
    row_expect_rule(&row, "tree-too-large");
    tree_remove(&row.heap, b[5]);
    expect("free-block-not-in-tree", NULL);
}
END_TEST

START_TEST(address_tree_notes_another_maximum)
{
    open_heap("first-fit:tree");
    struct address_node *node = (struct address_node *)b[3];
    node->most++;
    expect("tree-most", b[3]);
    node->most -= 2;
    expect("tree-most", b[3]);
}
END_TEST

/* The smallest block hangs below all others, on the side of its address. */
START_TEST(address_tree_out_of_order)
{
    open_heap("first-fit:tree");
    uint32_t link = block_link(&row.heap, b[5]);
    for (int i = 1; i < 9; i += 2) {
        uint32_t *links = b[i]->links;
        int side = links[0] == link ? 0 : links[1] == link ? 1 : 2;
        if (side < 2) {
            ck_assert_uint_eq(links[!side], 0);
            links[!side] = link;
            links[side] = 0;
        }
    }
    expect("tree-order", b[5]);
}
END_TEST

START_TEST(address_tree_breaks_the_heap_order)
{
    open_heap("first-fit:tree");
    struct tree_root *root = (struct tree_root *)row.heap.base;
    for (int i = 1; i < 9; i += 2) {
        b[i]->links[0] = b[i]->links[1] = 0;
    }
    root->top = block_link(&row.heap, b[5]);
    b[5]->links[1] = block_link(&row.heap, b[7]);
    expect("tree-priority", b[7]);
}
END_TEST

START_TEST(address_tree_has_lost_a_block)
{
    open_heap("first-fit:tree");
    address_tree_remove(&row.heap, b[3]);
    expect("free-block-not-in-tree", NULL);
}
END_TEST

START_TEST(tree_bound_too_low)
{
    open_heap("best-fit:tree");
    tags_set_largest(&row.heap, 112);
    expect("largest-bound", b[7]);
}
END_TEST

Suite *tags_check_suite(void)
{
    Suite *suite = suite_create("tags_check");
    TCase *tags = tcase_create("tags");
    tcase_add_checked_fixture(tags, NULL, close_heap);
    tcase_add_loop_test(tags, size_beyond_the_end, 0, 3);
    tcase_add_loop_test(tags, size_into_the_next_block, 0, 3);
    tcase_add_loop_test(tags, bits_that_lie, 0, 3);
    tcase_add_loop_test(tags, footer_differs, 0, 3);
    tcase_add_loop_test(tags, neighbours_not_merged, 0, 3);
    tcase_add_loop_test(tags, end_mark_overwritten, 0, 3);
    tcase_add_loop_test(tags, break_moved, 0, 3);
    tcase_add_loop_test(tags, bound_too_low, 0, 3);
    suite_add_tcase(suite, tags);
    TCase *list = tcase_create("list");
    tcase_add_checked_fixture(list, NULL, close_heap);
    tcase_add_test(list, root_overwritten);
    tcase_add_test(list, link_to_nowhere);
    tcase_add_test(list, link_to_a_used_block);
    tcase_add_test(list, link_back_is_wrong);
    tcase_add_test(list, list_has_a_cycle);
    tcase_add_test(list, order_is_wrong);
    tcase_add_test(list, free_block_is_lost);
    tcase_add_test(list, blocks_form_a_ring_apart);
    tcase_add_test(list, stranger_takes_a_place);
    tcase_add_test(list, top_is_listed);
    tcase_add_test(list, last_link_is_wrong);
    tcase_add_test(list, rover_is_lost);
    suite_add_tcase(suite, list);
    TCase *tree = tcase_create("tree");
    tcase_add_checked_fixture(tree, NULL, close_heap);
    tcase_add_test(tree, tree_link_to_nowhere);
    tcase_add_test(tree, tree_holds_a_used_block);
    tcase_add_test(tree, tree_is_out_of_order);
    tcase_add_test(tree, tree_has_a_cycle);
    tcase_add_test(tree, tree_breaks_the_heap_order);
    tcase_add_test(tree, tree_has_lost_a_block);
    tcase_add_test(tree, tree_holds_a_stranger);
    tcase_add_test(tree, tree_bound_too_low);
    tcase_add_test(tree, address_tree_notes_another_maximum);
    tcase_add_test(tree, address_tree_out_of_order);
    tcase_add_test(tree, address_tree_breaks_the_heap_order);
    tcase_add_test(tree, address_tree_has_lost_a_block);
    suite_add_tcase(suite, tree);
    return suite;
}
