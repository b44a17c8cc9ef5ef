/*
 * test_trace_read.c -- every dialect, every oddity that is allowed, and the
 * statistics of what was read.
 */
#include <check.h>
#include <string.h>

#include "driver/trace/trace.h"

static struct trace trace;

static void forget(void)
{
    trace_free(&trace);
}

static void nothing(void)
{
}

static void parse(const char *text)
{
    struct trace_error error;
    char words[600];
    if (trace_parse("folder/some.rep", text, strlen(text), &trace, &error) !=
        0) {
        ck_abort_msg("%s", trace_format_error(&error, words, sizeof words));
    }
}

static void expect_op(size_t op, uint64_t line, const char *text)
{
    char words[100];
    ck_assert_uint_lt(op, trace.n_ops);
    ck_assert_str_eq(trace_format_op(&trace, op, words, sizeof words), text);
    ck_assert_uint_eq(trace_line(&trace, op), line);
}

/* ---- dialects ---------------------------------------------------------- */

START_TEST(classic)
{
    parse("20000\n2\n4\n7\na 0 512\na 1 128\nr 0 640\nf 1\n");
    ck_assert_int_eq(trace.dialect, DIALECT_CLASSIC);
    ck_assert_uint_eq(trace.weight, 1);
    ck_assert_uint_eq(trace.n_ops, 4);
    ck_assert_uint_eq(trace.n_ids, 2);
    ck_assert_uint_eq(trace.n_notes, 0);
    ck_assert_str_eq(trace.name, "some.rep");
    ck_assert_str_eq(trace.path, "folder/some.rep");
    expect_op(0, 5, "a 0 512");
    expect_op(2, 7, "r 0 640");
    expect_op(3, 8, "f 1");
    ck_assert_uint_eq(trace.ops[2].kind, OP_REALLOC);
    ck_assert_uint_eq(trace.ops[2].size, 640);
    ck_assert_uint_eq(trace.live_blocks_at_end, 1);
}
END_TEST

START_TEST(middle_cmu)
{
    parse("3\n1\n2\n1\na 0 512\nf 0\n");
    ck_assert_int_eq(trace.dialect, DIALECT_CMU_2010);
    ck_assert_uint_eq(trace.weight, 3);
}
END_TEST

START_TEST(modern_cmu)
{
    parse("0\n1\n4\n600\na 0 512\nf -1\nr 0 600\nr 0 0\n");
    ck_assert_int_eq(trace.dialect, DIALECT_CMU_2017);
    ck_assert_uint_eq(trace.weight, 0);
    ck_assert_uint_eq(trace.n_notes, 0);
    ck_assert_uint_eq(trace.ops[1].kind, OP_FREE);
    ck_assert_uint_eq(trace.ops[1].id, trace.n_ids);
    expect_op(1, 6, "f -1");
    expect_op(3, 8, "r 0 0");
    ck_assert_uint_eq(trace.live_blocks_at_end, 0);
}
END_TEST

START_TEST(mit)
{
    parse("20000\n1\n3\n1\na 0 512\nw 0 512\nf 0\n");
    ck_assert_int_eq(trace.dialect, DIALECT_CLASSIC);
    ck_assert_uint_eq(trace.ops[1].kind, OP_TOUCH);
    expect_op(1, 6, "w 0 512");
}
END_TEST

START_TEST(stanford)
{
    parse("a 0 512\nf 0\n");
    ck_assert_int_eq(trace.dialect, DIALECT_CS107);
    ck_assert_uint_eq(trace.weight, 1);
    expect_op(0, 1, "a 0 512");
}
END_TEST

START_TEST(extended)
{
    parse("#!rep 1\nc 0 10\nt 3\nm 1 64 100\nf 0\nt 65535\nf 1\n");
    ck_assert_int_eq(trace.dialect, DIALECT_EXTENDED);
    ck_assert_uint_eq(trace.n_ops, 4);
    ck_assert_uint_eq(trace.ops[0].kind, OP_CALLOC);
    ck_assert_uint_eq(trace.ops[1].kind, OP_MEMALIGN);
    ck_assert_uint_eq(trace.ops[1].align_log2, 6);
    ck_assert_uint_eq(trace.ops[0].thread, 0);
    ck_assert_uint_eq(trace.ops[1].thread, 3);
    ck_assert_uint_eq(trace.ops[2].thread, 3);
    ck_assert_uint_eq(trace.ops[3].thread, 65535);
    expect_op(1, 4, "m 1 64 100");
    expect_op(3, 7, "f 1");
}
END_TEST

START_TEST(extended_with_header)
{
    parse("#!rep 1\r\n2\n1\n2\n10\nc 0 10\nf 0\n");
    ck_assert_int_eq(trace.dialect, DIALECT_EXTENDED);
    ck_assert_uint_eq(trace.weight, 2);
    ck_assert_uint_eq(trace.n_notes, 0);
}
END_TEST

/* ---- what is allowed --------------------------------------------------- */

START_TEST(blanks_and_comments)
{
    parse("\xef\xbb\xbf# a comment first\r\n\n20000 # heap\n\t2\n 4 \r\n\n1\n"
          "  a\t0   512  \r\n# f 0\na 1 7 # comment\r\n\n \t \nf 0\nf 1");
    ck_assert_int_eq(trace.dialect, DIALECT_CLASSIC);
    ck_assert_uint_eq(trace.n_notes, 0);
    ck_assert_uint_eq(trace.n_ops, 4);
    expect_op(0, 8, "a 0 512");
    expect_op(1, 10, "a 1 7");
    expect_op(2, 13, "f 0");
    expect_op(3, 14, "f 1");
}
END_TEST

START_TEST(wrong_counts_are_noted)
{
    parse("1\n9\n3\n99\na 0 512\nf 0\n");
    ck_assert_uint_eq(trace.n_notes, 3);
    ck_assert_uint_eq(trace.notes[0].line, 2);
    ck_assert_str_eq(trace.notes[0].text, "header says 9 ids, counted 1");
    ck_assert_uint_eq(trace.notes[1].line, 3);
    ck_assert_str_eq(trace.notes[1].text,
                     "header says 3 operations, counted 2");
    ck_assert_uint_eq(trace.notes[2].line, 4);
    ck_assert_str_eq(trace.notes[2].text,
                     "header says 99 bytes of peak payload, counted 512");
}
END_TEST

START_TEST(ids_may_be_counted_by_the_highest)
{
    parse("20000\n8\n1\n1\na 7 512\n");
    ck_assert_uint_eq(trace.n_notes, 0);
}
END_TEST

START_TEST(more_operations_than_the_header_says)
{
    parse("20000\n1\n1\n1\na 0 512\nf 0");
    ck_assert_uint_eq(trace.n_ops, 2);
    ck_assert_uint_eq(trace.n_notes, 1);
}
END_TEST

START_TEST(sizes_of_64_bits)
{
    parse("a 0 18446744073709551615\nr 0 9007199254740993\nf 0\n"
          "a 0000000000000000000000001 00000000000000000000000002\n");
    ck_assert_uint_eq(trace.ops[0].size, UINT64_MAX);
    ck_assert_uint_eq(trace.ops[1].size, ((uint64_t)1 << 53) + 1);
    ck_assert_uint_eq(trace.peak_payload_bytes, UINT64_MAX);
    ck_assert_uint_eq(trace.peak_rounded_bytes, UINT64_MAX);
    ck_assert_uint_eq(trace.ops[3].id, 1);
    ck_assert_uint_eq(trace.ops[3].size, 2);
}
END_TEST

START_TEST(sums_saturate_and_recover)
{
    parse("a 0 18446744073709551615\na 1 18446744073709551615\nf 0\nf 1\n"
          "a 2 5\n");
    ck_assert_uint_eq(trace.peak_payload_bytes, UINT64_MAX);
    ck_assert_uint_eq(trace.peak_live_blocks, 2);
    ck_assert_uint_eq(trace.live_blocks_at_end, 1);
    ck_assert(trace_limit(&trace) == 1);
    trace_free(&trace);
    parse("a 0 9223372036854775807\na 1 9223372036854775807\na 2 9\nf 1\n");
    ck_assert_uint_eq(trace.peak_payload_bytes, UINT64_MAX);
    ck_assert_uint_eq(trace.live_blocks_at_end, 2);
}
END_TEST

/* 2^31 bytes are counted the wide way, one less the quick way. */
START_TEST(wide_and_quick_sums_agree)
{
    parse("a 0 2147483647\na 1 2147483647\nf 0\n");
    ck_assert_uint_eq(trace.peak_payload_bytes, 4294967294);
    ck_assert_uint_eq(trace.peak_rounded_bytes, 4294967296);
    ck_assert_uint_eq(trace.peak_headed_bytes, 4294967328);
    trace_free(&trace);
    parse("a 0 2147483647\na 1 2147483648\nf 0\n");
    ck_assert_uint_eq(trace.peak_payload_bytes, 4294967295);
    ck_assert_uint_eq(trace.peak_rounded_bytes, 4294967296);
    ck_assert_uint_eq(trace.peak_headed_bytes, 4294967328);
    ck_assert_uint_eq(trace.live_blocks_at_end, 1);
}
END_TEST

START_TEST(realloc_allocates_and_frees)
{
    parse("r 0 100\nr 0 0\nr 0 0\nr 1 0\nr 0 50\nr 0 70\na 1 1\n");
    ck_assert_uint_eq(trace.peak_payload_bytes, 100);
    ck_assert_uint_eq(trace.peak_live_blocks, 2);
    ck_assert_uint_eq(trace.live_blocks_at_end, 2);
    ck_assert_uint_eq(trace.n_ids, 2);
}
END_TEST

START_TEST(size_zero_is_a_live_block)
{
    parse("a 0 0\na 1 0\nf 0\n");
    ck_assert_uint_eq(trace.peak_payload_bytes, 0);
    ck_assert_uint_eq(trace.peak_rounded_bytes, 0);
    ck_assert_uint_eq(trace.peak_headed_bytes, 32);
    ck_assert_uint_eq(trace.peak_live_blocks, 2);
    ck_assert_uint_eq(trace.live_blocks_at_end, 1);
}
END_TEST

START_TEST(peaks_and_limits)
{
    /* Payload peaks with 0 and 1 live, blocks with 1, 2 and 3. */
    parse("a 0 100\na 1 60\nf 0\na 2 9\na 3 17\nf 1\nf 2\nf 3\n");
    ck_assert_uint_eq(trace.peak_payload_bytes, 160);
    ck_assert_uint_eq(trace.peak_rounded_bytes, 112 + 64);
    ck_assert_uint_eq(trace.peak_headed_bytes, 112 + 80);
    ck_assert_uint_eq(trace.peak_live_blocks, 3);
    ck_assert_uint_eq(trace.live_blocks_at_end, 0);
    ck_assert_double_eq_tol(trace_limit(&trace), 160.0 / 176, 1e-12);
    ck_assert_double_eq_tol(trace_limit_with_header(&trace), 160.0 / 192,
                            1e-12);
}
END_TEST

START_TEST(formatting_is_cut_to_room)
{
    char words[8];
    parse("a 0 123456789\n");
    ck_assert_str_eq(trace_format_op(&trace, 0, words, sizeof words),
                     "a 0 123");
}
END_TEST

Suite *trace_read_suite(void)
{
    Suite *suite = suite_create("trace-read");
    TCase *tests = tcase_create("trace-read");
    tcase_add_checked_fixture(tests, nothing, forget);
    tcase_add_test(tests, classic);
    tcase_add_test(tests, middle_cmu);
    tcase_add_test(tests, modern_cmu);
    tcase_add_test(tests, mit);
    tcase_add_test(tests, stanford);
    tcase_add_test(tests, extended);
    tcase_add_test(tests, extended_with_header);
    tcase_add_test(tests, blanks_and_comments);
    tcase_add_test(tests, wrong_counts_are_noted);
    tcase_add_test(tests, ids_may_be_counted_by_the_highest);
    tcase_add_test(tests, more_operations_than_the_header_says);
    tcase_add_test(tests, sizes_of_64_bits);
    tcase_add_test(tests, sums_saturate_and_recover);
    tcase_add_test(tests, wide_and_quick_sums_agree);
    tcase_add_test(tests, realloc_allocates_and_frees);
    tcase_add_test(tests, size_zero_is_a_live_block);
    tcase_add_test(tests, peaks_and_limits);
    tcase_add_test(tests, formatting_is_cut_to_room);
    suite_add_tcase(suite, tests);
    return suite;
}
