/*
 * line_reader.c -- a buffer between the pieces of an input and their whole
 * lines.
 */
#include "driver/trace/line_reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/trace/scan.h"

/* opened is what opening the input returned. */
static int begin(struct line_reader *reader, int opened, char *message)
{
    if (opened != 0) {
        return -1;
    }
    reader->buffer = calloc(1, LINE_READER_BYTES + SCAN_PADDING);
    if (reader->buffer == NULL) {
        snprintf(message, INPUT_MESSAGE_BYTES,
                 "expected enough memory, got \"%s\"", strerror(ENOMEM));
        line_reader_close(reader);
        return -1;
    }
    return 0;
}

int line_reader_open_file(struct line_reader *reader, const char *path,
                          char *message)
{
    *reader = (struct line_reader){.buffer = NULL};
    return begin(reader, input_open_file(&reader->input, path, message),
                 message);
}

int line_reader_open_bytes(struct line_reader *reader, const void *bytes,
                           size_t n, char *message)
{
    *reader = (struct line_reader){.buffer = NULL};
    return begin(reader, input_open_bytes(&reader->input, bytes, n, message),
                 message);
}

/* The last line, which no line feed ends, gets one. */
static void hand_out_rest(struct line_reader *reader)
{
    if (reader->used > 0) {
        reader->buffer[reader->used++] = '\n';
        reader->unterminated = true;
    }
    reader->handed_out = reader->used;
}

/* Reads until there is a whole line or the end; returns 0 or -1. */
static int fill(struct line_reader *reader, char *message)
{
    while (reader->handed_out == 0) {
        if (reader->used == LINE_READER_BYTES) {
            snprintf(message, INPUT_MESSAGE_BYTES,
                     "expected a line of less than %d bytes, got a longer one",
                     LINE_READER_BYTES);
            return -1;
        }
        char *fresh = reader->buffer + reader->used;
        ssize_t n = input_read(&reader->input, fresh,
                               LINE_READER_BYTES - reader->used, message);
        if (n < 0) {
            return -1;
        }
        if (n == 0) {
            hand_out_rest(reader);
            return 0;
        }
        reader->used += (size_t)n;
        const char *last = memrchr(fresh, '\n', (size_t)n);
        if (last != NULL) {
            reader->handed_out = (size_t)(last + 1 - reader->buffer);
        }
    }
    return 0;
}

int line_reader_next(struct line_reader *reader, const char **text,
                     const char **end, char *message)
{
    if (!reader->unread) {
        reader->used -= reader->handed_out;
        memmove(reader->buffer, reader->buffer + reader->handed_out,
                reader->used);
        reader->handed_out = 0;
        if (fill(reader, message) != 0) {
            return -1;
        }
    }
    reader->unread = false;
    *text = reader->buffer;
    *end = reader->buffer + reader->handed_out;
    return reader->handed_out > 0;
}

void line_reader_unread(struct line_reader *reader)
{
    reader->unread = true;
}

void line_reader_close(struct line_reader *reader)
{
    free(reader->buffer);
    reader->buffer = NULL;
    input_close(&reader->input);
}
