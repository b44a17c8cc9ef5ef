/*
 * test_trace_read.c -- every dialect, every oddity that is allowed, the ids,
 * the lines and the statistics of what was read.
 */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/trace/prng.h"
#include "driver/trace/stats.h"
#include "driver/trace/trace.h"

static struct trace trace;

static void forget(void)
{
    trace_free(&trace);
}

static void nothing(void)
{
}

static void parse_bytes(const char *text, size_t n)
{
    struct trace_error error;
    char words[600];
    if (trace_parse("folder/some.rep", text, n, &trace, &error) != 0) {
        ck_abort_msg("%s", trace_format_error(&error, words, sizeof words));
    }
}

static void parse(const char *text)
{
    parse_bytes(text, strlen(text));
}

static void expect_op(size_t op, uint64_t line, const char *text)
{
    char words[100];
    ck_assert_uint_lt(op, trace.n_ops);
    ck_assert_str_eq(trace_format_op(&trace, op, words, sizeof words), text);
    ck_assert_uint_eq(trace_line(&trace, op), line);
}

/* ---- dialects --------------------------------------------------------------
 */

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

START_TEST(extended_may_be_empty)
{
    parse("#!rep 1");
    ck_assert_uint_eq(trace.n_ops, 0);
    ck_assert(trace_limit(&trace) == 1);
}
END_TEST

/* ---- what is allowed -------------------------------------------------------
 */

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

/* ---- ids -------------------------------------------------------------------
 */

START_TEST(ids_in_order_are_their_slots)
{
    parse("a 0 1\na 1 2\nf 0\na 0 3\na 2 4\n");
    ck_assert_ptr_null(trace.original_ids);
    ck_assert_uint_eq(trace_original_id(&trace, 2), 2);
    ck_assert_uint_eq(trace.ops[3].id, 0);
}
END_TEST

START_TEST(other_ids_are_renumbered_as_they_appear)
{
    parse("a 0 1\na 9 2\na 1 3\na 18446744073709551615 4\na 140737353000000 5\n"
          "f 9\nf 140737353000000\nf -1\nf 1\nf 18446744073709551615\nf 0\n"
          "a 2 1\n");
    static const uint64_t ids[] = {
        0, 9, 1, UINT64_MAX, 140737353000000, 2,
    };
    ck_assert_uint_eq(trace.n_ids, 6);
    for (uint32_t slot = 0; slot < 6; slot++) {
        ck_assert_uint_eq(trace_original_id(&trace, slot), ids[slot]);
    }
    static const uint32_t slots[] = {0, 1, 2, 3, 4, 1, 4, 6, 2, 3, 0, 5};
    for (size_t i = 0; i < 12; i++) {
        ck_assert_uint_eq(trace.ops[i].id, slots[i]);
    }
    expect_op(6, 7, "f 140737353000000");
    ck_assert_uint_eq(trace.live_blocks_at_end, 1);
}
END_TEST

/* An id for the nth block: dense, reversed, far at first, or scattered. */
static uint64_t spread_id(int way, uint64_t n)
{
    switch (way) {
    case 0: return n;
    case 1: return 49999 - n;
    case 2: return n < 1000 ? n : n * 2 + 7;
    case 5: return 119999 - n; /* hashed until the direct table reaches it */
    case 3: return n * 140737353 + 5;
    default: return n * 0x9e3779b97f4a7c15;
    }
}

START_TEST(many_ids_of_any_kind)
{
    enum { BLOCKS = 50000 };
    char *text = malloc(BLOCKS * 64);
    size_t n = 0;
    for (uint64_t i = 0; i < BLOCKS; i++) {
        n += (size_t)sprintf(text + n, "a %" PRIu64 " %" PRIu64 "\n",
                             spread_id(_i, i), i + 1);
    }
    for (uint64_t i = 0; i < BLOCKS; i++) {
        n += (size_t)sprintf(text + n, "f %" PRIu64 "\n", spread_id(_i, i));
    }
    parse_bytes(text, n);
    free(text);
    ck_assert_uint_eq(trace.n_ids, BLOCKS);
    ck_assert_uint_eq(trace.live_blocks_at_end, 0);
    size_t wrong = 0;
    for (uint32_t i = 0; i < BLOCKS; i++) {
        wrong += trace.ops[i].id != i || trace.ops[BLOCKS + i].id != i ||
                 trace_original_id(&trace, i) != spread_id(_i, i);
    }
    ck_assert_uint_eq(wrong, 0);
    ck_assert(_i != 0 || trace.original_ids == NULL);
}
END_TEST

/* ---- long texts ------------------------------------------------------------
 */

/* One line of a random but right trace, in one of several spellings. */
struct author {
    struct prng prng;
    char *text;
    size_t n;
    uint64_t line;
    uint64_t n_ids;
    uint64_t live[300];
    size_t n_live;
};

static void write_line(struct author *author, const char *line, int spelling)
{
    static const char *const ends[] = {"\n", "\r\n", " \n", "\t# x\n"};
    author->n +=
        (size_t)sprintf(author->text + author->n, "%s%s%s",
                        spelling == 4 ? " " : "", line, ends[spelling % 4]);
    author->line++;
}

static void write_random_op(struct author *author, int spelling)
{
    char line[64];
    uint64_t size = prng_below(&author->prng, 100000);
    uint64_t draw = prng_below(&author->prng, 10);
    size_t at = 0;
    if (author->n_live > 0) {
        at = (size_t)prng_below(&author->prng, author->n_live);
    }
    if (author->n_live == 0 || (draw < 5 && author->n_live < 300)) {
        sprintf(line, "a %" PRIu64 " %" PRIu64, author->n_ids, size);
        author->live[author->n_live++] = author->n_ids++;
    } else if (draw < 6) {
        sprintf(line, "r %" PRIu64 " %" PRIu64, author->live[at], size + 1);
    } else {
        sprintf(line, "f %" PRIu64, author->live[at]);
        author->live[at] = author->live[--author->n_live];
    }
    write_line(author, line, spelling);
}

/* Lines are found, whatever way and wherever the buffer ends. */
START_TEST(long_texts_in_mixed_spellings)
{
    enum { OPS = 60000 };
    struct author author = {.text = malloc(OPS * 48)};
    uint64_t *lines = calloc(OPS, sizeof *lines);
    prng_seed(&author.prng, 5);
    for (size_t i = 0; i < OPS; i++) {
        /* A third of the runs is plain, then any spelling, then comments. */
        uint64_t mood = i / 200 % 3;
        if (mood == 2 && prng_below(&author.prng, 4) == 0) {
            write_line(&author, "# a line that is not an operation", 0);
        }
        lines[i] = author.line + 1;
        write_random_op(&author,
                        mood == 0 ? 0 : (int)prng_below(&author.prng, 5));
    }
    ck_assert_uint_gt(author.n, 600000);
    parse_bytes(author.text, author.n);
    ck_assert_uint_eq(trace.n_ops, OPS);
    size_t wrong = 0;
    for (size_t i = 0; i < OPS; i++) {
        wrong += trace_line(&trace, i) != lines[i];
    }
    ck_assert_uint_eq(wrong, 0);
    free(lines);
    free(author.text);
    struct trace counted = trace;
    ck_assert_int_eq(trace_recount(&counted), 0);
    ck_assert_uint_eq(counted.peak_payload_bytes, trace.peak_payload_bytes);
    ck_assert_uint_eq(counted.peak_rounded_bytes, trace.peak_rounded_bytes);
    ck_assert_uint_eq(counted.peak_headed_bytes, trace.peak_headed_bytes);
    ck_assert_uint_eq(counted.peak_live_blocks, trace.peak_live_blocks);
    ck_assert_uint_eq(counted.live_blocks_at_end, trace.live_blocks_at_end);
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
    tcase_add_test(tests, extended_may_be_empty);
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
    tcase_add_test(tests, ids_in_order_are_their_slots);
    tcase_add_test(tests, other_ids_are_renumbered_as_they_appear);
    tcase_add_loop_test(tests, many_ids_of_any_kind, 0, 6);
    tcase_add_test(tests, long_texts_in_mixed_spellings);
    tcase_add_test(tests, formatting_is_cut_to_room);
    suite_add_tcase(suite, tests);
    return suite;
}
