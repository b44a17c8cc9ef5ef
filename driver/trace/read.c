/*
 * read.c -- from an input to a trace: whole lines, names, notes, the end.
 *
 * Text passes through one buffer; a line that its end cuts is moved to its
 * front, and so no more text than this is ever in memory:
 *
 *     | rest of the last piece | next piece ........ \n rest | padding |
 *      '--------- whole lines for parse_lines ---------'
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/trace/input.h"
#include "driver/trace/parser.h"
#include "driver/trace/scan.h"

enum { BUFFER_BYTES = 262144 };

/* What input.c says about the input is told with the line it came to. */
static int fail_input(struct parser *parser, const char *message)
{
    parser->line += parser->line > 0;
    return parser_fail(parser, "%s", message);
}

/* Parses the lines that are whole; returns the bytes that are left, or -1. */
static ssize_t parse_whole_lines(struct parser *parser, char *buffer,
                                 size_t used, size_t searched)
{
    const char *last = memrchr(buffer + searched, '\n', used - searched);
    if (last == NULL && used == BUFFER_BYTES) {
        parser->line++;
        return parser_fail(parser,
                           "expected a line of less than %d bytes, got a "
                           "longer one",
                           BUFFER_BYTES);
    }
    if (last == NULL) {
        return (ssize_t)used;
    }
    if (parse_lines(parser, buffer, last + 1) != 0) {
        return -1;
    }
    size_t left = used - (size_t)(last + 1 - buffer);
    memmove(buffer, last + 1, left);
    return (ssize_t)left;
}

/* The last line, when no line feed ends it. */
static int parse_rest(struct parser *parser, char *buffer, size_t used)
{
    if (used == 0) {
        return 0;
    }
    buffer[used] = '\n';
    parser->unterminated = true;
    return parse_lines(parser, buffer, buffer + used + 1);
}

static int parse_input(struct parser *parser, struct input *input, char *buffer)
{
    char message[INPUT_MESSAGE_BYTES];
    size_t used = 0;
    for (;;) {
        ssize_t n =
            input_read(input, buffer + used, BUFFER_BYTES - used, message);
        if (n < 0) {
            return fail_input(parser, message);
        }
        if (n == 0) {
            return parse_rest(parser, buffer, used);
        }
        ssize_t left =
            parse_whole_lines(parser, buffer, used + (size_t)n, used);
        if (left < 0) {
            return -1;
        }
        used = (size_t)left;
    }
}

/* What only the end of the input can tell. */
static int check_end(struct parser *parser)
{
    if (parser->stage == STAGE_HEADER) {
        return parser_fail(parser,
                           "expected a header of 4 lines, got %u and the end "
                           "of the file: truncated",
                           parser->header_lines);
    }
    if (parser_is_cut_short(parser)) {
        return parser_fail_truncated(parser);
    }
    /* Whatever a header says: nothing can be learned from replaying nothing. */
    if (parser->n_ops == 0) {
        return parser_fail(parser, "expected a trace, got %s",
                           parser->line == 0 ? "an empty file"
                                             : "no operation");
    }
    return 0;
}

static void place_null(struct parser *parser, struct trace *trace)
{
    for (size_t i = 0; parser->n_null_ops > 0; i++) {
        if (trace->ops[i].id == PARSER_NULL_SLOT) {
            trace->ops[i].id = trace->n_ids;
            parser->n_null_ops--;
        }
    }
}

/* Hands the tables over to the trace, without their spare room. */
static void hand_over(struct parser *parser, struct trace *trace)
{
    size_t bytes = parser->n_ops * sizeof *parser->ops;
    struct op *ops = bytes == 0 ? NULL : realloc(parser->ops, bytes);
    trace->ops = ops != NULL ? ops : parser->ops;
    parser->ops = NULL;
    trace->n_ops = parser->n_ops;
    trace->n_ids = parser->ids.n;
    trace->dialect = parser->dialect;
    trace->original_ids = parser->ids.originals;
    parser->ids.originals = NULL;
    place_null(parser, trace);
    size_t runs = trace->n_line_runs;
    if (runs > 0 && trace->line_runs[runs - 1].first_op == trace->n_ops) {
        trace->n_line_runs--; /* of lines behind the last operation */
    }
}

static int finish(struct parser *parser, struct trace *trace)
{
    hand_over(parser, trace);
    if (!tally_is_wide(&parser->tally)) {
        tally_report(&parser->tally, trace);
    } else if (trace_recount(trace) != 0) {
        return parser_refuse(parser, REFUSED_MEMORY, 0, 0);
    }
    parse_header_notes(parser);
    return 0;
}

static const char *without_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static int fill_names(struct parser *parser, const char *path)
{
    struct trace *trace = parser->trace;
    trace->path = strdup(path);
    trace->name = strdup(without_folder(path));
    return trace->path != NULL && trace->name != NULL
               ? 0
               : parser_refuse(parser, REFUSED_MEMORY, 0, 0);
}

static int parse_and_finish(struct parser *parser, struct input *input,
                            const char *path)
{
    char *buffer = calloc(1, BUFFER_BYTES + SCAN_PADDING);
    if (buffer == NULL) {
        return parser_refuse(parser, REFUSED_MEMORY, 0, 0);
    }
    int result = fill_names(parser, path);
    if (result == 0) {
        result = parse_input(parser, input, buffer);
    }
    if (result == 0) {
        result = check_end(parser);
    }
    if (result == 0) {
        result = finish(parser, parser->trace);
    }
    free(buffer);
    return result;
}

static void prepare(struct trace *trace, struct trace_error *error,
                    const char *path)
{
    memset(trace, 0, sizeof *trace);
    memset(error, 0, sizeof *error);
    snprintf(error->path, sizeof error->path, "%s", path);
}

static int read_input(struct input *input, const char *path,
                      struct trace *trace, struct trace_error *error)
{
    struct parser parser = {.trace = trace,
                            .error = error,
                            .dialect = DIALECT_CS107,
                            .line_minus_op = INT64_MIN};
    trace->weight = 1;
    int result = parse_and_finish(&parser, input, path);
    if (result != 0) {
        free(parser.ops);
        free(parser.ids.originals);
        trace_free(trace);
    }
    id_map_free(&parser.ids);
    tally_free(&parser.tally);
    input_close(input);
    return result;
}

int trace_read(const char *path, struct trace *trace, struct trace_error *error)
{
    struct input input;
    prepare(trace, error, path);
    if (input_open_file(&input, path, error->message) != 0) {
        return -1;
    }
    return read_input(&input, path, trace, error);
}

int trace_parse(const char *path, const char *text, size_t bytes,
                struct trace *trace, struct trace_error *error)
{
    struct input input;
    prepare(trace, error, path);
    if (input_open_bytes(&input, text, bytes, error->message) != 0) {
        return -1;
    }
    return read_input(&input, path, trace, error);
}
