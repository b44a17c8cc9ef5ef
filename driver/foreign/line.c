/*
 * line.c -- see line.h.
 */
#include "driver/foreign/line.h"

#include <stdio.h>
#include <string.h>

#include "driver/trace/token.h"

/* One place for all words: what stands here is quoted up to the line's end. */
int line_expected(struct line *line, const char *what)
{
    struct trace_error *error = line->error;
    struct token found = {line->at, line->end};
    char quoted[TOKEN_QUOTED_BYTES];
    snprintf(error->message, sizeof error->message, "expected %s, got %s", what,
             token_is_empty(found) ? "the end of the line"
                                   : token_quote(found, quoted));
    error->line = line->number;
    return -1;
}

bool line_accept(struct line *line, const char *text)
{
    size_t n = strlen(text);
    if ((size_t)(line->end - line->at) < n || memcmp(line->at, text, n) != 0) {
        return false;
    }
    line->at += n;
    return true;
}

void line_skip_blanks(struct line *line)
{
    while (line->at < line->end && (*line->at == ' ' || *line->at == '\t')) {
        line->at++;
    }
}

int line_text(struct line *line, const char *text)
{
    char what[64];
    snprintf(what, sizeof what, "\"%s\"", text);
    return line_accept(line, text) ? 0 : line_expected(line, what);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool line_at_digit(const struct line *line)
{
    return line->at < line->end && is_digit(*line->at);
}

/* The value of a digit, or 16. */
static unsigned digit_value(char c)
{
    char low = (char)(c | 0x20);
    return is_digit(c)                ? (unsigned)(c - '0')
           : low >= 'a' && low <= 'f' ? (unsigned)(low - 'a') + 10
                                      : 16;
}

int line_number(struct line *line, const char *what, uint64_t *number)
{
    const char *start = line->at;
    unsigned base = line_accept(line, "0x") ? 16 : 10;
    const char *digits = line->at;
    uint64_t value = 0;
    bool fits = true;
    while (line->at < line->end && digit_value(*line->at) < base) {
        uint64_t digit = digit_value(*line->at++);
        fits &= !__builtin_mul_overflow(value, (uint64_t)base, &value) &&
                !__builtin_add_overflow(value, digit, &value);
    }
    if (line->at == digits || !fits) {
        char below[80];
        snprintf(below, sizeof below, "%s below 2^64", what);
        line->at = start;
        return line_expected(line, fits ? what : below);
    }
    *number = value;
    return 0;
}

int line_address(struct line *line, uint64_t *address)
{
    *address = 0;
    if (line_accept(line, "(nil)") || line_accept(line, "nil") ||
        line_accept(line, "NULL")) {
        return 0;
    }
    (void)line_accept(line, "#"); /* a number in its place */
    return line_number(line, "an address", address);
}

int line_end(struct line *line)
{
    line_skip_blanks(line);
    return line->at == line->end ? 0
                                 : line_expected(line, "the end of the line");
}

const char *line_find_last(const struct line *line, const char *text)
{
    size_t n = strlen(text);
    const char *at = line->end;
    while ((size_t)(at - line->at) >= n) {
        if (memcmp(at - n, text, n) == 0) {
            return at - n;
        }
        at--;
    }
    return NULL;
}
