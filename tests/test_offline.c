/*
 * test_offline.c -- placing a whole trace with the future known: what the
 * rectangles are, that no placement is wrong, and that it is the smallest
 * where all can be tried.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/offline/first_fit.h"
#include "driver/offline/gaps.h"
#include "driver/offline/overlap.h"
#include "driver/offline/placement.h"
#include "driver/trace/build.h"
#include "driver/trace/prng.h"
#include "tests/support/text_trace.h"

static struct trace trace;
static struct rectangles rectangles;

static void read_rectangles(const char *text)
{
    text_trace(text, &trace);
    ck_assert_int_eq(rectangles_of(&trace, &rectangles), 0);
}

static void end(void)
{
    rectangles_free(&rectangles);
    trace_free(&trace);
}

static void expect_rectangle(uint32_t i, uint64_t units, uint32_t birth,
                             uint32_t death)
{
    const struct rectangle *it = &rectangles.items[i];
    ck_assert_uint_lt(i, rectangles.n);
    ck_assert_uint_eq(it->units, units);
    ck_assert_uint_eq(it->birth, birth);
    ck_assert_uint_eq(it->death, death);
}

static struct placement find(uint64_t tries)
{
    struct patience patience = {.tries = tries};
    struct placement placement;
    ck_assert_int_eq(placement_find(&rectangles, &patience, &placement), 0);
    return placement;
}

/* The height that was found, once it has been judged. */
static uint64_t find_height(uint64_t tries)
{
    struct placement placement = find(tries);
    ck_assert_int_eq(
        overlap_judge(&rectangles, placement.addresses, placement.units),
        PLACEMENT_RIGHT);
    ck_assert_uint_ge(placement.units, rectangles.peak_units);
    ck_assert_uint_le(placement.tries, tries);
    free(placement.addresses);
    return placement.units;
}

/* ---- rectangles -------------------------------------------------------- */

START_TEST(a_block_lasts_until_it_is_freed_or_the_trace_ends)
{
    read_rectangles("a 0 1\na 1 16\na 2 17\nf 1\n");
    ck_assert_uint_eq(rectangles.n, 3);
    expect_rectangle(0, 1, 0, 4);
    expect_rectangle(1, 1, 1, 3);
    expect_rectangle(2, 2, 2, 4);
    ck_assert_uint_eq(rectangles.peak_units, 4);
    ck_assert_uint_eq(rectangles.peak_op, 2);
    ck_assert_uint_eq(rectangles.load[3], 3);
    end();
}
END_TEST

START_TEST(a_resize_is_another_rectangle_unless_it_needs_no_other_room)
{
    read_rectangles("a 0 20\nr 0 32\nr 0 33\nw 0 33\nr 0 5\nr 0 0\nf -1\n");
    ck_assert_uint_eq(rectangles.n, 3);
    expect_rectangle(0, 2, 0, 2);
    expect_rectangle(1, 3, 2, 4);
    expect_rectangle(2, 1, 4, 5);
    ck_assert_uint_eq(rectangles.died[2], 0);
    ck_assert_uint_eq(rectangles.born[2], 1);
    ck_assert_uint_eq(rectangles.born[3], NO_RECTANGLE);
    end();
}
END_TEST

START_TEST(blocks_of_no_size_need_no_place)
{
    read_rectangles("a 0 0\nr 0 16\nr 1 0\nf 0\n");
    ck_assert_uint_eq(rectangles.n, 1);
    expect_rectangle(0, 1, 1, 3);
    end();
}
END_TEST

START_TEST(alignment_is_that_of_memalign_at_least_16)
{
    read_rectangles("#!rep 1\nm 0 8 5\nm 1 16 5\nm 2 4096 5\n");
    ck_assert_uint_eq(rectangles.items[0].align_units, 1);
    ck_assert_uint_eq(rectangles.items[1].align_units, 1);
    ck_assert_uint_eq(rectangles.items[2].align_units, 256);
    end();
}
END_TEST

START_TEST(heights_beyond_64_bits_are_refused)
{
    static const char *const texts[] = {
        "a 0 18446744073709551615\n",
        "a 0 9223372036854775807\nf 0\na 0 1\n",
        "#!rep 1\nm 0 9223372036854775808 1\nf 0\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        text_trace(texts[i], &trace);
        errno = 0;
        ck_assert_int_eq(rectangles_of(&trace, &rectangles), -1);
        ck_assert_int_eq(errno, EOVERFLOW);
        end();
    }
}
END_TEST

/* ---- gaps -------------------------------------------------------------- */

START_TEST(the_smallest_gap_that_fits_is_taken)
{
    struct gaps gaps;
    ck_assert_int_eq(gaps_open(&gaps, 9), 0);
    /* blocks of 5, 1, 3, 1, 2000, 1, 2001, 1 units in a row */
    static const uint64_t units[] = {5, 1, 3, 1, 2001, 1, 2000, 1};
    for (uint32_t i = 0; i < 8; i++) {
        gaps_add(&gaps, i, units[i], 1);
    }
    for (uint32_t i = 0; i < 8; i += 2) {
        gaps_remove(&gaps, i);
    }
    ck_assert_uint_eq(gaps_add(&gaps, 8, 3, 1), 6);
    gaps_remove(&gaps, 8);
    ck_assert_uint_eq(gaps_add(&gaps, 8, 4, 1), 0);
    gaps_remove(&gaps, 8);
    ck_assert_uint_eq(gaps_add(&gaps, 8, 1990, 1), 2012);
    gaps_remove(&gaps, 8);
    ck_assert_uint_eq(gaps_add(&gaps, 8, 4, 4), 0);
    gaps_remove(&gaps, 8);
    ck_assert_uint_eq(gaps_add(&gaps, 8, 2, 8), 0);
    gaps_remove(&gaps, 8);
    ck_assert_uint_eq(gaps_add(&gaps, 8, 5000, 64), 4032);
    gaps_close(&gaps);
}
END_TEST

START_TEST(first_fit_takes_the_lowest_place_that_is_free_all_the_time)
{
    struct first_fit fit;
    read_rectangles("#!rep 1\na 0 32\na 1 16\nf 0\na 2 16\nf 1\na 3 16\n"
                    "m 4 64 16\n");
    ck_assert_int_eq(first_fit_open(&fit, &rectangles), 0);
    for (int i = 0; i < 2; i++) {
        ck_assert_uint_eq(first_fit_add(&fit, 2), 0);
        ck_assert_uint_eq(first_fit_add(&fit, 0), 0);
        ck_assert_uint_eq(first_fit_add(&fit, 1), 2);
        ck_assert_uint_eq(first_fit_add(&fit, 3), 1);
        ck_assert_uint_eq(first_fit_add(&fit, 4), 4);
        first_fit_clear(&fit);
    }
    first_fit_close(&fit);
    end();
}
END_TEST

/* ---- the judge --------------------------------------------------------- */

static enum overlap_verdict judge(const uint64_t *addresses, uint64_t height)
{
    return overlap_judge(&rectangles, addresses, height);
}

START_TEST(what_shares_a_moment_and_an_address_is_found)
{
    read_rectangles("a 0 32\na 1 64\nf 0\na 2 32\nf 1\nf 2\n");
    ck_assert_int_eq(judge((uint64_t[]){0, 2, 0}, 6), PLACEMENT_RIGHT);
    ck_assert_int_eq(judge((uint64_t[]){0, 1, 5}, 7), PLACEMENT_OVERLAPS);
    ck_assert_int_eq(judge((uint64_t[]){1, 0, 4}, 6), PLACEMENT_OVERLAPS);
    ck_assert_int_eq(judge((uint64_t[]){4, 0, 3}, 6), PLACEMENT_OVERLAPS);
    ck_assert_int_eq(judge((uint64_t[]){4, 0, 1}, 6), PLACEMENT_OVERLAPS);
    ck_assert_int_eq(judge((uint64_t[]){4, 0, 0}, 6), PLACEMENT_OVERLAPS);
    ck_assert_int_eq(judge((uint64_t[]){4, 0, 5}, 6), PLACEMENT_TOO_HIGH);
    end();
}
END_TEST

START_TEST(what_is_not_aligned_is_found)
{
    read_rectangles("#!rep 1\nm 0 64 16\n");
    ck_assert_int_eq(judge((uint64_t[]){4}, 5), PLACEMENT_RIGHT);
    ck_assert_int_eq(judge((uint64_t[]){2}, 5), PLACEMENT_MISALIGNED);
    end();
}
END_TEST

/* The tree against each pair of blocks, on placements good and bad. */
static bool pairs_overlap(const uint64_t *addresses)
{
    for (uint32_t i = 0; i < rectangles.n; i++) {
        for (uint32_t j = 0; j < i; j++) {
            const struct rectangle *a = &rectangles.items[i];
            const struct rectangle *b = &rectangles.items[j];
            if (a->birth < b->death && b->birth < a->death &&
                addresses[i] < addresses[j] + b->units &&
                addresses[j] < addresses[i] + a->units) {
                return true;
            }
        }
    }
    return false;
}

/* ---- traces made up ---------------------------------------------------- */

/* Random allocations, frees and resizes of up to 4 units, some aligned. */
static void make_random(struct prng *prng, size_t n_ops, uint32_t n_ids)
{
    struct trace_builder builder = {0};
    bool live[64] = {false};
    for (size_t i = 0; i < n_ops; i++) {
        uint32_t id = (uint32_t)prng_below(prng, n_ids);
        struct op op = {
            .kind = OP_ALLOC, .id = id, .size = prng_between(prng, 1, 64)};
        if (live[id] && prng_below(prng, 4) > 0) {
            op.kind = OP_FREE;
            op.size = 0;
        } else if (live[id]) {
            op.kind = OP_REALLOC;
        } else if (prng_below(prng, 8) == 0) {
            op.kind = OP_MEMALIGN;
            op.align_log2 = (uint8_t)prng_between(prng, 4, 6);
        }
        live[id] = op.kind != OP_FREE;
        build_append(&builder, op);
    }
    ck_assert_int_eq(build_finish(&builder, "random", &trace), 0);
    ck_assert_int_eq(rectangles_of(&trace, &rectangles), 0);
}

START_TEST(the_judge_agrees_with_all_pairs)
{
    struct prng prng;
    unsigned overlapping = 0;
    prng_seed(&prng, 3);
    for (int i = 0; i < 400; i++) {
        uint64_t addresses[64];
        make_random(&prng, 12, 6);
        for (uint32_t k = 0; k < rectangles.n; k++) {
            addresses[k] = prng_below(&prng, 60);
            rectangles.items[k].align_units = 1;
        }
        bool overlap = pairs_overlap(addresses);
        overlapping += overlap;
        ck_assert_int_eq(judge(addresses, 100),
                         overlap ? PLACEMENT_OVERLAPS : PLACEMENT_RIGHT);
        end();
    }
    ck_assert_uint_gt(overlapping, 50);
    ck_assert_uint_lt(overlapping, 350);
}
END_TEST

/* ---- placements -------------------------------------------------------- */

START_TEST(random_traces_are_placed_right)
{
    struct prng prng;
    prng_seed(&prng, 5);
    for (int i = 0; i < 60; i++) {
        make_random(&prng, 300, 1 + (uint32_t)i);
        uint64_t once = find_height(1);
        ck_assert_uint_le(find_height(60), once);
        end();
    }
}
END_TEST

START_TEST(the_same_tries_find_the_same)
{
    struct prng prng;
    prng_seed(&prng, 7);
    make_random(&prng, 2000, 60);
    struct placement a = find(80);
    struct placement b = find(80);
    ck_assert_uint_eq(a.units, b.units);
    ck_assert_uint_eq(a.tries, b.tries);
    ck_assert_mem_eq(a.addresses, b.addresses,
                     rectangles.n * sizeof *a.addresses);
    free(a.addresses);
    free(b.addresses);
    end();
}
END_TEST

static bool never(void *context)
{
    (*(unsigned *)context)++;
    return false;
}

START_TEST(without_patience_there_is_one_try)
{
    struct prng prng;
    struct placement placement;
    unsigned asked = 0;
    struct patience patience = {.lasts = never, .context = &asked};
    prng_seed(&prng, 7);
    make_random(&prng, 2000, 60);
    ck_assert_int_eq(placement_find(&rectangles, &patience, &placement), 0);
    ck_assert_uint_eq(placement.tries, 1);
    ck_assert_uint_gt(asked, 0);
    free(placement.addresses);
    end();
}
END_TEST

/*
 * Blocks of 1 and of 2 in turn, the small ones freed, then larger ones: an
 * allocator that goes by what is there now needs a third more.
 */
START_TEST(knowing_the_future_helps)
{
    struct trace_builder builder = {0};
    for (uint32_t i = 0; i < 50; i++) {
        build_append(&builder, (struct op){.id = 2 * i, .size = 16});
        build_append(&builder, (struct op){.id = 2 * i + 1, .size = 32});
    }
    for (uint32_t i = 0; i < 50; i++) {
        build_append(&builder, (struct op){.kind = OP_FREE, .id = 2 * i});
    }
    build_append(&builder, (struct op){.id = 0, .size = 800});
    ck_assert_int_eq(build_finish(&builder, "holes", &trace), 0);
    ck_assert_int_eq(rectangles_of(&trace, &rectangles), 0);
    ck_assert_uint_eq(rectangles.peak_units, 150);
    ck_assert_uint_eq(find_height(100), 150);
    end();
}
END_TEST

/* First fit in every order: one of them is the least (left-justify it). */
static uint64_t least_height(struct first_fit *fit, uint32_t *order, uint32_t n)
{
    uint64_t height = 0;
    uint64_t least = UINT64_MAX;
    if (n == rectangles.n) {
        first_fit_clear(fit);
        for (uint32_t i = 0; i < n; i++) {
            uint64_t address = first_fit_add(fit, order[i]);
            uint64_t top = address + rectangles.items[order[i]].units;
            height = top > height ? top : height;
        }
        return height;
    }
    for (uint32_t i = n; i < rectangles.n; i++) {
        uint32_t it = order[i];
        order[i] = order[n];
        order[n] = it;
        uint64_t found = least_height(fit, order, n + 1);
        least = found < least ? found : least;
        order[n] = order[i];
        order[i] = it;
    }
    return least;
}

static uint64_t least_of_all(void)
{
    struct first_fit fit;
    uint32_t order[] = {0, 1, 2, 3, 4, 5, 6};
    ck_assert_int_eq(first_fit_open(&fit, &rectangles), 0);
    uint64_t least = least_height(&fit, order, 0);
    first_fit_close(&fit);
    return least;
}

START_TEST(the_least_is_found_where_all_can_be_tried)
{
    struct prng prng;
    unsigned above_load = 0;
    unsigned compared = 0;
    prng_seed(&prng, 1);
    for (int i = 0; i < 200; i++) {
        make_random(&prng, 10, 7);
        if (rectangles.n >= 4 && rectangles.n <= 7) {
            uint64_t least = least_of_all();
            ck_assert_uint_eq(find_height(400), least);
            above_load += least > rectangles.peak_units;
            compared++;
        }
        end();
    }
    ck_assert_uint_gt(compared, 50);
    ck_assert_uint_gt(above_load, 0);
}
END_TEST

Suite *offline_suite(void)
{
    Suite *suite = suite_create("offline");
    TCase *parts = tcase_create("parts");
    tcase_add_test(parts, a_block_lasts_until_it_is_freed_or_the_trace_ends);
    tcase_add_test(parts,
                   a_resize_is_another_rectangle_unless_it_needs_no_other_room);
    tcase_add_test(parts, blocks_of_no_size_need_no_place);
    tcase_add_test(parts, alignment_is_that_of_memalign_at_least_16);
    tcase_add_test(parts, heights_beyond_64_bits_are_refused);
    tcase_add_test(parts, the_smallest_gap_that_fits_is_taken);
    tcase_add_test(parts,
                   first_fit_takes_the_lowest_place_that_is_free_all_the_time);
    tcase_add_test(parts, what_shares_a_moment_and_an_address_is_found);
    tcase_add_test(parts, what_is_not_aligned_is_found);
    tcase_add_test(parts, the_judge_agrees_with_all_pairs);
    suite_add_tcase(suite, parts);
    TCase *placements = tcase_create("placements");
    tcase_add_test(placements, random_traces_are_placed_right);
    tcase_add_test(placements, the_same_tries_find_the_same);
    tcase_add_test(placements, without_patience_there_is_one_try);
    tcase_add_test(placements, knowing_the_future_helps);
    tcase_add_test(placements, the_least_is_found_where_all_can_be_tried);
    suite_add_tcase(suite, placements);
    return suite;
}
