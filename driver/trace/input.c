/*
 * input.c -- libarchive as a decompressor of unknown input.
 *
 * The raw format hands over the bytes behind the filters; the empty one keeps
 * an empty file from being an error of libarchive's own wording.
 */
#include "driver/trace/input.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "driver/trace/compression.h"

enum { BLOCK_BYTES = 131072 };

static int say(char *message, const char *expected, const char *got)
{
    snprintf(message, INPUT_MESSAGE_BYTES, "expected %s, got \"%s\"", expected,
             got);
    return -1;
}

/* libarchive is not always open about it: most often the end is missing. */
static int say_archive(struct archive *archive, char *message)
{
    const char *words = archive_error_string(archive);
    snprintf(message, INPUT_MESSAGE_BYTES,
             "expected a whole file, got a truncated or damaged one%s%s%s",
             words != NULL ? " (" : "", words != NULL ? words : "",
             words != NULL ? ")" : "");
    return -1;
}

static int start(struct input *input, char *message)
{
    input->archive = archive_read_new();
    if (input->archive == NULL) {
        return say(message, "enough memory", strerror(ENOMEM));
    }
    compression_read(input->archive);
    archive_read_support_format_raw(input->archive);
    archive_read_support_format_empty(input->archive);
    return 0;
}

/* Goes to the one entry there is; result is what opening returned. */
static int enter(struct input *input, int result, char *message)
{
    struct archive_entry *entry;
    if (result == ARCHIVE_OK) {
        result = archive_read_next_header(input->archive, &entry);
    }
    input->empty = result == ARCHIVE_EOF;
    if (result == ARCHIVE_OK || result == ARCHIVE_EOF) {
        return 0;
    }
    say_archive(input->archive, message);
    input_close(input);
    return -1;
}

static int open_fd(const char *path, char *message)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return say(message, "a readable file", strerror(errno));
    }
    struct stat status;
    if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
        close(fd);
        snprintf(message, INPUT_MESSAGE_BYTES,
                 "expected a trace file, got a directory");
        return -1;
    }
    return fd;
}

int input_open_file(struct input *input, const char *path, char *message)
{
    input->fd = -1;
    int fd = STDIN_FILENO;
    if (strcmp(path, "-") != 0) {
        fd = input->fd = open_fd(path, message);
    }
    if (fd < 0) {
        return -1;
    }
    if (start(input, message) != 0) {
        input_close(input);
        return -1;
    }
    return enter(input, archive_read_open_fd(input->archive, fd, BLOCK_BYTES),
                 message);
}

int input_open_bytes(struct input *input, const void *bytes, size_t n,
                     char *message)
{
    input->fd = -1;
    if (start(input, message) != 0) {
        return -1;
    }
    return enter(input, archive_read_open_memory(input->archive, bytes, n),
                 message);
}

ssize_t input_read(struct input *input, char *buffer, size_t room,
                   char *message)
{
    if (input->empty) {
        return 0;
    }
    la_ssize_t n = archive_read_data(input->archive, buffer, room);
    return n >= 0 ? (ssize_t)n : say_archive(input->archive, message);
}

void input_close(struct input *input)
{
    archive_read_free(input->archive);
    input->archive = NULL;
    if (input->fd >= 0) {
        close(input->fd);
        input->fd = -1;
    }
}
