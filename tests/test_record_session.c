/*
 * test_record_session.c -- which process images a recording's folder tells of.
 */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver/record/session.h"

static struct session session;
static struct session_image *images;
static size_t n_images;

static void begin(void)
{
    static const struct record_control control = {.magic = CONTROL_MAGIC};
    ck_assert_int_eq(
        record_session_open(&session, "/tmp/session.rep", &control), 0);
}

static void end(void)
{
    free(images);
    record_session_close(&session);
    ck_assert_int_ne(access(session.directory, F_OK), 0);
}

/* magic: 0 of a file whose process was ended before it could begin. */
static void put_image(pid_t pid, unsigned image, uint64_t magic)
{
    char path[PATH_MAX + NAME_MAX];
    struct events_header header = {.magic = magic};
    struct session_image put = {.pid = pid, .image = image};
    record_session_events_path(&session, &put, path, sizeof path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    ck_assert_int_eq(write(fd, &header, sizeof header), sizeof header);
    close(fd);
}

static void ck_assert_image(size_t at, pid_t pid, unsigned image, unsigned last)
{
    ck_assert_uint_lt(at, n_images);
    ck_assert_int_eq(images[at].pid, pid);
    ck_assert_uint_eq(images[at].image, image);
    ck_assert_uint_eq(images[at].last, last);
}

START_TEST(images_are_listed_in_order)
{
    put_image(20, 1, EVENTS_MAGIC);
    put_image(20, 0, EVENTS_MAGIC);
    put_image(7, 0, EVENTS_MAGIC);
    ck_assert_int_eq(record_session_list(&session, &images, &n_images), 0);
    ck_assert_uint_eq(n_images, 3);
    ck_assert_image(0, 7, 0, 1);
    ck_assert_image(1, 20, 0, 0);
    ck_assert_image(2, 20, 1, 1);
}
END_TEST

/* Killed between exec and the first event: the program before is the last. */
START_TEST(a_program_that_did_not_begin_is_left_out)
{
    put_image(20, 0, EVENTS_MAGIC);
    put_image(20, 1, 0);
    put_image(21, 0, 0); /* of this one nothing else is known */
    ck_assert_int_eq(record_session_list(&session, &images, &n_images), 0);
    ck_assert_uint_eq(n_images, 2);
    ck_assert_image(0, 20, 0, 1);
    ck_assert_image(1, 21, 0, 1);
}
END_TEST

Suite *record_session_suite(void)
{
    Suite *suite = suite_create("record-session");
    TCase *tests = tcase_create("session");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, images_are_listed_in_order);
    tcase_add_test(tests, a_program_that_did_not_begin_is_left_out);
    suite_add_tcase(suite, tests);
    return suite;
}
