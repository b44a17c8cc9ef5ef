/*
 * misuse.c -- a table, and a command line for each of its cells (misuse.h).
 */
#include "tests/support/misuse.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

const struct misuse misuses[] = {
    {"double-free", "double free", NULL},
    {"double-free-later", "double free", NULL},
    {"double-free-of-grown", "double free", NULL},
    {"double-free-of-aligned", "double free", NULL},
    {"realloc-freed", "use after free", NULL},
    {"usable-size-of-freed", "use after free", NULL},
    {"free-interior", "invalid free", NULL},
    {"free-interior-of-reused", "invalid free", NULL},
    {"free-misaligned", "invalid free", NULL},
    {"free-end", "invalid free", NULL},
    {"free-stack", "invalid free", NULL},
    {"free-static", "invalid free", NULL},
    {"free-unmapped", "invalid free", NULL},
    {"realloc-interior", "invalid realloc", NULL},
    {"realloc-static", "invalid realloc", NULL},
    {"overrun", "overrun", NULL},
    {"overrun-by-zero", "overrun", NULL},
    {"overrun-by-word", "overrun", NULL},
    {"overrun-far", "overrun", NULL},
    {"overrun-calloc", "overrun", NULL},
    {"overrun-realloc", "overrun", NULL},
    {"overrun-shrunk", "overrun", NULL},
    {"overrun-aligned", "overrun", NULL},
    {"overrun-then-realloc", "overrun", NULL},
    {"overrun-into-next", "overrun", NULL},
    {"overrun-to-top", "overrun", NULL},
    {"overrun-then-trim", "overrun", NULL},
    {"overrun-then-check", "overrun", NULL},
    {"overrun-kept", "overrun", NULL},
    {"underrun", "underrun", NULL},
    {"underrun-by-word", "underrun", NULL},
    {"underrun-far", "underrun", NULL},
    {"underrun-aligned", "underrun", NULL},
    {"write-after-free", "write after free", "use after free"},
    {"write-after-free-last", "write after free", "use after free"},
    {"write-after-realloc", "write after free", "use after free"},
    {"write-after-free-of-list", "write after free", "use after free"},
    {"clear-after-free-of-list", "write after free", "use after free"},
    {"link-after-free-of-list", "write after free", "use after free"},
    {"write-after-free-then-trim", "write after free", "use after free"},
    {"write-after-free-long-ago", "write after free", "use after free"},
    {"wrong-size", "wrong size in free", NULL},
    {"wrong-size-aligned", "wrong size in free", NULL},
    {"wrong-alignment", "wrong alignment in free", NULL},
    {"aligned-freed-as-plain", "wrong alignment in free", NULL},
    {"leak", "leak", NULL},
    {"leak-ring", "leak", NULL},
    {"read-behind", NULL, "overrun"},
    {"read-before", NULL, "underrun"},
    {"read-after-free", NULL, "use after free"},
    {"read-after-realloc", NULL, "use after free"},
};

const size_t n_misuses = sizeof misuses / sizeof *misuses;

const char *misuse_mode_name(enum misuse_mode mode)
{
    static const char *const names[] = {"1", "guard", "guard-odd",
                                        "guard-below", "0"};
    return names[mode];
}

bool misuse_is_catchable(const struct misuse *misuse, enum misuse_mode mode,
                         size_t size)
{
    if (strcmp(misuse->name, "read-behind") == 0) {
        return mode == MISUSE_ODD || (mode == MISUSE_GUARD && size % 8 == 0) ||
               (mode == MISUSE_BELOW && size % 4096 == 0);
    }
    if (strcmp(misuse->name, "read-before") == 0) {
        return mode == MISUSE_BELOW ||
               (mode != MISUSE_BYTES && size % 4096 == 0);
    }
    return misuse->told != NULL || mode != MISUSE_BYTES;
}

/* Makes the mistake; whether the process ended with 3. */
static bool make(const struct misuse *misuse, enum misuse_mode mode,
                 size_t size, const char *build, char *output, size_t room)
{
    char line[8192];
    snprintf(line, sizeof line,
             "LD_PRELOAD=%s/libmymalloc.so MALLOC_DEBUG=%s "
             "exec %s/tests/programs/misuse %s %zu 2>&1 </dev/null",
             build, misuse_mode_name(mode), build, misuse->name, size);
    FILE *pipe = popen(line, "r");
    if (pipe == NULL) {
        return false;
    }
    size_t bytes = fread(output, 1, room - 1, pipe);
    output[bytes] = '\0';
    int status = pclose(pipe);
    return WIFEXITED(status) && WEXITSTATUS(status) == 3;
}

bool misuse_is_caught(const struct misuse *misuse, enum misuse_mode mode,
                      size_t size, const char *build, char *output, size_t room)
{
    char expected[128];
    const char *told = mode != MISUSE_BYTES && misuse->told_by_pages != NULL
                           ? misuse->told_by_pages
                           : misuse->told;
    bool ended = make(misuse, mode, size, build, output, room);
    snprintf(expected, sizeof expected, "error: %s detected at 0x",
             told != NULL ? told : "");
    return ended && strstr(output, expected) != NULL;
}

bool misuse_is_noticed(const struct misuse *misuse, size_t size,
                       const char *build)
{
    char output[256];
    return make(misuse, MISUSE_NORMAL, size, build, output, sizeof output) &&
           strstr(output, "error: ") != NULL;
}
