/*
 * test_sweep.c -- braces in lists of policies.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/run/sweep.h"
#include "driver/subject/subject.h"

static char message[256];

static void expect(const char *list, const char *expanded)
{
    message[0] = '\0';
    char *found = sweep_expand(list, message, sizeof message);
    ck_assert_msg(found != NULL, "%s: %s", list, message);
    ck_assert_str_eq(found, expanded);
    free(found);
}

static void expect_error(const char *list, const char *sentence)
{
    ck_assert_ptr_null(sweep_expand(list, message, sizeof message));
    ck_assert_str_eq(message, sentence);
}

START_TEST(words_take_turns)
{
    expect("bump", "bump");
    expect("a:x={1}", "a:x=1");
    expect("a:x={1,2,33}", "a:x=1,a:x=2,a:x=33");
    expect("{a,b}:c", "a:c,b:c");
    expect("a:{,b}", "a:,a:b");
    expect("a{}b", "ab");
}
END_TEST

START_TEST(braces_of_an_item_multiply)
{
    expect("a:x={1,2},y={3,4}", "a:x=1,y=3,a:x=1,y=4,a:x=2,y=3,a:x=2,y=4");
    expect("{a,b}{c,d}", "ac,ad,bc,bd");
}
END_TEST

START_TEST(items_follow_each_other)
{
    expect("a:x={1,2},b,c:{y,z}", "a:x=1,a:x=2,b,c:y,c:z");
    expect("a:x=1,y={2,3},b:{p,q}", "a:x=1,y=2,a:x=1,y=3,b:p,b:q");
}
END_TEST

START_TEST(policies_are_counted)
{
    char list[80] = "{0,1,2,3,4,5,6,7,8,9}{0,1,2,3,4,5,6,7,8,9}";
    char *found = sweep_expand(list, message, sizeof message);
    ck_assert_ptr_nonnull(found);
    size_t n = 1;
    for (const char *comma = found; (comma = strchr(comma, ',')); comma++) {
        n++;
    }
    ck_assert_uint_eq(n, SWEEP_MOST);
    free(found);
    expect_error(strcat(list, ",a"),
                 "--sweep: expected 100 policies at most, got "
                 "'{0,1,2,3,4,5,6,7,8,9}{0,1,2,3,4,5,6,7,8,9},a'");
}
END_TEST

START_TEST(braces_must_match)
{
    static const char *const lists[] = {"a{b",   "a}b",   "}{",   "a{b{c}d}",
                                        "{a},{", "a,b}c", "{a}}", "{a{"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        char sentence[160];
        snprintf(sentence, sizeof sentence,
                 "--sweep: expected a } for each {, and no braces in braces, "
                 "got '%s'",
                 lists[i]);
        expect_error(lists[i], sentence);
    }
}
END_TEST

START_TEST(what_is_expanded_can_be_parsed)
{
    struct subject *subjects = NULL;
    size_t n = 0;
    char *list = sweep_expand("best-fit:{lifo,tree},split={16,64},bump",
                              message, sizeof message);
    ck_assert_int_eq(
        subject_parse_list(list, &subjects, &n, message, sizeof message), 0);
    ck_assert_uint_eq(n, 5);
    ck_assert_str_eq(subjects[1].label, "best-fit:lifo,split=64");
    ck_assert_str_eq(subjects[2].label, "best-fit:tree,split=16");
    ck_assert_str_eq(subjects[4].label, "bump");
    free(subjects);
    free(list);
}
END_TEST

Suite *sweep_suite(void)
{
    Suite *suite = suite_create("sweep");
    TCase *tests = tcase_create("sweep");
    tcase_add_test(tests, words_take_turns);
    tcase_add_test(tests, braces_of_an_item_multiply);
    tcase_add_test(tests, items_follow_each_other);
    tcase_add_test(tests, policies_are_counted);
    tcase_add_test(tests, braces_must_match);
    tcase_add_test(tests, what_is_expanded_can_be_parsed);
    suite_add_tcase(suite, tests);
    return suite;
}
