/*
 * test_trace_ids.c -- ids of any kind become dense slots, and operations keep
 * their lines, in texts far longer than the buffer they are read through.
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
    if (trace_parse("some.rep", text, n, &trace, &error) != 0) {
        ck_abort_msg("%s", trace_format_error(&error, words, sizeof words));
    }
}

static void parse(const char *text)
{
    parse_bytes(text, strlen(text));
}

/* ---- ids --------------------------------------------------------------- */

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
    char words[100];
    ck_assert_str_eq(trace_format_op(&trace, 6, words, sizeof words),
                     "f 140737353000000");
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

/* One run of lines for each gap, however long it is. */
START_TEST(gaps_between_lines)
{
    parse("20000\n1\n2\n1\n#\n\n#\na 0 1\n\n\n# x\n\n\nf 0\n#\n#\n");
    ck_assert_uint_eq(trace.n_line_runs, 2);
    ck_assert_uint_eq(trace_line(&trace, 0), 8);
    ck_assert_uint_eq(trace_line(&trace, 1), 14);
}
END_TEST

/* ---- long texts -------------------------------------------------------- */

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

Suite *trace_ids_suite(void)
{
    Suite *suite = suite_create("trace-ids");
    TCase *tests = tcase_create("trace-ids");
    tcase_add_checked_fixture(tests, nothing, forget);
    tcase_add_test(tests, ids_in_order_are_their_slots);
    tcase_add_test(tests, other_ids_are_renumbered_as_they_appear);
    tcase_add_loop_test(tests, many_ids_of_any_kind, 0, 6);
    tcase_add_test(tests, gaps_between_lines);
    tcase_add_test(tests, long_texts_in_mixed_spellings);
    suite_add_tcase(suite, tests);
    return suite;
}
