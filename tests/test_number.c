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
    suite_add_tcase(suite, texts);
    return suite;
}
