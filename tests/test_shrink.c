/*
 * test_shrink.c -- shrinking with tests that are pure functions of a trace:
 * what is left, that every candidate is valid, and the ends without a trace.
 */
#include <check.h>
#include <string.h>

#include "driver/shrink/shrink.h"
#include "driver/trace/build.h"
#include "driver/trace/prng.h"
#include "driver/trace/stats.h"
#include "tests/support/text_trace.h"

enum { IDS = 300 };

/* ---- what a test sees ---------------------------------------------------- */

typedef bool predicate(const struct trace *candidate, size_t *failed_op);

struct asked {
    predicate *fails;
    bool tells;        /* at which operation it failed */
    size_t give_up_at; /* this many tests; 0: never */
    size_t n;
};

/* Lifetimes are numbered in order of appearance and have an id each. */
static void expect_own_ids(const struct trace *trace)
{
    uint32_t n_seen = 0;
    for (size_t i = 0; i < trace->n_ops; i++) {
        const struct op *op = &trace->ops[i];
        if (op->kind == OP_ALLOC || op->kind == OP_CALLOC ||
            op->kind == OP_MEMALIGN) {
            ck_assert_uint_eq(op->id, n_seen);
        }
        n_seen += op->id == n_seen && op->id < trace->n_ids;
    }
    ck_assert_uint_eq(n_seen, trace->n_ids);
}

static enum shrink_verdict ask(void *context, const struct trace *candidate,
                               size_t *failed_op)
{
    struct asked *asked = context;
    struct trace copy = *candidate;
    ck_assert_int_eq(trace_recount(&copy), 0);
    ck_assert_uint_eq(copy.peak_payload_bytes, candidate->peak_payload_bytes);
    ck_assert_uint_eq(*failed_op, candidate->n_ops);
    if (++asked->n == asked->give_up_at) {
        return SHRINK_GIVE_UP;
    }
    size_t op = candidate->n_ops;
    bool fails = asked->fails(candidate, &op);
    if (asked->tells) {
        *failed_op = op;
    }
    return fails ? SHRINK_FAILS : SHRINK_PASSES;
}

static struct trace original;
static struct shrink_result result;

static void shrink_with(struct asked *asked, double seconds)
{
    struct shrink_how how = {.test = ask, .context = asked, .seconds = seconds};
    shrink_trace(&original, &how, &result);
    ck_assert_uint_eq(result.n_tests, asked->n);
}

static void close_all(void)
{
    trace_free(&original);
    trace_free(&result.trace);
}

/* The whole result, an operation a line. */
static void expect_left(const char *lines)
{
    char text[2000] = "", op[64];
    ck_assert_int_eq(result.end, SHRINK_MINIMAL);
    ck_assert_uint_lt(result.trace.n_ops, 30);
    for (size_t i = 0; i < result.trace.n_ops; i++) {
        strcat(text, trace_format_op(&result.trace, i, op, sizeof op));
        strcat(text, "\n");
    }
    ck_assert_str_eq(text, lines);
    expect_own_ids(&result.trace);
}

static void shrink_text(const char *text, predicate *fails, const char *lines)
{
    struct asked asked = {.fails = fails};
    text_trace(text, &original);
    shrink_with(&asked, 0);
    expect_left(lines);
}

/* ---- a large trace, its ids used again and again ------------------------- */

static void make_large(size_t n_ops)
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
    ck_assert_int_eq(build_finish(&builder, "large.rep", &original), 0);
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
    make_large(5000);
    shrink_with(&asked, 0);
    expect_left("a 0 1\na 1 1\na 2 1000\nf 2\n");
    ck_assert_str_eq(result.trace.name, "large.rep");
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
    make_large(30000);
    original.ops[29999] = (struct op){
        .id = original.ops[29999].id, .kind = OP_REALLOC, .size = 7777};
    shrink_with(&asked, 0);
    expect_left("a 0 7777\n");
    ck_assert_uint_le(asked.n, 80);
}
END_TEST

/* A place that is told need not be searched for. */
START_TEST(a_told_operation_ends_the_trace)
{
    struct asked asked = {.fails = has_7777, .tells = true};
    make_large(30000);
    original.ops[100] = (struct op){
        .id = original.ops[100].id, .kind = OP_REALLOC, .size = 7777};
    shrink_with(&asked, 0);
    expect_left("a 0 7777\n");
    ck_assert_uint_le(asked.n, 50);
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
    make_large(2000);
    shrink_with(&asked, 0);
    ck_assert_uint_ge(n_passed, 20);
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
    make_large(20000);
    for (size_t i = 0; i < 18000; i++) {
        original.ops[i].size %= 1500;
    }
    shrink_with(&asked, 0);
    ck_assert_int_eq(result.end, SHRINK_MINIMAL);
    ck_assert_uint_lt(result.trace.n_ops, 20);
    ck_assert_uint_lt(asked.n, 500);
}
END_TEST

/* ---- small ones ---------------------------------------------------------- */

static bool live_twins(const struct trace *trace, size_t *failed_op)
{
    uint64_t sizes[20] = {0};
    (void)failed_op;
    for (size_t i = 0; i < trace->n_ops; i++) {
        const struct op *op = &trace->ops[i];
        sizes[op->id] = op->size;
        for (uint32_t k = 0; k < trace->n_ids; k++) {
            if (k != op->id && op->size >= 100 && sizes[k] == op->size) {
                return true;
            }
        }
    }
    return false;
}

START_TEST(equal_sizes_are_lowered_together)
{
    shrink_text("a 0 333\na 1 5000\na 2 333\nf 0\na 0 7\na 3 9\n", live_twins,
                "a 0 100\na 1 100\n");
}
END_TEST

/* Another size each time: no two are equal, but one is twice the other. */
static bool double_size(const struct trace *trace, size_t *failed_op)
{
    (void)failed_op;
    for (size_t i = 0; i + 1 < trace->n_ops; i++) {
        if (trace->ops[i].size >= 40 &&
            trace->ops[i + 1].size == trace->ops[i].size * 2) {
            return true;
        }
    }
    return false;
}

START_TEST(related_sizes_are_lowered_together)
{
    shrink_text("a 0 7\na 1 3200\na 2 6400\nf 1\n", double_size,
                "a 0 50\na 1 100\n");
}
END_TEST

static bool grows_above_500(const struct trace *trace, size_t *failed_op)
{
    uint64_t sizes[20] = {0};
    (void)failed_op;
    for (size_t i = 0; i < trace->n_ops; i++) {
        const struct op *op = &trace->ops[i];
        if (op->kind == OP_REALLOC && sizes[op->id] > 0 && op->size > 500) {
            return true;
        }
        sizes[op->id] = op->size;
    }
    return false;
}

START_TEST(reallocs_in_between_are_dropped)
{
    shrink_text("a 0 8\nr 0 16\na 1 9\nr 0 32\nr 0 600\nr 0 1200\nf 1\nf 0\n",
                grows_above_500, "a 0 1\nr 0 501\n");
}
END_TEST

static bool has_aligned(const struct trace *trace, size_t *failed_op)
{
    (void)failed_op;
    for (size_t i = 0; i < trace->n_ops; i++) {
        if (trace->ops[i].kind == OP_MEMALIGN &&
            trace->ops[i].align_log2 >= 6) {
            return true;
        }
    }
    return false;
}

START_TEST(alignment_is_lowered)
{
    shrink_text("#!rep 1\nt 3\nc 0 7\nm 1 4096 90\nf 0\n", has_aligned,
                "m 0 64 1\n");
}
END_TEST

static bool three_live(const struct trace *trace, size_t *failed_op)
{
    (void)failed_op;
    return trace->peak_live_blocks >= 3;
}

START_TEST(operations_become_plain)
{
    shrink_text("#!rep 1\nt 2\nc 0 7\nm 1 4096 90\nw 1 80\nf -1\nr 2 9\nr 0 "
                "0\n",
                three_live, "a 0 1\na 1 1\na 2 1\n");
    ck_assert_uint_eq(result.trace.ops[0].thread, 0);
}
END_TEST

static bool frees_null_after_touch(const struct trace *trace, size_t *failed_op)
{
    (void)failed_op;
    for (size_t i = 0; i + 1 < trace->n_ops; i++) {
        if (trace->ops[i].kind == OP_TOUCH &&
            trace->ops[i + 1].id == trace->n_ids) {
            return true;
        }
    }
    return false;
}

static bool touches_beside_33(const struct trace *trace, size_t *failed_op)
{
    bool touches = false, has_33 = false;
    (void)failed_op;
    for (size_t i = 0; i < trace->n_ops; i++) {
        touches |= trace->ops[i].kind == OP_TOUCH;
        has_33 |= trace->ops[i].size >= 33 && trace->ops[i].kind == OP_ALLOC;
    }
    return touches && has_33;
}

START_TEST(a_touch_shrinks_with_its_block)
{
    shrink_text("a 0 20\nw 0 20\na 1 33\n", touches_beside_33,
                "a 0 1\nw 0 1\na 1 33\n");
}
END_TEST

START_TEST(null_and_touch_stay_where_they_matter)
{
    shrink_text("a 0 50\nf -1\nw 0 30\nf -1\nf -1\nf 0\n",
                frees_null_after_touch, "a 0 1\nw 0 1\nf -1\n");
}
END_TEST

/* Whoever is freed last decides: the second free has to become one. */
static bool ends_in_free(const struct trace *trace, size_t *failed_op)
{
    (void)failed_op;
    return trace->n_ops > 0 && trace->ops[trace->n_ops - 1].kind == OP_FREE;
}

START_TEST(realloc_to_nothing_becomes_free)
{
    shrink_text("a 0 50\na 1 5\nr 1 0\nr 0 0\nf -1\n", ends_in_free, "f -1\n");
}
END_TEST

START_TEST(weight_is_kept)
{
    struct asked asked = {.fails = three_live};
    text_trace("2\n3\n4\n1\na 0 1\na 1 1\na 2 1\nf 1\n", &original);
    ck_assert_uint_eq(original.weight, 2);
    shrink_with(&asked, 0);
    ck_assert_uint_eq(result.trace.weight, 2);
}
END_TEST

/* ---- other ends ---------------------------------------------------------- */

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
    text_trace("a 0 1\nf 0\na 0 5\na 1 5\na 2 5\n", &original);
    shrink_with(&asked, 0);
    ck_assert_int_eq(result.end, cases[_i].end);
    ck_assert_uint_eq(result.trace.n_ops, 0);
    ck_assert_ptr_null(result.trace.ops);
}
END_TEST

/* Whenever the test gives up, what is left fails and is no larger. */
START_TEST(giving_up_keeps_the_best)
{
    struct asked asked = {.fails = large_free_with_company};
    size_t op;
    asked.give_up_at = (size_t)_i;
    make_large(2000);
    shrink_with(&asked, 0);
    ck_assert_int_eq(result.end, SHRINK_UNFINISHED);
    ck_assert_uint_eq(asked.n, (size_t)_i);
    ck_assert(large_free_with_company(&result.trace, &op));
    ck_assert_uint_le(result.trace.n_ops, 2000);
}
END_TEST

START_TEST(the_time_ends_it)
{
    struct asked asked = {.fails = large_free_with_company};
    make_large(2000);
    shrink_with(&asked, 1e-9);
    ck_assert_int_eq(result.end, SHRINK_UNFINISHED);
    ck_assert_uint_eq(asked.n, 1);
    ck_assert_uint_eq(result.trace.n_ops, 2000);
}
END_TEST

START_TEST(an_empty_trace_is_not_shrunk)
{
    struct asked asked = {.fails = never};
    text_trace("f -1\n", &original);
    original.n_ops = 0;
    shrink_with(&asked, 0);
    ck_assert_int_eq(result.end, SHRINK_NOT_FAILING);
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

Suite *shrink_suite(void);
Suite *shrink_suite(void)
{
    Suite *suite = suite_create("shrink");
    TCase *tcase = tcase_create("shrink");
    tcase_add_checked_fixture(tcase, NULL, close_all);
    tcase_add_loop_test(tcase, what_is_needed_is_left, 0, 2);
    tcase_add_test(tcase, tests_grow_with_the_logarithm);
    tcase_add_test(tcase, a_told_operation_ends_the_trace);
    tcase_add_test(tcase, what_passed_is_remembered);
    tcase_add_test(tcase, what_hangs_on_places_comes_again);
    tcase_add_test(tcase, equal_sizes_are_lowered_together);
    tcase_add_test(tcase, related_sizes_are_lowered_together);
    tcase_add_test(tcase, reallocs_in_between_are_dropped);
    tcase_add_test(tcase, alignment_is_lowered);
    tcase_add_test(tcase, operations_become_plain);
    tcase_add_test(tcase, a_touch_shrinks_with_its_block);
    tcase_add_test(tcase, null_and_touch_stay_where_they_matter);
    tcase_add_test(tcase, realloc_to_nothing_becomes_free);
    tcase_add_test(tcase, weight_is_kept);
    tcase_add_loop_test(tcase, ends_without_a_trace, 0, 4);
    tcase_add_loop_test(tcase, giving_up_keeps_the_best, 3, 30);
    tcase_add_test(tcase, the_time_ends_it);
    tcase_add_test(tcase, an_empty_trace_is_not_shrunk);
    tcase_add_loop_test(tcase, the_file_is_named_after_the_trace, 0,
                        sizeof names / sizeof *names);
    suite_add_tcase(suite, tcase);
    return suite;
}
