/*
 * parse_lines.c -- the usual lines, at full speed.
 *
 * "a ID SIZE", "r ID SIZE" and "f ID" with one space between and nothing else
 * but an optional carriage return: nearly all lines of nearly all traces.
 * They are taken in batches, each in two steps: all lines are scanned, and
 * what will be needed of the large tables is asked for; then all are applied,
 * the tables being in the cache by now.  Any other line, and any that does
 * not fit what is live, goes to parse_line.
 */
#include <string.h>

#include "driver/trace/parser.h"
#include "driver/trace/scan.h"

enum { BATCH = 64 };

/*
 * A line that was scanned and not yet applied.  Its operation is in the place
 * already where it will be kept, behind the others, and lacks its slot.
 */
struct scanned {
    const char *text;
    uint64_t id;
};

/* What the letters of usual lines mean, plus 1; all others are 0. */
static const uint8_t kinds[256] = {
    ['a'] = OP_ALLOC + 1,
    ['f'] = OP_FREE + 1,
    ['r'] = OP_REALLOC + 1,
};

/* Reads the two numbers; false where one of them is missing or too long. */
static inline bool scan_numbers(struct scanned *line, struct op *op,
                                const char *id, unsigned id_digits,
                                unsigned size_digits, unsigned has_size)
{
    const char *size = id + id_digits + 1;
    unsigned most = (id_digits - 1) | (size_digits - has_size);
    if (most < SCAN_SHORT) {
        line->id = scan_short(id, id_digits);
        op->size = scan_short(size, size_digits) & -(uint64_t)has_size;
        return true;
    }
    line->id = scan_long(id, id_digits);
    op->size = scan_long(size, size_digits);
    return id_digits - 1 < SCAN_LONG && size_digits - has_size < SCAN_LONG;
}

/*
 * Returns the next line, or NULL where this is not a usual one.  The letter
 * decides which mark ends the line, by arithmetic: a branch on it would be
 * foreseen wrongly half of the time.
 */
static inline const char *scan_line(const char *text, struct scanned *line,
                                    struct op *op)
{
    unsigned has_size = text[0] != 'f';
    unsigned kind = kinds[(unsigned char)text[0]];
    const char *id = text + 2;
    /* Without letter and space; two marks behind, so that there is one. */
    uint32_t marks = scan_marks(text) >> 2 | 3U << (SCAN_BYTES - 2);
    unsigned id_digits = (unsigned)__builtin_ctz(marks);
    unsigned end_at = (unsigned)__builtin_ctz(marks & (marks - has_size));
    line->text = text;
    *op = (struct op){.kind = (uint8_t)(kind - 1)};
    if (!scan_numbers(line, op, id, id_digits, end_at - id_digits - has_size,
                      has_size)) {
        return NULL;
    }
    /* A size of 0 is unusual: the careful way knows what it means. */
    bool usual = (kind != 0) & (text[1] == ' ') &
                 ((id[id_digits] == ' ') == has_size) &
                 ((op->size != 0) == has_size);
    const char *end = id + end_at;
    if (!usual || (*end != '\n' && (*end++ != '\r' || *end != '\n'))) {
        return NULL;
    }
    return end + 1;
}

/* Asks for what the tally keeps of a slot. */
static inline void ask_for_slot(const struct tally *tally, uint64_t slot)
{
    if (slot < tally->room) {
        __builtin_prefetch(&tally->sizes[slot], 1);
        __builtin_prefetch(&tally->live[slot], 1);
    }
}

/*
 * Returns how many lines were scanned; *text is moved behind them.  There is
 * room for a batch of operations.
 */
static size_t scan_batch(struct parser *parser, const char **text,
                         const char *end, struct scanned *batch)
{
    struct op *ops = parser->ops + parser->n_ops;
    bool identity = id_map_is_identity(&parser->ids);
    size_t n = 0;
    const char *at = *text;
    while (n < BATCH && at < end) {
        const char *next = scan_line(at, &batch[n], &ops[n]);
        if (next == NULL) {
            break;
        }
        at = next;
        uint64_t id = batch[n++].id;
        if (identity) {
            ask_for_slot(&parser->tally, id);
        } else {
            id_map_ask(&parser->ids, id);
        }
    }
    *text = at;
    return n;
}

/* Room for a whole batch that begins on the line behind the one at hand. */
static int make_room(struct parser *parser)
{
    size_t slots = (size_t)parser->ids.n + BATCH;
    if (slots >= ID_MAP_NONE) {
        return -1;
    }
    parser->line++;
    int result = parser_make_room(parser, slots, BATCH);
    parser->line--;
    return result;
}

/*
 * Applies the lines while each id is its own slot.  Sums and counts are kept
 * in registers meanwhile.  Returns how many lines could be applied.
 */
static size_t apply_identity(struct parser *parser, const struct scanned *batch,
                             size_t n)
{
    struct tally tally = parser->tally;
    struct op *ops = parser->ops + parser->n_ops;
    uint32_t n_ids = parser->ids.n;
    uint16_t thread = parser->thread;
    size_t i;
    for (i = 0; i < n && batch[i].id <= n_ids; i++) {
        ops[i].id = (uint32_t)batch[i].id;
        ops[i].thread = thread;
        struct op op = ops[i];
        if (parser_refuses(&tally, op)) {
            break;
        }
        n_ids += op.id == n_ids;
        tally_set(&tally, op.id, op.size, op.kind != OP_FREE);
    }
    parser->tally = tally;
    parser->ids.n = parser->ids.identity = n_ids;
    parser->n_ops += i;
    parser->line += i;
    return i;
}

static size_t apply_any(struct parser *parser, const struct scanned *batch,
                        size_t n)
{
    size_t i;
    for (i = 0; i < n; i++) {
        parser->line++;
        struct op op = parser->ops[parser->n_ops];
        if (parser_apply(parser, op, batch[i].id) != APPLIED) {
            parser->line--;
            break;
        }
    }
    return i;
}

/* Reads usual lines as long as there are; returns where they end. */
static const char *parse_usual(struct parser *parser, const char *text,
                               const char *end)
{
    struct scanned batch[BATCH];
    size_t n;
    do {
        if (make_room(parser) != 0) {
            return text;
        }
        n = scan_batch(parser, &text, end, batch);
        size_t applied = id_map_is_identity(&parser->ids)
                             ? apply_identity(parser, batch, n)
                             : apply_any(parser, batch, n);
        if (applied < n) {
            return batch[applied].text;
        }
    } while (n == BATCH);
    return text;
}

int parse_lines(struct parser *parser, const char *text, const char *end)
{
    while (text < end) {
        if (parser->stage == STAGE_OPS) {
            text = parse_usual(parser, text, end);
        }
        if (text < end) {
            const char *stop = memchr(text, '\n', (size_t)(end - text));
            parser->line++;
            if (parse_line(parser, (struct token){text, stop}) != 0) {
                return -1;
            }
            text = stop + 1;
        }
    }
    return 0;
}
