/*
 * test_mymalloc.c -- what the flagship promises beyond the contract: what
 * things cost, and that its check finds each invariant broken on purpose.
 */
#include <check.h>
#include <string.h>

#include "allocator/policies/mymalloc/bins.h"
#include "allocator/policies/mymalloc/cache.h"
#include "allocator/policies/mymalloc/run.h"
#include "allocator/policy.h"

extern const struct policy mymalloc_policy;

enum { MANY = 3000 };

static const struct policy *const policy = &mymalloc_policy;
static struct heap heap;
static void *payloads[MANY];

static void open_heap(void)
{
    ck_assert_int_eq(heap_init(&heap, NULL), 0);
    ck_assert_int_eq(policy->init(&heap, NULL), 0);
}

static void close_heap(void)
{
    heap_destroy(&heap);
}

static void expect_sound(void)
{
    struct policy_fault fault = {0};
    int status = policy->check(&heap, &fault);
    ck_assert_msg(status == 0, "%s: %s", fault.rule, fault.detail);
}

static void expect(const char *rule)
{
    struct policy_fault fault = {0};
    ck_assert_int_eq(policy->check(&heap, &fault), -1);
    ck_assert_str_eq(fault.rule, rule);
    ck_assert_str_ne(fault.detail, "");
}

/* Fills payloads with objects of size bytes. */
static void allocate_many(size_t size)
{
    for (int i = 0; i < MANY; i++) {
        payloads[i] = policy->malloc(&heap, size);
        ck_assert_ptr_nonnull(payloads[i]);
    }
}

/* ---- what things cost ---------------------------------------------------- */

START_TEST(a_heap_costs_16_bytes_and_grows_by_what_is_missing)
{
    ck_assert_uint_eq(heap.brk, 16);
    policy->malloc(&heap, 12);
    ck_assert_uint_eq(heap.brk, 32);
    policy->malloc(&heap, 28);
    ck_assert_uint_eq(heap.brk, 64);
    policy->malloc(&heap, 32);
    ck_assert_uint_eq(heap.brk, 112);
}
END_TEST

START_TEST(many_of_a_size_pay_no_headers)
{
    allocate_many(32);
    ck_assert_uint_le(heap.brk, 32 * MANY * 106 / 100);
    expect_sound();
}
END_TEST

START_TEST(small_objects_do_not_pin_the_holes_of_large_ones)
{
    for (int i = 0; i < MANY; i += 2) {
        payloads[i] = policy->malloc(&heap, 64);
        payloads[i + 1] = policy->malloc(&heap, 448);
    }
    size_t before = heap.brk;
    for (int i = 1; i < MANY; i += 2) {
        policy->free(&heap, payloads[i]);
    }
    for (int i = 0; i < MANY / 3; i++) {
        ck_assert_ptr_nonnull(policy->malloc(&heap, 512));
    }
    ck_assert_uint_le(heap.brk, before + before / 50);
    expect_sound();
}
END_TEST

START_TEST(a_block_that_grows_by_steps_stays_one_heap)
{
    unsigned char *growing = policy->malloc(&heap, 4092);
    void *small = policy->malloc(&heap, 16);
    size_t bytes = 4092;
    while (bytes < 60000) {
        bytes += 37;
        growing = policy->realloc(&heap, growing, bytes);
        growing[bytes - 1] = 1;
        void *next = policy->malloc(&heap, 16);
        policy->free(&heap, small);
        small = next;
    }
    expect_sound();
    ck_assert_uint_le(heap_peak(&heap), bytes * 9 / 8);
}
END_TEST

START_TEST(all_memory_can_serve_one_request_again)
{
    allocate_many(40);
    size_t before = heap.brk;
    for (int i = 0; i < MANY; i++) {
        policy->free(&heap, payloads[i]);
    }
    policy->trim(&heap);
    ck_assert_uint_le(heap.brk, before / 8);
    expect_sound();
}
END_TEST

START_TEST(a_freed_small_object_is_the_next_one)
{
    allocate_many(40);
    policy->free(&heap, payloads[MANY - 7]);
    policy->free(&heap, payloads[MANY - 9]);
    expect_sound();
    ck_assert_ptr_eq(policy->malloc(&heap, 37), payloads[MANY - 9]);
    ck_assert_ptr_eq(policy->malloc(&heap, 40), payloads[MANY - 7]);
}
END_TEST

/* ---- each invariant broken ----------------------------------------------- */

/* A heap with runs, free slots, kept objects, listed blocks and a victim. */
static void furnish(void)
{
    allocate_many(24);
    for (int i = 0; i < MANY; i += 3) {
        policy->free(&heap, payloads[i]);
        payloads[i] = policy->malloc(&heap, 5000 + (size_t)i);
    }
    for (int i = 0; i < MANY; i += 6) {
        policy->free(&heap, payloads[i]);
    }
    policy->free(&heap, payloads[MANY - 2]);
    expect_sound();
}

/* A run with free slots. */
static uint32_t any_run(void)
{
    const struct tables *tables = tables_of(&heap);
    for (uint32_t i = 1; i < tables->n_classes; i++) {
        if (tables->classes[i].head != 0) {
            return tables->classes[i].head;
        }
    }
    ck_abort_msg("no run is listed");
}

/* The first block of a bin. */
static uint32_t any_listed(void)
{
    const struct tables *tables = tables_of(&heap);
    for (uint32_t i = 0; i < tables->n_bins; i++) {
        if (tables_bins(tables)[i] != 0) {
            return tables_bins(tables)[i];
        }
    }
    ck_abort_msg("no block is listed");
}

START_TEST(top_beyond_the_break)
{
    furnish();
    root_of(&heap)->top = end_unit(&heap) + 1;
    expect("root-beyond-break");
}
END_TEST

START_TEST(word_at_top)
{
    furnish();
    *word_of(&heap, root_of(&heap)->top) &= ~PREV_IN_USE;
    expect("top-word");
}
END_TEST

START_TEST(count_of_tight_blocks)
{
    policy->malloc(&heap, 32);
    policy->malloc(&heap, 33);
    expect_sound();
    *word_of(&heap, root_of(&heap)->top) += 1u << SIZE_SHIFT;
    expect("top-word");
}
END_TEST

START_TEST(size_of_a_block)
{
    furnish();
    *word_of(&heap, 1) = UINT32_MAX;
    expect("block-past-top");
    *word_of(&heap, 1) = PREV_IN_USE | IN_USE;
    expect("block-past-top");
}
END_TEST

START_TEST(flag_of_the_block_before)
{
    furnish();
    uint32_t free_block = any_listed();
    *word_of(&heap, free_block + units_of(&heap, free_block)) |= PREV_IN_USE;
    expect("previous-flag");
}
END_TEST

START_TEST(end_of_a_free_block)
{
    furnish();
    uint32_t free_block = any_listed();
    word_of(&heap, free_block + units_of(&heap, free_block))[-1]++;
    expect("free-end");
}
END_TEST

START_TEST(links_of_a_free_block)
{
    furnish();
    links_of(&heap, any_listed())->previous = 1;
    expect("bin-list");
    links_of(&heap, any_listed())->previous = 0;
    links_of(&heap, any_listed())->next = any_listed();
    expect("bin-list");
}
END_TEST

START_TEST(bits_of_the_bins)
{
    furnish();
    tables_occupied(tables_of(&heap))[0] ^= 2;
    expect("bin-bits");
}
END_TEST

START_TEST(lost_victim)
{
    furnish();
    ck_assert_uint_ne(root_of(&heap)->victim, 0);
    root_of(&heap)->victim = 0;
    expect("free-lost");
}
END_TEST

START_TEST(live_slots_of_a_run)
{
    furnish();
    run_tail(&heap, any_run())->live++;
    expect("run-shape");
}
END_TEST

START_TEST(free_slots_of_a_run)
{
    furnish();
    uint32_t run = any_run();
    uint32_t slot = run + run_free(*word_of(&heap, run)) - 1;
    ck_assert_uint_ge(slot, run);
    *slot_link(&heap, slot) = (uint16_t)(slot - run + 1);
    expect("run-shape");
}
END_TEST

START_TEST(list_of_a_class)
{
    furnish();
    run_tail(&heap, any_run())->previous = 1;
    expect("class-list");
}
END_TEST

START_TEST(counts_of_a_class)
{
    furnish();
    tables_of(&heap)->classes[2].runs++;
    expect("class-count");
    tables_of(&heap)->classes[2].runs--;
    tables_of(&heap)->classes[2].census++;
    expect("class-count");
}
END_TEST

START_TEST(byte_of_the_map)
{
    furnish();
    struct tables *tables = tables_of(&heap);
    tables_map(tables)[tables->granules - 1] = MAP_FAR + 1;
    expect("map");
}
END_TEST

START_TEST(kept_objects)
{
    furnish();
    struct tables *tables = tables_of(&heap);
    ck_assert_uint_ne(tables->kept, 0);
    tables->kept++;
    expect("kept-list");
    tables->kept--;
    uint32_t slot = unit_of(&heap, payloads[MANY - 2]);
    *cache_link(&heap, slot) = slot;
    expect("kept-list");
    *cache_link(&heap, slot) = unit_of(&heap, payloads[MANY - 5]) + 1;
    expect("kept-list");
}
END_TEST

START_TEST(shape_of_the_tables)
{
    furnish();
    tables_of(&heap)->map_offset += 8;
    expect("tables");
}
END_TEST

Suite *mymalloc_suite(void)
{
    const TTest *const costs[] = {
        a_heap_costs_16_bytes_and_grows_by_what_is_missing,
        many_of_a_size_pay_no_headers,
        small_objects_do_not_pin_the_holes_of_large_ones,
        a_block_that_grows_by_steps_stays_one_heap,
        all_memory_can_serve_one_request_again,
        a_freed_small_object_is_the_next_one,
    };
    const TTest *const broken[] = {
        top_beyond_the_break,
        word_at_top,
        count_of_tight_blocks,
        size_of_a_block,
        flag_of_the_block_before,
        end_of_a_free_block,
        links_of_a_free_block,
        bits_of_the_bins,
        lost_victim,
        live_slots_of_a_run,
        free_slots_of_a_run,
        list_of_a_class,
        counts_of_a_class,
        byte_of_the_map,
        kept_objects,
        shape_of_the_tables,
    };
    Suite *suite = suite_create("mymalloc");
    TCase *cost = tcase_create("what things cost");
    TCase *check = tcase_create("check finds");
    tcase_add_checked_fixture(cost, open_heap, close_heap);
    tcase_add_checked_fixture(check, open_heap, close_heap);
    for (size_t i = 0; i < sizeof costs / sizeof *costs; i++) {
        tcase_add_test(cost, costs[i]);
    }
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        tcase_add_test(check, broken[i]);
    }
    suite_add_tcase(suite, cost);
    suite_add_tcase(suite, check);
    return suite;
}
