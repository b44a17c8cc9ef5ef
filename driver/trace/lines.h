/*
 * lines.h -- operations as lines of text, on their way to a sink.
 *
 * Lines are put together in one buffer and handed on when it is nearly full.
 * Numbers are formatted by hand, two digits at a time: a hundred million
 * lines are usual, and most of a line is numbers.
 */
#ifndef DRIVER_TRACE_LINES_H
#define DRIVER_TRACE_LINES_H

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "driver/trace/sink.h"
#include "driver/trace/trace.h"

enum {
    LINES_BUFFER_BYTES = 1 << 17,
    LINES_LONGEST = 128 /* more than any line or header takes */
};

struct lines {
    struct sink *sink;
    int failed;      /* errno of the first failure, or 0 */
    uint16_t thread; /* of the last operation */
    size_t used;
    char buffer[LINES_BUFFER_BYTES];
};

/* What the lines of a header are made of. */
struct lines_header {
    enum trace_dialect dialect;
    uint32_t weight;
    uint64_t n_ids;
    uint64_t n_ops;
    uint64_t peak_payload_bytes;
    uint64_t peak_headed_bytes;
};

/* Starts with an empty buffer; the rest of *lines need not be cleared. */
void lines_begin(struct lines *lines, struct sink *sink);

void lines_header(struct lines *lines, const struct lines_header *header);

/*
 * A header whose numbers are not known yet takes room that lines_patch_header
 * fills, each number followed by blanks.
 */
void lines_reserve_header(struct lines *lines, enum trace_dialect dialect);
void lines_patch_header(struct lines *lines, const struct lines_header *header);

/* Hands on what is in the buffer. */
void lines_flush(struct lines *lines);

/* ---- one operation, inline for speed ----------------------------------- */

extern const char lines_pairs[200]; /* "00", "01", ... "99" */

static inline unsigned lines_digits(uint64_t number)
{
    unsigned digits = 1;
    for (; number >= 10000; number /= 10000) {
        digits += 4;
    }
    return digits + (number >= 10) + (number >= 100) + (number >= 1000);
}

/* Returns the end of the number at p. */
static inline char *lines_put_number(char *p, uint64_t number)
{
    char *end = p + lines_digits(number);
    char *at = end;
    while (number >= 100) {
        at -= 2;
        memcpy(at, &lines_pairs[number % 100 * 2], 2);
        number /= 100;
    }
    if (number >= 10) {
        memcpy(p, &lines_pairs[number * 2], 2);
    } else {
        *p = (char)('0' + number);
    }
    return end;
}

/* Appends an operation; id is what the line says, -1 for NULL. */
static inline void lines_op(struct lines *lines, struct op op, int64_t id)
{
    static const char letters[OP_KINDS] = "afrwcm";
    if (__builtin_expect(lines->used > LINES_BUFFER_BYTES - 2 * LINES_LONGEST,
                         0)) {
        lines_flush(lines);
    }
    char *p = lines->buffer + lines->used;
    if (__builtin_expect(op.thread != lines->thread, 0)) {
        lines->thread = op.thread;
        *p++ = 't';
        *p++ = ' ';
        p = lines_put_number(p, op.thread);
        *p++ = '\n';
    }
    *p++ = letters[op.kind];
    *p++ = ' ';
    if (__builtin_expect(id < 0, 0)) {
        *p++ = '-';
        id = -id;
    }
    p = lines_put_number(p, (uint64_t)id);
    if (op.kind == OP_MEMALIGN) {
        *p++ = ' ';
        p = lines_put_number(p, (uint64_t)1 << op.align_log2);
    }
    if (op.kind != OP_FREE) {
        *p++ = ' ';
        p = lines_put_number(p, op.size);
    }
    *p++ = '\n';
    lines->used = (size_t)(p - lines->buffer);
}

#endif
