/*
 * test_tags.c -- where the boundary-tag policies put blocks, byte by byte.
 *
 * A heap is told as its blocks from base to break, "u32 f96" being one of 32
 * bytes in use below a free one of 96.  A block has 8 bytes more than its
 * payload, rounded up to 16.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/variant.h"

static struct heap heap;
static const struct policy *policy;
static unsigned char *p[16];

static void open_heap(const char *name)
{
    struct variant variant = variant_named(name);
    policy = variant.policy;
    ck_assert_int_eq(heap_init(&heap, NULL), 0);
    ck_assert_int_eq(policy->init(&heap, variant.values), 0);
}

static void close_heap(void)
{
    heap_destroy(&heap);
}

static void *take(size_t bytes)
{
    void *payload = policy->malloc(&heap, bytes - 8);
    ck_assert_ptr_nonnull(payload);
    memset(payload, 0x5a, bytes - 8);
    return payload;
}

/* Blocks p[0], p[1], ... of these sizes, up to a 0. */
static void take_row(const size_t *bytes)
{
    for (size_t i = 0; bytes[i] != 0; i++) {
        p[i] = take(bytes[i]);
    }
}

#define TAKE_ROW(...) take_row((const size_t[]){__VA_ARGS__, 0})

static void give(size_t i)
{
    policy->free(&heap, p[i]);
}

static int tell(void *context, const struct block_info *block)
{
    char *text = context;
    if (block->kind != BLOCK_METADATA) {
        size_t used = strlen(text);
        snprintf(text + used, 200 - used, "%s%c%zu", used != 0 ? " " : "",
                 block->kind == BLOCK_USED ? 'u' : 'f', block->bytes);
    }
    return 0;
}

/* The heap is sound and looks like this. */
static void expect(const char *blocks)
{
    char found[200] = "";
    struct policy_fault fault = {0};
    ck_assert_msg(policy->check(&heap, &fault) == 0, "%s: %s", fault.rule,
                  fault.detail);
    policy->walk(&heap, tell, found);
    ck_assert_str_eq(found, blocks);
}

static const char *const family[] = {"implicit", "first-fit", "next-fit",
                                     "best-fit", "worst-fit"};
enum { FAMILY = sizeof family / sizeof *family };

START_TEST(growth_is_exact)
{
    open_heap(family[_i]);
    size_t root = _i == 0 ? 16 : 32;
    ck_assert_uint_eq(heap_footprint(&heap), root);
    TAKE_ROW(16, 32, 48);
    ck_assert_uint_eq(heap_footprint(&heap), root + 96);
    ck_assert_ptr_nonnull(policy->malloc(&heap, 0));
    ck_assert_ptr_nonnull(policy->malloc(&heap, 8));
    ck_assert_ptr_nonnull(policy->malloc(&heap, 9));
    ck_assert_ptr_nonnull(policy->malloc(&heap, 24));
    expect("u16 u32 u48 u16 u16 u32 u32");
}
END_TEST

START_TEST(neighbours_coalesce)
{
    open_heap(family[_i]);
    TAKE_ROW(16, 32, 48, 16, 64);
    give(1);
    expect("u16 f32 u48 u16 u64");
    give(3);
    expect("u16 f32 u48 f16 u64");
    give(2);
    expect("u16 f96 u64");
    give(0);
    expect("f112 u64");
    give(4);
    expect("f176");
}
END_TEST

START_TEST(free_end_grows_by_what_it_lacks)
{
    open_heap(family[_i]);
    TAKE_ROW(32, 48);
    give(1);
    size_t before = heap_footprint(&heap);
    p[1] = take(64);
    expect("u32 u64");
    ck_assert_uint_eq(heap_footprint(&heap), before + 16);
    give(1);
    p[1] = take(16);
    expect("u32 u16 f48");
}
END_TEST

START_TEST(holes_come_before_the_end)
{
    open_heap(family[_i]);
    TAKE_ROW(96, 32, 512);
    give(0);
    give(2);
    p[0] = take(48);
    expect("u48 f48 u32 f512");
}
END_TEST

START_TEST(realloc_shrinks_in_place)
{
    open_heap(family[_i]);
    TAKE_ROW(96, 32);
    ck_assert_ptr_eq(policy->realloc(&heap, p[0], 24), p[0]);
    expect("u32 f64 u32");
    ck_assert_ptr_eq(policy->realloc(&heap, p[1], 8), p[1]);
    expect("u32 f64 u16 f16");
    ck_assert_ptr_eq(policy->realloc(&heap, p[0], 1), p[0]);
    expect("u16 f80 u16 f16");
}
END_TEST

START_TEST(realloc_grows_up)
{
    open_heap(family[_i]);
    TAKE_ROW(32, 64, 32);
    give(1);
    ck_assert_ptr_eq(policy->realloc(&heap, p[0], 40), p[0]);
    expect("u48 f48 u32");
    ck_assert_ptr_eq(policy->realloc(&heap, p[0], 88), p[0]);
    expect("u96 u32");
    ck_assert_ptr_eq(policy->realloc(&heap, p[2], 88), p[2]);
    expect("u96 u96");
    ck_assert_ptr_eq(policy->realloc(&heap, p[2], 8), p[2]);
    ck_assert_ptr_eq(policy->realloc(&heap, p[2], 120), p[2]);
    expect("u96 u128");
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
    open_heap(family[_i]);
    TAKE_ROW(48, 64, 32);
    give(0);
    ck_assert_ptr_eq(policy->realloc(&heap, p[1], 72), p[0]);
    expect_moved(p[0], 56);
    expect("u80 f32 u32");
}
END_TEST

START_TEST(realloc_slides_down_and_up)
{
    open_heap(family[_i]);
    TAKE_ROW(48, 64, 32, 16);
    give(0);
    give(2);
    ck_assert_ptr_eq(policy->realloc(&heap, p[1], 136), p[0]);
    expect_moved(p[0], 56);
    expect("u144 u16");
}
END_TEST

START_TEST(realloc_slides_where_it_repays)
{
    open_heap(family[_i]);
    TAKE_ROW(32, 64);
    give(0);
    ck_assert_ptr_eq(policy->realloc(&heap, p[1], 120), p[0]);
    expect_moved(p[0], 56);
    expect("u128");
    p[1] = take(16);
    p[2] = take(64);
    give(1);
    ck_assert_ptr_eq(policy->realloc(&heap, p[2], 120), p[2]);
    expect("u128 f16 u128");
}
END_TEST

START_TEST(realloc_moves_as_a_last_resort)
{
    open_heap(family[_i]);
    TAKE_ROW(32, 64, 16);
    unsigned char *moved = policy->realloc(&heap, p[1], 72);
    expect_moved(moved, 56);
    expect("u32 f64 u16 u80");
}
END_TEST

static bool refuse_all(void *context, size_t bytes)
{
    (void)context, (void)bytes;
    return true;
}

START_TEST(refused_growth_changes_nothing)
{
    open_heap(family[_i]);
    TAKE_ROW(32, 64, 16, 32);
    give(0);
    give(3);
    heap_set_refusal(&heap, refuse_all, NULL);
    ck_assert_ptr_null(policy->malloc(&heap, 80));
    ck_assert_ptr_null(policy->memalign(&heap, 4096, 8));
    ck_assert_ptr_null(policy->realloc(&heap, p[1], 120));
    ck_assert_ptr_null(policy->realloc(&heap, p[2], 120));
    expect_moved(p[1], 56);
    expect("f32 u64 u16 f32");
}
END_TEST

START_TEST(memalign_leaves_no_bytes_behind)
{
    open_heap(family[_i]);
    p[0] = take(16);
    p[1] = policy->memalign(&heap, 256, 100);
    ck_assert_uint_eq((uintptr_t)p[1] % 256, 0);
    size_t gap = (size_t)(p[1] - p[0]) - 16;
    char blocks[60];
    snprintf(blocks, sizeof blocks, "u16 f%zu u112", gap);
    expect(blocks);
    give(1);
    give(0);
    snprintf(blocks, sizeof blocks, "f%zu", 16 + gap + 112);
    expect(blocks);
}
END_TEST

START_TEST(memalign_uses_a_hole)
{
    open_heap(family[_i]);
    TAKE_ROW(1024, 16);
    give(0);
    p[2] = policy->memalign(&heap, 128, 56);
    ck_assert(p[2] >= p[0] && p[2] < p[1]);
    ck_assert_uint_eq((uintptr_t)p[2] % 128, 0);
    give(2);
    expect("f1024 u16");
}
END_TEST

START_TEST(trim_gives_the_end_back)
{
    open_heap(family[_i]);
    TAKE_ROW(32, 64);
    give(1);
    policy->trim(&heap);
    expect("u32");
    policy->trim(&heap);
    expect("u32");
    give(0);
    policy->trim(&heap);
    ck_assert_uint_eq(heap_footprint(&heap), _i == 0 ? 16 : 32);
    TAKE_ROW(48);
    expect("u48");
}
END_TEST

START_TEST(small_remainders_stay_with_the_block)
{
    static const char *const names[] = {
        "implicit:split=48", "best-fit:split=48", "next-fit:split=33"};
    open_heap(names[_i]);
    TAKE_ROW(96, 16, 80, 16);
    give(0);
    give(2);
    p[4] = take(64);
    p[5] = take(32);
    expect(_i == 1 ? "u32 f64 u16 u80 u16" : "u96 u16 u32 f48 u16");
    ck_assert_uint_eq(policy->usable_size(&heap, p[4]), _i == 1 ? 72 : 88);
}
END_TEST

/* Where each fit goes among holes of 64, 112, 48 and 48 bytes. */
START_TEST(fits_choose)
{
    static const struct {
        const char *name;
        const char *first, *second, *third;
    } cases[] = {
        {"implicit", "u48 f16 u16 f112 u16 f48 u16 f48 u16",
         "u48 f16 u16 u48 f64 u16 f48 u16 f48 u16",
         "u48 u16 u16 u48 f64 u16 f48 u16 f48 u16"},
        {"first-fit", "u48 f16 u16 f112 u16 f48 u16 f48 u16",
         "u48 f16 u16 u48 f64 u16 f48 u16 f48 u16",
         "u48 u16 u16 u48 f64 u16 f48 u16 f48 u16"},
        {"next-fit", "u48 f16 u16 f112 u16 f48 u16 f48 u16",
         "u48 f16 u16 u48 f64 u16 f48 u16 f48 u16",
         "u48 f16 u16 u48 u16 f48 u16 f48 u16 f48 u16"},
        {"best-fit", "f64 u16 f112 u16 u48 u16 f48 u16",
         "f64 u16 f112 u16 u48 u16 u48 u16",
         "u16 f48 u16 f112 u16 u48 u16 u48 u16"},
        {"worst-fit", "f64 u16 u48 f64 u16 f48 u16 f48 u16",
         "u48 f16 u16 u48 f64 u16 f48 u16 f48 u16",
         "u48 f16 u16 u48 u16 f48 u16 f48 u16 f48 u16"},
    };
    open_heap(cases[_i].name);
    TAKE_ROW(64, 16, 112, 16, 48, 16, 48, 16);
    give(0), give(2), give(4), give(6);
    take(48);
    expect(cases[_i].first);
    take(48);
    expect(cases[_i].second);
    take(16);
    expect(cases[_i].third);
}
END_TEST

/* Which of three equal holes is taken, freed in the order 2, 6, 4, then 0. */
START_TEST(orders_choose)
{
    static const struct {
        const char *name;
        size_t taken[4];
    } cases[] = {
        {"first-fit:lifo", {0, 4, 6, 2}},
        {"first-fit:fifo", {2, 6, 4, 0}},
        {"first-fit:address", {0, 2, 4, 6}},
        {"next-fit:lifo", {0, 4, 6, 2}},
        {"next-fit:fifo", {2, 6, 4, 0}},
        {"next-fit:address", {0, 2, 4, 6}},
        {"best-fit:lifo", {0, 4, 6, 2}},
        {"best-fit:fifo", {2, 6, 4, 0}},
        {"best-fit:address", {0, 2, 4, 6}},
        {"worst-fit:lifo", {0, 4, 6, 2}},
        {"worst-fit:fifo", {2, 6, 4, 0}},
        {"worst-fit:address", {0, 2, 4, 6}},
    };
    open_heap(cases[_i].name);
    TAKE_ROW(64, 16, 64, 16, 64, 16, 64, 16);
    give(2), give(6), give(4), give(0);
    for (size_t i = 0; i < 4; i++) {
        ck_assert_ptr_eq(take(64), p[cases[_i].taken[i]]);
    }
}
END_TEST

START_TEST(next_fit_goes_round)
{
    open_heap("next-fit");
    TAKE_ROW(64, 16, 64, 16, 64, 16);
    give(0), give(2), give(4);
    take(48), take(32);
    expect("u48 f16 u16 u32 f32 u16 f64 u16");
    take(64);
    expect("u48 f16 u16 u32 f32 u16 u64 u16");
    take(16);
    expect("u48 u16 u16 u32 f32 u16 u64 u16");
    take(16);
    expect("u48 u16 u16 u32 u16 f16 u16 u64 u16");
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
    tcase_add_checked_fixture(all, NULL, close_heap);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tcase_add_loop_test(all, tests[i], 0, FAMILY);
    }
    suite_add_tcase(suite, all);
    TCase *choice = tcase_create("choice");
    tcase_add_checked_fixture(choice, NULL, close_heap);
    tcase_add_loop_test(choice, small_remainders_stay_with_the_block, 0, 3);
    tcase_add_loop_test(choice, fits_choose, 0, FAMILY);
    tcase_add_loop_test(choice, orders_choose, 0, 12);
    tcase_add_test(choice, next_fit_goes_round);
    suite_add_tcase(suite, choice);
    return suite;
}
