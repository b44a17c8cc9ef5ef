/*
 * test_perturb.c -- twins: what must stay as it is, what must not, and that
 * the bytes are the same on any machine.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "driver/perturb/perturb.h"
#include "driver/perturb/sizes.h"
#include "driver/trace/write.h"
#include "tests/support/text_trace.h"

enum { FIVE_PERCENT = 50000 };

static struct trace trace;
static struct trace twin;
static struct perturb_report report;

static void finish(void)
{
    trace_free(&trace);
    trace_free(&twin);
}

static void read_file(const char *path)
{
    struct trace_error error;
    ck_assert_msg(trace_read(path, &trace, &error) == 0, "%s", error.message);
}

static void perturb(uint32_t jitter_ppm, uint64_t seed)
{
    struct perturb_params params = {.jitter_ppm = jitter_ppm, .seed = seed};
    ck_assert_int_eq(perturb_trace(&trace, &params, &twin, &report), 0);
}

/* ---- sizes --------------------------------------------------------------- */

static void make_map(struct size_map *map, uint32_t jitter_ppm, uint64_t seed)
{
    struct prng prng;
    prng_seed(&prng, seed);
    ck_assert_int_eq(size_map_make(map, &trace, jitter_ppm, &prng), 0);
}

static void ck_assert_within(uint64_t from, uint64_t to, uint32_t jitter_ppm)
{
    uint64_t most =
        from / 1000000 * jitter_ppm + from % 1000000 * jitter_ppm / 1000000;
    most = most == 0 && jitter_ppm > 0 ? 1 : most;
    ck_assert_uint_ge(to, 1);
    ck_assert_uint_le(to > from ? to - from : from - to, most);
}

static const uint32_t jitters[] = {0, 1, 10000, FIVE_PERCENT, 500000, 1000000};

/* Dense ones, whose bounds overlap, and the largest there are. */
START_TEST(sizes_rise_and_stay_within_the_jitter)
{
    char text[4000] = "";
    for (int i = 1; i < 150; i++) {
        sprintf(text + strlen(text), "a %d %d\n", i, i);
    }
    strcat(text, "a 900 18446744073709551615\na 901 18446744073709551614\n"
                 "a 902 18446744073709551610\na 903 0\na 904 100000\n");
    text_trace(text, &trace);
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct size_map map;
        make_map(&map, jitters[_i], seed);
        ck_assert_uint_eq(map.n, 153);
        for (size_t i = 0; i < map.n; i++) {
            ck_assert_within(map.from[i], map.to[i], jitters[_i]);
            ck_assert(i == 0 || map.to[i] > map.to[i - 1]);
        }
        ck_assert_uint_eq(size_map_get(&map, 0), 0);
        ck_assert_uint_eq(size_map_get(&map, 7), map.to[6]);
        size_map_free(&map);
    }
}
END_TEST

/* With a jitter each size goes both ways, seed by seed. */
START_TEST(sizes_move_up_and_down)
{
    text_trace("a 0 16\na 1 64\na 2 1000\n", &trace);
    unsigned up[3] = {0};
    unsigned down[3] = {0};
    for (uint64_t seed = 0; seed < 60; seed++) {
        struct size_map map;
        make_map(&map, FIVE_PERCENT, seed);
        for (int i = 0; i < 3; i++) {
            up[i] += map.to[i] > map.from[i];
            down[i] += map.to[i] < map.from[i];
        }
        size_map_free(&map);
    }
    for (int i = 0; i < 3; i++) {
        ck_assert_uint_gt(up[i], 10);
        ck_assert_uint_gt(down[i], 10);
    }
}
END_TEST

/* ---- twins --------------------------------------------------------------- */

/* FNV-1a of the operations of a block: what it goes through, in order. */
static uint64_t *histories(const struct trace *of, const struct size_map *map)
{
    uint64_t *hashes = calloc(of->n_ids + (size_t)1, sizeof *hashes);
    for (size_t i = 0; i < of->n_ops; i++) {
        struct op op = of->ops[i];
        uint64_t size = map == NULL ? op.size : size_map_get(map, op.size);
        uint64_t *hash = &hashes[op.id == of->n_ids ? of->n_ids : op.id];
        *hash = (*hash ^ op.kind ^ size << 8) * 0x100000001b3;
        *hash =
            (*hash ^ op.align_log2 ^ (uint64_t)op.thread << 8) * 0x100000001b3;
    }
    return hashes;
}

static int compare(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static const char *const files[] = {
    "traces/short.rep",        "traces/coalescing.rep", "traces/realloc.rep",
    "traces/redis-server.rep", "traces/cc1.rep",        "traces/random2.rep"};

enum { N_FILES = sizeof files / sizeof files[0] };

/* Each block of the trace, with its new sizes, is a block of the twin. */
START_TEST(a_twin_has_the_same_blocks)
{
    read_file(files[_i]);
    perturb(FIVE_PERCENT, 7);
    struct size_map map;
    make_map(&map, FIVE_PERCENT, 7);
    uint64_t *expected = histories(&trace, &map);
    uint64_t *found = histories(&twin, NULL);
    ck_assert_uint_eq(twin.n_ops, trace.n_ops);
    ck_assert_uint_eq(twin.n_ids, trace.n_ids);
    qsort(expected, trace.n_ids, sizeof *expected, compare);
    qsort(found, twin.n_ids, sizeof *found, compare);
    ck_assert_mem_eq(found, expected, trace.n_ids * sizeof *found);
    ck_assert_uint_eq(twin.live_blocks_at_end, trace.live_blocks_at_end);
    ck_assert_uint_eq(report.sizes, map.n);
    free(expected);
    free(found);
    size_map_free(&map);
}
END_TEST

START_TEST(the_order_differs_and_the_peak_does_not)
{
    read_file(files[_i]);
    perturb(0, 3);
    ck_assert_uint_le(twin.peak_payload_bytes, trace.peak_payload_bytes);
    ck_assert_uint_ge(twin.peak_payload_bytes,
                      trace.peak_payload_bytes / 10 * 9);
    ck_assert_uint_eq(report.changed_sizes, 0);
    ck_assert_uint_gt(report.delayed, 0);
    ck_assert_uint_le(report.delayed, trace.n_ops / 3);
    ck_assert_mem_ne(twin.ops, trace.ops, trace.n_ops * sizeof *trace.ops);
}
END_TEST

START_TEST(a_seed_gives_a_twin_and_another_another)
{
    read_file("traces/random2.rep");
    perturb(FIVE_PERCENT, 1);
    struct trace first = twin;
    size_t bytes = trace.n_ops * sizeof *trace.ops;
    perturb(FIVE_PERCENT, 1);
    ck_assert_mem_eq(twin.ops, first.ops, bytes);
    trace_free(&twin);
    perturb(FIVE_PERCENT, 2);
    ck_assert_mem_ne(twin.ops, first.ops, bytes);
    trace_free(&first);
}
END_TEST

/* These bytes must never change. */
START_TEST(the_same_bytes_for_ever)
{
    text_trace("#!rep 1\nc 0 100\nt 1\nm 1 64 2000\nw 1 2000\nw 0 7\nt 0\n"
               "f -1\nr 0 300\nr 1 300\na 2 0\nf 1\nr 0 0\nf 2\n",
               &trace);
    perturb(FIVE_PERCENT, 5);
    ck_assert_trace(&twin, "#!rep 1\n4096\n3\n11\n1\nc 0 99\nt 1\nm 1 64 2086\n"
                           "w 1 2086\nt 0\nf -1\nt 1\nw 0 7\nt 0\nr 0 299\n"
                           "r 1 299\na 2 0\nr 0 0\nf 1\nf 2\n");
}
END_TEST

/* Pairs that leave nothing: the twin may begin at each. */
START_TEST(phases_are_shifted)
{
    char text[2000] = "";
    unsigned begins = 0;
    for (int i = 0; i < 40; i++) {
        sprintf(text + strlen(text), "a %d %d\nf %d\n", i, 1000 + i, i);
    }
    text_trace(text, &trace);
    for (uint64_t seed = 0; seed < 40; seed++) {
        perturb(0, seed);
        ck_assert_uint_eq(report.first % 2, 0);
        ck_assert_uint_lt(report.first, 80);
        ck_assert_uint_eq(twin.ops[0].size, 1000 + report.first / 2);
        begins |= report.first < 20 ? 1U : report.first >= 60 ? 2U : 0;
        trace_free(&twin);
    }
    ck_assert_uint_eq(begins, 3);
}
END_TEST

/* What is left at the end would be in the way of what comes behind. */
START_TEST(a_trace_that_leaves_blocks_begins_where_it_did)
{
    text_trace("a 0 5\nf 0\na 0 5\nf 0\na 0 5\n", &trace);
    for (uint64_t seed = 0; seed < 20; seed++) {
        perturb(0, seed);
        ck_assert_uint_eq(report.first, 0);
        trace_free(&twin);
    }
}
END_TEST

Suite *perturb_suite(void)
{
    Suite *suite = suite_create("perturb");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, NULL, finish);
    tcase_add_loop_test(all, sizes_rise_and_stay_within_the_jitter, 0,
                        (int)(sizeof jitters / sizeof jitters[0]));
    tcase_add_test(all, sizes_move_up_and_down);
    tcase_add_loop_test(all, a_twin_has_the_same_blocks, 0, N_FILES);
    tcase_add_loop_test(all, the_order_differs_and_the_peak_does_not, 0,
                        N_FILES);
    tcase_add_test(all, a_seed_gives_a_twin_and_another_another);
    tcase_add_test(all, the_same_bytes_for_ever);
    tcase_add_test(all, phases_are_shifted);
    tcase_add_test(all, a_trace_that_leaves_blocks_begins_where_it_did);
    suite_add_tcase(suite, all);
    return suite;
}
