/*
 * test_trace_generate.c -- the synthetic families: the same bytes for the same
 * seed on every machine, and the patterns that their names promise.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/trace/build.h"
#include "driver/trace/generate.h"
#include "driver/trace/prng.h"
#include "driver/trace/write.h"

static struct trace made(const char *name, const struct generate_params *params)
{
    struct trace trace;
    const struct trace_family *family = trace_family_find(name);
    ck_assert_ptr_nonnull(family);
    ck_assert_int_eq(generate_trace(family,
                                    params != NULL ? params : &family->defaults,
                                    &trace),
                     0);
    return trace;
}

/* The text, to be freed. */
static char *text_of(const struct trace *trace)
{
    char *text;
    size_t n;
    FILE *stream = open_memstream(&text, &n);
    ck_assert_int_eq(trace_write(trace, stream), 0);
    fclose(stream);
    return text;
}

/* FNV-1a, 64 bits. */
static uint64_t hash_of(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325;
    for (; *text != '\0'; text++) {
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
    }
    return hash;
}

struct print {
    const char *name;
    uint64_t ops, ids, hash;
};

/* Of the defaults: these bytes must never change. */
static const struct print prints[] = {
    {"short", 12, 5, 0x7d45637888253b75},
    {"coalescing", 14400, 7200, 0xae35fdd406fdf5fd},
    {"binary", 12000, 6000, 0xec1d84cfd59440cb},
    {"binary2", 24000, 12000, 0x1358ac66838c6574},
    {"random", 10000, 5000, 0xdfe7649c762be584},
    {"realloc", 6004, 2002, 0x86cb1dfc86fc577f},
    {"realloc2", 14404, 4802, 0x4b7b72cc0e94f428},
};

START_TEST(defaults_give_the_same_bytes_for_ever)
{
    const struct print *print = &prints[_i];
    struct trace trace = made(print->name, NULL);
    char *text = text_of(&trace);
    ck_assert_uint_eq(trace.n_ops, print->ops);
    ck_assert_uint_eq(trace.n_ids, print->ids);
    ck_assert_msg(hash_of(text) == print->hash, "%s: 0x%016llx", print->name,
                  (unsigned long long)hash_of(text));
    free(text);
    trace_free(&trace);
}
END_TEST

START_TEST(every_family_is_printed_here_and_balanced)
{
    size_t n = 0;
    for (const struct trace_family *f = trace_families; f->name; f++) {
        ck_assert_str_eq(f->name, prints[n++].name);
        struct trace trace = made(f->name, NULL);
        ck_assert_uint_eq(trace.live_blocks_at_end, 0);
        ck_assert_uint_gt(trace.peak_payload_bytes, 0);
        trace_free(&trace);
    }
    ck_assert_uint_eq(n, sizeof prints / sizeof prints[0]);
}
END_TEST

/* The files in traces/ are what the generator makes. */
START_TEST(files_of_the_project)
{
    const char *name = prints[_i].name;
    char path[64];
    struct trace file;
    struct trace_error error;
    snprintf(path, sizeof path, "traces/%s.rep", name);
    ck_assert_msg(trace_read(path, &file, &error) == 0, "%s", error.message);
    struct trace trace = made(name, NULL);
    ck_assert_uint_eq(file.n_ops, trace.n_ops);
    ck_assert_mem_eq(file.ops, trace.ops, trace.n_ops * sizeof *trace.ops);
    ck_assert_uint_eq(file.n_notes, 0);
    trace_free(&file);
    trace_free(&trace);
}
END_TEST

static void expect_text(const char *name, struct generate_params params,
                        const char *expected)
{
    struct trace trace = made(name, &params);
    char *text = text_of(&trace);
    ck_assert_str_eq(text, expected);
    free(text);
    trace_free(&trace);
}

START_TEST(patterns)
{
    expect_text("coalescing", (struct generate_params){12, 0, 100, 0},
                "4096\n6\n12\n1\na 0 100\na 1 100\nf 0\nf 1\na 2 200\nf 2\n"
                "a 3 100\na 4 100\nf 3\nf 4\na 5 200\nf 5\n");
    expect_text("binary", (struct generate_params){12, 0, 8, 32},
                "4096\n6\n12\n1\na 0 8\na 1 32\na 2 8\na 3 32\nf 1\nf 3\n"
                "a 4 40\na 5 40\nf 0\nf 4\nf 2\nf 5\n");
    expect_text("realloc", (struct generate_params){6, 0, 8, 40},
                "4096\n4\n10\n1\na 0 40\na 1 8\nr 0 51\na 2 8\nf 1\nr 0 62\n"
                "a 3 8\nf 2\nf 3\nf 0\n");
    expect_text("realloc2", (struct generate_params){1, 0, 8, 40},
                "4096\n3\n7\n1\na 0 40\na 1 8\nr 0 45\na 2 8\nf 1\nf 2\n"
                "f 0\n");
}
END_TEST

START_TEST(random_keeps_to_its_parameters)
{
    struct generate_params params = {5000, 7, 100, 103};
    struct trace trace = made("random", &params);
    size_t seen[4] = {0};
    ck_assert_uint_eq(trace.n_ops, 5000);
    for (size_t i = 0; i < trace.n_ops; i++) {
        if (trace.ops[i].kind == OP_ALLOC) {
            ck_assert_uint_ge(trace.ops[i].size, 100);
            ck_assert_uint_le(trace.ops[i].size, 103);
            seen[trace.ops[i].size - 100]++;
        }
    }
    for (int i = 0; i < 4; i++) {
        ck_assert_uint_gt(seen[i], 500);
    }
    char *text = text_of(&trace);
    trace_free(&trace);
    params.seed = 8;
    trace = made("random", &params);
    char *other = text_of(&trace);
    ck_assert_str_ne(text, other);
    free(text);
    free(other);
    trace_free(&trace);
}
END_TEST

START_TEST(parameters_out_of_range)
{
    static const struct generate_params bad[] = {
        {0, 1, 1, 2}, {GENERATE_MAX_OPS + 1, 1, 1, 2},   {1, 1, 0, 2},
        {1, 1, 3, 2}, {1, 1, 1, GENERATE_MAX_BYTES + 1},
    };
    const struct trace_family *family = trace_family_find("random");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct trace trace;
        errno = 0;
        ck_assert_int_eq(generate_trace(family, &bad[i], &trace), -1);
        ck_assert_int_eq(errno, EINVAL);
    }
    ck_assert_ptr_null(trace_family_find("no-such-family"));
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

/* ---- building ---------------------------------------------------------- */

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

Suite *trace_generate_suite(void)
{
    Suite *suite = suite_create("trace-generate");
    TCase *tests = tcase_create("trace-generate");
    int families = (int)(sizeof prints / sizeof prints[0]);
    tcase_add_loop_test(tests, defaults_give_the_same_bytes_for_ever, 0,
                        families);
    tcase_add_test(tests, every_family_is_printed_here_and_balanced);
    tcase_add_loop_test(tests, files_of_the_project, 0, families);
    tcase_add_test(tests, patterns);
    tcase_add_test(tests, random_keeps_to_its_parameters);
    tcase_add_test(tests, parameters_out_of_range);
    tcase_add_test(tests, random_numbers);
    tcase_add_test(tests, built_traces);
    tcase_add_test(tests, contradictions_are_not_built);
    suite_add_tcase(suite, tests);
    return suite;
}
