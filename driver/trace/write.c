/*
 * write.c -- text of a trace into a stream or, atomically, into a file.
 *
 * Lines are put together in one buffer and handed on when it is nearly full;
 * numbers are formatted by hand, since a hundred million lines are usual.
 */
#include "driver/trace/write.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    BUFFER_BYTES = 65536,
    LINE_BYTES = 128 /* more than any line or header takes */
};

/* Takes bytes; returns 0, or -1 with errno. */
typedef int put_fn(void *context, const char *bytes, size_t n);

struct writer {
    put_fn *put;
    void *context;
    size_t used;
    char buffer[BUFFER_BYTES];
};

static int flush(struct writer *writer)
{
    int result = writer->put(writer->context, writer->buffer, writer->used);
    writer->used = 0;
    return result;
}

static void add_char(struct writer *writer, char c)
{
    writer->buffer[writer->used++] = c;
}

static void add_number(struct writer *writer, uint64_t number)
{
    char digits[20];
    size_t n = 0;
    do {
        digits[n++] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    while (n > 0) {
        add_char(writer, digits[--n]);
    }
}

static void add_field(struct writer *writer, uint64_t number)
{
    add_char(writer, ' ');
    add_number(writer, number);
}

static bool needs_extended(const struct trace *trace)
{
    for (size_t i = 0; i < trace->n_ops; i++) {
        const struct op *op = &trace->ops[i];
        if (op->kind == OP_CALLOC || op->kind == OP_MEMALIGN ||
            op->thread != 0) {
            return true;
        }
    }
    return false;
}

enum trace_dialect trace_write_dialect(const struct trace *trace)
{
    if (needs_extended(trace)) {
        return DIALECT_EXTENDED;
    }
    return trace->weight == 1 ? DIALECT_CLASSIC : DIALECT_CMU_2017;
}

/* A heap size that would do, as line 1 of the classic header suggests one. */
static uint64_t suggested_heap(const struct trace *trace)
{
    uint64_t page = 4096;
    uint64_t bytes = trace->peak_headed_bytes;
    return bytes > UINT64_MAX - page ? UINT64_MAX : (bytes / page + 1) * page;
}

static void add_header(struct writer *writer, const struct trace *trace,
                       enum trace_dialect dialect)
{
    bool weighted = trace->weight != 1 || dialect == DIALECT_CMU_2017;
    uint64_t lines[4] = {weighted ? trace->weight : suggested_heap(trace),
                         trace->n_ids, trace->n_ops,
                         weighted ? trace->peak_payload_bytes : 1};
    if (dialect == DIALECT_EXTENDED) {
        static const char mark[] = "#!rep 1\n";
        memcpy(writer->buffer + writer->used, mark, sizeof mark - 1);
        writer->used += sizeof mark - 1;
    }
    for (int i = 0; i < 4; i++) {
        add_number(writer, lines[i]);
        add_char(writer, '\n');
    }
}

static void add_op(struct writer *writer, const struct trace *trace,
                   const struct op *op)
{
    static const char letters[OP_KINDS] = "afrwcm";
    add_char(writer, letters[op->kind]);
    add_char(writer, ' ');
    if (op->id == trace->n_ids) {
        add_char(writer, '-');
        add_char(writer, '1');
    } else {
        add_number(writer, op->id);
    }
    if (op->kind == OP_MEMALIGN) {
        add_field(writer, (uint64_t)1 << op->align_log2);
    }
    if (op->kind != OP_FREE) {
        add_field(writer, op->size);
    }
    add_char(writer, '\n');
}

static int write_all(const struct trace *trace, put_fn *put, void *context)
{
    struct writer *writer = malloc(sizeof *writer);
    if (writer == NULL) {
        return -1;
    }
    writer->put = put;
    writer->context = context;
    writer->used = 0;
    add_header(writer, trace, trace_write_dialect(trace));
    int result = 0;
    uint16_t thread = 0;
    for (size_t i = 0; i < trace->n_ops && result == 0; i++) {
        const struct op *op = &trace->ops[i];
        if (op->thread != thread) {
            thread = op->thread;
            add_char(writer, 't');
            add_field(writer, thread);
            add_char(writer, '\n');
        }
        add_op(writer, trace, op);
        if (writer->used > BUFFER_BYTES - LINE_BYTES) {
            result = flush(writer);
        }
    }
    if (result == 0) {
        result = flush(writer);
    }
    int error = errno;
    free(writer);
    errno = error;
    return result;
}

static int put_stream(void *context, const char *bytes, size_t n)
{
    return fwrite(bytes, 1, n, context) == n ? 0 : -1;
}

int trace_write(const struct trace *trace, FILE *stream)
{
    if (write_all(trace, put_stream, stream) != 0) {
        return -1;
    }
    return fflush(stream) == 0 ? 0 : -1;
}

/* ---- files ------------------------------------------------------------- */

static int put_archive(void *context, const char *bytes, size_t n)
{
    struct archive *archive = context;
    while (n > 0) {
        la_ssize_t written = archive_write_data(archive, bytes, n);
        if (written <= 0) {
            errno = archive_errno(archive);
            return -1;
        }
        bytes += written;
        n -= (size_t)written;
    }
    return 0;
}

static bool ends_in(const char *text, const char *end)
{
    size_t n = strlen(text);
    size_t m = strlen(end);
    return n > m && strcmp(text + n - m, end) == 0;
}

/* The filter that the name asks for; the same bytes at any time of day. */
static int add_filter(struct archive *archive, const char *path)
{
    if (ends_in(path, ".gz")) {
        int result = archive_write_add_filter_gzip(archive);
        archive_write_set_filter_option(archive, "gzip", "timestamp", NULL);
        return result;
    }
    if (ends_in(path, ".zst")) {
        return archive_write_add_filter_zstd(archive);
    }
    if (ends_in(path, ".xz")) {
        return archive_write_add_filter_xz(archive);
    }
    return archive_write_add_filter_none(archive);
}

static int open_archive(struct archive *archive, const char *path, int fd)
{
    struct archive_entry *entry = archive_entry_new();
    if (entry == NULL) {
        return -1;
    }
    archive_entry_set_filetype(entry, AE_IFREG);
    bool ok = archive_write_set_format_raw(archive) == ARCHIVE_OK &&
              add_filter(archive, path) == ARCHIVE_OK &&
              archive_write_set_bytes_in_last_block(archive, 1) == ARCHIVE_OK &&
              archive_write_open_fd(archive, fd) == ARCHIVE_OK &&
              archive_write_header(archive, entry) == ARCHIVE_OK;
    archive_entry_free(entry);
    return ok ? 0 : -1;
}

/* Text through the filter into fd.  Returns 0, or -1 with errno. */
static int write_filtered(const struct trace *trace, const char *path, int fd)
{
    struct archive *archive = archive_write_new();
    if (archive == NULL) {
        errno = ENOMEM;
        return -1;
    }
    int result = open_archive(archive, path, fd);
    if (result == 0) {
        result = write_all(trace, put_archive, archive);
    }
    if (result == 0 && archive_write_close(archive) != ARCHIVE_OK) {
        result = -1;
    }
    int error = archive_errno(archive);
    archive_write_free(archive);
    errno = error != 0 ? error : EIO;
    return result;
}

static int write_in_place(const struct trace *trace, const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) {
        return -1;
    }
    int result = write_filtered(trace, path, fd);
    if (close(fd) != 0) {
        result = -1;
    }
    return result;
}

/* Into a file beside, which then takes the place of path. */
static int write_beside(const struct trace *trace, const char *path)
{
    char *beside;
    if (asprintf(&beside, "%s.%ld.tmp", path, (long)getpid()) < 0) {
        return -1;
    }
    int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    int result = fd < 0 ? -1 : write_filtered(trace, path, fd);
    int error = errno;
    if (fd >= 0 && close(fd) != 0 && result == 0) {
        result = -1;
        error = errno;
    }
    if (result == 0 && rename(beside, path) != 0) {
        result = -1;
        error = errno;
    }
    if (result != 0 && fd >= 0) {
        unlink(beside);
    }
    free(beside);
    errno = error;
    return result;
}

int trace_write_file(const struct trace *trace, const char *path,
                     struct trace_error *error)
{
    struct stat status;
    bool special = stat(path, &status) == 0 && !S_ISREG(status.st_mode);
    char *real = special ? NULL : realpath(path, NULL);
    int result = special ? write_in_place(trace, path)
                         : write_beside(trace, real != NULL ? real : path);
    if (result != 0) {
        int why = errno;
        memset(error, 0, sizeof *error);
        snprintf(error->path, sizeof error->path, "%s", path);
        snprintf(error->message, sizeof error->message,
                 "expected a file to write, got \"%s\"", strerror(why));
    }
    free(real);
    return result;
}
