/*
 * preloaded.h -- runs commands under libmymalloc.so for tests.
 */
#ifndef TESTS_SUPPORT_PRELOADED_H
#define TESTS_SUPPORT_PRELOADED_H

/* The absolute path of the build folder. */
const char *preloaded_build(void);

/*
 * Output of a command for sh, both streams; the caller frees it.  Its exit
 * status in *status, -1 for a signal.
 */
char *preloaded_shell(const char *command, int *status);

/* The same under the library; settings are words like A=B, or none. */
char *preloaded_output(const char *settings, const char *command, int *status);

/* The output contains what is given and the exit status is as given. */
void preloaded_expect(const char *settings, const char *command, int status,
                      const char *output);

#endif
