/*
 * parser.c -- growth of the parser's tables, and the wording of its errors.
 */
#include "driver/trace/parser.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "driver/trace/table.h"

int parser_grow_ops(struct parser *parser, size_t n)
{
    size_t room = table_next_room(parser->ops_room, parser->n_ops + n);
    struct op *ops = table_resize(parser->ops, room, sizeof *ops);
    if (ops == NULL) {
        return -1;
    }
    parser->ops = ops;
    parser->ops_room = room;
    return 0;
}

static int grow_line_runs(struct parser *parser)
{
    struct trace *trace = parser->trace;
    size_t room = parser->line_runs_room + parser->line_runs_room / 2 + 4;
    struct trace_line_run *runs =
        table_resize(trace->line_runs, room, sizeof *runs);
    if (runs == NULL) {
        return -1;
    }
    trace->line_runs = runs;
    parser->line_runs_room = room;
    return 0;
}

int parser_begin_run(struct parser *parser)
{
    struct trace *trace = parser->trace;
    size_t n = trace->n_line_runs;
    /* A run that no operation followed is replaced. */
    if (n > 0 && trace->line_runs[n - 1].first_op == parser->n_ops) {
        n--;
    }
    if (n == parser->line_runs_room && grow_line_runs(parser) != 0) {
        return -1;
    }
    parser->line_minus_op = (int64_t)(parser->line - parser->n_ops);
    trace->line_runs[n] = (struct trace_line_run){
        .first_op = parser->n_ops, .line_minus_op = parser->line_minus_op};
    trace->n_line_runs = n + 1;
    return 0;
}

int parser_fail(struct parser *parser, const char *format, ...)
{
    struct trace_error *error = parser->error;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    error->line = parser->line;
    return -1;
}

int parser_expected(struct parser *parser, const char *what, struct token token)
{
    char quoted[TOKEN_QUOTED_BYTES];
    if (!token_is_empty(token)) {
        return parser_fail(parser, "expected %s, got %s", what,
                           token_quote(token, quoted));
    }
    return parser_fail(parser, "expected %s, got the end of the %s", what,
                       parser->unterminated ? "file: truncated" : "line");
}

bool parser_is_cut_short(const struct parser *parser)
{
    return parser->unterminated && parser->header_lines == HEADER_LINES &&
           parser->n_ops < parser->header[2];
}

int parser_fail_truncated(struct parser *parser)
{
    return parser_fail(parser,
                       "expected %" PRIu64 " operations as line %" PRIu64
                       " says, got %zu and a line without its end: truncated",
                       parser->header[2], parser->header_at[2], parser->n_ops);
}

int parser_refuse(struct parser *parser, enum parser_refusal why, uint64_t id,
                  uint64_t size)
{
    if (why != REFUSED_MEMORY && parser_is_cut_short(parser)) {
        return parser_fail_truncated(parser);
    }
    switch (why) {
    case REFUSED_UNKNOWN:
        return parser_fail(parser,
                           "expected a live id, got %" PRIu64
                           ", which was never allocated",
                           id);
    case REFUSED_DEAD:
        return parser_fail(
            parser,
            "expected a live id, got %" PRIu64 ", which is freed already", id);
    case REFUSED_LIVE:
        return parser_fail(parser,
                           "expected an id to allocate, got %" PRIu64
                           ", which is still live",
                           id);
    case REFUSED_TOO_MUCH:
        return parser_fail(parser,
                           "expected no more bytes than block %" PRIu64
                           " has, got %" PRIu64,
                           id, size);
    case REFUSED_MEMORY:
        return parser_fail(parser,
                           "expected enough memory, got none for operation "
                           "%zu",
                           parser->n_ops);
    case APPLIED: break;
    }
    return 0;
}
