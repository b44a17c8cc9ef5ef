/*
 * test_fits.c -- which free block each fit and order chooses.
 */
#include <check.h>
#include <string.h>

#include "tests/support/lab.h"
#include "tests/support/row.h"

static struct row row;
static unsigned char *p[16];

static void close_row(void)
{
    row_close(&row);
}

START_TEST(small_remainders_stay_with_the_block)
{
    static const char *const names[] = {
        "implicit:split=48", "best-fit:split=48", "next-fit:split=33"};
    row_open(&row, names[_i]);
    ROW_TAKE(&row, p, 96, 16, 80, 16);
    row_give(&row, p[0]);
    row_give(&row, p[2]);
    p[4] = row_take(&row, 64);
    p[5] = row_take(&row, 32);
    row_expect(&row, _i == 1 ? "u32 f64 u16 u80 u16" : "u96 u16 u32 f48 u16");
    ck_assert_uint_eq(row.policy->usable_size(&row.heap, p[4]),
                      _i == 1 ? 72 : 88);
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
        {"best-fit:tree", "f64 u16 f112 u16 u48 u16 f48 u16",
         "f64 u16 f112 u16 u48 u16 u48 u16",
         "u16 f48 u16 f112 u16 u48 u16 u48 u16"},
        {"best-fit:address", "f64 u16 f112 u16 u48 u16 f48 u16",
         "f64 u16 f112 u16 u48 u16 u48 u16",
         "u16 f48 u16 f112 u16 u48 u16 u48 u16"},
        {"worst-fit:tree", "f64 u16 u48 f64 u16 f48 u16 f48 u16",
         "u48 f16 u16 u48 f64 u16 f48 u16 f48 u16",
         "u48 f16 u16 u48 u16 f48 u16 f48 u16 f48 u16"},
        {"worst-fit:address", "f64 u16 u48 f64 u16 f48 u16 f48 u16",
         "u48 f16 u16 u48 f64 u16 f48 u16 f48 u16",
         "u48 f16 u16 u48 u16 f48 u16 f48 u16 f48 u16"},
    };
    row_open(&row, cases[_i].name);
    ROW_TAKE(&row, p, 64, 16, 112, 16, 48, 16, 48, 16);
    row_give(&row, p[0]), row_give(&row, p[2]), row_give(&row, p[4]),
        row_give(&row, p[6]);
    row_take(&row, 48);
    row_expect(&row, cases[_i].first);
    row_take(&row, 48);
    row_expect(&row, cases[_i].second);
    row_take(&row, 16);
    row_expect(&row, cases[_i].third);
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
        {"first-fit:tree", {0, 2, 4, 6}},
        {"best-fit:tree", {0, 2, 4, 6}},
        {"worst-fit:tree", {0, 2, 4, 6}},
    };
    row_open(&row, cases[_i].name);
    ROW_TAKE(&row, p, 64, 16, 64, 16, 64, 16, 64, 16);
    row_give(&row, p[2]), row_give(&row, p[6]), row_give(&row, p[4]),
        row_give(&row, p[0]);
    for (size_t i = 0; i < 4; i++) {
        ck_assert_ptr_eq(row_take(&row, 64), p[cases[_i].taken[i]]);
    }
}
END_TEST

START_TEST(next_fit_goes_round)
{
    row_open(&row, "next-fit");
    ROW_TAKE(&row, p, 64, 16, 64, 16, 64, 16);
    row_give(&row, p[0]), row_give(&row, p[2]), row_give(&row, p[4]);
    row_take(&row, 48), row_take(&row, 32);
    row_expect(&row, "u48 f16 u16 u32 f32 u16 f64 u16");
    row_take(&row, 64);
    row_expect(&row, "u48 f16 u16 u32 f32 u16 u64 u16");
    row_take(&row, 16);
    row_expect(&row, "u48 u16 u16 u32 f32 u16 u64 u16");
    row_take(&row, 16);
    row_expect(&row, "u48 u16 u16 u32 u16 f16 u16 u64 u16");
}
END_TEST

static void demand(struct lab *lab, enum lab_outcome outcome)
{
    ck_assert_msg(outcome == LAB_DONE, "%s", lab->why);
}

/* A hash of all places that a long random stream is given. */
static uint64_t trail_of(const char *name, uint64_t seed)
{
    struct lab lab;
    struct variant variant = variant_named(name);
    demand(&lab, lab_open(&lab, &variant, NULL, seed));
    for (int step = 0; step < 3000; step++) {
        demand(&lab, lab_step(&lab, 150));
    }
    demand(&lab, lab_verify(&lab));
    uint64_t trail = lab.trail;
    lab_close(&lab);
    return trail;
}

START_TEST(tree_chooses_as_the_address_order_does)
{
    uint64_t seed = (uint64_t)_i;
    ck_assert_uint_eq(trail_of("best-fit:tree", seed),
                      trail_of("best-fit:address", seed));
    ck_assert_uint_eq(trail_of("worst-fit:tree", seed),
                      trail_of("worst-fit:address", seed));
    ck_assert_uint_eq(trail_of("first-fit:tree", seed),
                      trail_of("first-fit:address", seed));
    ck_assert_uint_ne(trail_of("best-fit:lifo", seed),
                      trail_of("best-fit:address", seed));
}
END_TEST

/* They differ by the 16 bytes of the list's root. */
START_TEST(implicit_chooses_as_first_fit_by_address)
{
    struct row other;
    void *here[100] = {0}, *there[100] = {0};
    row_open(&row, "implicit");
    row_open(&other, "first-fit:address");
    uint32_t random = (uint32_t)_i;
    for (int step = 0; step < 5000; step++) {
        random = random * 1664525 + 1013904223;
        size_t i = (random >> 8) % 100, size = random % 7 * (random >> 24);
        size = step % 3 == 0 && here[i] != NULL ? 0 : size + 1;
        here[i] = row.policy->realloc(&row.heap, here[i], size);
        there[i] = other.policy->realloc(&other.heap, there[i], size);
        ck_assert_int_eq(here[i] == NULL, there[i] == NULL);
        ck_assert(here[i] == NULL ||
                  (unsigned char *)there[i] - other.heap.base ==
                      (unsigned char *)here[i] - row.heap.base + 16);
    }
    row_close(&other);
}
END_TEST

Suite *fits_suite(void)
{
    Suite *suite = suite_create("fits");
    TCase *choice = tcase_create("choice");
    tcase_add_checked_fixture(choice, NULL, close_row);
    tcase_add_loop_test(choice, small_remainders_stay_with_the_block, 0, 3);
    tcase_add_loop_test(choice, fits_choose, 0, 7);
    tcase_add_loop_test(choice, orders_choose, 0, 15);
    tcase_add_test(choice, next_fit_goes_round);
    tcase_add_loop_test(choice, tree_chooses_as_the_address_order_does, 1, 5);
    tcase_add_loop_test(choice, implicit_chooses_as_first_fit_by_address, 1, 5);
    suite_add_tcase(suite, choice);
    return suite;
}
