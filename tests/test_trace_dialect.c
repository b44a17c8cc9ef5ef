/*
 * test_trace_dialect.c -- what is left of a trace in a plainer dialect, and
 * that it is still one.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "driver/trace/dialect.h"
#include "driver/trace/write.h"
#include "tests/support/text_trace.h"

struct sample {
    enum trace_dialect dialect;
    const char *text;
    const char *written;
    struct dialect_losses losses;
};

static const struct sample samples[] = {
    {DIALECT_CLASSIC,
     "#!rep 1\nc 0 5\nt 2\nm 1 64 7\nf 0\n",
     "4096\n2\n3\n1\na 0 5\na 1 7\nf 0\n",
     {.kinds = 2, .threads = 3, .weight = 1}},
    {DIALECT_CMU_2017,
     "#!rep 1\nc 0 5\nt 2\nm 1 64 7\nf 0\n",
     "1\n2\n3\n12\na 0 5\na 1 7\nf 0\n",
     {.kinds = 2, .threads = 3, .weight = 1}},
    {DIALECT_EXTENDED,
     "#!rep 1\nc 0 5\nt 2\nm 1 64 7\nf 0\nf -1\nr 9 0\nw 1 3\n",
     "#!rep 1\n4096\n3\n6\n1\nc 0 5\nt 2\nm 1 64 7\nf 0\nf -1\nr 2 0\nw 1 3\n",
     {.weight = 1}},
    /* the weight is kept where there is a place for it */
    {DIALECT_CLASSIC,
     "2\n1\n1\n5\na 0 5\n",
     "4096\n1\n1\n1\na 0 5\n",
     {.weight = 2}},
    {DIALECT_CMU_2017,
     "2\n1\n1\n5\na 0 5\n",
     "2\n1\n1\n5\na 0 5\n",
     {.weight = 1}},
    {DIALECT_CMU_2017,
     "20000\n1\n1\n1\na 0 5\n",
     "1\n1\n1\n5\na 0 5\n",
     {.weight = 1}},
    /* NULL, reallocs to 0 and of what is not live, touches, blocks of 0 */
    {DIALECT_CLASSIC,
     "f -1\nr 5 0\nr 6 8\nr 6 0\nr 6 9\na 5 0\nw 6 3\nf 6\n",
     "4096\n2\n5\n1\na 0 8\nf 0\na 0 9\na 1 1\nf 0\n",
     {.null_frees = 1, .emptied = 2, .touches = 1, .empty = 1, .weight = 1}},
    {DIALECT_CMU_2017,
     "f -1\nr 5 0\nr 6 8\nr 6 0\nr 6 9\na 5 0\nw 6 3\nf 6\n",
     "1\n2\n6\n10\nf -1\na 0 8\nr 0 0\na 0 9\na 1 1\nf 0\n",
     {.emptied = 1, .touches = 1, .empty = 1, .weight = 1}},
};

enum { N_SAMPLES = sizeof samples / sizeof samples[0] };

START_TEST(a_plainer_dialect_keeps_what_it_can_say)
{
    const struct sample *sample = &samples[_i];
    struct trace trace;
    struct trace plain;
    struct dialect_losses losses;
    text_trace(sample->text, &trace);
    ck_assert_int_eq(trace_to_dialect(&trace, sample->dialect, &plain, &losses),
                     0);
    ck_assert_trace(&plain, sample->written);
    ck_assert_uint_eq(losses.kinds, sample->losses.kinds);
    ck_assert_uint_eq(losses.touches, sample->losses.touches);
    ck_assert_uint_eq(losses.null_frees, sample->losses.null_frees);
    ck_assert_uint_eq(losses.emptied, sample->losses.emptied);
    ck_assert_uint_eq(losses.empty, sample->losses.empty);
    ck_assert_uint_eq(losses.weight, sample->losses.weight);
    ck_assert_uint_eq(losses.threads, sample->losses.threads);
    trace_free(&plain);
    trace_free(&trace);
}
END_TEST

Suite *trace_dialect_suite(void)
{
    Suite *suite = suite_create("trace-dialect");
    TCase *dialects = tcase_create("dialects");
    tcase_add_loop_test(dialects, a_plainer_dialect_keeps_what_it_can_say, 0,
                        N_SAMPLES);
    suite_add_tcase(suite, dialects);
    return suite;
}
