/*
 * test_move.c -- a large block that moves is in memory once: how high the
 * footprint gets, and that nothing is lost when memory is refused on the way.
 */
#include <check.h>
#include <string.h>
#include <sys/mman.h>

#include "allocator/heap/failing.h"
#include "allocator/policies/mymalloc/layout.h"
#include "tests/support/lab.h"
#include "tests/support/sanitized.h"

enum { ARRAY = 600000, GROWN = 700000, PIN = 2000, SLACK = 60000 };

static struct lab lab;
static struct variant variant;

static void open_limited(size_t limit)
{
    struct heap_options options = {.limit_bytes = limit};
    variant = variant_named("mymalloc");
    ck_assert_int_eq(lab_open(&lab, &variant, &options, 1), LAB_DONE);
}

static void open_lab(void)
{
    open_limited(0);
}

static void close_lab(void)
{
    lab_close(&lab);
}

static unsigned char *get(size_t size)
{
    unsigned char *payload = lab.policy->malloc(&lab.heap, size);
    ck_assert_ptr_nonnull(payload);
    return payload;
}

static unsigned char *resize(unsigned char *payload, size_t size)
{
    return lab.policy->realloc(&lab.heap, payload, size);
}

static void expect_sound(void)
{
    struct policy_fault fault = {0};
    int status = lab.policy->check(&lab.heap, &fault);
    ck_assert_msg(status == 0, "%s: %s", fault.rule, fault.detail);
}

/* Bytes that tell their place; 251 is no divisor of a page. */
static void fill(unsigned char *payload, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        payload[i] = (unsigned char)(i % 251);
    }
}

static void expect_filled(const unsigned char *payload, size_t size)
{
    size_t i = 0;
    while (i < size && payload[i] == i % 251) {
        i++;
    }
    ck_assert_uint_eq(i, size);
}

/* ---- places to move to --------------------------------------------------- */

/* An array of ARRAY bytes, pinned from above: it moves beyond the break. */
static unsigned char *array_below_the_top(void)
{
    unsigned char *array = get(ARRAY);
    get(PIN);
    fill(array, 0, ARRAY);
    return array;
}

/*
 * The same behind a free block, all of it retired, and another one.  Tables for
 * a larger heap come first, lest they come between.
 */
static unsigned char *array_behind(size_t retired, size_t pin)
{
    lab.policy->free(&lab.heap, get((2 * retired + ARRAY) / 5 * 4));
    unsigned char *hole = get(retired);
    if (pin != 0) {
        get(pin);
    }
    unsigned char *array = get(ARRAY);
    get(PIN);
    fill(array, 0, ARRAY);
    lab.policy->free(&lab.heap, hole);
    get(retired + PIN);
    ck_assert_uint_ge(lab.heap.retired, retired - 3 * HEAP_PAGE);
    return array;
}

/* It moves into the free block, which lies elsewhere. */
static unsigned char *array_and_hole(void)
{
    return array_behind(GROWN + PIN, PIN);
}

/* It slides down to the place of a larger one. */
static unsigned char *array_above_a_long_hole(void)
{
    return array_behind(GROWN + PIN, 0);
}

/* It slides down, over itself. */
static unsigned char *array_above_a_short_hole(void)
{
    return array_behind(ARRAY / 2, 0);
}

typedef unsigned char *make_array_fn(void);

static make_array_fn *const makers[] = {
    array_below_the_top,
    array_and_hole,
    array_above_a_long_hole,
    array_above_a_short_hole,
};
enum { MAKERS = sizeof makers / sizeof *makers };

/* ---- how high the footprint gets ----------------------------------------- */

START_TEST(a_moved_array_is_in_memory_once)
{
    unsigned char *array = makers[_i]();
    size_t footprint = heap_footprint(&lab.heap), peak = heap_peak(&lab.heap);
    unsigned char *moved = resize(array, GROWN);
    ck_assert_ptr_nonnull(moved);
    ck_assert_ptr_ne(moved, array);
    expect_filled(moved, ARRAY);
    expect_sound();
    size_t most = footprint + GROWN - ARRAY + SLACK;
    ck_assert_uint_le(heap_peak(&lab.heap), most > peak ? most : peak);
    memset(moved, 1, GROWN);
    expect_sound();
}
END_TEST

START_TEST(an_array_grows_among_others_by_what_it_needs)
{
    size_t size = 40000, pins = 0;
    unsigned char *array = get(size);
    fill(array, 0, size);
    for (; size < 4000000; pins += PIN) {
        get(PIN);
        array = resize(array, size * 3 / 2);
        fill(array, size, size * 3 / 2);
        size = size * 3 / 2;
    }
    expect_filled(array, size);
    expect_sound();
    ck_assert_uint_le(heap_peak(&lab.heap), pins + size * 9 / 8);
}
END_TEST

START_TEST(below_the_peak_nothing_is_retired)
{
    unsigned char *array = array_below_the_top();
    lab.policy->free(&lab.heap, get(2 * GROWN));
    lab.policy->trim(&lab.heap);
    uint64_t calls = lab.heap.system_calls;
    array = resize(array, GROWN);
    expect_filled(array, ARRAY);
    ck_assert_uint_le(lab.heap.system_calls, calls + 2);
    ck_assert_uint_eq(lab.heap.retired, 0);
}
END_TEST

/* The ends of pages, of the array and of the heap. */
START_TEST(an_array_moves_wherever_it_ends)
{
    for (size_t more = 0; more < HEAP_PAGE; more += 16) {
        lab_reset(&lab, &variant, 1);
        unsigned char *array = get(ARRAY);
        get(PIN + more);
        fill(array, 0, ARRAY);
        expect_filled(resize(array, GROWN), ARRAY);
        expect_sound();
    }
}
END_TEST

/* Where a copy beside the old array would be beyond the limit. */
START_TEST(an_array_grows_up_to_the_limit)
{
    size_t limit = 2000000, size = 40000, next = size;
    lab_close(&lab);
    open_limited(limit);
    unsigned char *array = get(size), *moved = array;
    fill(array, 0, size);
    while (moved != NULL) {
        fill(moved, size, next);
        array = moved;
        size = next;
        next = size * 9 / 8;
        get(PIN);
        moved = resize(array, next);
    }
    ck_assert_uint_ge(size, limit * 3 / 4);
    expect_filled(array, size);
    expect_sound();
}
END_TEST

/* ---- where memory is refused --------------------------------------------- */

/* The nth request for memory is refused; whether there were as many. */
static bool refuse_nth(make_array_fn *make, uint64_t nth)
{
    struct failing failing;
    munlock(lab.heap.base, lab.heap.brk);
    lab_reset(&lab, &variant, 1);
    unsigned char *array = make();
    failing_nth(&failing, &lab.heap, nth);
    unsigned char *moved = resize(array, GROWN);
    failing_stop(&failing);
    expect_sound();
    expect_filled(moved != NULL ? moved : array, ARRAY);
    moved = moved != NULL ? moved : resize(array, GROWN);
    expect_filled(moved, ARRAY);
    memset(moved, 1, GROWN);
    expect_sound();
    return failing.refused != 0;
}

START_TEST(a_refusal_anywhere_loses_nothing)
{
    uint64_t n = 1;
    while (refuse_nth(makers[_i], n)) {
        n++;
    }
    ck_assert_uint_gt(n, 1);
}
END_TEST

#ifndef SANITIZED /* there mlock does nothing */
/* Locked pages stay in memory, so what was copied up to there does, too. */
static unsigned char *lock(unsigned char *array, size_t offset)
{
    ck_assert_int_eq(mlock(array + offset, 1), 0);
    return array;
}

static unsigned char *array_locked_early(void)
{
    return lock(array_below_the_top(), 3 * HEAP_PAGE);
}

static unsigned char *array_locked_late(void)
{
    return lock(array_below_the_top(), ARRAY / 4 * 3);
}

static unsigned char *array_locked_above_a_hole(void)
{
    return lock(array_above_a_short_hole(), ARRAY / 4 * 3);
}

static make_array_fn *const lockers[] = {
    array_locked_early,
    array_locked_late,
    array_locked_above_a_hole,
};
enum { LOCKERS = sizeof lockers / sizeof *lockers };

START_TEST(pages_that_the_system_does_not_take_are_copied_at_once)
{
    uint64_t n = 1;
    while (refuse_nth(lockers[_i], n)) {
        n++;
    }
    ck_assert_uint_ge(n, 3);
}
END_TEST
#endif

/* ---- all at random ------------------------------------------------------- */

/* A few arrays that grow by half, and small ones that come and go. */
static enum lab_outcome step(void)
{
    uint64_t what = lab_random(&lab, 8);
    if (lab.n_live < 8 || (what == 0 && lab.n_live < 40)) {
        return lab_alloc(&lab, 0, 1 + lab_random(&lab, 3000));
    }
    size_t index = lab_random(&lab, lab.n_live);
    size_t size = lab.live[index].size * 3 / 2 + 8;
    return what < 2 || size > 700000 ? lab_free(&lab, index)
                                     : lab_realloc(&lab, index, size);
}

static void stream(int n)
{
    for (int i = 0; i < n; i++) {
        ck_assert_msg(step() != LAB_WRONG && lab_verify(&lab) == LAB_DONE,
                      "step %d: %s", i, lab.why);
    }
    ck_assert_msg(lab_verify_contents(&lab) == LAB_DONE, "%s", lab.why);
}

START_TEST(arrays_at_random_hold)
{
    for (uint64_t seed = 1; seed <= 4; seed++) {
        lab_reset(&lab, &variant, seed);
        stream(1500);
        lab_free_all(&lab);
    }
}
END_TEST

START_TEST(arrays_survive_refusals)
{
    struct failing failing;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        lab_reset(&lab, &variant, seed);
        failing_by_chance(&failing, &lab.heap, 0.3, seed);
        stream(1500);
        failing_stop(&failing);
    }
    ck_assert_uint_ne(failing.refused, 0);
}
END_TEST

START_TEST(arrays_survive_limits)
{
    for (uint64_t seed = 1; seed <= 4; seed++) {
        lab_close(&lab);
        open_limited(300000 * seed);
        stream(1500);
        ck_assert_uint_ne(lab.heap.refusals, 0);
    }
}
END_TEST

Suite *move_suite(void)
{
    Suite *suite = suite_create("move");
    TCase *tests = tcase_create("move");
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, open_lab, close_lab);
    tcase_add_loop_test(tests, a_moved_array_is_in_memory_once, 0, MAKERS);
    tcase_add_test(tests, an_array_grows_among_others_by_what_it_needs);
    tcase_add_test(tests, below_the_peak_nothing_is_retired);
    tcase_add_test(tests, an_array_moves_wherever_it_ends);
    tcase_add_test(tests, an_array_grows_up_to_the_limit);
    tcase_add_loop_test(tests, a_refusal_anywhere_loses_nothing, 0, MAKERS);
#ifndef SANITIZED
    tcase_add_loop_test(tests,
                        pages_that_the_system_does_not_take_are_copied_at_once,
                        0, LOCKERS);
#endif
    tcase_add_test(tests, arrays_at_random_hold);
    tcase_add_test(tests, arrays_survive_refusals);
    tcase_add_test(tests, arrays_survive_limits);
    suite_add_tcase(suite, tests);
    return suite;
}
