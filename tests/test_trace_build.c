/*
 * test_trace_build.c -- traces put together an operation at a time, and the
 * random numbers that decide which.
 */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "driver/trace/build.h"
#include "driver/trace/prng.h"

START_TEST(built_traces)
{
    struct trace_builder builder = {0};
    struct trace trace;
    build_append(&builder, (struct op){.kind = OP_ALLOC, .id = 1, .size = 9});
    build_append(&builder, (struct op){.kind = OP_FREE, .id = BUILD_NULL});
    build_append(&builder, (struct op){.kind = OP_CALLOC, .id = 0, .size = 7});
    ck_assert_int_eq(build_finish(&builder, "made", &trace), 0);
    ck_assert_str_eq(trace.name, "made");
    ck_assert_uint_eq(trace.n_ids, 2);
    ck_assert_uint_eq(trace.ops[1].id, 2);
    ck_assert_uint_eq(trace_line(&trace, 2), 3);
    ck_assert_uint_eq(trace.peak_payload_bytes, 16);
    ck_assert_uint_eq(builder.n_ops, 0);
    trace_free(&trace);
}
END_TEST

START_TEST(contradictions_are_not_built)
{
    static const struct op wrong[][2] = {
        {{.kind = OP_ALLOC, .id = 0}, {.kind = OP_ALLOC, .id = 0}},
        {{.kind = OP_ALLOC, .id = 1}, {.kind = OP_FREE, .id = 0}},
        {{.kind = OP_ALLOC, .id = 0}, {.kind = OP_TOUCH, .id = 0, .size = 1}},
        {{.kind = OP_ALLOC, .id = 0}, {.kind = OP_ALLOC, .id = BUILD_NULL}},
        {{.kind = OP_ALLOC, .id = 0}, {.kind = OP_KINDS, .id = 0}},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct trace_builder builder = {0};
        struct trace trace;
        build_append(&builder, wrong[i][0]);
        build_append(&builder, wrong[i][1]);
        ck_assert_int_eq(build_finish(&builder, "wrong", &trace), -1);
        ck_assert_int_eq(errno, EINVAL);
        ck_assert_ptr_null(trace.ops);
    }
    struct trace_builder builder = {0};
    build_append(&builder, wrong[0][0]);
    build_discard(&builder);
    ck_assert_ptr_null(builder.ops);
}
END_TEST

/* The numbers that the papers' own programs print for this seed. */
START_TEST(random_numbers)
{
    uint64_t state = 1234567;
    ck_assert_uint_eq(prng_splitmix(&state), 6457827717110365317);
    ck_assert_uint_eq(prng_splitmix(&state), 3203168211198807973);
    struct prng prng = {{1, 2, 3, 4}};
    ck_assert_uint_eq(prng_next(&prng), 11520);
    ck_assert_uint_eq(prng_next(&prng), 0);
    ck_assert_uint_eq(prng_next(&prng), 1509978240);
    ck_assert_uint_eq(prng_next(&prng), 1215971899390074240);
    for (uint64_t bound = 1; bound < 100; bound++) {
        ck_assert_uint_lt(prng_below(&prng, bound), bound);
    }
    uint64_t most = prng_between(&prng, UINT64_MAX - 1, UINT64_MAX);
    ck_assert_uint_ge(most, UINT64_MAX - 1);
}
END_TEST

Suite *trace_build_suite(void)
{
    Suite *suite = suite_create("trace-build");
    TCase *tests = tcase_create("build");
    tcase_add_test(tests, built_traces);
    tcase_add_test(tests, contradictions_are_not_built);
    tcase_add_test(tests, random_numbers);
    suite_add_tcase(suite, tests);
    return suite;
}
