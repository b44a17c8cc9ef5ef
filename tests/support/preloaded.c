/*
 * preloaded.c -- commands for sh, under libmymalloc.so or not (preloaded.h).
 */
#include "tests/support/preloaded.h"

#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { ROOM = 1 << 20 };

const char *preloaded_build(void)
{
    static char absolute[PATH_MAX];
    const char *folder = getenv("BUILD");
    ck_assert_ptr_nonnull(
        realpath(folder == NULL ? "build/release" : folder, absolute));
    return absolute;
}

char *preloaded_shell(const char *command, int *status)
{
    char line[3 * PATH_MAX];
    char *text = malloc(ROOM);
    ck_assert_ptr_nonnull(text);
    snprintf(line, sizeof line, "{ %s\n} 2>&1 </dev/null", command);
    FILE *pipe = popen(line, "r");
    ck_assert_ptr_nonnull(pipe);
    size_t bytes = fread(text, 1, ROOM - 1, pipe);
    text[bytes] = '\0';
    ck_assert_uint_lt(bytes, ROOM - 1);
    int ended = pclose(pipe);
    *status = WIFEXITED(ended) ? WEXITSTATUS(ended) : -1;
    return text;
}

char *preloaded_output(const char *settings, const char *command, int *status)
{
    char line[2 * PATH_MAX];
    snprintf(line, sizeof line, "export LD_PRELOAD=%s/libmymalloc.so %s\n%s",
             preloaded_build(), settings, command);
    return preloaded_shell(line, status);
}

void preloaded_expect(const char *settings, const char *command, int status,
                      const char *output)
{
    int ended;
    char *text = preloaded_output(settings, command, &ended);
    ck_assert_msg(ended == status && strstr(text, output) != NULL,
                  "%s %s: expected exit %d and \"%s\", got %d and \"%s\"",
                  settings, command, status, output, ended, text);
    free(text);
}
