/*
 * test_number.c -- what people type behind an option.
 */
#include <check.h>

#include "driver/trace/number.h"

START_TEST(digits_are_a_number)
{
    uint64_t number;
    ck_assert_int_eq(number_parse("0", &number), 0);
    ck_assert_uint_eq(number, 0);
    ck_assert_int_eq(number_parse("007", &number), 0);
    ck_assert_uint_eq(number, 7);
    ck_assert_int_eq(number_parse("18446744073709551615", &number), 0);
    ck_assert_uint_eq(number, UINT64_MAX);
}
END_TEST

START_TEST(nothing_else_is)
{
    static const char *const texts[] = {"",
                                        " 1",
                                        "1 ",
                                        "-1",
                                        "+1",
                                        "0x1",
                                        "1e3",
                                        "1.0",
                                        "1k",
                                        "18446744073709551616",
                                        "99999999999999999999999"};
    uint64_t number;
    for (unsigned i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        ck_assert_msg(number_parse(texts[i], &number) == -1, "%s", texts[i]);
    }
}
END_TEST

static const struct {
    const char *text;
    uint32_t ppm;
} percents[] = {{"5%", 50000},         {"0%", 0},      {"100%", 1000000},
                {"12.5%", 125000},     {"0.0001%", 1}, {"12.3456%", 123456},
                {"100.0000%", 1000000}};

START_TEST(a_percentage_is_a_share)
{
    uint32_t ppm;
    ck_assert_int_eq(number_parse_percent(percents[_i].text, &ppm), 0);
    ck_assert_uint_eq(ppm, percents[_i].ppm);
}
END_TEST

START_TEST(suffixes_are_factors)
{
    uint64_t number;
    ck_assert_int_eq(number_parse_count("12", &number), 0);
    ck_assert_uint_eq(number, 12);
    ck_assert_int_eq(number_parse_count("3K", &number), 0);
    ck_assert_uint_eq(number, 3000);
    ck_assert_int_eq(number_parse_count("10M", &number), 0);
    ck_assert_uint_eq(number, 10000000);
    ck_assert_int_eq(number_parse_count("18G", &number), 0);
    ck_assert_uint_eq(number, 18000000000);
    ck_assert_int_eq(number_parse_bytes("3K", &number), 0);
    ck_assert_uint_eq(number, 3072);
    ck_assert_int_eq(number_parse_bytes("64KiB", &number), 0);
    ck_assert_uint_eq(number, 65536);
    ck_assert_int_eq(number_parse_bytes("16777215T", &number), 0);
    ck_assert_uint_eq(number, UINT64_C(16777215) << 40);
}
END_TEST

START_TEST(no_other_suffix_is)
{
    static const char *const counts[] = {
        "K", "1k", "1T", "1KiB", "1KK", "1 K", "18446744073709551615K"};
    static const char *const bytes[] = {"K",   "1k",    "1Ki",       "1KB",
                                        "1iB", "1KKiB", "16777216T", "1KiBs"};
    uint64_t number;
    for (unsigned i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        ck_assert_msg(number_parse_count(counts[i], &number) == -1, "%s",
                      counts[i]);
    }
    for (unsigned i = 0; i < sizeof bytes / sizeof bytes[0]; i++) {
        ck_assert_msg(number_parse_bytes(bytes[i], &number) == -1, "%s",
                      bytes[i]);
    }
}
END_TEST

START_TEST(seconds_are_above_zero)
{
    static const char *const wrong[] = {"",    "0",  "-1",  "+1",
                                        " 1",  "1 ", "1s",  "nan",
                                        "inf", ".",  "1e9", "1e-400"};
    double seconds;
    ck_assert_int_eq(number_parse_seconds("2.5", &seconds), 0);
    ck_assert_double_eq(seconds, 2.5);
    ck_assert_int_eq(number_parse_seconds(".5", &seconds), 0);
    ck_assert_double_eq(seconds, 0.5);
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ck_assert_msg(number_parse_seconds(wrong[i], &seconds) == -1, "%s",
                      wrong[i]);
    }
}
END_TEST

START_TEST(a_share_needs_its_sign)
{
    static const char *const texts[] = {"",
                                        "5",
                                        "%",
                                        "-5%",
                                        "5 %",
                                        ".5%",
                                        "5.%",
                                        "5%%",
                                        "101%",
                                        "100.1%",
                                        "1.5.5%",
                                        "0.00001%",
                                        "5e1%",
                                        "4295%",
                                        "42950%",
                                        "4294967296%",
                                        "99999999999999999999%"};
    uint32_t ppm;
    for (unsigned i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        ck_assert_msg(number_parse_percent(texts[i], &ppm) == -1, "%s",
                      texts[i]);
    }
}
END_TEST

Suite *number_suite(void)
{
    Suite *suite = suite_create("number");
    TCase *texts = tcase_create("texts");
    tcase_add_test(texts, digits_are_a_number);
    tcase_add_test(texts, nothing_else_is);
    tcase_add_loop_test(texts, a_percentage_is_a_share, 0,
                        (int)(sizeof percents / sizeof percents[0]));
    tcase_add_test(texts, a_share_needs_its_sign);
    tcase_add_test(texts, suffixes_are_factors);
    tcase_add_test(texts, no_other_suffix_is);
    tcase_add_test(texts, seconds_are_above_zero);
    suite_add_tcase(suite, texts);
    return suite;
}
