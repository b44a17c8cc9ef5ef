/*
 * test_trace_scan.c -- finding and reading digits many bytes at a time, against
 * the same done one by one.
 */
#include <check.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "driver/trace/scan.h"

static uint32_t marks_one_by_one(const char *text)
{
    uint32_t marks = 0;
    for (int i = 0; i < SCAN_BYTES; i++) {
        marks |= (uint32_t)(text[i] < '0' || text[i] > '9') << i;
    }
    return marks;
}

static void expect_marks(const char *text)
{
    uint32_t expected = marks_one_by_one(text);
    ck_assert_uint_eq(scan_marks(text), expected);
    ck_assert_uint_eq(scan_marks_portable(text), expected);
}

/* Each byte value, at each place, among digits and among others. */
START_TEST(marks_of_any_byte_anywhere)
{
    static const char around[] = {'0', '9', '5', '\n', ' ', '\xff', '\0'};
    char text[SCAN_BYTES];
    memset(text, around[_i], sizeof text);
    for (int at = 0; at < SCAN_BYTES; at++) {
        for (int byte = 0; byte < 256; byte++) {
            text[at] = (char)byte;
            expect_marks(text);
        }
        text[at] = around[_i];
    }
}
END_TEST

START_TEST(values_of_any_length)
{
    char text[64];
    uint64_t value = 0;
    for (unsigned n = 1; n <= SCAN_LONG; n++) {
        value = value * 10 + (n * 7) % 10;
        memset(text, '8', sizeof text);
        snprintf(text, sizeof text, "%0*" PRIu64, (int)n, value);
        text[n] = '\n';
        ck_assert_uint_eq(scan_long(text, n), value);
        if (n <= SCAN_SHORT) {
            ck_assert_uint_eq(scan_short(text, n), value);
        }
    }
}
END_TEST

START_TEST(all_numbers_of_few_digits)
{
    char text[64] = "";
    for (uint64_t value = 0; value < 100000; value += 7) {
        int n = sprintf(text, "%" PRIu64, value);
        ck_assert_uint_eq(scan_short(text, (unsigned)n), value);
        text[n] = '3';
    }
    ck_assert_uint_eq(scan_short("99999999", 8), 99999999);
    ck_assert_uint_eq(scan_short("00000000", 8), 0);
}
END_TEST

Suite *trace_scan_suite(void)
{
    Suite *suite = suite_create("trace-scan");
    TCase *tests = tcase_create("trace-scan");
    tcase_add_loop_test(tests, marks_of_any_byte_anywhere, 0, 7);
    tcase_add_test(tests, values_of_any_length);
    tcase_add_test(tests, all_numbers_of_few_digits);
    suite_add_tcase(suite, tests);
    return suite;
}
