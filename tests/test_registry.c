/*
 * test_registry.c -- the table of policies and the parsing of their names.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "allocator/registry.h"

static struct policy_choice choice;
static char message[200];

static int choose(const char *text)
{
    memset(message, 0, sizeof message);
    return policy_choose(text, &choice, message, sizeof message);
}

static void expect_error(const char *text, const char *sentence)
{
    ck_assert_int_eq(choose(text), -1);
    ck_assert_str_eq(message, sentence);
}

/* Index of the option in best-fit's table. */
static size_t option(const char *name)
{
    const struct policy *policy = registry_find("best-fit");
    for (size_t i = 0; i < policy_count_options(policy); i++) {
        if (strcmp(policy->options[i].name, name) == 0) {
            return i;
        }
    }
    ck_abort_msg("best-fit has no option %s", name);
}

static const char *word(void)
{
    size_t order = option("order");
    return choice.policy->options[order].words[choice.values[order]];
}

START_TEST(table_is_valid_and_in_order)
{
    static const char *const names[] = {"bump", "arena", "pool", "chunk-list"};
    ck_assert_msg(registry_validate(message, sizeof message) == 0, "%s",
                  message);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        ck_assert_str_eq(registry_at(i)->name, names[i]);
        ck_assert_ptr_eq(registry_find(names[i]), registry_at(i));
    }
    ck_assert_ptr_null(registry_at(1000));
    ck_assert_ptr_null(registry_find("best"));
    ck_assert_ptr_null(registry_find("best-fit:address"));
    ck_assert_ptr_null(registry_find(""));
}
END_TEST

START_TEST(default_is_registered)
{
    const struct policy *policy = registry_default();
    ck_assert_ptr_eq(registry_find(policy->name), policy);
}
END_TEST

START_TEST(name_alone_means_the_defaults)
{
    ck_assert_int_eq(choose("best-fit"), 0);
    ck_assert_str_eq(choice.policy->name, "best-fit");
    for (size_t i = 0; i < policy_count_options(choice.policy); i++) {
        ck_assert_uint_eq(choice.values[i], choice.policy->options[i].initial);
    }
    ck_assert_int_eq(choose("bump"), 0);
}
END_TEST

START_TEST(options_are_set)
{
    size_t split = option("split");
    ck_assert_int_eq(choose("best-fit:fifo"), 0);
    ck_assert_str_eq(word(), "fifo");
    ck_assert_int_eq(choose("best-fit:order=lifo"), 0);
    ck_assert_str_eq(word(), "lifo");
    ck_assert_int_eq(choose("best-fit:split=64"), 0);
    ck_assert_uint_eq(choice.values[split], 64);
    ck_assert_int_eq(choose("best-fit:split=128,fifo"), 0);
    ck_assert_uint_eq(choice.values[split], 128);
    ck_assert_str_eq(word(), "fifo");
}
END_TEST

START_TEST(numbers_are_bounded)
{
    ck_assert_int_eq(choose("implicit:split=1048576"), 0);
    const char *const numbers[] = {"1048577",
                                   "15",
                                   "-16",
                                   "+16",
                                   "16x",
                                   "0x40",
                                   " 16",
                                   "",
                                   "18446744073709551616",
                                   "99999999999999999999999999999999999999"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char text[80] = "implicit:split=", expected[160];
        strcat(text, numbers[i]);
        snprintf(expected, sizeof expected,
                 "policy implicit, option split: expected a number from 16 to "
                 "1048576, got '%s'",
                 numbers[i]);
        expect_error(text, expected);
    }
}
END_TEST

START_TEST(errors_say_what_was_expected)
{
    expect_error("", "no policy named ''");
    expect_error("bets-fit", "no policy named 'bets-fit'");
    expect_error("bets-fit:lifo", "no policy named 'bets-fit'");
    expect_error("Best-Fit", "no policy named 'Best-Fit'");
    expect_error("best-fit:", "policy best-fit has no option value ''");
    expect_error("best-fit:lif", "policy best-fit has no option value 'lif'");
    expect_error("best-fit:lifo,", "policy best-fit has no option value ''");
    expect_error("best-fit:colour=red",
                 "policy best-fit has no option 'colour'");
    expect_error("best-fit:=lifo", "policy best-fit has no option ''");
    expect_error("bump:split=16", "policy bump has no option 'split'");
    expect_error("next-fit:order=up", "policy next-fit, option order: expected "
                                      "one of lifo fifo address, got 'up'");
    expect_error("next-fit:order=", "policy next-fit, option order: expected "
                                    "one of lifo fifo address, got ''");
}
END_TEST

START_TEST(options_are_given_once)
{
    expect_error("best-fit:split=16,split=64",
                 "policy best-fit: option split is given twice");
    expect_error("best-fit:lifo,split=64,order=tree",
                 "policy best-fit: option order is given twice");
    expect_error("best-fit:lifo,fifo",
                 "policy best-fit: option order is given twice");
}
END_TEST

START_TEST(messages_are_cut_to_their_room)
{
    char small[12] = "unterminated";
    ck_assert_int_eq(policy_choose("first-fit:order=up", &choice, small, 10),
                     -1);
    ck_assert_str_eq(small, "policy fi");
}
END_TEST

START_TEST(given_policy_takes_options_alone)
{
    const struct policy *policy = registry_find("best-fit");
    uint64_t values[POLICY_MAX_OPTIONS];
    ck_assert_int_eq(
        policy_set_options(policy, "split=32", values, message, sizeof message),
        0);
    ck_assert_uint_eq(values[option("split")], 32);
    ck_assert_int_eq(
        policy_set_options(policy, NULL, values, message, sizeof message), 0);
    ck_assert_uint_eq(values[option("split")], 16);
}
END_TEST

Suite *registry_suite(void)
{
    Suite *suite = suite_create("registry");
    TCase *tests = tcase_create("registry");
    tcase_add_test(tests, table_is_valid_and_in_order);
    tcase_add_test(tests, default_is_registered);
    tcase_add_test(tests, name_alone_means_the_defaults);
    tcase_add_test(tests, options_are_set);
    tcase_add_test(tests, numbers_are_bounded);
    tcase_add_test(tests, errors_say_what_was_expected);
    tcase_add_test(tests, options_are_given_once);
    tcase_add_test(tests, messages_are_cut_to_their_room);
    tcase_add_test(tests, given_policy_takes_options_alone);
    suite_add_tcase(suite, tests);
    return suite;
}
