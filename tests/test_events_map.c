/*
 * test_events_map.c -- what counts as settled in an event file that grows, is
 * written out of order and has gaps.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver/record/events_map.h"

enum { SLOTS = 100000, CHUNK = 20000 };

static char path[] = "/tmp/events-map.XXXXXX";
static int fd;
static struct events_map events;

/* What the process does between two looks of the reader, in steps. */
static void (*const *steps)(void);
static size_t n_steps;
static size_t step;

static void write_slots(uint64_t from, uint64_t to, uint64_t slot)
{
    uint64_t *slots = calloc(to - from, sizeof *slots);
    for (uint64_t i = 0; i < to - from; i++)
        slots[i] = slot;
    size_t bytes = (to - from) * sizeof *slots;
    ck_assert_int_eq(
        pwrite(fd, slots, bytes, (off_t)(EVENTS_HEADER_BYTES + from * 8)),
        (ssize_t)bytes);
    free(slots);
}

static bool is_going(void *context)
{
    (void)context;
    if (step == n_steps)
        return false;
    steps[step++]();
    return step < n_steps;
}

static void no_rest(void *context, unsigned times)
{
    (void)context;
    (void)times;
}

static const struct events_writer writer = {is_going, no_rest, NULL};

static void begin(void)
{
    static char header[EVENTS_HEADER_BYTES];
    struct events_header started = {.magic = EVENTS_MAGIC};
    memcpy(header, &started, sizeof started);
    strcpy(path + sizeof path - 7, "XXXXXX");
    fd = mkstemp(path);
    ck_assert_int_eq(write(fd, header, sizeof header), sizeof header);
    step = 0;
}

static void end(void)
{
    close(fd);
    unlink(path);
}

static void follow(void (*const *todo)(void), size_t n)
{
    steps = todo;
    n_steps = n;
    ck_assert_int_eq(events_map_follow(&events, path, &writer), 0);
    ck_assert_uint_eq(events.settled, 0);
}

static void grow(void)
{
    uint64_t room = events_map_room(&events);
    write_slots(room, room + CHUNK, 0);
}

static void fill_first_half(void)
{
    write_slots(0, SLOTS / 2, 7);
}

static void fill_second_half(void)
{
    write_slots(SLOTS / 2, SLOTS, 7);
    write_slots(SLOTS, SLOTS + CHUNK, 0);
}

static void open_gap(void)
{
    write_slots(0, SLOTS, 7);
    write_slots(1000, 1001, 0);
    write_slots(3000, 3002, 0);
}

static void close_first_gap(void)
{
    write_slots(1000, 1001, 7);
}

static void do_nothing(void)
{
}

/* The last slots settle when the process has ended, not before. */
START_TEST(slots_settle_as_they_come)
{
    static void (*const todo[])(void) = {grow, fill_first_half, do_nothing,
                                         fill_second_half, do_nothing};
    follow(todo, 5);
    ck_assert_int_eq(events_map_wait(&events), 1);
    ck_assert_uint_eq(step, 2);
    uint64_t first = events.settled;
    ck_assert_uint_gt(first, 0);
    ck_assert_uint_lt(first, SLOTS / 2);
    ck_assert_uint_eq(events_map_slots(&events)[first - 1], 7);
    ck_assert_int_eq(events_map_wait(&events), 1);
    ck_assert_uint_eq(step, 4);
    ck_assert_uint_gt(events.settled, first);
    ck_assert_uint_lt(events.settled, SLOTS);
    ck_assert_int_eq(events_map_wait(&events), 1);
    ck_assert_uint_eq(events.settled, SLOTS);
    ck_assert_int_eq(events_map_wait(&events), 0);
    events_map_close(&events);
}
END_TEST

/* A thread was interrupted before it could store: it is waited for, until the
 * process ends without it. */
START_TEST(gaps_are_waited_for)
{
    static void (*const todo[])(void) = {open_gap, do_nothing, close_first_gap,
                                         do_nothing};
    follow(todo, 4);
    ck_assert_int_eq(events_map_wait(&events), 1);
    ck_assert_uint_eq(events.settled, 1000);
    ck_assert_int_eq(events_map_wait(&events), 1);
    ck_assert_uint_eq(step, 3);
    ck_assert_uint_eq(events.settled, 3000);
    ck_assert_int_eq(events_map_wait(&events), 1);
    ck_assert_uint_eq(step, 4);
    ck_assert_uint_eq(events.settled, SLOTS);
    ck_assert_int_eq(events_map_wait(&events), 0);
    events_map_close(&events);
}
END_TEST

START_TEST(a_complete_file_is_settled)
{
    write_slots(0, 10, 7);
    write_slots(10, 500, 0);
    ck_assert_int_eq(events_map_open(&events, path), 0);
    ck_assert_uint_eq(events.settled, 10);
    ck_assert_uint_eq(events_map_room(&events), 500);
    ck_assert_int_eq(events_map_wait(&events), 0);
    events_map_close(&events);
}
END_TEST

START_TEST(other_files_are_refused)
{
    ck_assert_int_eq(pwrite(fd, "other", 5, 0), 5);
    ck_assert_int_eq(events_map_open(&events, path), -1);
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_int_eq(ftruncate(fd, 100), 0);
    ck_assert_int_eq(events_map_follow(&events, path, &writer), -1);
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_int_eq(events_map_open(&events, "/nonexistent"), -1);
    ck_assert_int_eq(errno, ENOENT);
}
END_TEST

Suite *events_map_suite(void)
{
    Suite *suite = suite_create("events-map");
    TCase *tests = tcase_create("events-map");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, slots_settle_as_they_come);
    tcase_add_test(tests, gaps_are_waited_for);
    tcase_add_test(tests, a_complete_file_is_settled);
    tcase_add_test(tests, other_files_are_refused);
    suite_add_tcase(suite, tests);
    return suite;
}
