/*
 * line_reader.h -- the whole lines of an input, as many at once as there are.
 *
 * Text passes through one buffer; a line that its end cuts is moved to its
 * front, and so no more text than this is ever in memory:
 *
 *     | rest of the last piece | next piece ........ \n rest | padding |
 *      '------------ handed out: whole lines -----------'
 */
#ifndef DRIVER_TRACE_LINE_READER_H
#define DRIVER_TRACE_LINE_READER_H

#include "driver/trace/input.h"

enum { LINE_READER_BYTES = 262144 }; /* and more than any line has */

struct line_reader {
    struct input input;
    char *buffer;
    size_t used;       /* bytes in the buffer */
    size_t handed_out; /* of them, from its start */
    bool unread;       /* hand out the same again */
    bool unterminated; /* the input lacks its last line feed */
};

/*
 * Opens a file ("-": standard input) or bytes in memory, as input.h does.
 * Returns 0, or -1 with a message of INPUT_MESSAGE_BYTES; then nothing is open.
 */
int line_reader_open_file(struct line_reader *reader, const char *path,
                          char *message);
int line_reader_open_bytes(struct line_reader *reader, const void *bytes,
                           size_t n, char *message);

/*
 * Hands out the next lines: *text up to *end, each with its line feed, which
 * is added where only the last one lacks it; SCAN_PADDING bytes behind can be
 * read.  They stay until the next call.
 * Returns 1, 0 at the end, or -1 with a message.
 */
int line_reader_next(struct line_reader *reader, const char **text,
                     const char **end, char *message);

/* The last lines will be handed out once more. */
void line_reader_unread(struct line_reader *reader);

void line_reader_close(struct line_reader *reader);

#endif
