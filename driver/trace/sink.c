/*
 * sink.c -- plain files by write(), compressed ones through libarchive.
 */
#include "driver/trace/sink.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
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
    if (open_archive(sink->archive, path, sink->file.fd) == 0) {
        return 0;
    }
    int error = archive_errno(sink->archive);
    archive_write_free(sink->archive);
    sink->archive = NULL;
    errno = error != 0 ? error : EIO;
    return -1;
}

/* ---- opening ----------------------------------------------------------- */

/* Ends the output, keeps nothing. */
static void discard(struct sink *sink)
{
    if (sink->archive != NULL) {
        archive_write_free(sink->archive);
    }
    new_file_drop(&sink->file);
    *sink = (struct sink){.file = NEW_FILE_NONE};
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

int sink_check(const char *path, struct trace_error *error)
{
    if (strcmp(path, "-") == 0) {
        return 0;
    }
    if (check_name(path, error) != 0) {
        return -1;
    }
    int number = new_file_check(path);
    return number == 0 ? 0 : tell_number(error, path, number);
}

int sink_open(struct sink *sink, const char *path, struct trace_error *error)
{
    *sink = (struct sink){.file = NEW_FILE_NONE};
    if (strcmp(path, "-") == 0) {
        sink->stream = stdout;
        return 0;
    }
    if (check_name(path, error) != 0) {
        return -1;
    }
    int result = new_file_open(&sink->file, path);
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
    *sink = (struct sink){.stream = stream, .file = NEW_FILE_NONE};
}

/* ---- writing ----------------------------------------------------------- */

/* What an archive or descriptor took; at most 0 is a failure, with errno. */
static ssize_t put_some(struct sink *sink, const char *bytes, size_t n)
{
    if (sink->archive == NULL) {
        return write(sink->file.fd, bytes, n);
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
    return sink->file.beside != NULL && sink->archive == NULL;
}

int sink_patch(struct sink *sink, const char *bytes, size_t n, off_t offset)
{
    ssize_t written = pwrite(sink->file.fd, bytes, n, offset);
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

/* 0 or an errno. */
static int end_file(struct sink *sink)
{
    int number = end_archive(sink);
    return number != 0 ? number : new_file_keep(&sink->file) != 0 ? errno : 0;
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
