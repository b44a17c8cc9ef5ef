/*
 * lines.h -- operations as lines of text, on their way to a sink.
 *
 * Lines are put together in one buffer and handed on when it is nearly full.
 * Numbers are formatted eight digits at a time: a hundred million lines are
 * usual, and most of a line is numbers.
 */
#ifndef DRIVER_TRACE_LINES_H
#define DRIVER_TRACE_LINES_H

#include <endian.h>
#include <errno.h>
#include <stdbool.h>
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
    size_t reserved; /* bytes of a header that is to be filled in */
    bool begun;      /* something was handed on */
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
 * fills before the last flush, each number followed by blanks; where nothing
 * has been handed on yet there is no need of these.
 */
void lines_reserve_header(struct lines *lines, enum trace_dialect dialect);
void lines_patch_header(struct lines *lines, const struct lines_header *header);

/* Hands on what is in the buffer. */
void lines_flush(struct lines *lines);

/* ---- one operation, inline for speed ----------------------------------- */

/* Numbers of at most so many digits are formatted without a branch. */
#define LINES_USUAL ((uint64_t)100000000)

/* Any number; returns its end. */
char *lines_put_long_number(char *p, uint64_t number);

/*
 * The eight digits of a number below LINES_USUAL, the first in the lowest
 * byte: it is split by 10,000, both halves at once by 100 and all four
 * quarters at once by 10, each time by a multiplication.
 */
static inline uint64_t lines_eight_digits(uint64_t number)
{
    uint64_t fours = number / 10000 | number % 10000 << 32;
    uint64_t twos = (fours * 10486 >> 20) & 0x7f0000007f;
    twos |= (fours - 100 * twos) << 16;
    uint64_t ones = (twos * 103 >> 10) & 0xf000f000f000f;
    return ones | (twos - 10 * ones) << 8;
}

/* Returns the end of the number at p, behind which 8 bytes are touched. */
static inline char *lines_put_number(char *p, uint64_t number)
{
    if (__builtin_expect(number >= LINES_USUAL, 0)) {
        return lines_put_long_number(p, number);
    }
    uint64_t digits = lines_eight_digits(number);
    /* The last digit counts even where it is 0. */
    int zeros = __builtin_ctzll(digits | (uint64_t)1 << 56) / 8;
    uint64_t text = htole64((digits | 0x3030303030303030) >> 8 * zeros);
    memcpy(p, &text, sizeof text);
    return p + 8 - zeros;
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
