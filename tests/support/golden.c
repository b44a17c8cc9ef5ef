/*
 * golden.c -- texts that are compared with a file of what is right.
 */
#include "tests/support/golden.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of a line that differs: more does not help, and Check takes little. */
enum { SHOWN_BYTES = 800 };

bool golden_updating(void)
{
    const char *update = getenv("UPDATE");
    return update != NULL && strcmp(update, "1") == 0;
}

char *golden_read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return NULL;
    }
    char *text = NULL;
    size_t length = 0;
    FILE *copy = open_memstream(&text, &length);
    if (copy != NULL) {
        char part[4096];
        size_t n;
        while ((n = fread(part, 1, sizeof(part), file)) > 0) {
            fwrite(part, 1, n, copy);
        }
        fclose(copy);
    }
    fclose(file);
    return text;
}

int golden_write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        return -1;
    }
    int put = fputs(text, file);
    return fclose(file) == 0 && put >= 0 ? 0 : -1;
}

static int shown(size_t length)
{
    return length < SHOWN_BYTES ? (int)length : SHOWN_BYTES;
}

void golden_difference(const char *expected, const char *found, char *text,
                       size_t room)
{
    size_t line = 1;
    text[0] = '\0';
    while (strcmp(expected, found) != 0) {
        size_t e = strcspn(expected, "\n"), f = strcspn(found, "\n");
        bool ends = expected[e] == '\0' || found[f] == '\0';
        if (e != f || memcmp(expected, found, e) != 0 || ends) {
            snprintf(text, room,
                     "line %zu:\n  expected |%.*s|%s\n  got      |%.*s|%s",
                     line, shown(e), expected,
                     expected[e] == '\0' ? " END" : "", shown(f), found,
                     found[f] == '\0' ? " END" : "");
            return;
        }
        expected += e + 1;
        found += f + 1;
        line++;
    }
}

void golden_compare(const char *name, const char *text)
{
    char path[256], difference[2048];
    snprintf(path, sizeof(path), "tests/golden/%s", name);
    if (golden_updating()) {
        ck_assert_msg(golden_write_file(path, text) == 0, "%s: %s", path,
                      strerror(errno));
        return;
    }
    char *expected = golden_read_file(path);
    ck_assert_msg(expected != NULL, "%s: %s; UPDATE=1 makes it", path,
                  strerror(errno));
    golden_difference(expected, text, difference, sizeof(difference));
    ck_assert_msg(difference[0] == '\0', "%s, %s", path, difference);
    free(expected);
}
