/*
 * test_watch.c -- what the library writes down of a program's calls.
 */
#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/preloaded.h"

/* The program's command line, in a buffer of its own. */
static const char *watched(const char *mode)
{
    static char command[PATH_MAX + 64];
    snprintf(command, sizeof command, "exec %s/tests/programs/watched %s",
             preloaded_build(), mode);
    return command;
}

/* The number in the line of text that begins with name; -1: no such line. */
static long long number_of(const char *text, const char *name, int column)
{
    const char *line = text;
    while (line != NULL && strncmp(line, name, strlen(name)) != 0) {
        line = strchr(line, '\n');
        line = line != NULL ? line + 1 : NULL;
    }
    if (line == NULL) {
        return -1;
    }
    long long n = -1;
    const char *at = line + strlen(name);
    for (; column >= 0; column--) {
        at += strspn(at, " ");
        for (n = 0; strchr("0123456789,", *at) != NULL && *at != '\0'; at++) {
            n = *at != ',' ? 10 * n + *at - '0' : n;
        }
    }
    return n;
}

START_TEST(statistics_count_calls_and_blocks)
{
    static const struct {
        const char *name;
        int column;
        long long expected;
    } cases[] = {
        {"memalign ", 0, 1},
        {"valloc ", 0, 3},
        {"pvalloc ", 0, 1},
        {"reallocarray ", 0, 2},
        {"realloc ", 0, 2},
        {"posix_memalign ", 0, 1},
        {"aligned_alloc ", 0, 1},
        {"refused ", 0, 1},
        {"free ", 0, 5},
        {"cfree ", 0, -1},
        {"    1,025 to     2,048", 0, 3}, /* memalign, posix_memalign, ... */
        {"    1,025 to     2,048", 1, 2},
        {"    1,025 to     2,048", 2, 2},
        {"    2,049 to     4,096", 0, 3},
        {"    2,049 to     4,096", 1, 0},
        {"    2,049 to     4,096", 2, 1},
        {"mmap of a block ", 0, 1},
        {"mremap of a block ", 0, 1},
        {"munmap of a block ", 0, 1},
    };
    int status;
    char *text = preloaded_output("MALLOC_STATS=1", watched(""), &status);
    ck_assert_int_eq(status, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        long long n = number_of(text, cases[i].name, cases[i].column);
        ck_assert_msg(n == cases[i].expected,
                      "%s[%d]: expected %lld, got %lld in\n%s", cases[i].name,
                      cases[i].column, cases[i].expected, n, text);
    }
    ck_assert_int_ge(number_of(text, "  at most", 0), 400000);
    free(text);
}
END_TEST

START_TEST(statistics_fit_a_terminal)
{
    int status, columns = 0;
    char *text = preloaded_output(
        "MALLOC_STATS=1",
        "exec perl -e '$h{$_} = \"x\" x $_ for 1..2000; print 7'", &status);
    ck_assert_int_eq(status, 0);
    ck_assert_ptr_nonnull(strstr(text, "malloc statistics of perl, process "));
    for (const char *c = text; *c != '\0'; c++) {
        columns = *c == '\n' ? 0 : columns + 1;
        ck_assert_int_le(columns, 80);
    }
    free(text);
}
END_TEST

/* ls closes standard error before it exits. */
START_TEST(statistics_are_told_after_standard_error_was_closed)
{
    preloaded_expect("MALLOC_STATS=1", "exec ls Makefile", 0,
                     "malloc statistics of ls, process ");
}
END_TEST

/* A command in a folder of its own, $D, which is removed afterwards. */
static char *in_folder(const char *settings, const char *command, int *status)
{
    char folder[] = "/tmp/watch.XXXXXX", line[3 * PATH_MAX];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(line, sizeof line, "cd %s && B=%s && D=%s && export %s && { %s; }",
             folder, preloaded_build(), folder, settings, command);
    char *text = preloaded_shell(line, status);
    snprintf(line, sizeof line, "rm -rf %s", folder);
    ck_assert_int_eq(system(line), 0);
    return text;
}

#define UNDER    "LD_PRELOAD=$B/libmymalloc.so "
#define WATCHED  UNDER "$B/tests/programs/watched "
#define CONTENTS "grep -v '^$' "

static const struct {
    const char *command, *text;
} traces[] = {
    {WATCHED "; tail -n +2 x.rep",
     "              405504\n                   8\n"
     "                  16\n                   1\n"
     "m 0 64 2000\nm 1 4096 3000\nf 1\nm 2 4096 3000\nf 2\n"
     "m 3 4096 3000\nf 3\nm 4 4096 8192\nr 4 300\nr 4 200000\n"
     "r 4 400000\nf 4\nm 5 128 1500\nf 5\nm 6 32 1600\nc 7 77\n"},
    /* The child inherits a block; it ends without any last word. */
    {WATCHED "fork; tail -n +6 x.rep; " CONTENTS "x.rep.* | tail -n +6",
     "a 0 1111\na 1 3333\na 0 1111\nf 0\na 1 2222\n"},
    /* The thread's own block has a number that we do not care for. */
    {WATCHED "threads; tail -n +6 x.rep | grep -v ^c",
     "a 0 3333\nt 1\nf 0\na 2 4444\nt 0\nf 2\n"},
    {"for n in 1 2; do MALLOC_TRACE_FILE=y%pz " WATCHED
     "; done; ls | sed s/[0-9]//g",
     "yz\nyz\n"},
    /* Processes that others start keep away from each other's files. */
    {UNDER "sh -c 'expr 1 + 1; expr 2 + 2'; ls | sed s/[0-9]*$//; "
           "$B/rep check x.rep* | sed 's/ with.*//'",
     "2\n4\nx.rep\nx.rep.\nx.rep.\n3 files: 3 well formed\n"},
    {UNDER "perl -e '$h{$_ % 700} .= $_ for 1..20000; kill 9, $$' "
           "2>/dev/null; "
           "$B/rep check x.rep | sed 's/ with.*//'",
     "1 file: 1 well formed\n"},
    {UNDER "perl -e '$h{$_ % 700} .= $_ for 1..20000'; "
           "$B/mdriver -c x.rep | grep -o 'x.rep .* ok'",
     "x.rep         ok\n"},
};

enum { N_TRACES = sizeof traces / sizeof *traces };

START_TEST(a_trace_tells_every_call)
{
    int status;
    char *text =
        in_folder("MALLOC_TRACE_FILE=x.rep", traces[_i].command, &status);
    ck_assert_str_eq(text, traces[_i].text);
    free(text);
}
END_TEST

static const struct {
    const char *settings, *command, *text;
} bad_files[] = {
    {"MALLOC_TRACE_FILE=/no/such/x.rep", UNDER "expr 1 + 1",
     "warning: MALLOC_TRACE_FILE=/no/such/x.rep: No such file or directory; "
     "the trace ends after 0 operations\n2\n"},
    {"MALLOC_TRACE_FILE=", UNDER "expr 1 + 1",
     "warning: MALLOC_TRACE_FILE= ignored: expected the name of a file\n2\n"},
    {"MALLOC_TRACE_FILE=x.rep.gz", UNDER "expr 1 + 1",
     "warning: MALLOC_TRACE_FILE=x.rep.gz ignored: expected a name as x.rep, "
     "it is not compressed\n2\n"},
    {"MALLOC_PROFILE=/no/such/x", UNDER "expr 1 + 1",
     "2\nwarning: MALLOC_PROFILE: /no/such/x: No such file or directory\n"
     "warning: MALLOC_PROFILE: /no/such/x.txt: No such file or directory\n"},
    {"MALLOC_PROFILE=", UNDER "expr 1 + 1",
     "warning: MALLOC_PROFILE= ignored: expected the name of a file\n2\n"},
    {"MALLOC_PROFILE_BYTES=0", UNDER "expr 1 + 1",
     "warning: MALLOC_PROFILE_BYTES=0 ignored: expected bytes from 1 to "
     "1099511627776\n2\n"},
    {"MALLOC_PROFILE=p MALLOC_DEBUG=1", UNDER "expr 1 + 1 2>&1 | head -n 1; ls",
     "warning: MALLOC_PROFILE ignored: MALLOC_DEBUG is set\n"},
    {"MALLOC_TRACE_FILE=x.rep",
     "(ulimit -f 600; " UNDER "perl -e '$h{$_} = $_ for 1..40000; print 7') "
     "2>&1 | sed 's/.*x.rep:/x.rep:/; s/[0-9]* op/N op/'; "
     "$B/rep check x.rep | sed 's/ with.*//'",
     "x.rep: File too large; the trace ends after N operations\n7"
     "1 file: 1 well formed\n"},
};

enum { N_BAD_FILES = sizeof bad_files / sizeof *bad_files };

START_TEST(a_file_that_cannot_be_written_is_told)
{
    int status;
    char *text =
        in_folder(bad_files[_i].settings, bad_files[_i].command, &status);
    ck_assert_str_eq(text, bad_files[_i].text);
    free(text);
}
END_TEST

/* Within a tenth of what it should be. */
static void expect_about(const char *text, const char *name, int column,
                         long long expected)
{
    long long n = number_of(text, name, column);
    ck_assert_msg(10 * n >= 9 * expected && 10 * n <= 11 * expected,
                  "%s: expected about %lld, got %lld in\n%s", name, expected, n,
                  text);
}

/* One byte in 500 is a sample: some 20,000 of 11,000,000 bytes. */
#define SAMPLED "MALLOC_PROFILE=p MALLOC_PROFILE_BYTES=500"

START_TEST(a_profile_names_the_sites_and_estimates_their_bytes)
{
    int status;
    char *text = in_folder(SAMPLED, WATCHED "sites; cat p.txt; ls", &status);
    ck_assert_int_eq(status, 0);
    expect_about(text, " 1. ", 0, 10000000);
    expect_about(text, " 1. ", 1, 100000);
    expect_about(text, " 2. ", 0, 1000000);
    expect_about(text, " 2. ", 1, 1000);
    const char *hot = strstr(text, " hot_site "), *cold;
    ck_assert_ptr_nonnull(hot);
    cold = strstr(hot, " cold_site ");
    ck_assert_ptr_nonnull(cold);
    ck_assert_ptr_nonnull(strstr(cold, "visit_sites"));
    ck_assert_ptr_nonnull(strstr(text, "\np\np.txt\n"));
    free(text);
}
END_TEST

/* A mean distance of one byte: every block is a sample, none is estimated. */
START_TEST(a_profile_of_every_byte_is_exact)
{
    int status;
    char *text = in_folder("MALLOC_PROFILE=p MALLOC_PROFILE_BYTES=1",
                           WATCHED "sites; grep -c '^ 25000:  2500000 "
                                   "\\[100000: 10000000\\] @ 0x' p; "
                                   "grep -c '^     0:        0 \\[  1000:  "
                                   "1000000\\] @ 0x' p; head -n 1 p | "
                                   "grep -o '@ .*'; grep -c 'r-x.*watched' p",
                           &status);
    ck_assert_str_eq(text, "1\n1\n@ heap_v2/1\n1\n");
    free(text);
}
END_TEST

START_TEST(jeprof_reads_a_profile)
{
    int status;
    if (system("command -v jeprof >/dev/null") != 0) {
        fputs("test_watch: jeprof is not installed, left out\n", stderr);
        return;
    }
    char *text = in_folder(
        SAMPLED,
        WATCHED "sites; jeprof --text --alloc_space "
                "$B/tests/programs/watched p 2>/dev/null | "
                "awk '/ hot_site/ && $2 + 0 > 88 && $2 + 0 < 94 { print $6 }"
                "     / cold_site/ && $2 + 0 > 6 && $2 + 0 < 12 { print $6 }'",
        &status);
    ck_assert_str_eq(text, "hot_site\ncold_site\n");
    free(text);
}
END_TEST

START_TEST(children_have_profiles_of_their_own)
{
    int status;
    char *text = in_folder("MALLOC_PROFILE=p MALLOC_PROFILE_BYTES=100",
                           UNDER "perl -e 'system \"expr 1 + 1\"; "
                                 "system \"expr 2 + 2\"'; "
                                 "ls | sed 's/[0-9][0-9]*/N/'",
                           &status);
    ck_assert_str_eq(text, "2\n4\np\np.N\np.N.txt\np.N\np.N.txt\np.txt\n");
    free(text);
}
END_TEST

START_TEST(wrong_values_are_told_and_ignored)
{
    int status;
    char *text =
        preloaded_output("MALLOC_STATS=yes", "exec expr 1 + 1", &status);
    ck_assert_str_eq(text, "warning: MALLOC_STATS=yes ignored: expected 0 or "
                           "1\n2\n");
    free(text);
    text = preloaded_output("MALLOC_STATS=0", "exec expr 1 + 1", &status);
    ck_assert_str_eq(text, "2\n");
    free(text);
}
END_TEST

Suite *watch_suite(void)
{
    Suite *suite = suite_create("watch");
    TCase *tests = tcase_create("watch");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, statistics_count_calls_and_blocks);
    tcase_add_test(tests, statistics_fit_a_terminal);
    tcase_add_test(tests, statistics_are_told_after_standard_error_was_closed);
    tcase_add_loop_test(tests, a_trace_tells_every_call, 0, N_TRACES);
    tcase_add_loop_test(tests, a_file_that_cannot_be_written_is_told, 0,
                        N_BAD_FILES);
    tcase_add_test(tests, a_profile_names_the_sites_and_estimates_their_bytes);
    tcase_add_test(tests, a_profile_of_every_byte_is_exact);
    tcase_add_test(tests, jeprof_reads_a_profile);
    tcase_add_test(tests, children_have_profiles_of_their_own);
    tcase_add_test(tests, wrong_values_are_told_and_ignored);
    suite_add_tcase(suite, tests);
    return suite;
}
