/*
 * test_hollow.c -- pages inside the flagship's free blocks, retired and
 * restored: what that is worth, that nothing is lost when restoring is
 * refused, and that check finds pages retired where they must not be.
 */
#include <check.h>
#include <string.h>

#include "allocator/heap/failing.h"
#include "allocator/policies/mymalloc/bins.h"
#include "allocator/policies/mymalloc/hollow.h"
#include "tests/support/lab.h"

enum { HOLES = 40, HOLE = 60000, LARGER = 100000 };

static struct lab lab;
static struct variant variant;
static unsigned char *held[2 * HOLES];

static void open_lab(void)
{
    variant = variant_named("mymalloc");
    ck_assert_int_eq(lab_open(&lab, &variant, NULL, 1), LAB_DONE);
}

static void close_lab(void)
{
    lab_close(&lab);
}

static unsigned char *get(size_t size)
{
    return lab.policy->malloc(&lab.heap, size);
}

static void expect_sound(void)
{
    struct policy_fault fault = {0};
    int status = lab.policy->check(&lab.heap, &fault);
    ck_assert_msg(status == 0, "%s: %s", fault.rule, fault.detail);
}

static void expect_fault(void)
{
    struct policy_fault fault = {0};
    ck_assert_int_eq(lab.policy->check(&lab.heap, &fault), -1);
    ck_assert_str_eq(fault.rule, "hollow");
    ck_assert_str_ne(fault.detail, "");
}

/* Holes between blocks in use, which a larger request then makes hollow. */
static void make_holes(void)
{
    for (int i = 0; i < 2 * HOLES; i++) {
        held[i] = get(HOLE);
        ck_assert_ptr_nonnull(held[i]);
        memset(held[i], i + 1, HOLE);
    }
    for (int i = 0; i < 2 * HOLES; i += 2) {
        lab.policy->free(&lab.heap, held[i]);
    }
    held[0] = get(LARGER);
    ck_assert_ptr_nonnull(held[0]);
    ck_assert_uint_ne(lab.heap.retired, 0);
    expect_sound();
}

/* A free block of which pages are retired. */
static uint32_t any_hollow(void)
{
    for (uint32_t block = 1; block < root_of(&lab.heap)->top;
         block += units_of(&lab.heap, block)) {
        if (*word_of(&lab.heap, block) & HOLLOW) {
            return block;
        }
    }
    ck_abort_msg("no block is hollow");
}

/* ---- what it is worth ---------------------------------------------------- */

START_TEST(pages_of_holes_make_room_for_what_fits_none)
{
    make_holes();
    for (int i = 0; i < HOLES / 2; i++) {
        memset(get(LARGER), 0xaa, LARGER);
    }
    size_t live = HOLES * HOLE + (HOLES / 2 + 1) * LARGER;
    ck_assert_uint_gt(lab.heap.brk, live * 5 / 4);
    ck_assert_uint_le(heap_peak(&lab.heap), 2 * HOLES * (HOLE + 16) + HOLE);
    expect_sound();
}
END_TEST

START_TEST(hollow_blocks_are_taken_as_any_others)
{
    make_holes();
    size_t brk = lab.heap.brk;
    for (int i = 2; i < 2 * HOLES; i += 2) {
        held[i] = get(HOLE);
        memset(held[i], i + 1, HOLE);
    }
    ck_assert_uint_eq(lab.heap.brk, brk);
    ck_assert_uint_le(lab.heap.retired, 2 * HOLE);
    for (int i = 1; i < 2 * HOLES; i++) {
        ck_assert_int_eq(held[i][HOLE - 1], i + 1);
    }
    expect_sound();
}
END_TEST

/* Or what is free at the top would stay in memory beside them. */
START_TEST(pages_are_restored_at_the_expense_of_the_top)
{
    make_holes();
    for (int i = 0; i < 4; i++) {
        held[2 * i] = get(LARGER);
    }
    for (int i = 0; i < 4; i++) {
        lab.policy->free(&lab.heap, held[2 * i]);
    }
    size_t footprint = heap_footprint(&lab.heap), brk = lab.heap.brk;
    for (size_t bytes = 0; bytes < 4 * LARGER; bytes += HOLE) {
        ck_assert_ptr_nonnull(get(HOLE));
        ck_assert_uint_le(heap_footprint(&lab.heap), footprint);
    }
    ck_assert_uint_lt(lab.heap.brk, brk);
    expect_sound();
}
END_TEST

START_TEST(little_is_left_in_memory)
{
    make_holes();
    for (int i = 1; i < 2 * HOLES; i += 2) {
        lab.policy->free(&lab.heap, held[i]);
        expect_sound();
    }
    lab.policy->free(&lab.heap, held[0]);
    lab.policy->trim(&lab.heap);
    ck_assert_uint_le(heap_footprint(&lab.heap), 16384);
}
END_TEST

START_TEST(a_heap_that_is_full_retires_nothing)
{
    for (int i = 0; i < 2 * HOLES; i++) {
        held[i] = get(HOLE);
    }
    lab.policy->free(&lab.heap, held[HOLES]);
    uint64_t calls = lab.heap.system_calls;
    get(LARGER);
    ck_assert_uint_eq(lab.heap.retired, 0);
    ck_assert_uint_le(lab.heap.system_calls, calls + 1);
}
END_TEST

START_TEST(a_peak_is_not_defended_for_ever)
{
    make_holes();
    size_t peak = heap_peak(&lab.heap), retired = lab.heap.retired;
    tables_of(&lab.heap)->spent_pages = UINT32_MAX;
    while (lab.heap.retired <= retired) {
        retired = lab.heap.retired;
        ck_assert_ptr_nonnull(get(LARGER));
        ck_assert_uint_le(heap_peak(&lab.heap), peak + peak / 64 + LARGER);
    }
    ck_assert_uint_gt(heap_peak(&lab.heap), peak);
    expect_sound();
}
END_TEST

/* Blocks of a page's size of which none holds a page. */
START_TEST(what_holds_no_page_is_not_counted)
{
    enum { N = 200 };
    unsigned char *blocks[2 * N];
    for (int i = 0; i < 2 * N; i++) {
        blocks[i] = get(HEAP_PAGE + POLICY_NOTES_FIRST - 20);
    }
    for (int i = 0; i < 2 * N; i += 2) {
        lab.policy->free(&lab.heap, blocks[i]);
    }
    get(LARGER);
    ck_assert_uint_eq(lab.heap.retired, 0);
    ck_assert_uint_ne(tables_of(&lab.heap)->look_pages, 0);
}
END_TEST

/* ---- where restoring is refused ------------------------------------------ */

static bool refuse_all(void *context, size_t bytes)
{
    (void)context;
    return bytes != 0;
}

START_TEST(a_refused_block_stays_as_it_is)
{
    make_holes();
    size_t footprint = heap_footprint(&lab.heap);
    heap_set_refusal(&lab.heap, refuse_all, NULL);
    ck_assert_ptr_null(get(HOLE));
    ck_assert_ptr_null(lab.policy->memalign(&lab.heap, 64, HOLE / 2));
    ck_assert_ptr_null(lab.policy->realloc(&lab.heap, held[1], 2 * HOLE));
    ck_assert_ptr_null(lab.policy->realloc(&lab.heap, held[3], 3 * HOLE));
    ck_assert_uint_eq(held[3][HOLE - 1], 4);
    ck_assert_uint_le(heap_footprint(&lab.heap), footprint);
    expect_sound();
    heap_set_refusal(&lab.heap, NULL, NULL);
    held[3] = lab.policy->realloc(&lab.heap, held[3], 3 * HOLE);
    ck_assert_uint_eq(held[3][HOLE - 1], 4);
    memset(held[3], 1, 3 * HOLE);
    expect_sound();
}
END_TEST

/* At the limit free pages are worth as much as memory beyond the break. */
START_TEST(a_limit_is_used_up)
{
    struct heap_options options = {.limit_bytes = 2 * HOLES * (HOLE + 4096)};
    lab_close(&lab);
    ck_assert_int_eq(lab_open(&lab, &variant, &options, 1), LAB_DONE);
    make_holes();
    int n = 1;
    while (get(LARGER) != NULL) {
        n++;
    }
    ck_assert_int_ge(n, HOLES * (HOLE - 3 * 4096) / LARGER);
    ck_assert_uint_le(heap_peak(&lab.heap), lab.heap.limit);
    expect_sound();
}
END_TEST

/* ---- all at random ------------------------------------------------------- */

/* Sizes from a byte to 128 KiB, each doubling as frequent as the others. */
static enum lab_outcome step(void)
{
    size_t size = 1 + lab_random(&lab, (uint64_t)1 << lab_random(&lab, 18));
    uint64_t what = lab_random(&lab, 8);
    if (lab.n_live == 0 || (what < 4 && lab.n_live < 120)) {
        return lab_alloc(&lab, what == 0 ? 256 : 0, size);
    }
    size_t index = lab_random(&lab, lab.n_live);
    return what < 6 ? lab_realloc(&lab, index, size) : lab_free(&lab, index);
}

/* Returns how many steps ended with pages retired. */
static int stream(int n)
{
    int hollow = 0;
    for (int i = 0; i < n; i++) {
        ck_assert_msg(step() != LAB_WRONG && lab_verify(&lab) == LAB_DONE,
                      "step %d: %s", i, lab.why);
        hollow += lab.heap.retired != 0;
    }
    ck_assert_msg(lab_verify_contents(&lab) == LAB_DONE, "%s", lab.why);
    return hollow;
}

START_TEST(random_streams_of_large_blocks_hold)
{
    for (uint64_t seed = 1; seed <= 6; seed++) {
        lab_reset(&lab, &variant, seed);
        ck_assert_int_ge(stream(2500), 500);
    }
    ck_assert_int_eq(lab_free_all(&lab), LAB_DONE);
    expect_sound();
}
END_TEST

START_TEST(random_refusals_are_survived)
{
    struct failing failing;
    int hollow = 0;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        lab_reset(&lab, &variant, seed);
        failing_by_chance(&failing, &lab.heap, 0.3, seed);
        hollow += stream(2000);
        failing_stop(&failing);
    }
    ck_assert_int_ge(hollow, 500);
}
END_TEST

START_TEST(limits_are_survived)
{
    int hollow = 0;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct heap_options options = {.limit_bytes = 200000 * seed};
        lab_close(&lab);
        ck_assert_int_eq(lab_open(&lab, &variant, &options, seed), LAB_DONE);
        hollow += stream(2000);
    }
    ck_assert_int_ge(hollow, 500);
}
END_TEST

/* ---- check finds --------------------------------------------------------- */

START_TEST(a_flag_that_is_missing)
{
    make_holes();
    *word_of(&lab.heap, any_hollow()) &= ~HOLLOW;
    expect_fault();
}
END_TEST

START_TEST(a_flag_of_a_block_in_use)
{
    make_holes();
    *word_of(&lab.heap, unit_of(&lab.heap, held[1])) |= HOLLOW;
    expect_fault();
}
END_TEST

START_TEST(pages_of_a_block_in_use)
{
    make_holes();
    ck_assert_uint_ne(heap_retire(&lab.heap, held[1], HOLE), 0);
    expect_fault();
}
END_TEST

/* The page in which a hollow block's first notes end. */
START_TEST(pages_with_notes)
{
    make_holes();
    unsigned char *start = hollow_start(&lab.heap, any_hollow());
    size_t page = (size_t)(start - 1 - lab.heap.base) & ~(HEAP_PAGE - 1);
    ck_assert_uint_ne(heap_retire(&lab.heap, lab.heap.base + page, HEAP_PAGE),
                      0);
    expect_fault();
}
END_TEST

START_TEST(sizes_that_lead_into_retired_pages)
{
    make_holes();
    uint32_t block = any_hollow();
    *word_of(&lab.heap, block) -= (uint32_t)(2 * HEAP_PAGE / UNIT)
                                  << SIZE_SHIFT;
    expect_fault();
}
END_TEST

Suite *hollow_suite(void)
{
    const TTest *const all[] = {
        pages_of_holes_make_room_for_what_fits_none,
        hollow_blocks_are_taken_as_any_others,
        pages_are_restored_at_the_expense_of_the_top,
        little_is_left_in_memory,
        a_heap_that_is_full_retires_nothing,
        a_peak_is_not_defended_for_ever,
        what_holds_no_page_is_not_counted,
        a_refused_block_stays_as_it_is,
        a_limit_is_used_up,
        random_streams_of_large_blocks_hold,
        random_refusals_are_survived,
        limits_are_survived,
        a_flag_that_is_missing,
        a_flag_of_a_block_in_use,
        pages_of_a_block_in_use,
        pages_with_notes,
        sizes_that_lead_into_retired_pages,
    };
    Suite *suite = suite_create("hollow");
    TCase *tests = tcase_create("hollow");
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, open_lab, close_lab);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        tcase_add_test(tests, all[i]);
    }
    suite_add_tcase(suite, tests);
    return suite;
}
