/*
 * test_generate.c -- what all synthetic families have in common: the same bytes
 * for the same seed on every machine, parameters, and what is refused.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver/generate/generate.h"
#include "tests/support/generated.h"
#include "tests/support/text_trace.h"

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
    char *text = trace_text(&trace);
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
    char *expected = trace_text(&trace);
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

    TCase *tests = tcase_create("refusals");
    tcase_add_test(tests, parameters_out_of_range);
    tcase_add_test(tests, parameters_that_cannot_be);
    suite_add_tcase(suite, tests);
    return suite;
}
