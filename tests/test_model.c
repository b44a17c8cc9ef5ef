/*
 * test_model.c -- a model of a trace has its sizes, lifetimes, reallocs and
 * curve of live bytes; what is compared is measured here, apart from the fit.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "driver/generate/generate.h"
#include "tests/support/generated.h"
#include "tests/support/text_trace.h"

enum { MOMENTS = 50 };

/* Two samples of numbers are compared by the largest difference of their
 * distribution functions (Kolmogorov and Smirnov). */
struct sample {
    uint64_t *numbers;
    size_t n;
};

struct look {
    struct sample sizes;           /* at birth */
    struct sample lifetimes;       /* in operations; of those that die */
    struct sample large_lifetimes; /* of blocks of 1024 bytes and more */
    uint64_t reallocs;
    uint64_t live_bytes[MOMENTS];
};

static void add(struct sample *sample, uint64_t number)
{
    sample->numbers[sample->n++] = number;
}

static struct sample room_for(size_t n)
{
    struct sample sample = {.numbers = calloc(n + 1, sizeof(uint64_t))};
    ck_assert_ptr_nonnull(sample.numbers);
    return sample;
}

static struct look look_at(const struct trace *trace)
{
    struct look look = {.sizes = room_for(trace->n_ops),
                        .lifetimes = room_for(trace->n_ops),
                        .large_lifetimes = room_for(trace->n_ops)};
    uint64_t *size_of = calloc(trace->n_ids + 1, sizeof *size_of);
    uint64_t *first_of = calloc(trace->n_ids + 1, sizeof *first_of);
    size_t *born = calloc(trace->n_ids + 1, sizeof *born);
    uint64_t live = 0;
    for (size_t i = 0; i < trace->n_ops; i++) {
        const struct op *op = &trace->ops[i];
        live += op->size - size_of[op->id];
        if (op->kind == OP_ALLOC) {
            add(&look.sizes, op->size);
            born[op->id] = i;
            first_of[op->id] = op->size;
        } else if (op->kind == OP_REALLOC) {
            look.reallocs++;
        } else {
            add(&look.lifetimes, i - born[op->id]);
            if (first_of[op->id] >= 1024)
                add(&look.large_lifetimes, i - born[op->id]);
        }
        size_of[op->id] = op->size;
        look.live_bytes[i * MOMENTS / trace->n_ops] = live;
    }
    free(size_of);
    free(first_of);
    free(born);
    return look;
}

static void forget(struct look *look)
{
    free(look->sizes.numbers);
    free(look->lifetimes.numbers);
    free(look->large_lifetimes.numbers);
}

static int compare(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

/* In percent. */
static double distance(struct sample *a, struct sample *b)
{
    double most = 0;
    size_t i = 0, j = 0;
    qsort(a->numbers, a->n, sizeof *a->numbers, compare);
    qsort(b->numbers, b->n, sizeof *b->numbers, compare);
    while (i < a->n && j < b->n) {
        uint64_t at =
            a->numbers[i] < b->numbers[j] ? a->numbers[i] : b->numbers[j];
        while (i < a->n && a->numbers[i] <= at)
            i++;
        while (j < b->n && b->numbers[j] <= at)
            j++;
        double difference =
            100 * ((double)i / (double)a->n - (double)j / (double)b->n);
        difference = difference < 0 ? -difference : difference;
        most = difference > most ? difference : most;
    }
    return most;
}

static void expect_near(double a, double b, double percent, const char *what)
{
    ck_assert_msg(a >= b * (1 - percent / 100) && a <= b * (1 + percent / 100),
                  "%s: %g against %g", what, a, b);
}

/* ---- recorded programs -------------------------------------------------- */

static struct trace read_whole(const char *path)
{
    struct trace trace;
    struct trace_error error;
    ck_assert_msg(trace_read(path, &trace, &error) == 0, "%s", error.message);
    return trace;
}

/* The trace with all its blocks freed at its end, as a model has them. */
static struct trace modelled(const struct trace *from, uint64_t ops)
{
    struct generate_error error = {.message = ""};
    struct generate_params params = generate_defaults(&family_model);
    struct trace trace;
    params.from = from;
    params.ops = ops;
    int result = generate_trace(&params, &trace, &error);
    ck_assert_msg(result == 0, "%s", error.message);
    return trace;
}

static const char *const programs[] = {
    "traces/cc1.rep", "traces/perl-strings.rep", "traces/sqlite-insert.rep",
    "traces/lua-tables.rep", "traces/redis-server.rep"};

enum { N_PROGRAMS = sizeof programs / sizeof programs[0] };

START_TEST(a_model_is_like_its_program)
{
    struct trace from = read_whole(programs[_i]);
    struct trace trace = modelled(&from, from.n_ops + from.live_blocks_at_end);
    struct look a = look_at(&from);
    struct look b = look_at(&trace);
    ck_assert_double_lt(distance(&a.sizes, &b.sizes), 0.1);
    expect_near((double)b.sizes.n, (double)a.sizes.n, 0.1, "births");
    expect_near((double)b.reallocs + 50, (double)a.reallocs + 50, 1,
                "reallocs");
    expect_near((double)trace.peak_payload_bytes,
                (double)from.peak_payload_bytes, 8, "peak");
    ck_assert_uint_eq(trace.live_blocks_at_end, 0);
    forget(&a);
    forget(&b);
    trace_free(&from);
    trace_free(&trace);
}
END_TEST

/* Lifetimes, too, where all of the blocks die within the trace. */
START_TEST(lifetimes_and_sizes_are_kept_together)
{
    struct trace from = generated("sessions ops=60000");
    struct trace trace = modelled(&from, from.n_ops);
    struct look a = look_at(&from);
    struct look b = look_at(&trace);
    ck_assert_double_lt(distance(&a.sizes, &b.sizes), 0.1);
    ck_assert_double_lt(distance(&a.lifetimes, &b.lifetimes), 2);
    ck_assert_double_lt(distance(&a.large_lifetimes, &b.large_lifetimes), 2);
    forget(&a);
    forget(&b);
    trace_free(&from);
    trace_free(&trace);
}
END_TEST

/* At each of the moments, within so many percent of the peak. */
static void expect_curve(const char *words, double percent)
{
    struct trace from = generated(words);
    struct trace trace = modelled(&from, from.n_ops);
    struct look a = look_at(&from);
    struct look b = look_at(&trace);
    double peak = (double)from.peak_payload_bytes;
    for (int i = 0; i < MOMENTS - 1; i++) {
        double difference =
            100 * ((double)a.live_bytes[i] - (double)b.live_bytes[i]) / peak;
        ck_assert_msg(difference < percent && difference > -percent,
                      "%s at %d: %.1f %%", words, i, difference);
    }
    forget(&a);
    forget(&b);
    trace_free(&from);
    trace_free(&trace);
}

START_TEST(the_curve_of_live_bytes_is_kept)
{
    expect_curve("ramp ops=60000 live=10000", 2);
    expect_curve("sawtooth ops=60000 live=10000", 4);
    expect_curve("phases ops=60000 live=5000 survivors=20", 5);
}
END_TEST

/* ---- lengths ------------------------------------------------------------ */

START_TEST(longer_ones_repeat_and_shorter_ones_are_thinned)
{
    struct trace from = generated("sawtooth ops=20000 live=2000");
    struct trace longer = modelled(&from, 200000);
    struct trace shorter = modelled(&from, 5000);
    expect_near((double)longer.n_ops, 200000, 2, "operations");
    expect_near((double)longer.peak_live_blocks, (double)from.peak_live_blocks,
                10, "live blocks");
    expect_near((double)shorter.n_ops, 5000, 2, "operations");
    expect_near((double)shorter.peak_live_blocks,
                (double)from.peak_live_blocks / 4, 15, "live blocks");
    trace_free(&from);
    trace_free(&longer);
    trace_free(&shorter);
}
END_TEST

/* ---- by hand ------------------------------------------------------------ */

/* With one block there is nothing to choose. */
START_TEST(odd_operations_become_usual_ones)
{
    struct trace from;
    text_trace("#!rep 1\nm 0 64 100\nf -1\nw 0 10\nr 0 200\nr 0 0\n", &from);
    struct trace trace = modelled(&from, 3);
    ck_assert_uint_eq(trace.n_ops, 3);
    ck_assert_int_eq(trace.ops[0].kind, OP_ALLOC);
    ck_assert_uint_eq(trace.ops[0].size, 100);
    ck_assert_int_eq(trace.ops[1].kind, OP_REALLOC);
    ck_assert_uint_eq(trace.ops[1].size, 200);
    ck_assert_int_eq(trace.ops[2].kind, OP_FREE);
    trace_free(&from);
    trace_free(&trace);
    text_trace("#!rep 1\nr 7 0\nr 7 30\n", &from);
    trace = modelled(&from, 2);
    ck_assert_uint_eq(trace.n_ops, 2);
    ck_assert_uint_eq(trace.ops[0].size, 30);
    trace_free(&from);
    trace_free(&trace);
}
END_TEST

Suite *model_suite(void)
{
    Suite *suite = suite_create("model");
    TCase *tests = tcase_create("model");
    tcase_set_timeout(tests, 30);
    tcase_add_loop_test(tests, a_model_is_like_its_program, 0, N_PROGRAMS);
    tcase_add_test(tests, lifetimes_and_sizes_are_kept_together);
    tcase_add_test(tests, the_curve_of_live_bytes_is_kept);
    tcase_add_test(tests, longer_ones_repeat_and_shorter_ones_are_thinned);
    tcase_add_test(tests, odd_operations_become_usual_ones);
    suite_add_tcase(suite, tests);
    return suite;
}
