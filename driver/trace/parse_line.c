/*
 * parse_line.c -- one line with care.
 *
 * Takes what the quick way does not: comments, blanks and tabs, numbers up to
 * 2^64 - 1, the rarer operations, the header; and says what is wrong.
 */
#include <stdio.h>
#include <string.h>

#include "driver/trace/parser.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

struct token parse_token(struct token *line)
{
    const char *s = line->start;
    while (s < line->end && is_blank(*s)) {
        s++;
    }
    struct token token = {s, s};
    if (s < line->end && *s == '#') {
        line->start = line->end;
        return token;
    }
    while (token.end < line->end && !is_blank(*token.end)) {
        token.end++;
    }
    line->start = token.end;
    return token;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_number(struct token token)
{
    for (const char *s = token.start; s < token.end; s++) {
        if (!is_digit(*s)) {
            return false;
        }
    }
    return !token_is_empty(token);
}

int parse_number(struct parser *parser, struct token token, const char *what,
                 uint64_t *number)
{
    if (!is_number(token)) {
        return parser_expected(parser, what, token);
    }
    uint64_t value = 0;
    for (const char *s = token.start; s < token.end; s++) {
        uint64_t digit = (uint64_t)(*s - '0');
        if (__builtin_mul_overflow(value, (uint64_t)10, &value) ||
            __builtin_add_overflow(value, digit, &value)) {
            char below[80];
            snprintf(below, sizeof below, "%s below 2^64", what);
            return parser_expected(parser, below, token);
        }
    }
    *number = value;
    return 0;
}

int parse_end(struct parser *parser, struct token *line)
{
    struct token junk = parse_token(line);
    return token_is_empty(junk)
               ? 0
               : parser_expected(parser, "the end of the line", junk);
}

/* ---- operations -------------------------------------------------------- */

static int parse_id(struct parser *parser, struct token *line, uint64_t *id)
{
    return parse_number(parser, parse_token(line), "an id", id);
}

/* The size, and then nothing more. */
static int parse_size(struct parser *parser, struct token *line, uint64_t *size)
{
    return parse_number(parser, parse_token(line), "a size in bytes", size) == 0
               ? parse_end(parser, line)
               : -1;
}

static int parse_id_and_size(struct parser *parser, struct token *line,
                             uint64_t *id, uint64_t *size)
{
    return parse_id(parser, line, id) == 0 ? parse_size(parser, line, size)
                                           : -1;
}

static int parse_sized(struct parser *parser, struct token *line,
                       enum op_kind kind)
{
    struct op op = {.kind = (uint8_t)kind};
    uint64_t id;
    if (parse_id_and_size(parser, line, &id, &op.size) != 0) {
        return -1;
    }
    return parser_refuse(parser, parser_apply(parser, op, id), id, op.size);
}

static int parse_alignment(struct parser *parser, struct token *line,
                           uint8_t *align_log2)
{
    static const char what[] = "an alignment that is a power of two";
    struct token token = parse_token(line);
    uint64_t alignment;
    if (parse_number(parser, token, what, &alignment) != 0) {
        return -1;
    }
    if (alignment == 0 || (alignment & (alignment - 1)) != 0) {
        return parser_expected(parser, what, token);
    }
    *align_log2 = (uint8_t)__builtin_ctzll(alignment);
    return 0;
}

static int parse_memalign(struct parser *parser, struct token *line)
{
    struct op op = {.kind = OP_MEMALIGN};
    uint64_t id;
    if (parse_id(parser, line, &id) != 0 ||
        parse_alignment(parser, line, &op.align_log2) != 0 ||
        parse_size(parser, line, &op.size) != 0) {
        return -1;
    }
    return parser_refuse(parser, parser_apply(parser, op, id), id, op.size);
}

static enum parser_refusal release_null(struct parser *parser)
{
    if (parser_make_room(parser, 0, 1) != 0) {
        return REFUSED_MEMORY;
    }
    parser_append(parser, (struct op){.kind = OP_FREE, .id = PARSER_NULL_SLOT});
    parser->n_null_ops++;
    return APPLIED;
}

static bool is_minus_one(struct token token)
{
    return token.end - token.start == 2 && memcmp(token.start, "-1", 2) == 0;
}

static int parse_free(struct parser *parser, struct token *line)
{
    struct token token = parse_token(line);
    uint64_t id = 0;
    bool null = is_minus_one(token);
    if ((!null && parse_number(parser, token, "an id", &id) != 0) ||
        parse_end(parser, line) != 0) {
        return -1;
    }
    enum parser_refusal result =
        null ? release_null(parser)
             : parser_apply(parser, (struct op){.kind = OP_FREE}, id);
    return parser_refuse(parser, result, id, 0);
}

static enum parser_refusal touch(struct parser *parser, uint64_t id,
                                 uint64_t size)
{
    uint32_t slot = id_map_find(&parser->ids, id);
    if (slot == ID_MAP_NONE) {
        return REFUSED_UNKNOWN;
    }
    if (parser->tally.live[slot] == 0) {
        return REFUSED_DEAD;
    }
    if (size > parser->tally.sizes[slot]) {
        return REFUSED_TOO_MUCH;
    }
    if (parser_make_room(parser, slot, 1) != 0) {
        return REFUSED_MEMORY;
    }
    parser_append(parser,
                  (struct op){.kind = OP_TOUCH, .id = slot, .size = size});
    return APPLIED;
}

static int parse_touch(struct parser *parser, struct token *line)
{
    uint64_t id;
    uint64_t size;
    if (parse_id_and_size(parser, line, &id, &size) != 0) {
        return -1;
    }
    return parser_refuse(parser, touch(parser, id, size), id, size);
}

/* Not an operation: who does those that follow. */
static int parse_thread(struct parser *parser, struct token *line)
{
    struct token token = parse_token(line);
    uint64_t thread;
    if (parse_number(parser, token, "a thread number", &thread) != 0) {
        return -1;
    }
    if (thread > UINT16_MAX) {
        return parser_expected(parser, "a thread number up to 65535", token);
    }
    parser->thread = (uint16_t)thread;
    return parse_end(parser, line);
}

static bool begins_with(struct token line, const char *text)
{
    size_t n = strlen(text);
    return (size_t)(line.end - line.start) >= n &&
           memcmp(line.start, text, n) == 0;
}

/* The start of a gzip, xz or zstd file: too little of one to be undone. */
static bool looks_compressed(struct token token)
{
    return begins_with(token, "\x1f\x8b") || begins_with(token, "\xfd\x37z") ||
           begins_with(token, "(\xb5");
}

static int expected_operation(struct parser *parser, struct token token)
{
    if (parser->line == 1 && looks_compressed(token)) {
        return parser_fail(parser, "expected a whole compressed file, got a "
                                   "truncated one");
    }
    const char *what = "an operation (a, f, r, w)";
    if (parser->dialect == DIALECT_EXTENDED) {
        what = "an operation (a, c, f, m, r, t, w)";
    } else if (parser->stage == STAGE_START) {
        what = "a number of the header or an operation (a, f, r, w)";
    }
    return parser_expected(parser, what, token);
}

static int parse_operation(struct parser *parser, struct token *line,
                           struct token token)
{
    bool one = token.end - token.start == 1;
    switch (one ? *token.start : '\0') {
    case 'a': return parse_sized(parser, line, OP_ALLOC);
    case 'f': return parse_free(parser, line);
    case 'r': return parse_sized(parser, line, OP_REALLOC);
    case 'w': return parse_touch(parser, line);
    default: break;
    }
    if (parser->dialect == DIALECT_EXTENDED && one) {
        switch (*token.start) {
        case 'c': return parse_sized(parser, line, OP_CALLOC);
        case 'm': return parse_memalign(parser, line);
        case 't': return parse_thread(parser, line);
        default: break;
        }
    }
    return expected_operation(parser, token);
}

/* ---- lines ------------------------------------------------------------- */

/* A number, also a negative one that will be told to be wrong. */
static bool looks_like_header(struct token token)
{
    return is_digit(*token.start) || *token.start == '-';
}

int parse_line(struct parser *parser, struct token line)
{
    if (parser->line == 1 && begins_with(line, "\xef\xbb\xbf")) {
        line.start += 3; /* the byte order mark of some editors */
    }
    if (parser->line == 1 && begins_with(line, "#!rep")) {
        return parse_mark(parser, line);
    }
    struct token token = parse_token(&line);
    if (token_is_empty(token)) {
        return 0;
    }
    if (parser->stage == STAGE_START && looks_like_header(token)) {
        parser->stage = STAGE_HEADER;
    }
    if (parser->stage == STAGE_HEADER) {
        return parse_header_line(parser, &line, token);
    }
    if (parse_operation(parser, &line, token) != 0) {
        return -1;
    }
    parser->stage = STAGE_OPS;
    return 0;
}
