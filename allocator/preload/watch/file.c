/*
 * file.c -- names (file.h).
 */
#include "allocator/preload/watch/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NUMBER_MARK "%p"

bool file_name_set(struct file_name *name, const char *text)
{
    size_t used = 0;
    if (*text == '\0') {
        return false;
    }
    if (*text != '/') {
        long got = syscall(SYS_getcwd, name->text, sizeof name->text - 1);
        if (got <= 0) {
            return false;
        }
        used = strlen(name->text);
        name->text[used++] = '/';
    }
    size_t length = strlen(text);
    if (length >= sizeof name->text - used) {
        name->text[0] = '\0';
        return false;
    }
    memcpy(name->text + used, text, length + 1);
    return true;
}

void file_name_pass_on(struct file_name *name)
{
    size_t length = strlen(name->text);
    if (strstr(name->text, NUMBER_MARK) == NULL &&
        length + sizeof "." NUMBER_MARK <= sizeof name->text) {
        memcpy(name->text + length, "." NUMBER_MARK, sizeof "." NUMBER_MARK);
    }
}

bool file_name_expand(const struct file_name *name, char path[PATH_MAX])
{
    const char *mark = strstr(name->text, NUMBER_MARK);
    size_t before = mark != NULL ? (size_t)(mark - name->text) : 0;
    int length = mark != NULL ? snprintf(path, PATH_MAX, "%.*s%d%s",
                                         (int)before, name->text, (int)getpid(),
                                         mark + strlen(NUMBER_MARK))
                              : snprintf(path, PATH_MAX, "%s", name->text);
    return length > 0 && length < PATH_MAX;
}

int file_open(const char *path, int flags)
{
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0666);
}
