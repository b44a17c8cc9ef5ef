/*
 * read.c -- from an input to a trace: its lines, names, notes, the end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/trace/line_reader.h"
#include "driver/trace/parser.h"

/* What is wrong with the input is told with the line it came to. */
static int fail_input(struct parser *parser, const struct line_reader *reader,
                      const char *message)
{
    parser->line += parser->line > 0 || reader->used > 0;
    return parser_fail(parser, "%s", message);
}

static int parse_input(struct parser *parser, struct line_reader *reader)
{
    char message[INPUT_MESSAGE_BYTES];
    const char *text;
    const char *end;
    int more;
    while ((more = line_reader_next(reader, &text, &end, message)) > 0) {
        parser->unterminated = reader->unterminated;
        if (parse_lines(parser, text, end) != 0) {
            return -1;
        }
    }
    return more == 0 ? 0 : fail_input(parser, reader, message);
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

static int parse_and_finish(struct parser *parser, struct line_reader *reader,
                            const char *path)
{
    int result = fill_names(parser, path);
    if (result == 0) {
        result = parse_input(parser, reader);
    }
    if (result == 0) {
        result = check_end(parser);
    }
    if (result == 0) {
        result = finish(parser, parser->trace);
    }
    return result;
}

static void prepare(struct trace *trace, struct trace_error *error,
                    const char *path)
{
    memset(trace, 0, sizeof *trace);
    memset(error, 0, sizeof *error);
    snprintf(error->path, sizeof error->path, "%s", path);
}

int trace_read_from(struct line_reader *reader, const char *path,
                    struct trace *trace, struct trace_error *error)
{
    struct parser parser = {.trace = trace,
                            .error = error,
                            .dialect = DIALECT_CS107,
                            .line_minus_op = INT64_MIN};
    prepare(trace, error, path);
    trace->weight = 1;
    int result = parse_and_finish(&parser, reader, path);
    if (result != 0) {
        free(parser.ops);
        free(parser.ids.originals);
        trace_free(trace);
    }
    id_map_free(&parser.ids);
    tally_free(&parser.tally);
    return result;
}

int trace_read(const char *path, struct trace *trace, struct trace_error *error)
{
    struct line_reader reader;
    prepare(trace, error, path);
    if (line_reader_open_file(&reader, path, error->message) != 0) {
        return -1;
    }
    int result = trace_read_from(&reader, path, trace, error);
    line_reader_close(&reader);
    return result;
}

int trace_parse(const char *path, const char *text, size_t bytes,
                struct trace *trace, struct trace_error *error)
{
    struct line_reader reader;
    prepare(trace, error, path);
    if (line_reader_open_bytes(&reader, text, bytes, error->message) != 0) {
        return -1;
    }
    int result = trace_read_from(&reader, path, trace, error);
    line_reader_close(&reader);
    return result;
}
