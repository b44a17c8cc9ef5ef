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

/* Where a block's own word was written over, its free tells. */
START_TEST(the_normal_mode_tells_of_damaged_blocks)
{
    static const char *const names[] = {"underrun", "underrun-by-word"};
    static const char *const policies[] = {"mymalloc", "best-fit", "tlsf"};
    char settings[64], command[256];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        for (size_t j = 0; j < sizeof policies / sizeof *policies; j++) {
            snprintf(settings, sizeof settings, "MALLOC_POLICY=%s",
                     policies[j]);
            snprintf(command, sizeof command, "%s/tests/programs/misuse %s %d",
                     build(), names[i], 100000);
            preloaded_expect(settings, command, 3,
                             "error: damaged block detected at 0x");
        }
    }
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
    tcase_add_loop_test(tests, guard_bytes_tell_it, 0, (int)n_misuses);
    tcase_add_loop_test(tests, page_guards_tell_it, 0, (int)n_misuses);
    suite_add_tcase(suite, tests);
    return suite;
}
