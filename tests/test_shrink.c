/*
 * test_shrink.c -- shrinking for predicates: what is left of large traces, how
 * often is asked, and the ends without a trace.
 */
#include <check.h>
#include <string.h>

#include "driver/trace/build.h"
#include "driver/trace/prng.h"
#include "tests/support/asked.h"
#include "tests/support/text_trace.h"

enum { IDS = 300 };

/* ---- a large trace, its ids used again and again ------------------------- */

static void make_large(struct asked *asked, size_t n_ops)
{
    struct trace_builder builder = {0};
    struct prng prng;
    bool live[IDS] = {false};
    prng_seed(&prng, 11);
    for (size_t i = 0; i < n_ops; i++) {
        uint32_t id = (uint32_t)prng_below(&prng, IDS);
        struct op op = {.id = id, .kind = OP_ALLOC};
        op.size = 1 + prng_below(&prng, 2000);
        if (live[id]) {
            op.kind = prng_below(&prng, 3) == 0 ? OP_REALLOC : OP_FREE;
        }
        live[id] = op.kind != OP_FREE;
        op.size = op.kind == OP_FREE ? 0 : op.size;
        build_append(&builder, op);
    }
    ck_assert_int_eq(build_finish(&builder, "large.rep", &asked->original), 0);
}

/*
 * A block of 1000 bytes or more is freed while two blocks live that are older
 * than it: an error that needs four operations.
 */
static bool large_free_with_company(const struct trace *trace,
                                    size_t *failed_op)
{
    uint64_t sizes[20000] = {0};
    size_t births[20000] = {0};
    ck_assert_uint_le(trace->n_ids, 20000);
    for (size_t i = 0; i < trace->n_ops; i++) {
        const struct op *op = &trace->ops[i];
        if (op->kind == OP_FREE && sizes[op->id] >= 1000) {
            size_t older = 0;
            for (size_t k = 0; k < trace->n_ids; k++) {
                older += sizes[k] != 0 && births[k] < births[op->id];
            }
            if (older >= 2) {
                *failed_op = i;
                return true;
            }
        }
        births[op->id] = sizes[op->id] != 0 ? births[op->id] : i + 1;
        sizes[op->id] = op->size;
    }
    return false;
}

START_TEST(what_is_needed_is_left)
{
    struct asked asked = {.fails = large_free_with_company, .tells = _i == 1};
    make_large(&asked, 5000);
    asked_shrink(&asked, 0);
    asked_expect(&asked, "a 0 1\na 1 1\na 2 1000\nf 2\n");
    ck_assert_str_eq(asked.result.trace.name, "large.rep");
    asked_free(&asked);
}
END_TEST

/* Only the last of 30,000 operations matters. */
static bool has_7777(const struct trace *trace, size_t *failed_op)
{
    for (size_t i = 0; i < trace->n_ops; i++) {
        if (trace->ops[i].size == 7777) {
            *failed_op = i;
            return true;
        }
    }
    return false;
}

START_TEST(tests_grow_with_the_logarithm)
{
    struct asked asked = {.fails = has_7777};
    make_large(&asked, 30000);
    asked.original.ops[29999] = (struct op){
        .id = asked.original.ops[29999].id, .kind = OP_REALLOC, .size = 7777};
    asked_shrink(&asked, 0);
    asked_expect(&asked, "a 0 7777\n");
    ck_assert_uint_le(asked.n, 80);
    asked_free(&asked);
}
END_TEST

/* A place that is told need not be searched for. */
START_TEST(a_told_operation_ends_the_trace)
{
    struct asked asked = {.fails = has_7777, .tells = true};
    make_large(&asked, 30000);
    asked.original.ops[100] = (struct op){
        .id = asked.original.ops[100].id, .kind = OP_REALLOC, .size = 7777};
    asked_shrink(&asked, 0);
    asked_expect(&asked, "a 0 7777\n");
    ck_assert_uint_le(asked.n, 50);
    asked_free(&asked);
}
END_TEST

/* What passed once is not asked again. */
static uint64_t passed[1000];
static size_t n_passed;

static bool large_free_never_twice(const struct trace *trace, size_t *failed_op)
{
    if (large_free_with_company(trace, failed_op)) {
        return true;
    }
    uint64_t hash = trace->n_ops;
    for (size_t i = 0; i < trace->n_ops; i++) {
        const struct op *op = &trace->ops[i];
        hash = hash * 1000003 + op->size * 8 + op->kind;
        hash = hash * 1000003 + op->id;
    }
    for (size_t i = 0; i < n_passed; i++) {
        ck_assert_uint_ne(passed[i], hash);
    }
    ck_assert_uint_lt(n_passed, 1000);
    passed[n_passed++] = hash;
    return false;
}

START_TEST(what_passed_is_remembered)
{
    struct asked asked = {.fails = large_free_never_twice};
    make_large(&asked, 2000);
    asked_shrink(&asked, 0);
    ck_assert_uint_ge(n_passed, 20);
    asked_free(&asked);
}
END_TEST

/*
 * Hangs on where blocks lie: whatever is left out moves it to another place,
 * and most of what stands before it is needed.
 */
static bool misplaced(const struct trace *trace, size_t *failed_op)
{
    uint64_t place = 0;
    for (size_t i = 0; i < trace->n_ops; i++) {
        if (trace->ops[i].size >= 1500 && place % 64 == 7) {
            *failed_op = i;
            return true;
        }
        place += trace->ops[i].size;
    }
    return false;
}

START_TEST(what_hangs_on_places_comes_again)
{
    struct asked asked = {.fails = misplaced, .tells = true};
    make_large(&asked, 20000);
    for (size_t i = 0; i < 18000; i++) {
        asked.original.ops[i].size %= 1500;
    }
    asked_shrink(&asked, 0);
    ck_assert_int_eq(asked.result.end, SHRINK_MINIMAL);
    ck_assert_uint_lt(asked.result.trace.n_ops, 20);
    ck_assert_uint_lt(asked.n, 500);
    asked_free(&asked);
}
END_TEST

/* ---- other ends ---------------------------------------------------------- */

static bool three_live(const struct trace *trace, size_t *failed_op)
{
    (void)failed_op;
    return trace->peak_live_blocks >= 3;
}

static bool never(const struct trace *trace, size_t *failed_op)
{
    (void)trace, (void)failed_op;
    return false;
}

static bool always(const struct trace *trace, size_t *failed_op)
{
    (void)trace, (void)failed_op;
    return true;
}

/* An id is used for two lifetimes. */
static bool ids_come_again(const struct trace *trace, size_t *failed_op)
{
    bool freed[20] = {false};
    (void)failed_op;
    for (size_t i = 0; i < trace->n_ops; i++) {
        const struct op *op = &trace->ops[i];
        if (op->kind == OP_ALLOC && freed[op->id]) {
            return true;
        }
        freed[op->id] = op->kind == OP_FREE;
    }
    return false;
}

START_TEST(ends_without_a_trace)
{
    static const struct {
        struct asked asked;
        enum shrink_end end;
    } cases[] = {
        {{.fails = never}, SHRINK_NOT_FAILING},
        {{.fails = always}, SHRINK_EMPTY_FAILS},
        {{.fails = ids_come_again}, SHRINK_SPLIT_PASSES},
        {{.fails = three_live, .give_up_at = 1}, SHRINK_NO_VERDICT},
    };
    struct asked asked = cases[_i].asked;
    text_trace("a 0 1\nf 0\na 0 5\na 1 5\na 2 5\n", &asked.original);
    asked_shrink(&asked, 0);
    ck_assert_int_eq(asked.result.end, cases[_i].end);
    ck_assert_uint_eq(asked.result.trace.n_ops, 0);
    ck_assert_ptr_null(asked.result.trace.ops);
    asked_free(&asked);
}
END_TEST

/* Whenever the test gives up, what is left fails and is no larger. */
START_TEST(giving_up_keeps_the_best)
{
    struct asked asked = {.fails = large_free_with_company};
    size_t op;
    asked.give_up_at = (size_t)_i;
    make_large(&asked, 2000);
    asked_shrink(&asked, 0);
    ck_assert_int_eq(asked.result.end, SHRINK_UNFINISHED);
    ck_assert_uint_eq(asked.n, (size_t)_i);
    ck_assert(large_free_with_company(&asked.result.trace, &op));
    ck_assert_uint_le(asked.result.trace.n_ops, 2000);
    asked_free(&asked);
}
END_TEST

START_TEST(the_time_ends_it)
{
    struct asked asked = {.fails = large_free_with_company};
    make_large(&asked, 2000);
    asked_shrink(&asked, 1e-9);
    ck_assert_int_eq(asked.result.end, SHRINK_UNFINISHED);
    ck_assert_uint_eq(asked.n, 1);
    ck_assert_uint_eq(asked.result.trace.n_ops, 2000);
    asked_free(&asked);
}
END_TEST

START_TEST(an_empty_trace_is_not_shrunk)
{
    struct asked asked = {.fails = never};
    text_trace("f -1\n", &asked.original);
    asked.original.n_ops = 0;
    asked_shrink(&asked, 0);
    ck_assert_int_eq(asked.result.end, SHRINK_NOT_FAILING);
    asked_free(&asked);
}
END_TEST

static const struct {
    const char *name, *file;
} names[] = {
    {"x.rep", "x.min.rep"},     {"x.rep.gz", "x.min.rep"},
    {"x.rep.zst", "x.min.rep"}, {"x.rep.xz", "x.min.rep"},
    {"x.rep.bz2", "x.min.rep"}, {"x.gz", "x.min.rep"},
    {"x.zip", "x.zip.min.rep"}, {"x", "x.min.rep"},
    {".rep", ".rep.min.rep"},   {"a.b.rep", "a.b.min.rep"},
    {"-", "stdin.min.rep"},     {"x.min.rep", "x.min.min.rep"},
};

START_TEST(the_file_is_named_after_the_trace)
{
    char name[40], text[60];
    strcpy(name, names[_i].name);
    struct trace trace = {.name = name};
    ck_assert_str_eq(shrink_file_name(&trace, text, sizeof text),
                     names[_i].file);
}
END_TEST

Suite *shrink_suite(void)
{
    Suite *suite = suite_create("shrink");
    TCase *tcase = tcase_create("shrink");
    tcase_add_loop_test(tcase, what_is_needed_is_left, 0, 2);
    tcase_add_test(tcase, tests_grow_with_the_logarithm);
    tcase_add_test(tcase, a_told_operation_ends_the_trace);
    tcase_add_test(tcase, what_passed_is_remembered);
    tcase_add_test(tcase, what_hangs_on_places_comes_again);
    tcase_add_loop_test(tcase, ends_without_a_trace, 0, 4);
    tcase_add_loop_test(tcase, giving_up_keeps_the_best, 3, 30);
    tcase_add_test(tcase, the_time_ends_it);
    tcase_add_test(tcase, an_empty_trace_is_not_shrunk);
    tcase_add_loop_test(tcase, the_file_is_named_after_the_trace, 0,
                        sizeof names / sizeof *names);
    suite_add_tcase(suite, tcase);
    return suite;
}
