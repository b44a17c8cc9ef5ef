/*
 * tunables.c -- a table of names and what they set (tunables.h).
 */
#include "allocator/preload/tunables.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/preload/settings.h"

static void set_mmap_threshold(size_t bytes)
{
    settings.mmap_threshold_bytes =
        bytes < SETTINGS_THRESHOLD_LEAST  ? SETTINGS_THRESHOLD_LEAST
        : bytes > SETTINGS_THRESHOLD_MOST ? SETTINGS_THRESHOLD_MOST
                                          : bytes;
}

static void set_trim_threshold(size_t bytes)
{
    settings.trim_threshold_bytes =
        bytes > SETTINGS_TRIM_MOST ? SETTINGS_TRIM_NEVER : bytes;
}

static void set_arenas(size_t n)
{
    settings.arenas_most = n < UINT_MAX ? (unsigned)n : 0;
}

static void set_perturb(size_t byte)
{
    settings.perturb = (unsigned char)byte;
}

static const struct tunable {
    const char *variable, *name;
    void (*set)(size_t value);
} tunables[] = {
    {"MALLOC_MMAP_THRESHOLD_", "mmap_threshold", set_mmap_threshold},
    {"MALLOC_TRIM_THRESHOLD_", "trim_threshold", set_trim_threshold},
    {"MALLOC_ARENA_MAX", "arena_max", set_arenas},
    {"MALLOC_PERTURB_", "perturb", set_perturb},
};

/* What follows name and '=' where an entry begins with them, or NULL. */
static const char *value_of(const char *entry, const char *name)
{
    size_t length = strlen(name);
    return strncmp(entry, name, length) == 0 && entry[length] == '='
               ? entry + length + 1
               : NULL;
}

/* A number, decimal or as C writes it, up to the end or the next entry. */
static void set(const struct tunable *tunable, const char *text)
{
    char *end = NULL;
    unsigned long value = strtoul(text, &end, 0);
    if (end != text && (*end == '\0' || *end == ':')) {
        tunable->set(value);
    }
}

/* One of the entries of GLIBC_TUNABLES, ends with ':' or the text. */
static void use_tunable(const char *entry)
{
    static const char space[] = "glibc.malloc.";
    if (strncmp(entry, space, strlen(space)) != 0) {
        return;
    }
    for (size_t i = 0; i < sizeof tunables / sizeof *tunables; i++) {
        const char *text = value_of(entry + strlen(space), tunables[i].name);
        if (text != NULL) {
            set(&tunables[i], text);
        }
    }
}

void tunables_use(const char *entry)
{
    const char *list = value_of(entry, "GLIBC_TUNABLES");
    while (list != NULL) {
        use_tunable(list);
        list = strchr(list, ':');
        list = list != NULL ? list + 1 : NULL;
    }
    for (size_t i = 0; i < sizeof tunables / sizeof *tunables; i++) {
        const char *text = value_of(entry, tunables[i].variable);
        if (text != NULL) {
            set(&tunables[i], text);
        }
    }
}
