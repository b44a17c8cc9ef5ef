/*
 * parse_header.c -- four numbers, and which dialect they betray.
 *
 *     line            classic         CMU 2010       CMU 2017
 *     1  0 - 3:       (a heap size)   weight         weight
 *     2               ids             ids            ids
 *     3               operations      operations     operations
 *     4               (weight)        ignore 0/1     peak payload
 *
 * Counts in headers are often wrong; they are compared at the end, noted, and
 * otherwise not believed.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "driver/trace/parser.h"

enum { MAX_CMU_WEIGHT = 3, MAX_IGNORE_FLAG = 1 };

int parse_mark(struct parser *parser, struct token line)
{
    static const char mark[] = "#!rep";
    struct token rest = {line.start + strlen(mark), line.end};
    struct token version = parse_token(&rest);
    uint64_t number;
    if (parse_number(parser, version, "a version after #!rep", &number) != 0) {
        return -1;
    }
    if (number != 1) {
        return parser_expected(parser, "version 1 after #!rep", version);
    }
    parser->dialect = DIALECT_EXTENDED;
    return parse_end(parser, &rest);
}

/* The header is complete. */
static void choose_dialect(struct parser *parser)
{
    const uint64_t *header = parser->header;
    parser->stage = STAGE_OPS;
    if (header[0] <= MAX_CMU_WEIGHT) {
        parser->trace->weight = (uint32_t)header[0];
    }
    if (parser->dialect == DIALECT_EXTENDED) {
        return;
    }
    if (header[0] > MAX_CMU_WEIGHT) {
        parser->dialect = DIALECT_CLASSIC;
    } else if (header[3] <= MAX_IGNORE_FLAG) {
        parser->dialect = DIALECT_CMU_2010;
    } else {
        parser->dialect = DIALECT_CMU_2017;
    }
}

int parse_header_line(struct parser *parser, struct token *line,
                      struct token token)
{
    static const char *const meanings[HEADER_LINES] = {
        "header line 1 (heap size or weight)",
        "header line 2 (number of ids)",
        "header line 3 (number of operations)",
        "header line 4 (weight, flag or peak payload)",
    };
    unsigned n = parser->header_lines;
    if (parse_number(parser, token, meanings[n], &parser->header[n]) != 0) {
        return -1;
    }
    parser->header_at[n] = parser->line;
    parser->header_lines++;
    if (parser->header_lines == HEADER_LINES) {
        choose_dialect(parser);
    }
    return parse_end(parser, line);
}

__attribute__((format(printf, 3, 4))) static void note(struct parser *parser,
                                                       unsigned header_line,
                                                       const char *format, ...)
{
    struct trace *trace = parser->trace;
    struct trace_note *it = &trace->notes[trace->n_notes++];
    it->line = parser->header_at[header_line];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(it->text, sizeof it->text, format, arguments);
    va_end(arguments);
}

/* Headers count ids, or the numbers up to the highest id. */
static bool ids_agree(const struct parser *parser)
{
    const struct id_map *ids = &parser->ids;
    uint64_t claimed = parser->header[1];
    return claimed == ids->n || (ids->n > 0 && claimed == ids->highest + 1);
}

void parse_header_notes(struct parser *parser)
{
    const struct trace *trace = parser->trace;
    const uint64_t *header = parser->header;
    if (parser->header_lines < HEADER_LINES) {
        return;
    }
    if (!ids_agree(parser)) {
        note(parser, 1, "header says %" PRIu64 " ids, counted %" PRIu32,
             header[1], trace->n_ids);
    }
    if (header[2] != trace->n_ops) {
        note(parser, 2, "header says %" PRIu64 " operations, counted %zu",
             header[2], trace->n_ops);
    }
    if (parser->dialect == DIALECT_CMU_2017 &&
        header[3] != trace->peak_payload_bytes) {
        note(parser, 3,
             "header says %" PRIu64 " bytes of peak payload, counted %" PRIu64,
             header[3], trace->peak_payload_bytes);
    }
}
