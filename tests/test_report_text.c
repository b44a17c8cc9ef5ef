/*
 * test_report_text.c -- figures, names, heads, reasons and the progress line.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "driver/report/heading.h"
#include "driver/report/progress.h"
#include "driver/report/reason.h"
#include "driver/report/terminal.h"
#include "driver/report/text.h"
#include "driver/report/verdict.h"
#include "tests/support/sample_run.h"

START_TEST(counts)
{
    ck_assert_str_eq(figure_exact(0).text, "0");
    ck_assert_str_eq(figure_exact(999).text, "999");
    ck_assert_str_eq(figure_exact(1000).text, "1,000");
    ck_assert_str_eq(figure_exact(UINT64_MAX).text,
                     "18,446,744,073,709,551,615");
    ck_assert_str_eq(figure_count(999999).text, "999,999");
    ck_assert_str_eq(figure_count(1000000).text, "1.00M");
    ck_assert_str_eq(figure_count(9994999).text, "9.99M");
    ck_assert_str_eq(figure_count(9995001).text, "10.0M");
    ck_assert_str_eq(figure_count(999600000).text, "1.00G");
    ck_assert_str_eq(figure_count(UINT64_MAX).text, "18.4E");
}
END_TEST

START_TEST(shares)
{
    ck_assert_str_eq(figure_share(0).text, "0.0%");
    ck_assert_str_eq(figure_share(0.88749).text, "88.7%");
    ck_assert_str_eq(figure_share(1).text, "100.0%");
    ck_assert_str_eq(figure_share((double)NAN).text, "-");
    ck_assert_str_eq(figure_share((double)INFINITY).text, "-");
}
END_TEST

START_TEST(three_digits_are_shown)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0"},           {0.0001, "1e-04"}, {0.00123, "0.0012"},
        {0.0994, "0.0994"}, {0.0996, "0.10"},  {1.2345, "1.23"},
        {9.996, "10.0"},    {99.96, "100"},    {12345.4, "12345"},
        {123456, "123456"}, {1.2e9, "1e+09"},  {-1, "-"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct figure figure = figure_three(cases[i].value);
        ck_assert_str_eq(figure.text, cases[i].text);
        ck_assert_uint_le(strlen(figure.text), 6);
    }
    ck_assert_str_eq(figure_three((double)NAN).text, "-");
}
END_TEST

START_TEST(ratios)
{
    ck_assert_str_eq(figure_ratio(1.4321).text, "1.43x");
    ck_assert_str_eq(figure_ratio(0.0123).text, "0.012x");
    ck_assert_str_eq(figure_ratio(128.4).text, "128x");
    ck_assert_str_eq(figure_ratio((double)NAN).text, "-");
}
END_TEST

START_TEST(bytes)
{
    ck_assert_str_eq(figure_bytes(0).text, "0 B");
    ck_assert_str_eq(figure_bytes(9999).text, "9,999 B");
    ck_assert_str_eq(figure_bytes(10240).text, "10.0 KiB");
    ck_assert_str_eq(figure_bytes(1048575).text, "1.00 MiB");
    ck_assert_str_eq(figure_bytes((uint64_t)1000 << 20).text, "1000 MiB");
    ck_assert_str_eq(figure_bytes(UINT64_MAX).text, "16.0 EiB");
}
END_TEST

START_TEST(durations)
{
    ck_assert_str_eq(figure_duration(0).text, "0 us");
    ck_assert_str_eq(figure_duration(0.00085).text, "850 us");
    ck_assert_str_eq(figure_duration(0.0456).text, "45.6 ms");
    ck_assert_str_eq(figure_duration(1.234).text, "1.23 s");
    ck_assert_str_eq(figure_duration(185).text, "3 min 05 s");
    ck_assert_str_eq(figure_duration(-1).text, "-");
}
END_TEST

START_TEST(spreads)
{
    ck_assert_str_eq(figure_spread(97, 100, 103).text, "3%");
    ck_assert_str_eq(figure_spread(1, 1, 9).text, ">99%");
    ck_assert_str_eq(figure_spread(0, 0, 0).text, "-");
    ck_assert_str_eq(figure_spread(1, (double)NAN, 2).text, "-");
}
END_TEST

static const char *shortened(const char *name, size_t width)
{
    static char text[256];
    return name_shorten(name, width, text, sizeof(text));
}

START_TEST(long_names_lose_their_middle)
{
    ck_assert_str_eq(shortened("cc1.rep", 7), "cc1.rep");
    ck_assert_str_eq(shortened("abcdefgh", 7), "abc..gh");
    ck_assert_str_eq(shortened("abcdefgh", 6), "ab..gh");
    ck_assert_str_eq(shortened("\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f-x", 5),
                     "\xc3\xa4\xc3\xb6..x");
    ck_assert_str_eq(shortened("tab\there", 20), "tab?here");
    char text[64];
    ck_assert_str_eq(text_cut("abcdefgh", 6, text, sizeof(text)), "abcd..");
    ck_assert_str_eq(text_cut("abcdef", 6, text, sizeof(text)), "abcdef");
}
END_TEST

static void assert_heading(const char *name, const char *lines)
{
    char text[256] = "";
    struct heading heading = heading_break(name, 7);
    for (size_t i = 0; i < heading.n_lines; i++) {
        ck_assert_uint_le(name_width(heading.lines[i]), heading.width);
        strcat(text, heading.lines[i]);
        strcat(text, "|");
    }
    ck_assert_str_eq(text, lines);
}

START_TEST(heads_break_behind_marks)
{
    assert_heading("libc", "libc|");
    assert_heading("best-fit", "best-|fit|");
    assert_heading("implicit", "implicit|");
    assert_heading("best-fit:order=address", "best-|fit:|order=|address|");
    assert_heading("segregated-storage", "segr..ted-|storage|");
    assert_heading("a-b-c-d-e-f-g", "a-b-c-|d-e-f-g|");
    assert_heading("", "|");
    assert_heading("aaaaaaa-bbbbbbb-ccccccc-ddddddd-eeeeeee-fffffff-ggggggg",
                   "aaaaaaa-|bbbbbbb-|ccccccc-|ddddddd-|..|ggggggg|");
}
END_TEST

START_TEST(heads_stand_at_the_bottom)
{
    struct heading heading = heading_break("best-fit", 5);
    ck_assert_str_eq(heading_line(&heading, 0, 3), "");
    ck_assert_str_eq(heading_line(&heading, 1, 3), "best-");
    ck_assert_str_eq(heading_line(&heading, 2, 3), "fit");
}
END_TEST

START_TEST(verdicts_have_words)
{
    for (int v = VERDICT_NOT_RUN; v <= VERDICT_BROKEN; v++) {
        ck_assert_uint_le(strlen(verdict_label((enum verdict)v)), 6);
        ck_assert_str_ne(verdict_label((enum verdict)v), "?");
        ck_assert_str_ne(verdict_name((enum verdict)v), "unknown");
    }
}
END_TEST

START_TEST(a_message_has_the_last_word)
{
    char text[REASON_ROOM];
    struct run *run = sample_run(1, 1);
    struct result *result = sample_result(run, 0, 0);
    ck_assert_str_eq(reason_text(result, text), "");
    sample_crash(result);
    ck_assert_str_eq(reason_text(result, text),
                     "SIGSEGV at line 1004: f 1, in coalesce");
    result->post_mortem.op = FAULT_NO_OP;
    ck_assert_str_eq(reason_text(result, text), "SIGSEGV, in coalesce");
    strcpy(result->message, "its own words");
    ck_assert_str_eq(reason_text(result, text), "its own words");
    sample_run_free(run);
}
END_TEST

static const char *line_of(const struct progress *progress, double elapsed_s)
{
    static char line[1024];
    progress_format(progress, elapsed_s, line, sizeof(line));
    return line;
}

START_TEST(progress_tells_time_left)
{
    struct progress progress = {.columns = 80, .items = 4, .work = 100};
    progress_tell(&progress, "first-fit on cc1.rep");
    ck_assert_str_eq(line_of(&progress, 0.5),
                     "[>                   ] 0/4  first-fit on cc1.rep");
    progress_add(&progress, 25);
    ck_assert_str_eq(line_of(&progress, 5),
                     "[=====>              ] 1/4  first-fit on cc1.rep, "
                     "about 15 s left");
    ck_assert_str_eq(line_of(&progress, 100),
                     "[=====>              ] 1/4  first-fit on cc1.rep, "
                     "about 5 min 00 s left");
    progress_add(&progress, 75);
    ck_assert_str_eq(line_of(&progress, 8),
                     "[====================] 2/4  first-fit on cc1.rep, "
                     "about 0 s left");
}
END_TEST

START_TEST(progress_never_wraps)
{
    struct progress progress = {.columns = 30, .items = 4, .work = 0};
    progress_tell(&progress, "a\nvery long text that goes on and on and on and "
                             "on and on and on and on and on and on");
    ck_assert_uint_le(strlen(line_of(&progress, 5)), 29);
    progress_add(&progress, 1);
    ck_assert_ptr_null(strchr(line_of(&progress, 5), '\n'));
}
END_TEST

START_TEST(progress_is_silent_off_terminals)
{
    FILE *out = tmpfile();
    struct progress progress;
    progress_begin(&progress, out, 4, 4);
    progress_add(&progress, 1);
    progress_draw(&progress);
    progress_erase(&progress);
    ck_assert_int_eq(ftell(out), 0);
    fclose(out);
}
END_TEST

START_TEST(colour_follows_choice_and_environment)
{
    enum colour_choice choice;
    struct report_style style;
    FILE *out = tmpfile();
    ck_assert_int_eq(colour_parse("always", &choice), 0);
    ck_assert_int_eq(choice, COLOUR_ALWAYS);
    ck_assert_int_eq(colour_parse("sometimes", &choice), -1);
    setenv("COLUMNS", "132", 1);
    terminal_fit(out, COLOUR_ALWAYS, &style);
    ck_assert(style.colour);
    ck_assert_uint_eq(style.columns, 132);
    setenv("COLUMNS", "5", 1);
    terminal_fit(out, COLOUR_AUTO, &style);
    ck_assert(!style.colour);
    ck_assert_uint_eq(style.columns, 60);
    unsetenv("COLUMNS");
    terminal_fit(out, COLOUR_NEVER, &style);
    ck_assert_uint_eq(style.columns, 80);
    fclose(out);
}
END_TEST

Suite *report_text_suite(void)
{
    Suite *suite = suite_create("report_text");
    TCase *tests = tcase_create("text");
    tcase_add_test(tests, counts);
    tcase_add_test(tests, shares);
    tcase_add_test(tests, three_digits_are_shown);
    tcase_add_test(tests, ratios);
    tcase_add_test(tests, bytes);
    tcase_add_test(tests, durations);
    tcase_add_test(tests, spreads);
    tcase_add_test(tests, long_names_lose_their_middle);
    tcase_add_test(tests, heads_break_behind_marks);
    tcase_add_test(tests, heads_stand_at_the_bottom);
    tcase_add_test(tests, verdicts_have_words);
    tcase_add_test(tests, a_message_has_the_last_word);
    tcase_add_test(tests, progress_tells_time_left);
    tcase_add_test(tests, progress_never_wraps);
    tcase_add_test(tests, progress_is_silent_off_terminals);
    tcase_add_test(tests, colour_follows_choice_and_environment);
    suite_add_tcase(suite, tests);
    return suite;
}
