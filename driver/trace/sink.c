/*
 * sink.c -- plain files by write(), compressed ones through libarchive.
 */
#include "driver/trace/sink.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "driver/trace/compression.h"

/* ---- compression ------------------------------------------------------- */

static int open_archive(struct archive *archive, const char *path, int fd)
{
    struct archive_entry *entry = archive_entry_new();
    if (entry == NULL) {
        return -1;
    }
    archive_entry_set_filetype(entry, AE_IFREG);
    bool ok = archive_write_set_format_raw(archive) == ARCHIVE_OK &&
              compression_write(archive, path) == ARCHIVE_OK &&
              archive_write_set_bytes_in_last_block(archive, 1) == ARCHIVE_OK &&
              archive_write_open_fd(archive, fd) == ARCHIVE_OK &&
              archive_write_header(archive, entry) == ARCHIVE_OK;
    archive_entry_free(entry);
    return ok ? 0 : -1;
}

/* Puts a filter in front of the descriptor.  Returns 0, or -1 with errno. */
static int compress(struct sink *sink, const char *path)
{
    sink->archive = archive_write_new();
    if (sink->archive == NULL) {
        errno = ENOMEM;
        return -1;
    }
    if (open_archive(sink->archive, path, sink->fd) == 0) {
        return 0;
    }
    int error = archive_errno(sink->archive);
    archive_write_free(sink->archive);
    sink->archive = NULL;
    errno = error != 0 ? error : EIO;
    return -1;
}

/* ---- opening ----------------------------------------------------------- */

static int open_in_place(struct sink *sink, const char *path)
{
    sink->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    return sink->fd < 0 ? -1 : 0;
}

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

/*
 * A file without a name, which is gone with its process whatever ends that, or
 * one beside where the file system knows none.
 */
static int open_new(struct sink *sink)
{
    char *folder = folder_of(sink->target);
    if (folder == NULL) {
        return -1;
    }
    sink->fd = open(folder, O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666);
    sink->nameless = sink->fd >= 0;
    free(folder);
    if (!sink->nameless) {
        sink->fd =
            open(sink->beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    }
    return sink->fd >= 0 ? 0 : -1;
}

/* Into a new file, which will take the place of path. */
static int open_beside(struct sink *sink, const char *path)
{
    char *target = realpath(path, NULL); /* a link stays one */
    sink->target = target != NULL ? target : strdup(path);
    if (sink->target == NULL || asprintf(&sink->beside, "%s.%ld.tmp",
                                         sink->target, (long)getpid()) < 0) {
        sink->beside = NULL;
        return -1;
    }
    if (open_new(sink) == 0) {
        return 0;
    }
    free(sink->beside); /* not ours to remove */
    sink->beside = NULL;
    return -1;
}

static void release(struct sink *sink)
{
    free(sink->target);
    free(sink->beside);
    *sink = (struct sink){.fd = -1};
}

/* Ends the output, keeps nothing. */
static void discard(struct sink *sink)
{
    if (sink->archive != NULL) {
        archive_write_free(sink->archive);
    }
    if (sink->fd >= 0) {
        close(sink->fd);
    }
    if (sink->beside != NULL && !sink->nameless) {
        unlink(sink->beside);
    }
    release(sink);
}

/* Fills *error; returns -1. */
__attribute__((format(printf, 3, 4))) static int tell(struct trace_error *error,
                                                      const char *path,
                                                      const char *format, ...)
{
    va_list arguments;
    memset(error, 0, sizeof *error);
    snprintf(error->path, sizeof error->path, "%s", path);
    va_start(arguments, format);
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    return -1;
}

static int tell_number(struct trace_error *error, const char *path, int number)
{
    return tell(error, path, "expected a file to write, got \"%s\"",
                strerror(number));
}

/* A name that promises what the file would not be is refused. */
static int check_name(const char *path, struct trace_error *error)
{
    const char *unknown = compression_unknown(path);
    return unknown == NULL ? 0
                           : tell(error, path,
                                  "expected a plain name or one that ends "
                                  "in " COMPRESSION_ENDINGS ", got \"%s\"",
                                  unknown);
}

/* Whether files can be made beside path. */
static bool folder_takes_files(const char *path)
{
    char *folder = folder_of(path);
    bool takes = folder != NULL && access(folder, W_OK | X_OK) == 0;
    int number = errno;
    free(folder);
    errno = number;
    return takes;
}

int sink_check(const char *path, struct trace_error *error)
{
    struct stat status;
    if (strcmp(path, "-") == 0) {
        return 0;
    }
    if (check_name(path, error) != 0) {
        return -1;
    }
    bool exists = stat(path, &status) == 0;
    if (exists && S_ISDIR(status.st_mode)) {
        return tell_number(error, path, EISDIR);
    }
    bool regular = !exists || S_ISREG(status.st_mode);
    return !regular || folder_takes_files(path)
               ? 0
               : tell_number(error, path, errno);
}

int sink_open(struct sink *sink, const char *path, struct trace_error *error)
{
    *sink = (struct sink){.fd = -1};
    if (strcmp(path, "-") == 0) {
        sink->stream = stdout;
        return 0;
    }
    if (check_name(path, error) != 0) {
        return -1;
    }
    struct stat status;
    bool special = stat(path, &status) == 0 && !S_ISREG(status.st_mode);
    int result = special ? open_in_place(sink, path) : open_beside(sink, path);
    if (result == 0 && compression_is_known(path)) {
        result = compress(sink, path);
    }
    if (result != 0) {
        int number = errno;
        discard(sink);
        return tell_number(error, path, number);
    }
    return 0;
}

void sink_to_stream(struct sink *sink, FILE *stream)
{
    *sink = (struct sink){.fd = -1, .stream = stream};
}

/* ---- writing ----------------------------------------------------------- */

/* What an archive or descriptor took; at most 0 is a failure, with errno. */
static ssize_t put_some(struct sink *sink, const char *bytes, size_t n)
{
    if (sink->archive == NULL) {
        return write(sink->fd, bytes, n);
    }
    la_ssize_t written = archive_write_data(sink->archive, bytes, n);
    if (written <= 0) {
        errno = archive_errno(sink->archive);
    }
    return written;
}

int sink_put(struct sink *sink, const char *bytes, size_t n)
{
    if (sink->stream != NULL) {
        return fwrite(bytes, 1, n, sink->stream) == n ? 0 : -1;
    }
    while (n > 0) {
        ssize_t written = put_some(sink, bytes, n);
        if (written <= 0 && errno != EINTR) {
            return -1;
        }
        bytes += written > 0 ? written : 0;
        n -= written > 0 ? (size_t)written : 0;
    }
    return 0;
}

bool sink_can_patch(const struct sink *sink)
{
    return sink->beside != NULL && sink->archive == NULL;
}

int sink_patch(struct sink *sink, const char *bytes, size_t n, off_t offset)
{
    ssize_t written = pwrite(sink->fd, bytes, n, offset);
    if (written >= 0 && (size_t)written < n) {
        errno = ENOSPC;
    }
    return written == (ssize_t)n ? 0 : -1;
}

/* ---- the end ----------------------------------------------------------- */

/* What was compressed last comes out only now.  0 or an errno. */
static int end_archive(struct sink *sink)
{
    if (sink->archive == NULL) {
        return 0;
    }
    int result = archive_write_close(sink->archive);
    int number = archive_errno(sink->archive);
    archive_write_free(sink->archive);
    sink->archive = NULL;
    return result == ARCHIVE_OK ? 0 : number != 0 ? number : EIO;
}

/* Gives a file without a name that of the one beside; 0 or -1 with errno. */
static int give_name(struct sink *sink)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", sink->fd);
    if (linkat(AT_FDCWD, path, AT_FDCWD, sink->beside, AT_SYMLINK_FOLLOW) !=
        0) {
        return -1;
    }
    sink->nameless = false;
    return 0;
}

/* 0 or an errno. */
static int end_file(struct sink *sink)
{
    int number = end_archive(sink);
    if (number != 0) {
        return number;
    }
    if (sink->nameless && give_name(sink) != 0) {
        return errno;
    }
    int fd = sink->fd;
    sink->fd = -1;
    if (close(fd) != 0) {
        return errno;
    }
    return sink->beside == NULL || rename(sink->beside, sink->target) == 0
               ? 0
               : errno;
}

int sink_close(struct sink *sink, const char *path, int failed,
               struct trace_error *error)
{
    if (failed == 0 && sink->stream != NULL) {
        failed = fflush(sink->stream) == 0 ? 0 : errno;
    } else if (failed == 0) {
        failed = end_file(sink);
    }
    if (failed != 0) {
        discard(sink);
        return tell_number(error, path, failed);
    }
    release(sink);
    return 0;
}

int sink_place(const char *from, const char *path)
{
    char *target = realpath(path, NULL); /* a link stays one */
    int result = rename(from, target != NULL ? target : path);
    int number = errno;
    free(target);
    errno = number;
    return result;
}
