/*
 * new_file.c -- O_TMPFILE and linkat, or a file beside; then rename.
 */
#include "driver/trace/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The folder that path lies in, to be freed; NULL without memory. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder;
    int length = slash == NULL ? 1 : (int)(slash - path) + 1;
    return asprintf(&folder, "%.*s", length, slash == NULL ? "." : path) < 0
               ? NULL
               : folder;
}

/* 0 or an errno. */
static int check_folder(const char *path)
{
    char *folder = folder_of(path);
    int number = folder == NULL                     ? ENOMEM
                 : access(folder, W_OK | X_OK) != 0 ? errno
                                                    : 0;
    free(folder);
    return number;
}

int new_file_check(const char *path)
{
    struct stat status;
    bool exists = stat(path, &status) == 0;
    if (exists && S_ISDIR(status.st_mode)) {
        return EISDIR;
    }
    return exists && !S_ISREG(status.st_mode) ? 0 : check_folder(path);
}

static void release(struct new_file *file)
{
    free(file->target);
    free(file->beside);
    *file = NEW_FILE_NONE;
}

/* Needs both names.  Returns 0, or -1 with errno. */
static int open_new(struct new_file *file)
{
    char *folder = folder_of(file->target);
    if (folder == NULL) {
        return -1;
    }
    file->fd = open(folder, O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666);
    file->nameless = file->fd >= 0;
    free(folder);
    if (!file->nameless) {
        file->fd =
            open(file->beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    }
    return file->fd >= 0 ? 0 : -1;
}

static int open_beside(struct new_file *file, const char *path)
{
    char *target = realpath(path, NULL); /* a link stays one */
    file->target = target != NULL ? target : strdup(path);
    if (file->target == NULL || asprintf(&file->beside, "%s.%ld.tmp",
                                         file->target, (long)getpid()) < 0) {
        file->beside = NULL;
        return -1;
    }
    return open_new(file);
}

int new_file_open(struct new_file *file, const char *path)
{
    struct stat status;
    *file = NEW_FILE_NONE;
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
        file->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        return file->fd >= 0 ? 0 : -1;
    }
    if (open_beside(file, path) == 0) {
        return 0;
    }
    int number = errno;
    release(file);
    errno = number;
    return -1;
}

/* Gives a file without a name that of the one beside; 0 or -1 with errno. */
static int give_name(struct new_file *file)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file->fd);
    if (linkat(AT_FDCWD, path, AT_FDCWD, file->beside, AT_SYMLINK_FOLLOW) !=
        0) {
        return -1;
    }
    file->nameless = false;
    return 0;
}

static int end(struct new_file *file)
{
    if (file->nameless && give_name(file) != 0) {
        return -1;
    }
    int fd = file->fd;
    file->fd = -1;
    return close(fd) == 0 && (file->beside == NULL ||
                              rename(file->beside, file->target) == 0)
               ? 0
               : -1;
}

int new_file_keep(struct new_file *file)
{
    if (end(file) != 0) {
        new_file_drop(file);
        return -1;
    }
    release(file);
    return 0;
}

void new_file_drop(struct new_file *file)
{
    int number = errno;
    if (file->fd >= 0) {
        close(file->fd);
    }
    if (file->beside != NULL && !file->nameless) {
        unlink(file->beside);
    }
    release(file);
    errno = number;
}
