/*
 * lines.c -- headers, and the way from the buffer to the sink.
 */
#include "driver/trace/lines.h"

static const char mark[] = "#!rep 1\n";

enum { HEADER_NUMBERS = 4, WIDEST = 20 };

void lines_begin(struct lines *lines, struct sink *sink)
{
    lines->sink = sink;
    lines->failed = 0;
    lines->thread = 0;
    lines->reserved = 0;
    lines->begun = false;
    lines->used = 0;
}

void lines_flush(struct lines *lines)
{
    if (lines->failed == 0 &&
        sink_put(lines->sink, lines->buffer, lines->used) != 0) {
        lines->failed = errno;
    }
    lines->begun = true;
    lines->used = 0;
}

char *lines_put_long_number(char *p, uint64_t number)
{
    if (number < LINES_USUAL) {
        return lines_put_number(p, number);
    }
    p = lines_put_long_number(p, number / LINES_USUAL);
    uint64_t digits =
        htole64(lines_eight_digits(number % LINES_USUAL) | 0x3030303030303030);
    memcpy(p, &digits, sizeof digits);
    return p + sizeof digits;
}

/* A heap size that would do, as line 1 of the classic header suggests one. */
static uint64_t suggested_heap(const struct lines_header *header)
{
    uint64_t page = 4096;
    uint64_t bytes = header->peak_headed_bytes;
    return bytes > UINT64_MAX - page ? UINT64_MAX : (bytes / page + 1) * page;
}

static char *put_mark(char *p, enum trace_dialect dialect)
{
    if (dialect != DIALECT_EXTENDED) {
        return p;
    }
    memcpy(p, mark, sizeof mark - 1);
    return p + sizeof mark - 1;
}

/* width: of a line without its end, at least; the rest are blanks. */
static char *put_header(char *p, const struct lines_header *header,
                        ptrdiff_t width)
{
    bool weighted = header->weight != 1 || header->dialect == DIALECT_CMU_2017;
    uint64_t numbers[HEADER_NUMBERS] = {
        weighted ? header->weight : suggested_heap(header), header->n_ids,
        header->n_ops, weighted ? header->peak_payload_bytes : 1};
    p = put_mark(p, header->dialect);
    for (int i = 0; i < HEADER_NUMBERS; i++) {
        char *end = lines_put_number(p, numbers[i]);
        for (; end - p < width; end++) {
            *end = ' ';
        }
        *end++ = '\n';
        p = end;
    }
    return p;
}

void lines_header(struct lines *lines, const struct lines_header *header)
{
    char *end = put_header(lines->buffer + lines->used, header, 0);
    lines->used = (size_t)(end - lines->buffer);
}

void lines_reserve_header(struct lines *lines, enum trace_dialect dialect)
{
    struct lines_header unknown = {.dialect = dialect, .weight = 1};
    char *end = put_header(lines->buffer, &unknown, WIDEST);
    lines->used = (size_t)(end - lines->buffer);
    lines->reserved = lines->used;
}

/* All is still here: what follows the header moves up to it. */
static void replace_header(struct lines *lines,
                           const struct lines_header *header)
{
    size_t n = lines->used - lines->reserved;
    char *body = lines->buffer + lines->reserved;
    char *end = put_header(lines->buffer, header, 0);
    memmove(end, body, n);
    lines->used = (size_t)(end - lines->buffer) + n;
}

void lines_patch_header(struct lines *lines, const struct lines_header *header)
{
    if (!lines->begun) {
        replace_header(lines, header);
        return;
    }
    char text[LINES_LONGEST];
    char *end = put_header(text, header, WIDEST);
    if (lines->failed == 0 &&
        sink_patch(lines->sink, text, (size_t)(end - text), 0) != 0) {
        lines->failed = errno;
    }
}
