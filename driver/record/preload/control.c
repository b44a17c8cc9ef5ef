/*
 * control.c -- finds the directory's name, maps the control file.
 *
 * Only system calls and string functions: nothing here may allocate.
 */
#include "driver/record/preload/control.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "driver/record/preload/system.h"

#define VARIABLE RECORD_DIRECTORY_VARIABLE "="

extern char **environ;

static char directory[PATH_MAX];
static const struct record_control *control;
static bool searched;

static bool copy_directory(const char *value)
{
    size_t length = strnlen(value, sizeof directory);
    if (length == 0 || length == sizeof directory)
        return false;
    memcpy(directory, value, length + 1);
    return true;
}

static bool search_environ(void)
{
    size_t length = strlen(VARIABLE);
    for (char **entry = environ; entry != NULL && *entry != NULL; entry++)
        if (strncmp(*entry, VARIABLE, length) == 0)
            return copy_directory(*entry + length);
    return false;
}

/* More than the kernel lets an environment take with its usual limits. */
#define ENVIRONMENT_BYTES ((size_t)4 << 20)

/* text: the first environment of this image, entries end in zero bytes. */
static bool search_entries(const char *text, size_t bytes)
{
    const char *end = text + bytes;
    size_t length = strlen(VARIABLE);
    for (const char *entry = text; entry < end; entry += strlen(entry) + 1)
        if (strncmp(entry, VARIABLE, length) == 0)
            return copy_directory(entry + length);
    return false;
}

static bool search_proc(void)
{
    int fd = system_open("/proc/self/environ", O_RDONLY, 0);
    char *text = mmap(NULL, ENVIRONMENT_BYTES, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    bool found = false;
    if (fd >= 0 && text != MAP_FAILED) {
        size_t filled = 0;
        ssize_t got;
        while ((got = system_read(fd, text + filled,
                                  ENVIRONMENT_BYTES - 1 - filled)) > 0)
            filled += (size_t)got;
        found = search_entries(text, filled);
    }
    if (text != MAP_FAILED)
        munmap(text, ENVIRONMENT_BYTES);
    if (fd >= 0)
        system_close(fd);
    return found;
}

static const struct record_control *map_control(void)
{
    char path[PATH_MAX + sizeof RECORD_CONTROL_NAME];
    snprintf(path, sizeof path, "%s/" RECORD_CONTROL_NAME, directory);
    int fd = system_open(path, O_RDONLY, 0);
    if (fd < 0)
        return NULL;
    void *map =
        mmap(NULL, sizeof(struct record_control), PROT_READ, MAP_SHARED, fd, 0);
    system_close(fd);
    if (map == MAP_FAILED)
        return NULL;
    const struct record_control *found = map;
    return found->magic == CONTROL_MAGIC ? found : NULL;
}

const struct record_control *control_find(void)
{
    if (!searched) {
        searched = true;
        if (search_environ() || search_proc())
            control = map_control();
    }
    return control;
}

const char *control_directory(void)
{
    return directory;
}
