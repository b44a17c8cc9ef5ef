/*
 * test_convert.c -- event files made by hand, what they are converted to, and
 * whether the verification finds what is wrong.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver/record/convert.h"
#include "driver/record/verify.h"

enum { MAX_SLOTS = 64, A = 0x1000, B = 0x2000, C = 0x3000 };

static uint64_t slots[MAX_SLOTS];
static size_t n_slots;
static struct trace trace;
static struct converted converted;

static void begin(void)
{
    n_slots = 0;
}

static void finish(void)
{
    trace_free(&trace);
    converted_free(&converted);
}

static size_t put(uint64_t slot)
{
    slots[n_slots] = slot;
    return n_slots++;
}

static void put_malloc(uint64_t address, uint64_t size)
{
    put(event_first(EVENT_MALLOC, address, 1));
    put(event_number(size));
}

static size_t put_release(enum event_kind kind, uint64_t address)
{
    return put(event_first(kind, address, 1));
}

static void put_moved(uint64_t address, uint64_t size, uint64_t ticket)
{
    put(event_first(EVENT_MOVED, address, 1));
    put(event_number(size));
    put(event_number(ticket));
}

/* Into memory, where no header can be filled in, and read back. */
static void convert_map(struct events_map *events,
                        const struct convert_options *options)
{
    char *text;
    size_t bytes;
    struct sink sink;
    struct trace_error error;
    const struct trace_stream *stream = &converted.stream;
    FILE *memory = open_memstream(&text, &bytes);
    sink_to_stream(&sink, memory);
    ck_assert_int_eq(convert_events(events, &sink, options, &converted), 0);
    fclose(memory);
    memset(&trace, 0, sizeof trace);
    if (stream->n_ops > 0) {
        int result = trace_parse("made", text, bytes, &trace, &error);
        ck_assert_msg(result == 0, "%s", error.message);
        ck_assert_uint_eq(trace.n_notes, 0);
    }
    ck_assert_uint_eq(trace.n_ops, stream->n_ops);
    ck_assert_uint_eq(trace.n_ids, stream->n_ids);
    ck_assert_uint_eq(trace.peak_payload_bytes, stream->tally.peak.payload);
    ck_assert_uint_eq(trace.live_blocks_at_end, stream->tally.now.blocks);
    free(text);
}

static int convert_bytes(size_t bytes, const struct convert_options *options)
{
    char path[] = "/tmp/events.XXXXXX";
    static const char zeros[EVENTS_HEADER_BYTES];
    struct events_header header = {
        .magic = EVENTS_MAGIC, .pid = 17, .command = "a command"};
    int fd = mkstemp(path);
    ck_assert_int_eq(write(fd, zeros, sizeof zeros), sizeof zeros);
    ssize_t bytes_of_slots = (ssize_t)(n_slots * sizeof slots[0]);
    ck_assert_int_eq(write(fd, slots, (size_t)bytes_of_slots), bytes_of_slots);
    ck_assert_int_eq(write(fd, zeros, 100 * 8), 800); /* grown ahead */
    ck_assert_int_eq(pwrite(fd, &header, sizeof header, 0), sizeof header);
    if (bytes != 0)
        ck_assert_int_eq(ftruncate(fd, (off_t)bytes), 0);
    close(fd);
    struct events_map events;
    int result = events_map_open(&events, path);
    if (result == 0) {
        convert_map(&events, options);
        events_map_close(&events);
    }
    unlink(path);
    return result;
}

static void convert(const struct convert_options *options)
{
    ck_assert_int_eq(convert_bytes(0, options), 0);
}

/* The operations as "a 0 10, f 0". */
static void ck_assert_ops(const char *expected)
{
    char text[1024] = "";
    for (size_t i = 0; i < trace.n_ops; i++) {
        char op[64];
        strcat(text, i == 0 ? "" : ", ");
        strcat(text, trace_format_op(&trace, i, op, sizeof op));
    }
    ck_assert_str_eq(text, expected);
}

static const struct convert_options classic = {.dialect = DIALECT_CLASSIC};
static const struct convert_options extended = {.dialect = DIALECT_EXTENDED};

static uint64_t prng(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return *state ^ *state >> 29;
}

/* An event or part of one, of few addresses and tickets, so that they meet. */
static void put_anything(uint64_t *state, uint64_t *ticket)
{
    uint64_t bits = prng(state);
    enum event_kind kind = (enum event_kind)(bits % (EVENT_NUMBER + 1));
    size_t at = put(event_first(kind, A + (bits >> 8) % 6 * 16, bits >> 40));
    unsigned numbers = (unsigned)(bits >> 16) % 4;
    for (unsigned i = 0; i < numbers && n_slots < MAX_SLOTS; i++) {
        uint64_t other = prng(state);
        put(event_number(other % 3 == 0   ? other
                         : other % 3 == 1 ? *ticket
                                          : other >> 62));
    }
    if (kind == EVENT_MOVE)
        *ticket = at;
}

/* The trace at hand, operation by operation. */
static int emit_made(void *context, struct trace_stream *stream)
{
    (void)context;
    for (size_t i = 0; i < trace.n_ops; i++)
        trace_stream_op(stream, trace.ops[i]);
    return 0;
}

/* ---- conversion ---------------------------------------------------------- */

START_TEST(addresses_become_ids)
{
    put_malloc(A, 10);
    put(event_first(EVENT_SMALL, B, 32767));
    put_release(EVENT_FREE, A);
    put_malloc(A, 30);
    put_release(EVENT_FREE, B);
    convert(&classic);
    ck_assert_ops("a 0 10, a 1 32767, f 0, a 2 30, f 1");
    ck_assert_uint_eq(trace.n_ids, 3);
    ck_assert_uint_eq(converted.report.pid, 17);
    ck_assert_str_eq(converted.report.command, "a command");
    ck_assert_uint_eq(converted.report.events, 5);
}
END_TEST

START_TEST(extended_keeps_kind_alignment_and_thread)
{
    put_malloc(A, 0);
    put(event_first(EVENT_CALLOC, B, 900));
    put(event_number(20));
    put(event_first(EVENT_MEMALIGN, C, 1));
    put(event_number(30 | (uint64_t)12 << EVENT_SIZE_BITS));
    convert(&extended);
    ck_assert_ops("a 0 0, c 1 20, m 2 4096 30");
    ck_assert_uint_eq(trace.ops[0].thread, 0);
    ck_assert_uint_eq(trace.ops[1].thread, 1);
    ck_assert_uint_eq(trace.ops[2].thread, 0);
}
END_TEST

START_TEST(sizes_and_addresses_have_all_their_bits)
{
    put_malloc(A, EVENT_SIZE_MASK);
    put_malloc((uint64_t)0xffff << 32, 1);
    put_malloc(A + 8, 2);
    put_release(EVENT_FREE, (uint64_t)0xffff << 32);
    put_release(EVENT_FREE, A);
    convert(&classic);
    ck_assert_ops("a 0 281474976710655, a 1 1, a 2 2, f 1, f 0");
}
END_TEST

/* Another thread may be handed the old address while realloc still runs. */
START_TEST(a_moving_block_is_in_neither_place)
{
    put_malloc(A, 10);
    size_t first = put_release(EVENT_MOVE, A);
    put_malloc(A, 20);
    size_t second = put_release(EVENT_MOVE, A);
    put_moved(B, 11, first);
    put_moved(C, 21, second);
    put_release(EVENT_FREE, B);
    put_release(EVENT_FREE, C);
    convert(&classic);
    ck_assert_ops("a 0 10, a 1 20, r 0 11, r 1 21, f 0, f 1");
    ck_assert_uint_eq(converted.report.odd.unseen_frees, 0);
}
END_TEST

START_TEST(moves_may_end_in_another_order)
{
    put_malloc(A, 10);
    put_malloc(B, 20);
    size_t first = put_release(EVENT_MOVE, A);
    size_t second = put_release(EVENT_MOVE, B);
    put_moved(A, 21, second);
    put_moved(B, 11, first);
    put_release(EVENT_FREE, A);
    convert(&classic);
    ck_assert_ops("a 0 10, a 1 20, r 1 21, r 0 11, f 1");
}
END_TEST

START_TEST(a_failed_realloc_leaves_the_block)
{
    put_malloc(A, 10);
    put_moved(0, 99, put_release(EVENT_MOVE, A));
    put_release(EVENT_FREE, A);
    put_moved(0, 99, put_release(EVENT_MOVE, B));
    convert(&classic);
    ck_assert_ops("a 0 10, f 0");
}
END_TEST

START_TEST(a_realloc_that_never_ends_leaves_the_block_live)
{
    put_malloc(A, 10);
    put_release(EVENT_MOVE, A);
    put_malloc(A, 20);
    put_release(EVENT_FREE, A);
    convert(&classic);
    ck_assert_ops("a 0 10, a 1 20, f 1");
    ck_assert_uint_eq(trace.live_blocks_at_end, 1);
}
END_TEST

START_TEST(unknown_blocks_are_counted)
{
    put_release(EVENT_FREE, A);
    put_moved(B, 20, put_release(EVENT_MOVE, A));
    put_moved(C, 30, EVENT_NO_TICKET);
    put_release(EVENT_FREE, B);
    convert(&classic);
    ck_assert_ops("a 0 20, a 1 30, f 0");
    ck_assert_uint_eq(converted.report.odd.unknown_frees, 1);
    ck_assert_uint_eq(converted.report.odd.unknown_moves, 2);
}
END_TEST

START_TEST(a_block_found_under_another_is_freed)
{
    put_malloc(A, 10);
    put_malloc(A, 20);
    put_malloc(B, 30);
    put_moved(B, 21, put_release(EVENT_MOVE, A));
    convert(&classic);
    ck_assert_ops("a 0 10, f 0, a 1 20, a 2 30, f 2, r 1 21");
    ck_assert_uint_eq(converted.report.odd.unseen_frees, 2);
}
END_TEST

START_TEST(holes_are_left_out)
{
    put(0);
    put_malloc(A, 10);
    put(0); /* first slot of an event that was never completed ... */
    put(event_number(77));
    put(event_first(EVENT_MALLOC, B, 1)); /* ... and here its second */
    put(0);
    put_release(EVENT_FREE, A);
    put(event_first(EVENT_MALLOC, C, 1)); /* the end is missing */
    convert(&classic);
    ck_assert_ops("a 0 10, f 0");
    ck_assert_uint_eq(converted.report.holes, 5);
}
END_TEST

START_TEST(empty_blocks_are_a_byte_in_classic_only)
{
    put_malloc(A, 0);
    put_moved(A, 5, put_release(EVENT_MOVE, A));
    convert(&classic);
    ck_assert_ops("a 0 1, r 0 5");
    ck_assert_uint_eq(converted.report.odd.empty_blocks, 1);
    finish();
    convert(&extended);
    ck_assert_ops("a 0 0, r 0 5");
}
END_TEST

START_TEST(a_limit_cuts_between_operations)
{
    static const struct convert_options two = {.max_ops = 2};
    static const struct convert_options three = {.max_ops = 3};
    put_malloc(A, 10);
    put_malloc(A, 20); /* frees the first: two operations */
    put_release(EVENT_FREE, A);
    convert(&two);
    ck_assert_ops("a 0 10, f 0");
    ck_assert_uint_eq(trace.n_ids, 1);
    finish();
    convert(&three);
    ck_assert_ops("a 0 10, f 0, a 1 20");
    ck_assert_int_eq(converted.report.stop, EVENTS_LIMIT);
}
END_TEST

/* In a plain file the header is filled in at the end. */
START_TEST(a_file_says_the_same_as_a_stream)
{
    char path[] = "/tmp/converted.XXXXXX";
    struct trace file;
    struct sink sink;
    struct trace_error error;
    struct trace_stream stream;
    put_malloc(A, 1000);
    put_malloc(B, 2000);
    put_release(EVENT_FREE, A);
    convert(&classic);
    close(mkstemp(path));
    ck_assert_int_eq(sink_open(&sink, path, &error), 0);
    stream = (struct trace_stream){.dialect = DIALECT_CLASSIC};
    ck_assert_int_eq(trace_stream_into(&stream, &sink, emit_made, NULL), 0);
    ck_assert_int_eq(sink_close(&sink, path, 0, &error), 0);
    trace_stream_free(&stream);
    ck_assert_int_eq(trace_read(path, &file, &error), 0);
    ck_assert_uint_eq(file.n_notes, 0);
    ck_assert_uint_eq(file.n_ops, 3);
    ck_assert_mem_eq(file.ops, trace.ops, 3 * sizeof *file.ops);
    trace_free(&file);
    unlink(path);
}
END_TEST

START_TEST(a_limit_holds_for_the_last_event)
{
    static const struct convert_options two = {.max_ops = 2};
    put_malloc(A, 10);
    put_malloc(A, 20);
    convert(&two);
    ck_assert_ops("a 0 10, f 0");
    ck_assert_uint_eq(trace.n_ids, 1);
}
END_TEST

START_TEST(what_is_no_event_file_is_refused)
{
    put_malloc(A, 10);
    errno = 0;
    ck_assert_int_eq(convert_bytes(EVENTS_HEADER_BYTES - 1, &classic), -1);
    ck_assert_int_eq(errno, EINVAL);
    struct events_map events;
    ck_assert_int_eq(events_map_open(&events, "/dev/null"), -1);
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_int_eq(events_map_open(&events, "/nonexistent"), -1);
    ck_assert_int_eq(errno, ENOENT);
}
END_TEST

/* Whatever the slots say, the trace is one: convert checks that. */
START_TEST(any_slots_make_a_valid_trace)
{
    uint64_t state = 1;
    for (int round = 0; round < 2000; round++) {
        uint64_t ticket = 0;
        for (n_slots = 0; n_slots < MAX_SLOTS;)
            put_anything(&state, &ticket);
        convert(round % 2 == 0 ? &classic : &extended);
        for (size_t i = 0; i < trace.n_ops; i++)
            ck_assert_uint_lt(trace.ops[i].align_log2, 64);
        finish();
    }
}
END_TEST

/* ---- verification -------------------------------------------------------- */

static void put_sample(uint64_t blocks, uint64_t bytes, uint64_t empty)
{
    put(event_first(EVENT_SAMPLE, 0, 1));
    put(event_number(blocks));
    put(event_number(bytes));
    put(event_number(empty));
}

static struct verify_result verified(const struct convert_options *options)
{
    struct verify_result result;
    convert(options);
    ck_assert_int_eq(
        verify_curve(&trace, &converted.report, options->dialect, &result), 0);
    return result;
}

START_TEST(agreement_is_found)
{
    put_malloc(A, 10);
    put_malloc(B, 0);
    put_sample(2, 10, 1);
    put_moved(C, 100, put_release(EVENT_MOVE, A));
    put_sample(2, 100, 1);
    put_release(EVENT_FREE, B);
    put_sample(1, 100, 0);
    struct verify_result result = verified(&classic);
    ck_assert_uint_eq(result.samples, 3);
    ck_assert_uint_eq(result.different, 0);
    ck_assert_uint_eq(result.peak_bytes, 101);
    finish();
    result = verified(&extended);
    ck_assert_uint_eq(result.different, 0);
    ck_assert_uint_eq(result.peak_bytes, 100);
}
END_TEST

START_TEST(the_largest_difference_is_found)
{
    put_malloc(A, 10);
    put_sample(1, 10, 0);
    put_malloc(B, 20);
    put_sample(2, 31, 0);
    put_release(EVENT_FREE, A);
    put_sample(1, 5, 0);
    put_release(EVENT_FREE, B);
    put_sample(1, 0, 0); /* the bytes agree, the blocks do not */
    struct verify_result result = verified(&classic);
    ck_assert_uint_eq(result.samples, 4);
    ck_assert_uint_eq(result.different, 3);
    ck_assert_uint_eq(result.largest_bytes, 15);
    ck_assert_uint_eq(result.op, 3);
    ck_assert_uint_eq(result.trace_bytes, 20);
    ck_assert_uint_eq(result.program_bytes, 5);
}
END_TEST

Suite *convert_suite(void)
{
    Suite *suite = suite_create("convert");
    TCase *events = tcase_create("events");
    tcase_add_checked_fixture(events, begin, finish);
    tcase_set_timeout(events, 60); /* thousands of files */
    tcase_add_test(events, addresses_become_ids);
    tcase_add_test(events, extended_keeps_kind_alignment_and_thread);
    tcase_add_test(events, sizes_and_addresses_have_all_their_bits);
    tcase_add_test(events, a_moving_block_is_in_neither_place);
    tcase_add_test(events, moves_may_end_in_another_order);
    tcase_add_test(events, a_failed_realloc_leaves_the_block);
    tcase_add_test(events, a_realloc_that_never_ends_leaves_the_block_live);
    tcase_add_test(events, unknown_blocks_are_counted);
    tcase_add_test(events, a_block_found_under_another_is_freed);
    tcase_add_test(events, holes_are_left_out);
    tcase_add_test(events, empty_blocks_are_a_byte_in_classic_only);
    tcase_add_test(events, a_limit_cuts_between_operations);
    tcase_add_test(events, a_file_says_the_same_as_a_stream);
    tcase_add_test(events, a_limit_holds_for_the_last_event);
    tcase_add_test(events, what_is_no_event_file_is_refused);
    tcase_add_test(events, any_slots_make_a_valid_trace);
    tcase_add_test(events, agreement_is_found);
    tcase_add_test(events, the_largest_difference_is_found);
    suite_add_tcase(suite, events);
    return suite;
}
