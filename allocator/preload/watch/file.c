/*
 * file.c -- names (file.h).
 */
#include "allocator/preload/watch/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
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

/* ---- a file that is written at once -------------------------------------- */

static void fail(struct file_out *out, int problem)
{
    if (out->problem == 0) {
        out->problem = problem;
    }
}

static void flush(struct file_out *out)
{
    const char *text = out->text;
    while (out->used != 0 && out->problem == 0) {
        long n = syscall(SYS_write, out->fd, text, out->used);
        if (n <= 0) {
            fail(out, n == 0 ? ENOSPC : errno);
            break;
        }
        text += n;
        out->used -= (size_t)n;
    }
    out->used = 0;
}

/* The name while it is written; false: too long. */
static bool name_beside(const struct file_out *out, char path[PATH_MAX])
{
    int length = snprintf(path, PATH_MAX, "%s.new", out->path);
    return length > 0 && length < PATH_MAX;
}

void file_out_open(struct file_out *out, const char *path)
{
    char beside[PATH_MAX];
    out->used = 0;
    out->problem = 0;
    out->fd = -1;
    snprintf(out->path, sizeof out->path, "%s", path);
    if (name_beside(out, beside)) {
        out->fd = file_open(beside, O_WRONLY | O_CREAT | O_TRUNC);
        fail(out, out->fd < 0 ? errno : 0);
    } else {
        fail(out, ENAMETOOLONG);
    }
}

void file_out_print(struct file_out *out, const char *format, ...)
{
    enum { LINE = 512 };
    if (sizeof out->text - out->used < LINE) {
        flush(out);
    }
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(out->text + out->used, LINE, format, arguments);
    va_end(arguments);
    if (length > 0) {
        out->used += length < LINE ? (size_t)length : LINE - 1;
    }
}

void file_out_copy(struct file_out *out, const char *path)
{
    int fd = file_open(path, O_RDONLY);
    long n = fd >= 0 ? 1 : 0;
    while (n > 0) {
        flush(out);
        n = syscall(SYS_read, fd, out->text, sizeof out->text);
        out->used = n > 0 ? (size_t)n : 0;
    }
    if (fd >= 0) {
        close(fd);
    }
}

int file_out_close(struct file_out *out)
{
    char beside[PATH_MAX];
    flush(out);
    if (out->fd >= 0 && close(out->fd) != 0) {
        fail(out, errno);
    }
    if (out->fd >= 0 && name_beside(out, beside)) {
        if (out->problem != 0) {
            unlink(beside);
        } else if (rename(beside, out->path) != 0) {
            fail(out, errno);
        }
    }
    return out->problem;
}
