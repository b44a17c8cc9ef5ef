/*
 * test_failure.c -- which failures are one, and how early they come.
 */
#include <check.h>
#include <string.h>

#include "driver/measure/failure.h"

static struct result a, b;

/* Two equal failures, with two frames of which the outer one is known. */
static void two_alike(enum verdict verdict)
{
    memset(&a, 0, sizeof a);
    a.verdict = verdict;
    a.post_mortem.n_frames = 2;
    strcpy(a.post_mortem.frames[0].function, "abort");
    strcpy(a.post_mortem.frames[1].function, "coalesce");
    a.post_mortem.frames[1].line = 17;
    b = a;
    ck_assert(failure_alike(&a, &b));
}

static void two_faults(void)
{
    memset(&a, 0, sizeof a);
    a.verdict = VERDICT_FAULT;
    strcpy(a.fault.rule, "overlap");
    b = a;
    ck_assert(failure_alike(&a, &b));
}

START_TEST(faults_differ_by_rule_alone)
{
    two_faults();
    b.fault.op = 17;
    strcpy(b.fault.detail, "elsewhere");
    ck_assert(failure_alike(&a, &b));
    strcpy(b.fault.rule, "misaligned");
    ck_assert(!failure_alike(&a, &b));
    two_faults();
    b.verdict = VERDICT_CRASHED;
    ck_assert(!failure_alike(&a, &b));
}
END_TEST

START_TEST(what_has_not_failed_is_not_alike)
{
    two_faults();
    a.verdict = b.verdict = VERDICT_VALID;
    ck_assert(!failure_alike(&a, &b));
    a.verdict = b.verdict = VERDICT_NOT_RUN;
    ck_assert(!failure_alike(&a, &b));
}
END_TEST

START_TEST(crashes_differ_by_signal_and_function)
{
    two_alike(VERDICT_CRASHED);
    b.post_mortem.signal = 11;
    ck_assert(!failure_alike(&a, &b));
    two_alike(VERDICT_CRASHED);
    strcpy(b.post_mortem.frames[0].function, "raise");
    ck_assert(failure_alike(&a, &b));
    strcpy(b.post_mortem.frames[1].function, "split");
    ck_assert(!failure_alike(&a, &b));
    b.post_mortem.n_frames = 0;
    ck_assert(!failure_alike(&a, &b));
}
END_TEST

START_TEST(an_unknown_source_leaves_the_innermost_function)
{
    two_alike(VERDICT_CRASHED);
    a.post_mortem.frames[1].line = b.post_mortem.frames[1].line = 0;
    strcpy(b.post_mortem.frames[1].function, "split");
    ck_assert(failure_alike(&a, &b));
    strcpy(b.post_mortem.frames[0].function, "raise");
    ck_assert(!failure_alike(&a, &b));
}
END_TEST

START_TEST(exits_differ_by_status)
{
    two_alike(VERDICT_EXITED);
    b.post_mortem.exit_status = 3;
    ck_assert(!failure_alike(&a, &b));
}
END_TEST

/* Where it was when it was ended is chance. */
START_TEST(hangs_and_recursions_are_alike_everywhere)
{
    two_alike(VERDICT_HUNG);
    strcpy(b.post_mortem.frames[1].function, "split");
    ck_assert(failure_alike(&a, &b));
    a.verdict = b.verdict = VERDICT_CRASHED;
    ck_assert(!failure_alike(&a, &b));
    a.post_mortem.stack_overflow = true;
    ck_assert(!failure_alike(&a, &b));
    b.post_mortem.stack_overflow = true;
    ck_assert(failure_alike(&a, &b));
}
END_TEST

START_TEST(the_reach_counts_both_replays)
{
    two_faults();
    a.fault.op = 5;
    ck_assert_uint_eq(failure_op(&a), 5);
    ck_assert_uint_eq(failure_reach(&a, 100), 5);
    a.fault.round = 2;
    ck_assert_uint_eq(failure_reach(&a, 100), 105);
    a.fault.op = FAULT_NO_OP;
    ck_assert_uint_eq(failure_reach(&a, 100), 200);
    two_alike(VERDICT_HUNG);
    a.post_mortem.op = 9;
    a.post_mortem.round = 1;
    ck_assert_uint_eq(failure_reach(&a, 100), 9);
}
END_TEST

Suite *failure_suite(void);
Suite *failure_suite(void)
{
    Suite *suite = suite_create("failure");
    TCase *tcase = tcase_create("failure");
    tcase_add_test(tcase, faults_differ_by_rule_alone);
    tcase_add_test(tcase, what_has_not_failed_is_not_alike);
    tcase_add_test(tcase, crashes_differ_by_signal_and_function);
    tcase_add_test(tcase, an_unknown_source_leaves_the_innermost_function);
    tcase_add_test(tcase, exits_differ_by_status);
    tcase_add_test(tcase, hangs_and_recursions_are_alike_everywhere);
    tcase_add_test(tcase, the_reach_counts_both_replays);
    suite_add_tcase(suite, tcase);
    return suite;
}
