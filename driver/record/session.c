/*
 * session.c -- makes, lists and removes the directory of a recording.
 */
#include "driver/record/session.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* "FOLDER/.NAME.XXXXXX" with an absolute folder that exists. */
static int name_directory(struct session *session, const char *output)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(output, '/');
    const char *name = slash == NULL ? output : slash + 1;
    int length = slash == NULL     ? 1
                 : slash == output ? 1
                                   : (int)(slash - output);
    char *absolute;
    if (asprintf(&absolute, "%.*s", length, slash == NULL ? "." : output) < 0)
        return -1;
    char *found = realpath(absolute, folder);
    free(absolute);
    if (found == NULL)
        return -1;
    int needed = snprintf(session->directory, sizeof session->directory,
                          "%s/.%s.XXXXXX", folder, name);
    if (needed < 0 || (size_t)needed >= sizeof session->directory - NAME_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return 0;
}

static int write_control(const struct session *session,
                         const struct record_control *control)
{
    char path[PATH_MAX + sizeof RECORD_CONTROL_NAME];
    snprintf(path, sizeof path, "%s/" RECORD_CONTROL_NAME, session->directory);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0)
        return -1;
    ssize_t written = write(fd, control, sizeof *control);
    int error = written < 0 ? errno : ENOSPC;
    close(fd);
    errno = error;
    return written == (ssize_t)sizeof *control ? 0 : -1;
}

int record_session_open(struct session *session, const char *output,
                        const struct record_control *control)
{
    if (name_directory(session, output) != 0 ||
        mkdtemp(session->directory) == NULL)
        return -1;
    if (write_control(session, control) == 0)
        return 0;
    int error = errno;
    record_session_close(session);
    errno = error;
    return -1;
}

static int parse_name(const char *name, struct session_image *image)
{
    int pid, number, end = 0;
    if (sscanf(name, "%d.%d" RECORD_EVENTS_SUFFIX "%n", &pid, &number, &end) !=
            2 ||
        end == 0 || name[end] != '\0')
        return -1;
    image->pid = pid;
    image->image = (unsigned)number;
    image->last = 1;
    return 0;
}

static int compare(const void *left, const void *right)
{
    const struct session_image *a = left;
    const struct session_image *b = right;
    if (a->pid != b->pid)
        return a->pid < b->pid ? -1 : 1;
    return a->image < b->image ? -1 : a->image > b->image;
}

bool record_session_has_begun(const struct session *session,
                              const struct session_image *image)
{
    char path[PATH_MAX + NAME_MAX];
    uint64_t magic = 0;
    record_session_events_path(session, image, path, sizeof path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t got = read(fd, &magic, sizeof magic);
    close(fd);
    return got == (ssize_t)sizeof magic && magic == EVENTS_MAGIC;
}

/* Marks the last image of each process; returns how many images are left. */
static size_t find_last(const struct session *session,
                        struct session_image *images, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        bool follows = kept > 0 && images[kept - 1].pid == images[i].pid;
        if (follows && !record_session_has_begun(session, &images[i]))
            continue;
        if (follows)
            images[kept - 1].last = 0;
        images[kept++] = images[i];
    }
    return kept;
}

int record_session_list(const struct session *session,
                        struct session_image **images, size_t *n)
{
    struct dirent **entries;
    int found = scandir(session->directory, &entries, NULL, NULL);
    if (found < 0)
        return -1;
    *n = 0;
    *images = calloc((size_t)found + 1, sizeof **images);
    for (int i = 0; i < found; i++) {
        if (*images != NULL &&
            parse_name(entries[i]->d_name, &(*images)[*n]) == 0)
            ++*n;
        free(entries[i]);
    }
    free(entries);
    if (*images == NULL)
        return -1;
    qsort(*images, *n, sizeof **images, compare);
    *n = find_last(session, *images, *n);
    return 0;
}

void record_session_events_path(const struct session *session,
                                const struct session_image *image, char *path,
                                size_t room)
{
    snprintf(path, room, "%s/%d.%u" RECORD_EVENTS_SUFFIX, session->directory,
             (int)image->pid, image->image);
}

void record_session_close(const struct session *session)
{
    struct dirent **entries;
    int found = scandir(session->directory, &entries, NULL, NULL);
    int folder = open(session->directory, O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; i < found; i++) {
        unlinkat(folder, entries[i]->d_name, 0);
        free(entries[i]);
    }
    if (found >= 0)
        free(entries);
    if (folder >= 0)
        close(folder);
    rmdir(session->directory);
}
