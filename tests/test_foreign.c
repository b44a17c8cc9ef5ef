/*
 * test_foreign.c -- logs of other tools, line by line: what they become, and
 * what is said of those that are wrong.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/foreign/foreign.h"

static struct trace trace;
static struct foreign_report report;
static struct trace_error error;

static int parse(const char *text, const struct foreign_options *options)
{
    return foreign_parse("log", text, strlen(text), options, &trace, &report,
                         &error);
}

/* All operations as "a 0 10, t 1 f 0", thread 0 at first. */
static void format_ops(char *text)
{
    unsigned thread = 0;
    *text = '\0';
    for (size_t i = 0; i < trace.n_ops; i++) {
        text += sprintf(text, "%s", i == 0 ? "" : ", ");
        if (trace.ops[i].thread != thread) {
            thread = trace.ops[i].thread;
            text += sprintf(text, "t %u ", thread);
        }
        text += strlen(trace_format_op(&trace, i, text, 64));
    }
}

static void ck_assert_made(const char *text, const char *expected)
{
    char made[2000];
    format_ops(made);
    ck_assert_msg(strcmp(made, expected) == 0, "%s\nbecame   %s\nexpected %s",
                  text, made, expected);
    trace_free(&trace);
}

static void ck_assert_converted(const char *text, const char *expected)
{
    static const struct foreign_options any = {.format = NULL};
    ck_assert_msg(parse(text, &any) == 0, "%s\nline %lu: %s", text,
                  (unsigned long)error.line, error.message);
    ck_assert_made(text, expected);
}

/* ---- what becomes of lines ----------------------------------------------- */

struct sample {
    const char *format;
    const char *text;
    const char *ops;
};

static const struct sample samples[] = {
    /* with and without a caller, whose file may be named like anything */
    {"mtrace", "= Start\n@ ./a:(f+1a)[0x12] + 0x10 0x20\n@ ./a:[0x12] - 0x10\n",
     "a 0 32, f 0"},
    {"mtrace", "+ 0x10 0x20\n- 0x10\n= End\n", "a 0 32, f 0"},
    {"mtrace", "@ [0x12] + 0x10 0x20\r\n\r\n@ /a + 0x10 b:[0x1] - 0x10\r\n",
     "a 0 32, f 0"},
    {"mtrace", "@ a:[0x1] + 0x10 0\n< 0x10\n> 0x20 0x1388\n- 0x20",
     "a 0 0, r 0 5000, f 0"},
    {"mtrace", "+ (nil) 0x7f\n+ 0x10 0x20\n! 0x10 0x40000\n- 0x10\n",
     "a 0 32, f 0"},
    {"mtrace", "- 0x10\n< 0x10\n> 0x20 0x5\n- 0x20\n", "a 0 5, f 0"},
    {"mtrace", "+ 0x10 1\n+ 0x10 2\n- 0x10\n", "a 0 1, f 0, a 1 2, f 1"},
    /* old, and with times */
    {"memory-replay",
     "7: malloc 0x10 100\n8: calloc 0x20 2 50\n7: realloc 0x30 0x10 300\n"
     "7: memalign 0x40 64 10\n8: free 0x30\n7: thread_done 0x0\n",
     "a 0 100, t 1 c 1 100, t 0 r 0 300, m 2 64 10, t 1 f 0"},
    {"memory-replay",
     "7: malloc 0x10 100 1000 1001\n7: realloc 0x20 0x0 5 1002 1003\n"
     "7: free 0x10 1004 1005\n7: thread_done 0x0 1006\n",
     "a 0 100, a 1 5, f 0"},
    {"memory-replay",
     "7: malloc 0x0 100\n7: free 0x0\n7: malloc 0x10 1\n"
     "7: realloc 0x0 0x10 99\n7: realloc 0x0 0x10 0\n",
     "a 0 1, f 0"},
    {"memory-replay", "7: memalign 0x10 48 5\n7: memalign 0x20 0 6\n",
     "m 0 64 5, m 1 1 6"},
    /* munged, as it is, and old ones without a thread */
    {"logalloc",
     "1 1 malloc(32)=#1\n1 2 calloc(2,74)=#2\n1 1 realloc(#1,64)=#123456\n"
     "1 1 posix_memalign(256,240)=#3\n1 2 free(#123456)\n"
     "1 1 jemalloc_stats()\n1 1 aligned_alloc(16,7)=#1\n1 1 free(#0)\n",
     "a 0 32, t 1 c 1 148, t 0 r 0 64, m 2 256 240, t 1 f 0, t 0 m 3 16 7"},
    {"logalloc",
     "9 9 malloc(0x20)=0x7f90495120e0\n9 9 free(0x7f90495120e0)\n"
     "9 9 memalign(64,1)=0x10\n9 9 valloc(3)=(nil)\n",
     "a 0 32, f 0, m 1 64 1"},
    {"logalloc", "9 malloc(32)=#1\n9 realloc(#1,0)=#2\n9 realloc(#0,3)=#1\n",
     "a 0 32, f 0, a 1 0, a 2 3"},
    {"logalloc", "1 1 malloc(5)=#1\n2 2 malloc(6)=#1\n1 1 free(#1)\n",
     "a 0 5, f 0"},
    /* what stands in front of the name */
    {"ltrace",
     "malloc(32)                   = 0x10\nfree(0x10)      = <void>\n"
     "+++ exited (status 0) +++\n",
     "a 0 32, f 0"},
    {"ltrace",
     "[pid 7] 13:00:41 ls->malloc(32) = 0x10\n"
     "[pid 8] 13:00:41 [0x401220] free@libc.so.6(0x10) = <void>\n",
     "a 0 32, t 1 f 0"},
    {"ltrace",
     "7 1795266041.703815 SYS_brk(0) = 0x100 <0.000058>\n"
     "7 1795266041.712473 s->calloc(4, 25) = 0x20 <0.000185>\n"
     "7 1795266041.722401 +++ exited (status 0) +++\n",
     "c 0 100"},
    {"ltrace",
     "  0.000337 [0x401251] malloc(32)    = 0x10\n"
     "13:00:41.123456 memalign(64, 7, 0, 3) = 0x20\n"
     "[0xffffffffffffffff] +++ killed by SIGKILL +++\n",
     "a 0 32, m 1 64 7"},
    /* calls of others, whatever they say */
    {"ltrace",
     "printf(\"free(0x10) = %d\\n\", 1) = 2\nstrlen(\"a\") = 1\n"
     "--- SIGCHLD (Child exited) ---\nexit(0 <unfinished ...>\n"
     "_ZdlPvm(0x10, 32) = -1\n_Znwm(32, 0, 1) = 0x10\n"
     "operator delete(void*, unsigned long)(0x10, 32, 1) = 7\n",
     "a 0 32, f 0"},
    /* both halves apart: free counts at once, malloc when it returns */
    {"ltrace",
     "7 malloc(32) = 0x10\n7 free(0x10 <unfinished ...>\n"
     "8 malloc(5 <unfinished ...>\n8 <... malloc resumed> ) = 0x10\n"
     "7 <... free resumed> )       = <void>\n8 free(0x10) = <void>\n",
     "a 0 32, f 0, t 1 a 1 5, f 1"},
    {"ltrace",
     "7 malloc(32) = 0x10\n7 realloc(0x10, 64 <unfinished ...>\n"
     "8 malloc(5) = 0x10\n7 <... realloc resumed> ) = 0x20 <0.1>\n"
     "7 free(0x20 <no return ...>\n7 <... free resumed> ) = <void>\n",
     "a 0 32, t 1 a 1 5, t 0 r 0 64, f 0"},
    {"ltrace", /* it failed: the block is where it was */
     "7 malloc(32) = 0x10\n7 realloc(0x10, 64 <unfinished ...>\n"
     "7 <... realloc resumed> ) = nil\n7 free(0x10) = <void>\n",
     "a 0 32, f 0"},
    /* inside a call, even one of the same name */
    {"ltrace",
     "qsort(0x1, 2, 3, 4 <unfinished ...>\nmalloc(3) = 0x10\n"
     "<... qsort resumed> ) = <void>\n"
     "s->malloc(32 <unfinished ...>\nmalloc@libc.so.6(32 <unfinished ...>\n"
     "SYS_brk(0) = 0x100\n<... malloc resumed> ) = 0x18\n"
     "<... malloc resumed> ) = 0x20\ns->reallocarray(0x20, 10, 20 "
     "<unfinished ...>\ncalloc(17, 200) = 0x30\n"
     "<... reallocarray resumed> ) = 0x30\n",
     "a 0 3, a 1 32, r 1 200"},
    {"ltrace",
     "malloc(9) = 0x10\nposix_memalign(0x7ff, 64, 100 <unfinished ...>\n"
     "SYS_brk(0) = 0x1\n<... posix_memalign resumed> ) = 0\n"
     "realloc(0x10, 0) = 0\nmalloc(18446744073709551615) = 0\n",
     "a 0 9, f 0"},
    /* traces are read as always */
    {"rep", "# a comment\n20000\n1\n2\n1\na 7 5\nf 7\n", "a 7 5, f 7"},
    {"rep", "#!rep 1\nc 0 5\nt 3\nf 0\n", "c 0 5, t 3 f 0"},
    {"rep", "a 0 5\nf 0\nf -1\n", "a 0 5, f 0, f -1"},
};

enum { N_SAMPLES = sizeof samples / sizeof samples[0] };

START_TEST(a_log_is_recognized_and_becomes_operations)
{
    const struct sample *sample = &samples[_i];
    ck_assert_converted(sample->text, sample->ops);
    ck_assert_str_eq(report.format->name, sample->format);
    struct foreign_options named = {.format = foreign_find(sample->format)};
    ck_assert_int_eq(parse(sample->text, &named), 0);
    ck_assert_made(sample->text, sample->ops);
}
END_TEST

/* ---- what is told besides ------------------------------------------------ */

START_TEST(what_does_not_fit_is_counted)
{
    ck_assert_converted("- 0x10\n< 0x20\n> 0x30 5\n+ 0x30 6\n+ (nil) 7\n"
                        "! 0x30 8\n+ 0x40 0\n",
                        "a 0 5, f 0, a 1 6, a 2 0");
    ck_assert_uint_eq(report.odd.unknown_frees, 1);
    ck_assert_uint_eq(report.odd.unknown_moves, 1);
    ck_assert_uint_eq(report.odd.unseen_frees, 1);
    ck_assert_uint_eq(report.odd.empty_blocks, 1);
    ck_assert_uint_eq(report.failed, 2);
    ck_assert_uint_eq(report.calls, 6);
}
END_TEST

START_TEST(calls_that_ltrace_does_not_tell_are_counted)
{
    ck_assert_converted("posix_memalign(0x7ff, 64, 100) = 0\n"
                        "1 malloc(5) = 0x10\n"
                        "1 realloc(0x10, 20 <unfinished ...>\n"
                        "1 malloc(20) = 0x20\n"
                        "2 malloc(6 <unfinished ...>\n",
                        "a 0 5");
    ck_assert_uint_eq(report.unplaced, 1);
    ck_assert_uint_eq(report.inner, 1);
    ck_assert_uint_eq(report.unfinished, 2);
}
END_TEST

START_TEST(one_process_is_taken)
{
    static const char text[] = "1 1 malloc(5)=#1\n2 2 malloc(6)=#1\n"
                               "2 3 free(#1)\n1 1 free(#1)\n";
    struct foreign_options second = {.pid = 2, .has_pid = true};
    ck_assert_int_eq(parse(text, &second), 0);
    ck_assert_made(text, "a 0 6, t 1 f 0");
    ck_assert_uint_eq(report.other_calls, 2);
    struct foreign_options third = {.pid = 3, .has_pid = true};
    ck_assert_int_eq(parse(text, &third), 0);
    ck_assert_made(text, "");
    ck_assert_uint_eq(report.other_calls, 4);
}
END_TEST

START_TEST(one_process_of_ltrace_is_taken)
{
    static const char text[] = "1 malloc(5) = 0x10\n2 free(0x10) = <void>\n"
                               "2 malloc(6 <unfinished ...>\n"
                               "2 <... malloc resumed> ) = 0x10\n";
    struct foreign_options second = {.pid = 2, .has_pid = true};
    ck_assert_int_eq(parse(text, &second), 0);
    ck_assert_made(text, "a 0 6");
    ck_assert_uint_eq(report.other_calls, 1);
    ck_assert_uint_eq(report.odd.unknown_frees, 1);
}
END_TEST

/* ---- what is wrong ------------------------------------------------------- */

struct wrong {
    const char *format; /* NULL: as it looks */
    const char *text;
    uint64_t line;
    const char *message;
};

static const struct wrong wrongs[] = {
    {NULL, "", 0,
     "expected a log of a known format, or a trace, got an empty one"},
    {NULL, "\n\r\n", 0,
     "expected a log of a known format, or a trace, got an empty one"},
    {NULL, "\nhello\n+ 1\n", 2,
     "expected a log of a known format, or a trace, got \"hello\""},
    {NULL, "hello\n+ 0x1 2\n", 1, "expected one of + - < > !, got \"hello\""},
    {NULL, "# hello\n", 1,
     "expected a log of a known format, or a trace, got \"# hello\""},
    {"rep", "hello\n", 1,
     "expected a number of the header or an operation (a, f, r, w), got "
     "\"hello\""},
    /* mtrace */
    {NULL, "= Start\n* 0x1\n", 2, "expected one of + - < > !, got \"* 0x1\""},
    {NULL, "= Start\n+ 0x1\n", 2, "expected \" \", got the end of the line"},
    {NULL, "= Start\n+ 0x1 x\n", 2, "expected a size, got \"x\""},
    {NULL, "= Start\n+ 0x1 1 2\n", 2,
     "expected the end of the line, got \"2\""},
    {NULL, "= Start\n+ 0x10000000000000000 1\n", 2,
     "expected an address below 2^64, got \"0x10000000000000000 1\""},
    {NULL, "= Start\n> 0x1 1\n", 2,
     "expected a line \"< ADDRESS\" before this, got \"> 0x1 1\""},
    {NULL, "= Start\n< 0x1\n- 0x1\n", 3, "expected \">\", got \"- 0x1\""},
    {NULL, "= Started\n", 1,
     "expected a log of a known format, or a trace, got \"= Started\""},
    {NULL, "= End\n@ a:[0x1]\n", 2,
     "expected one of + - < > !, got \"a:[0x1]\""},
    /* memory_replay */
    {NULL, "7: free 0x1\n7: mmap 0x1 1\n", 2,
     "expected malloc, calloc, realloc, memalign, free or thread_done, got "
     "\"mmap 0x1 1\""},
    {NULL, "7: free 0x1\n7: malloc 0x1\n", 2,
     "expected \" \", got the end of the line"},
    {NULL, "7: free 0x1\n7: malloc 0x1 1 2\n", 2,
     "expected a time in ns, got the end of the line"},
    {NULL, "7: free 0x1\n7: malloc 0x1 1 2 3 4\n", 2,
     "expected the end of the line, got \"4\""},
    {NULL, "7: free 0x1\n: malloc 0x1 1\n", 2,
     "expected a thread number, got \": malloc 0x1 1\""},
    {NULL, "7: free 0x1\n7: calloc 0x1 4294967296 4294967296\n", 2,
     "expected a block of at most 2^47 bytes, got a larger one"},
    {NULL, "7: free 0x1\n7: calloc 0x1 94706584962304 2048\n", 2,
     "expected a block of at most 2^47 bytes, got a larger one"},
    {NULL, "7: malloc 0x1 1\n7: realloc 0x2 0x1 140737488355329\n", 2,
     "expected a block of at most 2^47 bytes, got a larger one"},
    /* logalloc */
    {NULL, "1 1 malloc(5)=#1\n1 1 mmap(5)=#1\n", 2,
     "expected a call of malloc, calloc, realloc, memalign, "
     "posix_memalign, "
     "aligned_alloc, valloc or free, got \"mmap(5)=#1\""},
    {NULL, "1 1 malloc(5)=#1\n1 1 malloc(5)\n", 2,
     "expected \"=\", got the end of the line"},
    {NULL, "1 1 malloc(5)=#1\n1 1 calloc(5)=#2\n", 2,
     "expected \",\", got \")=#2\""},
    {NULL, "1 1 malloc(5)=#1\n1 1 free(#)\n", 2,
     "expected an address, got \")\""},
    {NULL, "1 1 malloc(5)=#1\n1 1 free(#1\n", 2,
     "expected \")\", got the end of the line"},
    /* ltrace */
    {NULL, "malloc(5) = 0x1\nusage: s [-x]\n", 2,
     "expected a call, its result, a signal or an exit, got \"usage: s "
     "[-x]\""},
    {NULL, "malloc(5) = 0x1\nmalloc(x) = 0x1\n", 2,
     "expected a size, got \"x) = 0x1\""},
    {NULL, "malloc(5) = 0x1\nmalloc(5) = x\n", 2,
     "expected an address, got \"x\""},
    {NULL, "malloc(5) = 0x1\nmalloc(5) = 0x2 3\n", 2,
     "expected the end of the line, got \"3\""},
    {NULL, "malloc(5) = 0x1\n[pid x] malloc(5) = 0x1\n", 2,
     "expected a process number, got \"x] malloc(5) = 0x1\""},
    {NULL, "malloc(5) = 0x1\n<... malloc done>\n", 2,
     "expected \" resumed>\", got \" done>\""},
    {NULL, "malloc(5) = 0x1\nmalloc(5", 2,
     "expected a call, its result, a signal or an exit, got \"malloc(5\""},
};

enum { N_WRONGS = sizeof wrongs / sizeof wrongs[0] };

START_TEST(what_is_wrong_is_told_with_its_line)
{
    const struct wrong *wrong = &wrongs[_i];
    struct foreign_options options = {.format = NULL};
    if (wrong->format != NULL) {
        options.format = foreign_find(wrong->format);
    }
    ck_assert_msg(parse(wrong->text, &options) != 0, "%s", wrong->text);
    ck_assert_str_eq(error.message, wrong->message);
    ck_assert_uint_eq(error.line, wrong->line);
    ck_assert_ptr_null(trace.ops);
}
END_TEST

START_TEST(there_is_no_other_format)
{
    ck_assert_ptr_null(foreign_find("strace"));
    ck_assert_ptr_null(foreign_find(""));
}
END_TEST

Suite *foreign_suite(void)
{
    Suite *suite = suite_create("foreign");
    TCase *lines = tcase_create("lines");
    tcase_add_loop_test(lines, a_log_is_recognized_and_becomes_operations, 0,
                        N_SAMPLES);
    tcase_add_test(lines, what_does_not_fit_is_counted);
    tcase_add_test(lines, calls_that_ltrace_does_not_tell_are_counted);
    tcase_add_test(lines, one_process_is_taken);
    tcase_add_test(lines, one_process_of_ltrace_is_taken);
    tcase_add_loop_test(lines, what_is_wrong_is_told_with_its_line, 0,
                        N_WRONGS);
    tcase_add_test(lines, there_is_no_other_format);
    suite_add_tcase(suite, lines);
    return suite;
}
