/*
 * test_preload_misuse.c -- the debug mode catches each planted mistake, with
 * the exit code and the words that it is documented to use.
 *
 * `make misuse` prints the same for more sizes.
 */
#include <check.h>
#include <stdlib.h>

#include "tests/support/misuse.h"

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
    tcase_add_loop_test(tests, guard_bytes_tell_it, 0, (int)n_misuses);
    tcase_add_loop_test(tests, page_guards_tell_it, 0, (int)n_misuses);
    suite_add_tcase(suite, tests);
    return suite;
}
