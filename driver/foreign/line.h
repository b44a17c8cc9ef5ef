/*
 * line.h -- taking one line of a log apart, from left to right.
 *
 * Each function that returns an int returns 0 and moves on behind what it
 * read, or -1 after it has told what was expected and what stands there.
 */
#ifndef DRIVER_FOREIGN_LINE_H
#define DRIVER_FOREIGN_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "driver/trace/trace.h"

struct line {
    const char *at;
    const char *end; /* without the line feed */
    uint64_t number; /* from 1 */
    struct trace_error *error;
};

/* Tells what was expected here.  Returns -1. */
int line_expected(struct line *line, const char *what);

/* Whether this text follows; it is read if so. */
bool line_accept(struct line *line, const char *text);

void line_skip_blanks(struct line *line);

/* As line_accept, but nothing else may follow. */
int line_text(struct line *line, const char *text);

/* Whether a decimal digit follows. */
bool line_at_digit(const struct line *line);

/* Decimal, or hexadecimal behind 0x; below 2^64. */
int line_number(struct line *line, const char *what, uint64_t *number);

/* As a number, or "#" and a number; "(nil)", "nil" and "NULL" are 0. */
int line_address(struct line *line, uint64_t *address);

/* Nothing follows but blanks. */
int line_end(struct line *line);

/* The last place of the text, or NULL. */
const char *line_find_last(const struct line *line, const char *text);

#endif
