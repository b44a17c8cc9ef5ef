/*
 * test_pattern.c -- payload patterns: every covered byte is read back, and
 * the usual ways to lose contents show.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "driver/replay/pattern.h"

static unsigned char *payload;
static const size_t ROOM = 4096;

static void open_payload(void)
{
    payload = aligned_alloc(16, ROOM);
    ck_assert_ptr_nonnull(payload);
}

static void close_payload(void)
{
    free(payload);
}

START_TEST(keys_differ_by_operation_and_round)
{
    for (uint64_t op = 0; op < 1000; op++) {
        ck_assert_uint_ne(pattern_key(op, 1), pattern_key(op, 2));
        ck_assert_uint_ne(pattern_key(op, 1), pattern_key(op + 1, 1));
        ck_assert_uint_ne(pattern_key(op, 2), pattern_key(op + 1, 1));
    }
}
END_TEST

START_TEST(fill_writes_the_payload_and_nothing_else)
{
    for (size_t bytes = 0; bytes < 300; bytes++) {
        size_t untouched = 0;
        memset(payload, 0xee, ROOM);
        pattern_fill(payload, bytes, 7);
        ck_assert_uint_eq(pattern_mismatch(payload, bytes, 7, 0, bytes),
                          PATTERN_INTACT);
        for (size_t i = bytes; i < bytes + 100; i++) {
            untouched += payload[i] == 0xee;
        }
        ck_assert_uint_eq(untouched, 100);
    }
}
END_TEST

START_TEST(each_wrong_byte_is_found)
{
    for (size_t bytes = 1; bytes < 200; bytes += 13) {
        pattern_fill(payload, bytes, 99);
        for (size_t i = 0; i < bytes; i++) {
            payload[i] ^= 0x10;
            ck_assert_uint_eq(pattern_mismatch(payload, bytes, 99, 0, bytes),
                              i);
            payload[i] ^= 0x10;
        }
    }
}
END_TEST

START_TEST(only_the_range_is_judged)
{
    pattern_fill(payload, 200, 5);
    payload[40] ^= 1;
    payload[160] ^= 1;
    ck_assert_uint_eq(pattern_mismatch(payload, 200, 5, 0, 40), PATTERN_INTACT);
    ck_assert_uint_eq(pattern_mismatch(payload, 200, 5, 0, 41), 40);
    ck_assert_uint_eq(pattern_mismatch(payload, 200, 5, 41, 200), 40);
    ck_assert_uint_eq(pattern_mismatch(payload, 200, 5, 48, 200), 160);
    ck_assert_uint_eq(pattern_mismatch(payload, 200, 5, 48, 160),
                      PATTERN_INTACT);
    ck_assert_uint_eq(pattern_mismatch(payload, 200, 5, 199, 200),
                      PATTERN_INTACT);
}
END_TEST

START_TEST(shifted_copies_differ_everywhere)
{
    pattern_fill(payload, 512, 1234);
    for (size_t shift = 1; shift < 128; shift += 3) {
        unsigned char *copy = aligned_alloc(16, 512);
        memcpy(copy, payload + shift, 256);
        for (size_t at = 0; at < 256; at += 8) {
            ck_assert_uint_lt(pattern_mismatch(copy, 512, 1234, at, at + 8),
                              at + 8);
        }
        free(copy);
    }
}
END_TEST

START_TEST(expected_is_what_fill_writes)
{
    unsigned char bytes[16];
    pattern_fill(payload, 512, 42);
    for (size_t at = 0; at + 16 <= 512; at += 5) {
        pattern_expected(42, at, bytes, 16);
        ck_assert_mem_eq(bytes, payload + at, 16);
    }
}
END_TEST

/* A large payload without memory behind it until it is touched. */
static unsigned char *large(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ck_assert_ptr_ne(memory, MAP_FAILED);
    return memory;
}

static size_t resident_pages(unsigned char *memory, size_t bytes)
{
    size_t pages = (bytes + 4095) / 4096, resident = 0;
    unsigned char *present = malloc(pages);
    ck_assert_int_eq(mincore(memory, bytes, present), 0);
    for (size_t i = 0; i < pages; i++) {
        resident += present[i] & 1;
    }
    free(present);
    return resident;
}

START_TEST(head_and_tail_of_large_payloads_are_covered)
{
    size_t bytes = 5 * PATTERN_WHOLE + 12345;
    unsigned char *memory = large(bytes);
    pattern_fill(memory, bytes, 3);
    ck_assert_uint_eq(pattern_mismatch(memory, bytes, 3, 0, bytes),
                      PATTERN_INTACT);
    size_t covered[] = {
        0, 1, PATTERN_END - 1, PATTERN_END, bytes - PATTERN_END, bytes - 1};
    for (size_t i = 0; i < sizeof covered / sizeof covered[0]; i++) {
        memory[covered[i]] ^= 1;
        ck_assert_uint_eq(pattern_mismatch(memory, bytes, 3, 0, bytes),
                          covered[i]);
        memory[covered[i]] ^= 1;
    }
    munmap(memory, bytes);
}
END_TEST

START_TEST(samples_between_are_close)
{
    size_t bytes = 64 * PATTERN_WHOLE;
    unsigned char *memory = large(bytes);
    pattern_fill(memory, bytes, 3);
    /* Any longer stretch that is lost contains a sample. */
    size_t stretch = bytes / PATTERN_SAMPLES + 2 * PATTERN_LINE;
    for (size_t at = 0; at + stretch <= bytes; at += bytes / 61) {
        unsigned char *saved = malloc(stretch);
        memcpy(saved, memory + at, stretch);
        memset(memory + at, 0, stretch);
        ck_assert_uint_ne(pattern_mismatch(memory, bytes, 3, 0, bytes),
                          PATTERN_INTACT);
        memcpy(memory + at, saved, stretch);
        free(saved);
    }
    munmap(memory, bytes);
}
END_TEST

START_TEST(huge_payloads_cost_a_few_megabytes)
{
    size_t bytes = (size_t)8 << 30;
    unsigned char *memory = large(bytes);
    madvise(memory, bytes, MADV_NOHUGEPAGE);
    pattern_fill(memory, bytes, 3);
    ck_assert_uint_eq(pattern_mismatch(memory, bytes, 3, 0, bytes),
                      PATTERN_INTACT);
    ck_assert_uint_lt(resident_pages(memory, bytes), (8 << 20) / 4096);
    munmap(memory, bytes);
}
END_TEST

Suite *pattern_suite(void)
{
    Suite *suite = suite_create("pattern");
    TCase *tests = tcase_create("pattern");
    tcase_add_checked_fixture(tests, open_payload, close_payload);
    tcase_add_test(tests, keys_differ_by_operation_and_round);
    tcase_add_test(tests, fill_writes_the_payload_and_nothing_else);
    tcase_add_test(tests, each_wrong_byte_is_found);
    tcase_add_test(tests, only_the_range_is_judged);
    tcase_add_test(tests, shifted_copies_differ_everywhere);
    tcase_add_test(tests, expected_is_what_fill_writes);
    tcase_add_test(tests, head_and_tail_of_large_payloads_are_covered);
    tcase_add_test(tests, samples_between_are_close);
    tcase_add_test(tests, huge_payloads_cost_a_few_megabytes);
    suite_add_tcase(suite, tests);
    return suite;
}
