/*
 * test_preload_misuse.c -- the debug mode catches each planted mistake, with
 * the exit code and the words that it is documented to use.
 *
 * `make misuse` prints the same for more sizes.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/misuse.h"
#include "tests/support/preloaded.h"

static const char *build(void)
{
    const char *folder = getenv("BUILD");
    return folder != NULL ? folder : "build/release";
}

static void expect_caught(const struct misuse *misuse, enum misuse_mode mode,
                          size_t size)
{
    static char output[1 << 16];
    if (misuse_is_catchable(misuse, mode, size)) {
        ck_assert_msg(misuse_is_caught(misuse, mode, size, build(), output,
                                       sizeof output),
                      "MALLOC_DEBUG=%s %s %zu: not caught: %s",
                      misuse_mode_name(mode), misuse->name, size, output);
    }
}

static const struct misuse *named(const char *name)
{
    size_t i = 0;
    while (i < n_misuses && strcmp(misuses[i].name, name) != 0) {
        i++;
    }
    ck_assert_uint_lt(i, n_misuses);
    return &misuses[i];
}

/* From a thread's cache, from an arena, and a mapping of its own. */
START_TEST(the_normal_mode_tells_some)
{
    static const char *const names[] = {
        "double-free", "realloc-freed", "free-interior",        "free-stack",
        "free-static", "free-unmapped", "usable-size-of-freed",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        expect_caught(named(names[i]), MISUSE_NORMAL, 64);
        expect_caught(named(names[i]), MISUSE_NORMAL, 5000);
        expect_caught(named(names[i]), MISUSE_NORMAL, 1 << 20);
    }
    expect_caught(named("free-interior-of-reused"), MISUSE_NORMAL, 64);
    expect_caught(named("free-interior-of-reused"), MISUSE_NORMAL, 2000);
    expect_caught(named("underrun"), MISUSE_NORMAL, 1 << 20);
    expect_caught(named("underrun-by-word"), MISUSE_NORMAL, 1 << 20);
}
END_TEST

/* What the library says without the debug mode of a mistake. */
static void expect_told(const char *settings, const char *name, int size,
                        const char *what)
{
    char command[256], told[128];
    snprintf(command, sizeof command, "%s/tests/programs/misuse %s %d", build(),
             name, size);
    snprintf(told, sizeof told, "error: %s detected at 0x", what);
    preloaded_expect(settings, command, 3, told);
}

/* Where a block's own word was written over, its free tells. */
START_TEST(the_normal_mode_tells_of_damaged_blocks)
{
    static const char *const names[] = {"underrun", "underrun-by-word"};
    static const char *const policies[] = {"mymalloc", "best-fit", "tlsf"};
    char settings[64];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        for (size_t j = 0; j < sizeof policies / sizeof *policies; j++) {
            snprintf(settings, sizeof settings, "MALLOC_POLICY=%s",
                     policies[j]);
            expect_told(settings, names[i], 100000, "damaged block");
        }
        expect_told("", names[i], 24, "damaged block");
        expect_told("", names[i], 1000, "damaged block");
    }
}
END_TEST

/* By the guard behind a block, or by the words of what follows. */
START_TEST(the_normal_mode_tells_of_overruns)
{
    static const int sizes[] = {24, 40, 64, 256, 1024, 4096};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        expect_told("", "overrun-into-next", sizes[i], "overrun");
        expect_told("", "overrun-to-top", sizes[i], "overrun");
    }
    expect_told("", "overrun", 64, "overrun");
    expect_told("", "overrun-by-zero", 1024, "overrun");
    expect_told("", "overrun-then-realloc", 16384, "overrun");
    expect_told("", "overrun-into-next", 100000, "damaged block");
    expect_told("", "overrun-then-trim", 1024, "overrun");
    expect_told("MALLOC_POLICY=buddy", "overrun", 1024, "overrun");
}
END_TEST

/* The process says which block it writes to, and so does the library. */
START_TEST(the_normal_mode_tells_of_links_written_over)
{
    static const char *const names[] = {"write-after-free-of-list",
                                        "link-after-free-of-list",
                                        "write-after-free-then-trim"};
    char command[256], told[128];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        int status;
        snprintf(command, sizeof command, "%s/tests/programs/misuse %s 100",
                 build(), names[i]);
        char *output = preloaded_output("", command, &status);
        unsigned long block = strtoul(output + strlen("block "), NULL, 16);
        snprintf(told, sizeof told,
                 "error: write after free detected at 0x%lx\n", block);
        ck_assert_int_eq(status, 3);
        ck_assert_msg(strstr(output, told) != NULL, "%s: %s", names[i], output);
        free(output);
    }
    expect_told("", "clear-after-free-of-list", 100, "write after free");
}
END_TEST

START_TEST(guard_bytes_tell_it)
{
    static const size_t sizes[] = {8, 100, 262144};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        expect_caught(&misuses[_i], MISUSE_BYTES, sizes[i]);
    }
}
END_TEST

START_TEST(page_guards_tell_it)
{
    for (int mode = MISUSE_GUARD; mode < MISUSE_MODES; mode++) {
        expect_caught(&misuses[_i], (enum misuse_mode)mode, 13);
        expect_caught(&misuses[_i], (enum misuse_mode)mode, 4096);
    }
}
END_TEST

Suite *preload_misuse_suite(void)
{
    Suite *suite = suite_create("preload_misuse");
    TCase *tests = tcase_create("mistakes");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, the_normal_mode_tells_some);
    tcase_add_test(tests, the_normal_mode_tells_of_damaged_blocks);
    tcase_add_test(tests, the_normal_mode_tells_of_overruns);
    tcase_add_test(tests, the_normal_mode_tells_of_links_written_over);
    tcase_add_loop_test(tests, guard_bytes_tell_it, 0, (int)n_misuses);
    tcase_add_loop_test(tests, page_guards_tell_it, 0, (int)n_misuses);
    suite_add_tcase(suite, tests);
    return suite;
}
