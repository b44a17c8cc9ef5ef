/*
 * parser.h -- what the stages of parsing share; private to driver/trace.
 *
 *     read.c         bytes -> whole lines; names, notes and the end
 *     parse_lines.c  the usual lines, at full speed
 *     parse_line.c   any line, with care: what is odd, and what is wrong
 *     parse_header.c the dialect and what the header claims
 *     parser.c       the effect of an operation; the wording of errors
 *
 * The quick way changes nothing unless the whole line is right; else the
 * careful way reads it again and finds the words.
 */
#ifndef DRIVER_TRACE_PARSER_H
#define DRIVER_TRACE_PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "driver/trace/id_map.h"
#include "driver/trace/stats.h"
#include "driver/trace/token.h"
#include "driver/trace/trace.h"

#define HEADER_LINES 4

/* The slot of NULL until the number of ids is known. */
#define PARSER_NULL_SLOT UINT32_MAX

enum parser_stage { STAGE_START, STAGE_HEADER, STAGE_OPS };

struct parser {
    struct op *ops;
    size_t n_ops;
    size_t ops_room;

    uint64_t line;         /* the one at hand, from 1 */
    int64_t line_minus_op; /* of the last run */
    uint16_t thread;       /* of the operations that follow */
    struct id_map ids;
    struct tally tally;

    enum parser_stage stage;
    enum trace_dialect dialect;
    unsigned header_lines; /* read so far */
    uint64_t header[HEADER_LINES];
    uint64_t header_at[HEADER_LINES]; /* their lines */

    bool unterminated; /* this is the last line and it lacks its end */
    size_t n_null_ops; /* frees of NULL, whose slot comes last */
    size_t line_runs_room;
    struct trace *trace;
    struct trace_error *error;
};

/* Why an operation cannot be. */
enum parser_refusal {
    APPLIED,
    REFUSED_UNKNOWN,  /* the id was never allocated */
    REFUSED_DEAD,     /* the id is not live any more */
    REFUSED_LIVE,     /* the id is still live */
    REFUSED_TOO_MUCH, /* touches more than the block has */
    REFUSED_MEMORY    /* or more ids than slots */
};

/* ---- parser.c ---------------------------------------------------------- */

/* Makes room for n more operations, or for many.  Returns 0, or -1 with errno
 * ENOMEM. */
int parser_grow_ops(struct parser *parser, size_t n);

/* Starts a run of lines with this operation.  Returns 0 or -1 as above. */
int parser_begin_run(struct parser *parser);

/*
 * Fails at the line at hand.  The message is made as by printf; all return
 * -1, for the caller to pass on.
 */
__attribute__((format(printf, 2, 3))) int parser_fail(struct parser *parser,
                                                      const char *format, ...);

/* "expected WHAT, got "TOKEN"", or got the end of line or file. */
int parser_expected(struct parser *parser, const char *what,
                    struct token token);

/* The header promises more than was read before the last line broke off. */
bool parser_is_cut_short(const struct parser *parser);
int parser_fail_truncated(struct parser *parser);

/* Words for a refused operation. */
int parser_refuse(struct parser *parser, enum parser_refusal why, uint64_t id,
                  uint64_t size);

/* ---- parse_header.c ---------------------------------------------------- */

/* Reads the line "#!rep 1". */
int parse_mark(struct parser *parser, struct token line);

/* Reads a number of the header from a line whose first token is given. */
int parse_header_line(struct parser *parser, struct token *line,
                      struct token token);

/* Compares what the header claims with what was found; leaves notes. */
void parse_header_notes(struct parser *parser);

/* ---- parse_line.c ------------------------------------------------------ */

/* Reads one line without its line feed.  Returns 0 or -1. */
int parse_line(struct parser *parser, struct token line);

/* The next token; empty at the end of the line or at a comment. */
struct token parse_token(struct token *line);

/* Reads digits into *number; what names them in errors. */
int parse_number(struct parser *parser, struct token token, const char *what,
                 uint64_t *number);

/* Nothing may follow on the line. */
int parse_end(struct parser *parser, struct token *line);

/* ---- parse_lines.c ----------------------------------------------------- */

/*
 * Reads whole lines, each ending in a line feed; SCAN_PADDING bytes behind
 * them can be read.  Returns 0 or -1.
 */
int parse_lines(struct parser *parser, const char *text, const char *end);

/* ---- the effect of an operation, inline for speed ---------------------- */

/* Room for slots up to this one and for n more operations. */
static inline int parser_make_room(struct parser *parser, size_t slot, size_t n)
{
    if (parser->ops_room - parser->n_ops < n &&
        parser_grow_ops(parser, n) != 0) {
        return -1;
    }
    if (slot >= parser->tally.room && tally_grow(&parser->tally, slot) != 0) {
        return -1;
    }
    int64_t line_minus_op = (int64_t)(parser->line - parser->n_ops);
    return line_minus_op == parser->line_minus_op ? 0
                                                  : parser_begin_run(parser);
}

static inline void parser_append(struct parser *parser, struct op op)
{
    op.thread = parser->thread;
    parser->ops[parser->n_ops++] = op;
}

/*
 * Whether op cannot be: an allocation of a live id, the free of a dead one.
 * Takes no branch.
 */
static inline bool parser_refuses(const struct tally *tally, struct op op)
{
    unsigned need_dead = 1U << OP_ALLOC | 1U << OP_CALLOC | 1U << OP_MEMALIGN;
    unsigned need_live = 1U << OP_FREE;
    unsigned is_live = -(unsigned)tally->live[op.id]; /* no bit, or all */
    return ((need_live ^ ((need_live ^ need_dead) & is_live)) >> op.kind & 1) !=
           0;
}

/* Whether the id is dead afterwards. */
static inline bool parser_kills(struct op op)
{
    return (op.kind == OP_FREE) | ((op.kind == OP_REALLOC) & (op.size == 0));
}

/*
 * An allocation of any kind, a free or a realloc of an id of the file; op.id
 * is not set yet.  Nothing has changed where it is refused.
 */
static inline enum parser_refusal parser_apply(struct parser *parser,
                                               struct op op, uint64_t id)
{
    uint32_t slot = id_map_find(&parser->ids, id);
    bool fresh = slot == ID_MAP_NONE;
    op.id = fresh ? parser->ids.n : slot;
    if (op.id >= ID_MAP_NONE - 1 || parser_make_room(parser, op.id, 1) != 0) {
        return REFUSED_MEMORY;
    }
    if (parser_refuses(&parser->tally, op)) {
        return op.kind != OP_FREE ? REFUSED_LIVE
               : fresh            ? REFUSED_UNKNOWN
                                  : REFUSED_DEAD;
    }
    if (fresh && id_map_add(&parser->ids, id) != 0) {
        return REFUSED_MEMORY;
    }
    tally_set(&parser->tally, op.id, op.size, !parser_kills(op));
    parser_append(parser, op);
    return APPLIED;
}

#endif
