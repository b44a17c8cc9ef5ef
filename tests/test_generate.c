/*
 * test_generate.c -- the synthetic families: the same bytes for the same seed
 * on every machine, and the patterns that their names promise.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver/generate/generate.h"
#include "driver/trace/build.h"
#include "driver/trace/prng.h"
#include "driver/trace/write.h"
#include "tests/support/generated.h"

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

/* All families, fitted and mixing ones with something to work on. */
static struct generate_params params_of(const struct trace_family *family)
{
    struct generate_params params = generate_defaults(family);
    static struct trace from;
    if (family->fitted) {
        trace_free(&from);
        from = generated("sessions ops=5000");
        params.from = &from;
        params.ops = 12000;
    }
    params.text = "queue,strings,binary,realloc";
    return params;
}

static struct trace made(const struct generate_params *params)
{
    struct trace trace;
    struct generate_error error = {.message = ""};
    int result = generate_trace(params, &trace, &error);
    ck_assert_msg(result == 0, "%s", error.message);
    return trace;
}

struct print {
    const char *name;
    uint64_t hash;
};

/* Of the defaults: these bytes must never change. */
static const struct print prints[] = {
    {"short", 0x7d45637888253b75},    {"coalescing", 0xae35fdd406fdf5fd},
    {"binary", 0xec1d84cfd59440cb},   {"binary2", 0x1358ac66838c6574},
    {"random", 0xdfe7649c762be584},   {"realloc", 0x86cb1dfc86fc577f},
    {"realloc2", 0x4b7b72cc0e94f428}, {"tiny", 0x6027572978509c20},
    {"small", 0x143760219f5711af},    {"large", 0x806a2e52729243eb},
    {"merged", 0x1e0f31429651ed3b},   {"structs", 0xcc6600a130a2f23c},
    {"pages", 0xc27810b3ae9170c0},    {"drift", 0xbc615e12c0961f20},
    {"strings", 0x7323689af2bb2312},  {"queue", 0x344cf50e3aaff569},
    {"stack", 0x3fd4d67792d174bf},    {"ramp", 0x53d948b5db39aa69},
    {"sawtooth", 0x7ce1ec3a30ba1785}, {"phases", 0xf882c0976422812b},
    {"vectors", 0x4e902c3adcd50323},  {"hash", 0x795a75abca671481},
    {"graph", 0xf8d6dedf10e9771f},    {"sessions", 0x013826dcc53ab32e},
    {"bomb", 0x818f2a7ad6acbff2},     {"mix", 0x5fb58034619cc2bb},
    {"model", 0x7a49243b399b6ad8},
};

enum { N_FAMILIES = sizeof prints / sizeof prints[0] };

START_TEST(the_same_bytes_for_ever)
{
    const struct print *print = &prints[_i];
    const struct trace_family *family = trace_families[_i];
    ck_assert_ptr_nonnull(family);
    ck_assert_str_eq(family->name, print->name);
    struct generate_params params = params_of(family);
    struct trace trace = made(&params);
    char *text = text_of(&trace);
    ck_assert_msg(hash_of(text) == print->hash, "{\"%s\", 0x%016llx},",
                  print->name, (unsigned long long)hash_of(text));
    free(text);
    trace_free(&trace);
}
END_TEST

START_TEST(every_family_has_its_print)
{
    ck_assert_ptr_null(trace_families[N_FAMILIES]);
    ck_assert_ptr_null(trace_family_find("no-such-family"));
}
END_TEST

/* A file is written as it is made: never held, counted before. */
START_TEST(files_are_what_is_made_in_memory)
{
    char path[64], *text;
    size_t room = 1 << 20;
    struct generate_error error;
    struct generate_params params = params_of(trace_families[_i]);
    struct trace trace = made(&params);
    char *expected = text_of(&trace);
    snprintf(path, sizeof path, "/tmp/generate-%ld.rep", (long)getpid());
    ck_assert_int_eq(generate_file(&params, path, &error), 0);
    FILE *stream = fopen(path, "r");
    ck_assert_ptr_nonnull(stream);
    text = calloc(room, 1);
    ck_assert_uint_lt(fread(text, 1, room, stream), room);
    fclose(stream);
    unlink(path);
    ck_assert_str_eq(text, expected);
    free(text);
    free(expected);
    trace_free(&trace);
}
END_TEST

/* About as many operations as asked for, all dead in the end. */
START_TEST(lengths_and_balance)
{
    static const uint64_t lengths[] = {1, 7, 100, 3000, 150000};
    const struct trace_family *family = trace_families[_i];
    struct generate_params params = params_of(family);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        params.ops = lengths[i];
        struct trace trace = made(&params);
        ck_assert_uint_eq(trace.live_blocks_at_end, 0);
        ck_assert_uint_gt(trace.peak_payload_bytes, 0);
        if (strcmp(family->name, "bomb") != 0 || lengths[i] > 100000) {
            ck_assert_uint_ge(trace.n_ops, lengths[i] * 9 / 10);
            ck_assert_uint_le(trace.n_ops, lengths[i] + lengths[i] / 10 + 4200);
        }
        trace_free(&trace);
    }
}
END_TEST

/* Every parameter at either end of its range, the others as by default. */
START_TEST(parameters_at_their_ends)
{
    const struct trace_family *family = trace_families[_i];
    for (int i = 0; i < FAMILY_PARAMS && family->params[i].name; i++) {
        for (int end = 0; end < 2; end++) {
            const struct family_param *param = &family->params[i];
            struct generate_params params = params_of(family);
            struct generate_error error = {.message = ""};
            struct trace trace;
            params.ops = 2000;
            params.values[i] = end == 0 ? param->least : param->most;
            bool crossed = params.values[0] > params.values[1] &&
                           strcmp(family->params[0].name, "small") == 0 &&
                           family->params[1].name != NULL;
            int result = generate_trace(&params, &trace, &error);
            if (result == 0) {
                ck_assert_uint_eq(trace.live_blocks_at_end, 0);
                trace_free(&trace);
            }
            /* Memory for that many bytes' worth of blocks is refused. */
            bool refused = strstr(error.message, "--total") != NULL;
            ck_assert_msg(result == (crossed || refused ? -1 : 0), "%s %s: %s",
                          family->name, param->name, error.message);
        }
    }
}
END_TEST

START_TEST(seeds_matter_where_there_is_one)
{
    const struct trace_family *family = trace_families[_i];
    struct generate_params params = params_of(family);
    struct trace one = made(&params);
    params.seed = 2;
    struct trace other = made(&params);
    bool same = one.n_ops == other.n_ops &&
                memcmp(one.ops, other.ops, one.n_ops * sizeof *one.ops) == 0;
    ck_assert_int_eq(same, !family->seeded);
    trace_free(&one);
    trace_free(&other);
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
    if (access(path, R_OK) != 0) {
        ck_assert_int_ge(_i, 7); /* of the classic ones none may be missing */
        return;
    }
    ck_assert_msg(trace_read(path, &file, &error) == 0, "%s", error.message);
    struct trace trace = generated(name);
    ck_assert_uint_eq(file.n_ops, trace.n_ops);
    ck_assert_mem_eq(file.ops, trace.ops, trace.n_ops * sizeof *trace.ops);
    ck_assert_uint_eq(file.n_notes, 0);
    trace_free(&file);
    trace_free(&trace);
}
END_TEST

/* ---- patterns ---------------------------------------------------------- */

static void expect_text(const char *words, const char *expected)
{
    struct trace trace = generated(words);
    char *text = text_of(&trace);
    ck_assert_str_eq(text, expected);
    free(text);
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

/* ---- refusals ---------------------------------------------------------- */

static void expect_set(const char *family, const char *name, uint64_t number,
                       const char *message)
{
    struct generate_error error;
    struct generate_params params =
        generate_defaults(trace_family_find(family));
    ck_assert_int_eq(generate_set(&params, name, number, &error), -1);
    ck_assert_str_eq(error.message, message);
}

START_TEST(parameters_out_of_range)
{
    expect_set("random", "ops", 0, "--ops: expected 1 to 4294967296, got 0");
    expect_set("random", "ops", GENERATE_MAX_OPS + 1,
               "--ops: expected 1 to 4294967296, got 4294967297");
    expect_set("strings", "tail", 101, "--tail: expected 0 to 100, got 101");
    expect_set("random", "small", 0,
               "--small: expected 1 to 274877906944, got 0");
    expect_set("coalescing", "seed", 1,
               "expected a parameter of coalescing, got \"seed\"");
    expect_set("queue", "tail", 1,
               "expected a parameter of queue, got \"tail\"");
}
END_TEST

static void expect_refusal(const struct generate_params *params,
                           const char *message)
{
    struct generate_error error;
    struct trace trace;
    ck_assert_int_eq(generate_trace(params, &trace, &error), -1);
    ck_assert_msg(strstr(error.message, message) != NULL, "%s", error.message);
    ck_assert_int_eq(generate_file(params, "/tmp/never-made.rep", &error), -1);
    ck_assert_msg(strstr(error.message, message) != NULL, "%s", error.message);
    ck_assert_int_ne(access("/tmp/never-made.rep", F_OK), 0);
}

START_TEST(parameters_that_cannot_be)
{
    struct generate_params params = generate_defaults(&family_random);
    params.values[0] = 5;
    params.values[1] = 4;
    expect_refusal(&params, "expected --small up to --large, got 5 and 4");
    params = generate_defaults(&family_mix);
    expect_refusal(&params, "expected --of FAMILY,... for mix, got none");
    params.text = "queue,no-such";
    expect_refusal(&params, "got \"no-such\"");
    params.text = "queue,";
    expect_refusal(&params, "got \"\"");
    params.text = "queue,mix";
    expect_refusal(&params, "other than mix and model");
    params.text = "tiny,tiny,tiny,tiny,tiny,tiny,tiny,tiny,tiny,tiny,tiny,tiny,"
                  "tiny,tiny,tiny,tiny,tiny";
    expect_refusal(&params, "at most 16 families");
    params = generate_defaults(&family_model);
    expect_refusal(&params, "expected --from TRACE for model, got none");
    struct trace empty;
    struct trace_error error;
    ck_assert_int_eq(trace_parse("empty", "f -1\n", 5, &empty, &error), 0);
    params.from = &empty;
    expect_refusal(&params, "expected a trace that allocates, got \"empty\"");
    trace_free(&empty);
}
END_TEST

/* ---- random numbers ---------------------------------------------------- */

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

Suite *generate_suite(void)
{
    Suite *suite = suite_create("generate");
    TCase *families = tcase_create("every family");
    tcase_set_timeout(families, 60);
    tcase_add_loop_test(families, the_same_bytes_for_ever, 0, N_FAMILIES);
    tcase_add_test(families, every_family_has_its_print);
    tcase_add_loop_test(families, files_are_what_is_made_in_memory, 0,
                        N_FAMILIES);
    tcase_add_loop_test(families, lengths_and_balance, 0, N_FAMILIES);
    tcase_add_loop_test(families, parameters_at_their_ends, 0, N_FAMILIES);
    tcase_add_loop_test(families, seeds_matter_where_there_is_one, 0,
                        N_FAMILIES);
    tcase_add_loop_test(families, files_of_the_project, 0, N_FAMILIES);
    suite_add_tcase(suite, families);

    TCase *tests = tcase_create("patterns and refusals");
    tcase_add_test(tests, patterns);
    tcase_add_test(tests, stack_is_last_in_first_out);
    tcase_add_test(tests, sizes_are_as_described);
    tcase_add_test(tests, pages_and_structs_have_few_sizes);
    tcase_add_test(tests, waves_rise_and_fall);
    tcase_add_test(tests, containers_grow_by_their_factor);
    tcase_add_test(tests, graphs_are_pruned_by_subtrees);
    tcase_add_test(tests, sessions_overlap);
    tcase_add_test(tests, random_keeps_to_its_parameters);
    tcase_add_test(tests, parameters_out_of_range);
    tcase_add_test(tests, parameters_that_cannot_be);
    tcase_add_test(tests, random_numbers);
    tcase_add_test(tests, built_traces);
    tcase_add_test(tests, contradictions_are_not_built);
    suite_add_tcase(suite, tests);
    return suite;
}
