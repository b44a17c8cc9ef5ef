/*
 * golden.h -- texts that are compared with a file of what is right.
 *
 * The files lie in tests/golden/.  When an output was changed on purpose, run
 * the tests with UPDATE=1 in the environment: each file is rewritten with what
 * the code gives now, and `git diff tests/golden` shows what that means.
 */
#ifndef TESTS_SUPPORT_GOLDEN_H
#define TESTS_SUPPORT_GOLDEN_H

#include <stdbool.h>
#include <stddef.h>

/* True where UPDATE=1 is set. */
bool golden_updating(void);

/* The whole file as a text of its own (free it), or NULL with errno set. */
char *golden_read_file(const char *path);

/* Returns 0, or -1 with errno set. */
int golden_write_file(const char *path, const char *text);

/*
 * Fails the test unless text equals the file tests/golden/NAME, byte by byte;
 * tells the first line that differs.
 */
void golden_compare(const char *name, const char *text);

/*
 * The first line in which two texts differ, in words: "line 3: expected ...,
 * got ...".  Empty when they are equal.
 */
void golden_difference(const char *expected, const char *found, char *text,
                       size_t room);

#endif
