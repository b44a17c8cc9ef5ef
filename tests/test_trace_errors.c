/*
 * test_trace_errors.c -- what is wrong with a trace, in which line, and how
 * it is said; and that broken input never does more than that.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "driver/trace/trace.h"
#include "driver/trace/write.h"
#include "tests/support/generated.h"

#define WHOLE_FILE 0

struct wrong {
    const char *text;
    uint64_t line;
    const char *message;
};

#define HEADER "20000\n3\n4\n1\n"
#define FIRST  "a number of the header or an operation (a, f, r, w)"

static const struct wrong wrongs[] = {
    /* blocks that are not what the operation needs */
    {"a 0 5\nf 0\nf 0\n", 3,
     "expected a live id, got 0, which is freed already"},
    {"f 3\n", 1, "expected a live id, got 3, which was never allocated"},
    {"a 9 5\nf 3\n", 2, "expected a live id, got 3, which was never allocated"},
    {"a 0 5\n\n#\na 0 6\n", 4,
     "expected an id to allocate, got 0, which is still live"},
    {"a 70000000000 5\na 70000000000 6\n", 2,
     "expected an id to allocate, got 70000000000, which is still live"},
    {"a 0 5\nf 0\nw 0 1\n", 3,
     "expected a live id, got 0, which is freed already"},
    {"r 0 5\nr 0 0\nf 0\n", 3,
     "expected a live id, got 0, which is freed already"},
    {"w 0 1\n", 1, "expected a live id, got 0, which was never allocated"},
    {"a 0 5\nw 0 6\n", 2, "expected no more bytes than block 0 has, got 6"},
    {"#!rep 1\nc 0 5\nm 0 16 5\n", 3,
     "expected an id to allocate, got 0, which is still live"},
    /* numbers */
    {"a -1 5\n", 1, "expected an id, got \"-1\""},
    {"a 0 5\nf -2\n", 2, "expected an id, got \"-2\""},
    {"r -1 5\n", 1, "expected an id, got \"-1\""},
    {"a 0 -5\n", 1, "expected a size in bytes, got \"-5\""},
    {"a 0 +5\n", 1, "expected a size in bytes, got \"+5\""},
    {"a 0 0x10\n", 1, "expected a size in bytes, got \"0x10\""},
    {"a 0 1e5\n", 1, "expected a size in bytes, got \"1e5\""},
    {"a 0 18446744073709551616\n", 1,
     "expected a size in bytes below 2^64, got \"18446744073709551616\""},
    {"a 99999999999999999999999 1\n", 1,
     "expected an id below 2^64, got \"99999999999999999999999\""},
    {"a 0 5\na 1 18446744073709551616\n", 2,
     "expected a size in bytes below 2^64, got \"18446744073709551616\""},
    {"a 0 5\na 10000000000000000000000000 1\n", 2,
     "expected an id below 2^64, got \"10000000000000000000000000\""},
    {"a 0 5\nf 18446744073709551616\n", 2,
     "expected an id below 2^64, got \"18446744073709551616\""},
    /* fields and letters */
    {"a 0 5\nq 1 5\n", 2, "expected an operation (a, f, r, w), got \"q\""},
    {"q 1 5\n", 1, "expected " FIRST ", got \"q\""},
    {"c 1 5\n", 1, "expected " FIRST ", got \"c\""},
    {"a 0 5\nA 1 5\n", 2, "expected an operation (a, f, r, w), got \"A\""},
    {"a 0 5\na:1 5\n", 2, "expected an operation (a, f, r, w), got \"a:1\""},
    {"a 0 5\na 1,5\n", 2, "expected an id, got \"1,5\""},
    {"a 0 5\na 1 5,\n", 2, "expected a size in bytes, got \"5,\""},
    {"a 0 5\na 1  \n", 2, "expected a size in bytes, got the end of the line"},
    {"a 0 5\na1 5\n", 2, "expected an operation (a, f, r, w), got \"a1\""},
    {"a 0 5\n5\n", 2, "expected an operation (a, f, r, w), got \"5\""},
    {"#!rep 1\nx 1 5\n", 2,
     "expected an operation (a, c, f, m, r, t, w), got \"x\""},
    {"a\n", 1, "expected an id, got the end of the line"},
    {"a 1\n", 1, "expected a size in bytes, got the end of the line"},
    {"a 1 # 5\n", 1, "expected a size in bytes, got the end of the line"},
    {"f\r\n", 1, "expected an id, got the end of the line"},
    {"a 1 5 6\n", 1, "expected the end of the line, got \"6\""},
    {"a 1 5\nf 1 5\n", 2, "expected the end of the line, got \"5\""},
    {"a 1 5#\n", 1, "expected a size in bytes, got \"5#\""},
    /* the extended dialect */
    {"#!rep 2\n", 1, "expected version 1 after #!rep, got \"2\""},
    {"#!rep\n", 1, "expected a version after #!rep, got the end of the line"},
    {"#!rep 1 x\n", 1, "expected the end of the line, got \"x\""},
    {"\n#!rep 1\nc 0 5\n", 3, "expected " FIRST ", got \"c\""},
    {"#!rep 1\nm 0 3 5\n", 2,
     "expected an alignment that is a power of two, got \"3\""},
    {"#!rep 1\nm 0 0 5\n", 2,
     "expected an alignment that is a power of two, got \"0\""},
    {"#!rep 1\nm 0 16\n", 2,
     "expected a size in bytes, got the end of the line"},
    {"#!rep 1\nt 65536\n", 2,
     "expected a thread number up to 65535, got \"65536\""},
    {"#!rep 1\nt -1\n", 2, "expected a thread number, got \"-1\""},
    /* headers */
    {"-5\n", 1, "expected header line 1 (heap size or weight), got \"-5\""},
    {"20000\nmany\n", 2,
     "expected header line 2 (number of ids), got \"many\""},
    {"20000\n3\na 0 5\n", 3,
     "expected header line 3 (number of operations), got \"a\""},
    {"20000 3 4 1\n", 1, "expected the end of the line, got \"3\""},
    {"20000\n3\n", 2,
     "expected a header of 4 lines, got 2 and the end of the file: truncated"},
    /* files that are not traces, or not whole */
    {"", WHOLE_FILE, "expected a trace, got an empty file"},
    {"# nothing\n\n", 2, "expected a trace, got no operation"},
    {"20000\n0\n0\n1\n", 4, "expected a trace, got no operation"},
    {"1\n3\n4\n8\n# none\n", 5, "expected a trace, got no operation"},
    {"#!rep 1\n", 1, "expected a trace, got no operation"},
    {"#!rep 1\n1\n0\n0\n0\n", 5, "expected a trace, got no operation"},
    {"\177ELF\002\001", 1, "expected " FIRST ", got \"\\x7fELF\\x02\\x01\""},
    {"a 0 \"\\\x80\xff\n", 1,
     "expected a size in bytes, got \"\\\"\\\\\\x80\\xff\""},
    {"a 0 5\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", 2,
     "expected an operation (a, f, r, w), got "
     "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...\""},
    {"\x1f\x8b\x08", 1,
     "expected a whole compressed file, got a truncated one"},
    {HEADER "a 0 5\na 1", 6,
     "expected a size in bytes, got the end of the file: truncated"},
    {HEADER "a 0 5\na 1 5", 6,
     "expected 4 operations as line 3 says, got 2 and a line without its end: "
     "truncated"},
    {HEADER "a 0 5\na 12 5\nf 1", 7,
     "expected 4 operations as line 3 says, got 2 and a line without its end: "
     "truncated"},
    {HEADER "a 0 5\na 0 5\n", 6,
     "expected an id to allocate, got 0, which is still live"},
};

static void expect(const char *text, size_t n, uint64_t line,
                   const char *message)
{
    struct trace trace;
    struct trace_error error;
    ck_assert_int_eq(trace_parse("x.rep", text, n, &trace, &error), -1);
    ck_assert_str_eq(error.message, message);
    ck_assert_uint_eq(error.line, line);
    ck_assert_str_eq(error.path, "x.rep");
    ck_assert_ptr_null(trace.ops);
}

START_TEST(wrong_text)
{
    const struct wrong *wrong = &wrongs[_i];
    expect(wrong->text, strlen(wrong->text), wrong->line, wrong->message);
}
END_TEST

/* The same errors behind lines that are read the quick way. */
START_TEST(wrong_text_behind_much_that_is_right)
{
    enum { LINES = 30000 };
    char *text = malloc(LINES * 16);
    size_t n = 0;
    for (int i = 0; i < LINES; i++) {
        n += (size_t)sprintf(text + n, "a %d 64\n", i);
    }
    n += (size_t)sprintf(text + n, "f 7\nf 9\nf 7\n");
    expect(text, n, LINES + 3,
           "expected a live id, got 7, which is freed already");
    free(text);
}
END_TEST

START_TEST(endless_line)
{
    enum { BYTES = 1 << 20 };
    char *text = malloc(BYTES);
    memset(text, 'a', BYTES);
    memcpy(text, "a 0 5\n", 6);
    expect(text, BYTES, 2,
           "expected a line of less than 262144 bytes, got a longer one");
    free(text);
}
END_TEST

START_TEST(errors_as_one_line)
{
    struct trace_error error = {
        .path = "some.rep", .line = 7, .message = "expected A, got B"};
    char text[64];
    ck_assert_str_eq(trace_format_error(&error, text, sizeof text),
                     "some.rep:7: expected A, got B");
    error.line = 0;
    ck_assert_str_eq(trace_format_error(&error, text, sizeof text),
                     "some.rep: expected A, got B");
}
END_TEST

/* ---- files ------------------------------------------------------------- */

static void expect_file(const char *path, const char *message)
{
    struct trace trace;
    struct trace_error error;
    ck_assert_int_eq(trace_read(path, &trace, &error), -1);
    ck_assert_str_eq(error.message, message);
    ck_assert_uint_eq(error.line, WHOLE_FILE);
}

START_TEST(files_that_cannot_be_read)
{
    expect_file("/", "expected a trace file, got a directory");
    expect_file("/no/such/file",
                "expected a readable file, got \"No such file or directory\"");
    expect_file("", "expected a readable file, got \"No such file or "
                    "directory\"");
    char path[] = "/tmp/trace-secret-XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
    expect_file(path, "expected a trace, got an empty file");
    ck_assert_int_eq(chmod(path, 0), 0);
    if (geteuid() != 0) {
        expect_file(path,
                    "expected a readable file, got \"Permission denied\"");
    }
    unlink(path);
}
END_TEST

/* Of fewer bytes it cannot be told which compression it is. */
static const struct {
    const char *ending;
    off_t least;
} compressed[] = {
    {".rep.gz", 3}, {".rep.zst", 3}, {".rep.xz", 3}, {".rep.bz2", 14}};

/* Wherever a compressed file is cut, it is an error, and says so. */
START_TEST(truncated_compressed_files)
{
    char path[64];
    struct trace_error error;
    struct trace trace = generated("short ops=1200");
    snprintf(path, sizeof path, "/tmp/trace-cut-%ld%s", (long)getpid(),
             compressed[_i].ending);
    ck_assert_int_eq(trace_write_file(&trace, path, &error), 0);
    trace_free(&trace);
    struct stat status;
    ck_assert_int_eq(stat(path, &status), 0);
    for (off_t size = status.st_size - 1; size >= compressed[_i].least;
         size -= 1 + size / 40) {
        ck_assert_int_eq(truncate(path, size), 0);
        ck_assert_int_eq(trace_read(path, &trace, &error), -1);
        ck_assert_msg(strstr(error.message, "truncated") != NULL,
                      "%ld bytes: %s", (long)size, error.message);
    }
    unlink(path);
}
END_TEST

Suite *trace_errors_suite(void)
{
    Suite *suite = suite_create("trace-errors");
    TCase *tests = tcase_create("trace-errors");
    tcase_add_loop_test(tests, wrong_text, 0,
                        (int)(sizeof wrongs / sizeof wrongs[0]));
    tcase_add_test(tests, wrong_text_behind_much_that_is_right);
    tcase_add_test(tests, endless_line);
    tcase_add_test(tests, errors_as_one_line);
    tcase_add_test(tests, files_that_cannot_be_read);
    tcase_add_loop_test(tests, truncated_compressed_files, 0, 4);
    suite_add_tcase(suite, tests);
    return suite;
}
