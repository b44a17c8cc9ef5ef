/*
 * test_generate_patterns.c -- the patterns that the names of synthetic families
 * promise.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/generated.h"
#include "tests/support/text_trace.h"

static void expect_text(const char *words, const char *expected)
{
    struct trace trace = generated(words);
    ck_assert_trace(&trace, expected);
    trace_free(&trace);
}

START_TEST(patterns)
{
    expect_text("coalescing ops=12 small=100",
                "4096\n6\n12\n1\na 0 100\na 1 100\nf 0\nf 1\na 2 200\nf 2\n"
                "a 3 100\na 4 100\nf 3\nf 4\na 5 200\nf 5\n");
    expect_text("binary ops=12 small=8 large=32",
                "4096\n6\n12\n1\na 0 8\na 1 32\na 2 8\na 3 32\nf 1\nf 3\n"
                "a 4 40\na 5 40\nf 0\nf 4\nf 2\nf 5\n");
    expect_text("binary ops=12 small=8 large=32 pairs=1",
                "4096\n6\n12\n1\na 0 8\na 1 32\nf 1\na 2 40\nf 0\nf 2\n"
                "a 3 8\na 4 32\nf 4\na 5 40\nf 3\nf 5\n");
    expect_text("realloc ops=10 small=8 large=40 step=11",
                "4096\n4\n10\n1\na 0 40\na 1 8\nr 0 51\na 2 8\nf 1\nr 0 62\n"
                "a 3 8\nf 2\nf 3\nf 0\n");
    expect_text("realloc2 ops=1 small=8 large=40",
                "4096\n3\n7\n1\na 0 40\na 1 8\nr 0 45\na 2 8\nf 1\nf 2\n"
                "f 0\n");
    expect_text("bomb ops=9 small=8 large=16 total=32",
                "4096\n5\n10\n1\na 0 8\na 1 8\na 2 8\na 3 8\nf 1\nf 3\n"
                "a 4 16\nf 2\nf 0\nf 4\n");
    expect_text("queue ops=10 small=8 large=8 live=2",
                "4096\n5\n10\n1\na 0 8\na 1 8\nf 0\na 2 8\nf 1\na 3 8\n"
                "f 2\na 4 8\nf 3\nf 4\n");
    expect_text("sawtooth ops=8 small=8 large=8 live=2",
                "4096\n4\n8\n1\na 0 8\na 1 8\nf 0\nf 1\na 2 8\na 3 8\n"
                "f 2\nf 3\n");
    expect_text("vectors ops=5 small=10 large=40 live=1 tail=100 factor=200 "
                "moved=0",
                "4096\n2\n5\n1\na 0 10\nr 0 21\nf 0\na 1 10\nf 1\n");
}
END_TEST

/* The newest live block is the one that dies. */
START_TEST(stack_is_last_in_first_out)
{
    static uint32_t stack[1000];
    size_t depth = 0, deepest = 0;
    struct trace trace = generated("stack ops=50000 live=100");
    for (size_t i = 0; i < trace.n_ops; i++) {
        if (trace.ops[i].kind == OP_ALLOC) {
            stack[depth++] = trace.ops[i].id;
        } else {
            ck_assert_uint_eq(trace.ops[i].id, stack[--depth]);
        }
        deepest = depth > deepest ? depth : deepest;
    }
    ck_assert_uint_eq(deepest, 100);
    trace_free(&trace);
}
END_TEST

/* How many allocations have a size of least to most bytes, in percent. */
static double share(const struct trace *trace, uint64_t least, uint64_t most)
{
    double all = 0, inside = 0;
    for (size_t i = 0; i < trace->n_ops; i++) {
        const struct op *op = &trace->ops[i];
        if (op->kind == OP_ALLOC) {
            all++;
            inside += op->size >= least && op->size <= most;
        }
    }
    return 100 * inside / all;
}

static void expect_share(const char *words, uint64_t least, uint64_t most,
                         double percent, double tolerance)
{
    struct trace trace = generated(words);
    ck_assert_msg(share(&trace, least, most) >= percent - tolerance &&
                      share(&trace, least, most) <= percent + tolerance,
                  "%s: %.1f %%", words, share(&trace, least, most));
    trace_free(&trace);
}

START_TEST(sizes_are_as_described)
{
    expect_share("tiny", 1, 32, 100, 0);
    expect_share("small", 1, 1024, 100, 0);
    expect_share("small", 1, 512, 50, 2);
    expect_share("large", 4096, 1 << 20, 100, 0);
    expect_share("merged", 32769, 65536, 2, 1);
    expect_share("merged", 1, 256, 98, 1);
    expect_share("strings", 8, 15, 50, 2);
    expect_share("strings", 16, 31, 25, 2);
    expect_share("strings", 8, 65536, 100, 0);
    expect_share("strings tail=0", 8, 15, 100, 0);
    expect_share("drift ops=1000 young=100", 16, 2048 / 10, 90, 10);
    expect_share("hash", 40, 40, 50, 3);
}
END_TEST

START_TEST(pages_and_structs_have_few_sizes)
{
    struct trace trace = generated("pages");
    for (size_t i = 0; i < trace.n_ops; i++) {
        ck_assert_uint_eq(trace.ops[i].size % 4096, 0);
    }
    trace_free(&trace);
    trace = generated("structs kinds=5");
    uint64_t sizes[5] = {0};
    size_t n = 0;
    for (size_t i = 0; i < trace.n_ops; i++) {
        size_t at = 0;
        while (at < n && sizes[at] != trace.ops[i].size) {
            at++;
        }
        if (trace.ops[i].kind == OP_ALLOC && at == n) {
            ck_assert_uint_lt(n, 5);
            sizes[n++] = trace.ops[i].size;
        }
    }
    trace_free(&trace);
}
END_TEST

/* Live blocks at so many equally distant moments. */
static void live_curve(const struct trace *trace, size_t n, uint64_t *curve)
{
    uint64_t live = 0;
    for (size_t i = 0; i < trace->n_ops; i++) {
        live += trace->ops[i].kind == OP_ALLOC;
        live -= trace->ops[i].kind == OP_FREE;
        curve[i * n / trace->n_ops] = live;
    }
}

START_TEST(waves_rise_and_fall)
{
    uint64_t curve[4];
    /* Three steps for one block: two up, one down. */
    struct trace trace = generated("ramp ops=6000 live=1000");
    live_curve(&trace, 4, curve);
    ck_assert_uint_gt(curve[0], 350);
    ck_assert_uint_gt(curve[1], 700);
    ck_assert_uint_gt(curve[2], 250);
    ck_assert_uint_lt(curve[2], 700);
    ck_assert_uint_eq(trace.peak_live_blocks, 1000);
    trace_free(&trace);
    trace = generated("phases ops=40000 live=500 survivors=100");
    ck_assert_uint_gt(trace.peak_live_blocks, 900);
    trace_free(&trace);
    trace = generated("phases ops=40000 live=500 survivors=0");
    ck_assert_uint_eq(trace.peak_live_blocks, 500);
    trace_free(&trace);
}
END_TEST

START_TEST(containers_grow_by_their_factor)
{
    struct trace trace = generated("hash tables=1 ops=30000 entries=4000");
    uint64_t buckets = 0, most = 0;
    for (size_t i = 0; i < trace.n_ops; i++) {
        uint64_t size = trace.ops[i].size;
        if (trace.ops[i].kind == OP_ALLOC && size > 256) {
            ck_assert(size == 2 * buckets || size == 512);
            buckets = size;
            most = size > most ? size : most;
        }
    }
    ck_assert_uint_gt(most, 8192);
    trace_free(&trace);
    trace = generated("vectors moved=0 live=1 factor=200 large=10000");
    uint64_t last = 0;
    for (size_t i = 0; i < trace.n_ops; i++) {
        if (trace.ops[i].kind == OP_REALLOC) {
            ck_assert_uint_eq(trace.ops[i].size, 2 * last + 1);
        }
        last = trace.ops[i].size;
    }
    trace_free(&trace);
}
END_TEST

/* Whole subtrees: deaths come in runs, and never more blocks than allowed. */
START_TEST(graphs_are_pruned_by_subtrees)
{
    struct trace trace = generated("graph ops=50000 live=1000");
    size_t run = 0, longest = 0;
    for (size_t i = 0; i < trace.n_ops - 1000; i++) {
        run = trace.ops[i].kind == OP_FREE ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    ck_assert_uint_ge(longest, 20);
    ck_assert_uint_eq(trace.peak_live_blocks, 1000);
    trace_free(&trace);
}
END_TEST

/* Connection and buffer of each client, as long as it is there. */
START_TEST(sessions_overlap)
{
    struct trace trace =
        generated("sessions sessions=10 cache=1 small=64 large=128");
    uint64_t buffers = 0, most = 0;
    for (size_t i = 0; i < trace.n_ops; i++) {
        buffers += trace.ops[i].kind == OP_ALLOC && trace.ops[i].size == 4096;
    }
    ck_assert_uint_gt(buffers, 20);
    most = trace.peak_live_blocks;
    ck_assert_uint_gt(most, 40);
    ck_assert_uint_le(most, 10 * 12 + 1);
    trace_free(&trace);
}
END_TEST

START_TEST(random_keeps_to_its_parameters)
{
    struct trace trace =
        generated("random ops=5000 seed=7 small=100 large=103");
    ck_assert_uint_eq(trace.n_ops, 5000);
    for (uint64_t size = 100; size <= 103; size++) {
        ck_assert_double_gt(share(&trace, size, size), 20);
    }
    ck_assert_double_eq(share(&trace, 100, 103), 100);
    trace_free(&trace);
    trace = generated("random ops=5000 live=10");
    ck_assert_uint_eq(trace.peak_live_blocks, 10);
    trace_free(&trace);
}
END_TEST

Suite *generate_patterns_suite(void)
{
    Suite *suite = suite_create("generate-patterns");
    TCase *tests = tcase_create("patterns");
    tcase_add_test(tests, patterns);
    tcase_add_test(tests, stack_is_last_in_first_out);
    tcase_add_test(tests, sizes_are_as_described);
    tcase_add_test(tests, pages_and_structs_have_few_sizes);
    tcase_add_test(tests, waves_rise_and_fall);
    tcase_add_test(tests, containers_grow_by_their_factor);
    tcase_add_test(tests, graphs_are_pruned_by_subtrees);
    tcase_add_test(tests, sessions_overlap);
    tcase_add_test(tests, random_keeps_to_its_parameters);
    suite_add_tcase(suite, tests);
    return suite;
}
