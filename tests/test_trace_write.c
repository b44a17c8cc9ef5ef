/*
 * test_trace_write.c -- what is written reads back the same, in any dialect,
 * compressed or not, from files and from a pipe; and a file appears whole or
 * not at all.
 */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "driver/trace/lines.h"
#include "driver/trace/sink.h"
#include "driver/trace/trace.h"
#include "driver/trace/write.h"
#include "tests/support/generated.h"
#include "tests/support/text_trace.h"

static char folder[] = "/tmp/trace-write-XXXXXX";
static char path[128];

static void make_folder(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static size_t count_files(void)
{
    DIR *directory = opendir(folder);
    size_t n = 0;
    while (readdir(directory) != NULL) {
        n++;
    }
    closedir(directory);
    return n - 2;
}

static void remove_folder(void)
{
    unlink(path);
    ck_assert_uint_eq(count_files(), 0);
    rmdir(folder);
    memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
}

static const char *file(const char *name)
{
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static struct trace parsed(const char *text)
{
    struct trace trace;
    text_trace(text, &trace);
    return trace;
}

static struct trace random_trace(void)
{
    return generated("random");
}

static struct trace read_back(const char *name)
{
    struct trace trace;
    struct trace_error error;
    if (trace_read(name, &trace, &error) != 0) {
        ck_abort_msg("%s", error.message);
    }
    return trace;
}

static void expect_equal(const struct trace *a, const struct trace *b)
{
    ck_assert_uint_eq(a->n_ops, b->n_ops);
    ck_assert_uint_eq(a->n_ids, b->n_ids);
    ck_assert_uint_eq(a->weight, b->weight);
    ck_assert_mem_eq(a->ops, b->ops, a->n_ops * sizeof *a->ops);
    ck_assert_uint_eq(a->peak_payload_bytes, b->peak_payload_bytes);
    ck_assert_uint_eq(a->peak_rounded_bytes, b->peak_rounded_bytes);
    ck_assert_uint_eq(a->peak_headed_bytes, b->peak_headed_bytes);
    ck_assert_uint_eq(a->peak_live_blocks, b->peak_live_blocks);
    ck_assert_uint_eq(a->live_blocks_at_end, b->live_blocks_at_end);
}

struct example {
    const char *text;
    enum trace_dialect dialect;
    const char *written;
};

static const struct example examples[] = {
    {"a 7 100\nf -1\nr 9 18446744073709551615\nw 7 50\nf 7\nr 9 0\n",
     DIALECT_CLASSIC,
     "18446744073709551615\n2\n6\n1\na 0 100\nf -1\n"
     "r 1 18446744073709551615\nw 0 50\nf 0\nr 1 0\n"},
    {"2\n1\n2\n0\na 0 100\nf 0\n", DIALECT_CMU_2017,
     "2\n1\n2\n100\na 0 100\nf 0\n"},
    {"#!rep 1\nc 3 100\nt 2\nm 4 4096 10\nt 0\nf 3\n", DIALECT_EXTENDED,
     "#!rep 1\n4096\n2\n3\n1\nc 0 100\nt 2\nm 1 4096 10\nt 0\nf 0\n"},
    {"#!rep 1\n3\n1\n1\n0\nc 3 100\n", DIALECT_EXTENDED,
     "#!rep 1\n3\n1\n1\n100\nc 0 100\n"},
};

START_TEST(text_of_each_dialect)
{
    const struct example *example = &examples[_i];
    struct trace trace = parsed(example->text);
    ck_assert_int_eq(trace_write_dialect(&trace), example->dialect);
    char *text = trace_text(&trace);
    ck_assert_str_eq(text, example->written);
    struct trace again = parsed(text);
    ck_assert_uint_eq(again.n_notes, 0);
    expect_equal(&trace, &again);
    free(text);
    trace_free(&trace);
    trace_free(&again);
}
END_TEST

/* Whoever is killed while writing has left nothing. */
START_TEST(what_is_being_written_has_no_name)
{
    struct sink sink;
    struct trace_error error;
    int probe = open(folder, O_WRONLY | O_TMPFILE, 0600);
    ck_assert_int_eq(sink_open(&sink, file("x.rep"), &error), 0);
    ck_assert_int_eq(sink_put(&sink, "a 0 1\n", 6), 0);
    ck_assert_uint_eq(count_files(), probe < 0);
    ck_assert_int_eq(sink_close(&sink, path, 0, &error), 0);
    ck_assert_uint_eq(count_files(), 1);
    struct trace again = read_back(path);
    ck_assert_uint_eq(again.n_ops, 1);
    trace_free(&again);
    ck_assert_int_eq(sink_open(&sink, path, &error), 0);
    ck_assert_int_eq(sink_close(&sink, path, ECANCELED, &error), -1);
    ck_assert_uint_eq(count_files(), 1);
    unlink(path);
    close(probe);
}
END_TEST

/* Against printf: around each power of ten, and many others. */
START_TEST(numbers_are_written_as_printf_does)
{
    uint64_t power = 1;
    uint64_t state = 1;
    for (int i = 0; i < 20000; i++) {
        char text[40] = "", expected[40];
        state = state * 6364136223846793005u + 1442695040888963407u;
        uint64_t number =
            i < 60 ? power + (uint64_t)(i % 3) - 1 : state >> (unsigned)i % 64;
        power *= i < 60 && i % 3 == 2 ? 10 : 1;
        snprintf(expected, sizeof expected, "%llu", (unsigned long long)number);
        *lines_put_number(text, number) = '\0';
        ck_assert_str_eq(text, expected);
    }
}
END_TEST

static const char *const names[] = {"x.rep", "x.rep.gz", "x.rep.zst",
                                    "x.rep.xz", "x.rep.bz2"};
static const char *const magics[] = {"", "\x1f\x8b", "\x28\xb5\x2f\xfd",
                                     "\xfd\x37zXZ", "BZh"};

static void expect_magic(const char *magic)
{
    char start[8] = "";
    FILE *stream = fopen(path, "r");
    ck_assert_uint_eq(fread(start, 1, strlen(magic), stream), strlen(magic));
    fclose(stream);
    ck_assert_mem_eq(start, magic, strlen(magic));
}

START_TEST(files_read_back)
{
    struct trace_error error;
    struct trace trace = random_trace();
    ck_assert_int_eq(trace_write_file(&trace, file(names[_i]), &error), 0);
    ck_assert_uint_eq(count_files(), 1);
    expect_magic(magics[_i]);
    struct trace again = read_back(path);
    ck_assert_str_eq(again.name, names[_i]);
    expect_equal(&trace, &again);
    trace_free(&again);

    /* The name does not matter for reading. */
    char other[128];
    snprintf(other, sizeof other, "%s/y", folder);
    ck_assert_int_eq(rename(path, other), 0);
    again = read_back(other);
    expect_equal(&trace, &again);
    unlink(other);
    trace_free(&again);
    trace_free(&trace);
}
END_TEST

/* Standard input is read from where it stands, through a pipe. */
START_TEST(standard_input)
{
    struct trace_error error;
    char command[160];
    struct trace trace = random_trace();
    ck_assert_int_eq(trace_write_file(&trace, file(names[_i]), &error), 0);
    snprintf(command, sizeof command, "cat %s", path);
    FILE *pipe = popen(command, "r");
    int old = dup(STDIN_FILENO);
    dup2(fileno(pipe), STDIN_FILENO);
    struct trace again = read_back("-");
    dup2(old, STDIN_FILENO);
    close(old);
    ck_assert_int_eq(pclose(pipe), 0);
    ck_assert_str_eq(again.name, "-");
    expect_equal(&trace, &again);
    trace_free(&again);
    trace_free(&trace);
}
END_TEST

START_TEST(bytes_in_memory_may_be_compressed)
{
    struct trace_error error;
    struct trace trace = random_trace();
    ck_assert_int_eq(trace_write_file(&trace, file("x.rep.xz"), &error), 0);
    static char bytes[1 << 20];
    FILE *stream = fopen(path, "r");
    size_t n = fread(bytes, 1, sizeof bytes, stream);
    fclose(stream);
    struct trace again;
    ck_assert_int_eq(trace_parse("x", bytes, n, &again, &error), 0);
    expect_equal(&trace, &again);
    trace_free(&again);
    trace_free(&trace);
}
END_TEST

/* No time of day in the header of gzip: the same bytes each time. */
START_TEST(no_time_in_compressed_files)
{
    struct trace_error error;
    unsigned char start[8];
    struct trace trace = random_trace();
    ck_assert_int_eq(trace_write_file(&trace, file("y.rep.gz"), &error), 0);
    FILE *stream = fopen(path, "r");
    ck_assert_uint_eq(fread(start, 1, sizeof start, stream), sizeof start);
    fclose(stream);
    ck_assert_mem_eq(start + 4, "\0\0\0\0", 4);
    trace_free(&trace);
}
END_TEST

START_TEST(an_old_file_is_replaced_and_a_link_kept)
{
    struct trace_error error;
    struct trace trace = parsed("a 0 5\n");
    char link[128];
    FILE *stream = fopen(file("x.rep"), "w");
    fputs("old", stream);
    fclose(stream);
    snprintf(link, sizeof link, "%s/link", folder);
    ck_assert_int_eq(symlink("x.rep", link), 0);
    ck_assert_int_eq(trace_write_file(&trace, link, &error), 0);
    struct stat status;
    ck_assert_int_eq(lstat(link, &status), 0);
    ck_assert(S_ISLNK(status.st_mode));
    struct trace again = read_back(path);
    expect_equal(&trace, &again);
    unlink(link);
    trace_free(&again);
    trace_free(&trace);
}
END_TEST

/* What is not a regular file is written to, never replaced. */
START_TEST(a_pipe_stays_a_pipe)
{
    struct trace_error error;
    char text[64] = "";
    struct stat status;
    struct trace trace = parsed("a 0 5\n");
    ck_assert_int_eq(mkfifo(file("pipe"), 0600), 0);
    int fd = open(path, O_RDWR);
    ck_assert_int_eq(trace_write_file(&trace, path, &error), 0);
    ck_assert_int_eq(lstat(path, &status), 0);
    ck_assert(S_ISFIFO(status.st_mode));
    ck_assert_int_gt(read(fd, text, sizeof text - 1), 0);
    ck_assert_str_eq(text, "4096\n1\n1\n1\na 0 5\n");
    close(fd);
    trace_free(&trace);
}
END_TEST

START_TEST(failures_are_told)
{
    struct trace_error error;
    struct trace trace = random_trace();
    ck_assert_int_eq(trace_write_file(&trace, "/no/such/x.rep", &error), -1);
    ck_assert_str_eq(error.path, "/no/such/x.rep");
    ck_assert_str_eq(error.message, "expected a file to write, got \"No such "
                                    "file or directory\"");
    ck_assert_int_eq(trace_write_file(&trace, folder, &error), -1);
    ck_assert_str_eq(error.message,
                     "expected a file to write, got \"Is a directory\"");
    FILE *full = fopen("/dev/full", "w");
    ck_assert_int_eq(trace_write(&trace, full), -1);
    fclose(full);
    trace_free(&trace);
}
END_TEST

/* The disk is full: the old file is still there, and nothing beside it. */
START_TEST(failures_leave_nothing_behind)
{
    struct trace_error error;
    struct rlimit before;
    struct trace trace = random_trace();
    struct trace old = parsed("a 0 5\n");
    ck_assert_int_eq(trace_write_file(&old, file("x.rep"), &error), 0);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit limit = {.rlim_cur = 1000, .rlim_max = before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    int result = trace_write_file(&trace, path, &error);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
    ck_assert_int_eq(result, -1);
    ck_assert_str_eq(error.message,
                     "expected a file to write, got \"File too large\"");
    ck_assert_uint_eq(count_files(), 1);
    struct trace again = read_back(path);
    expect_equal(&again, &old);
    trace_free(&again);
    trace_free(&old);
    trace_free(&trace);
}
END_TEST

Suite *trace_write_suite(void)
{
    Suite *suite = suite_create("trace-write");
    TCase *tests = tcase_create("trace-write");
    tcase_add_checked_fixture(tests, make_folder, remove_folder);
    tcase_add_loop_test(tests, text_of_each_dialect, 0,
                        (int)(sizeof examples / sizeof examples[0]));
    tcase_add_test(tests, numbers_are_written_as_printf_does);
    tcase_add_test(tests, what_is_being_written_has_no_name);
    tcase_add_loop_test(tests, files_read_back, 0, 5);
    tcase_add_loop_test(tests, standard_input, 0, 4);
    tcase_add_test(tests, bytes_in_memory_may_be_compressed);
    tcase_add_test(tests, no_time_in_compressed_files);
    tcase_add_test(tests, an_old_file_is_replaced_and_a_link_kept);
    tcase_add_test(tests, a_pipe_stays_a_pipe);
    tcase_add_test(tests, failures_are_told);
    tcase_add_test(tests, failures_leave_nothing_behind);
    suite_add_tcase(suite, tests);
    return suite;
}
