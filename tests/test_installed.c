/*
 * test_installed.c -- a malloc from a shared library as a subject, and the
 * resident pages by which its memory is counted.
 *
 * The library at hand is libmymalloc.so, which is built without sanitizers.
 */
#include <check.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "driver/measure/footprint.h"
#include "driver/replay/correctness.h"
#include "driver/subject/installed.h"
#include "driver/subject/resident.h"
#include "tests/support/sanitized.h"
#include "tests/support/text_trace.h"

#ifndef SANITIZED

#define PAGE ((size_t)4096)
#define MIB  ((size_t)1 << 20)

/* Below the folder of the build. */
static const char *built(const char *name)
{
    static char path[4096];
    const char *build = getenv("BUILD");
    snprintf(path, sizeof path, "./%s/%s",
             build != NULL ? build : "build/release", name);
    return path;
}

static struct subject opened(const char *name)
{
    struct subject subject;
    char message[300] = "";
    int status = installed_open(built(name), &subject, message, sizeof message);
    ck_assert_msg(status == 0, "%s", message);
    return subject;
}

static struct subject library(void)
{
    return opened("libmymalloc.so");
}

START_TEST(library_serves_and_libc_stays)
{
    struct subject subject = library();
    ck_assert_str_eq(subject.label, "libmymalloc.so");
    ck_assert_int_eq(subject.kind, SUBJECT_FOREIGN);
    Dl_info info;
    ck_assert_int_ne(dladdr(dlsym(RTLD_DEFAULT, "malloc"), &info), 0);
    ck_assert_ptr_null(strstr(info.dli_fname, "libmymalloc"));
    void *payload = subject.policy->malloc(NULL, 100);
    ck_assert_uint_ge(subject.policy->usable_size(NULL, payload), 100);
    subject.policy->free(NULL, payload);
}
END_TEST

/* Not with libc's functions of the same names. */
START_TEST(library_works_with_its_own_functions)
{
    struct subject subject = opened("tests/libraries/calls_itself.so");
    const struct policy *policy = subject.policy;
    char *payload = policy->malloc(NULL, 20);
    strcpy(payload, "what has to be kept");
    payload = policy->realloc(NULL, payload, 100);
    ck_assert_str_eq(payload, "what has to be kept");
    ck_assert_uint_eq(policy->usable_size(NULL, payload), 100);
    policy->free(NULL, payload);
}
END_TEST

START_TEST(libraries_of_one_name_are_told_apart)
{
    struct subject *list = NULL;
    size_t n = 0;
    char text[9000], message[300];
    char *copy = strdup(built("tests/libmymalloc.so"));
    snprintf(text, sizeof text, "cp %s %s", built("libmymalloc.so"), copy);
    ck_assert_int_eq(system(text), 0);
    snprintf(text, sizeof text, "%s,%s", built("libmymalloc.so"), copy);
    ck_assert_int_eq(subject_parse_list(text, &list, &n, message, 300), 0);
    unlink(copy);
    ck_assert_uint_eq(n, 2);
    ck_assert_str_eq(list[0].label, "libmymalloc.so");
    ck_assert_str_eq(list[0].given, built("libmymalloc.so"));
    ck_assert_str_eq(list[1].label, copy);
    ck_assert_str_eq(list[1].given, copy);
    free(list);
    free(copy);
}
END_TEST

/* Twice the same one: one place, so that many mentions do not use all up. */
START_TEST(library_is_loaded_once)
{
    const struct policy *first = library().policy;
    for (int i = 0; i < 2 * INSTALLED_MOST; i++) {
        ck_assert_ptr_eq(library().policy, first);
    }
}
END_TEST

START_TEST(trace_is_replayed_and_found_right)
{
    struct trace trace;
    text_trace("a 0 1\na 1 8\na 2 15\na 3 16\nr 1 5000\na 4 3000000\n"
               "f 2\nr 4 9\nf 0\nf 1\nf 3\nf 4\n",
               &trace);
    struct subject subject = library();
    struct correctness_options options = {.check_every = 1};
    struct correctness_record record;
    ck_assert_int_eq(correctness_run(&trace, &subject, &options, NULL, &record),
                     0);
    ck_assert_msg(record.end == CORRECT, "%s", record.fault.detail);
    trace_free(&trace);
}
END_TEST

/* Four blocks of 1 MiB: all that is resident is theirs, within some pages. */
START_TEST(footprint_is_what_is_resident)
{
    struct trace trace;
    text_trace("a 0 1048576\na 1 1048576\na 2 1048576\nf 1\na 3 1048576\n"
               "f 0\nf 2\nf 3\n",
               &trace);
    struct subject subject = library();
    struct footprint_record record;
    ck_assert_int_eq(footprint_run(&trace, &subject, NULL, NULL, &record), 0);
    ck_assert(record.measured);
    ck_assert_uint_ge(record.peak_footprint_bytes, 3 * MIB);
    ck_assert_uint_le(record.peak_footprint_bytes, 3 * MIB + 64 * PAGE);
    trace_free(&trace);
}
END_TEST

static struct {
    const char *name, *message;
} refused[] = {
    {"./no-such-library.so", "No such file"},
    {"./README.md", "invalid ELF header"},
    {"/lib/x86_64-linux-gnu/libm.so.6", "expected a malloc of its own"},
};

START_TEST(what_is_no_malloc_is_refused)
{
    struct subject subject;
    char message[300];
    ck_assert(installed_is_name(refused[_i].name));
    ck_assert_int_eq(
        installed_open(refused[_i].name, &subject, message, sizeof message),
        -1);
    ck_assert_msg(strstr(message, refused[_i].message) != NULL, "%s", message);
    ck_assert(!installed_lacks_tls());
}
END_TEST

START_TEST(names_are_told_from_policies)
{
    ck_assert(installed_is_name("jemalloc"));
    ck_assert(!installed_is_name("mymalloc"));
    ck_assert(!installed_is_name("first-fit:address"));
    for (size_t i = 0; installed_name(i) != NULL; i++) {
        ck_assert(installed_is_name(installed_name(i)));
    }
}
END_TEST

static unsigned char *map(size_t bytes)
{
    unsigned char *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(pages, MAP_FAILED);
    return pages;
}

/* Touched pages count, mapped ones do not, and what goes back is forgotten. */
START_TEST(resident_counts_what_is_touched)
{
    resident_begin();
    ck_assert_uint_le(resident_bytes(), 16 * PAGE);
    unsigned char *pages = map(64 * MIB);
    ck_assert_uint_le(resident_bytes(), 16 * PAGE);
    for (size_t i = 0; i < 8 * MIB; i += PAGE) {
        pages[i] = 1;
        size_t held = i + PAGE, slack = held / 200 + 16 * PAGE;
        ck_assert_uint_ge(resident_bytes(), held);
        ck_assert_uint_le(resident_bytes(), held + slack);
    }
    munmap(pages, 64 * MIB);
    memset(map(64 * PAGE), 1, 64 * PAGE);
    ck_assert_uint_ge(resident_bytes(), 64 * PAGE);
    ck_assert_uint_le(resident_bytes(), 96 * PAGE);
}
END_TEST

#endif

Suite *installed_suite(void)
{
    Suite *suite = suite_create("installed");
    TCase *tests = tcase_create("installed");
#ifndef SANITIZED
    tcase_add_test(tests, library_serves_and_libc_stays);
    tcase_add_test(tests, library_works_with_its_own_functions);
    tcase_add_test(tests, libraries_of_one_name_are_told_apart);
    tcase_add_test(tests, library_is_loaded_once);
    tcase_add_test(tests, trace_is_replayed_and_found_right);
    tcase_add_test(tests, footprint_is_what_is_resident);
    tcase_add_loop_test(tests, what_is_no_malloc_is_refused, 0,
                        sizeof refused / sizeof refused[0]);
    tcase_add_test(tests, names_are_told_from_policies);
    tcase_add_test(tests, resident_counts_what_is_touched);
#endif
    suite_add_tcase(suite, tests);
    return suite;
}
