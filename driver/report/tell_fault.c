/*
 * tell_fault.c -- a fault as a paragraph that can be acted on.
 *
 *     where      traces/cc1.rep:1234: a 57 4096
 *                operation 1,230 of 112,000, first replay
 *     what       overlap: the payload lies in part on a live one
 *     blocks            begin        end          bytes  allocated by
 *                before heap+0x1980  heap+0x1a50    208  line 17
 *                this   heap+0x1a40  heap+0x2a40   4096  line 1234
 *                after  heap+0x2a50  heap+0x2ad0    128  line 45
 *                "this" begins 16 bytes before the end of "before"
 *     bytes      at offset 96 of "this" (heap+0x1aa0)
 *                expected  5a 5a 5a 5a 5a 5a 5a 5a
 *                found     00 00 5a 5a 5a 5a 5a 5a
 *                          ^^ ^^
 */
#include "driver/report/tell_fault.h"

#include <inttypes.h>
#include <string.h>

#include "driver/report/paint.h"

void tell_label(FILE *out, const struct report_style *style, const char *label)
{
    fputs("  ", out);
    paint_cell(out, style, TONE_HEADING, -(TELL_COLUMN - 2), label);
}

static const char *replay_name(uint32_t round)
{
    return round == 2 ? "second replay, after a reset" : "first replay";
}

void tell_where(FILE *out, const struct report_style *style,
                const struct failure *failure, uint64_t op, uint64_t line,
                const char *text, uint32_t round, const char *phase)
{
    tell_label(out, style, "where");
    if (op == FAULT_NO_OP) {
        fprintf(out, "%s: outside the operations, %s", failure->trace->path,
                replay_name(round));
    } else {
        paint_format(out, style, TONE_HEADING, "%s:%" PRIu64 ": %s",
                     failure->trace->path, line, text);
        fprintf(out, "\n%*soperation %s of %s, %s", TELL_COLUMN, "",
                figure_exact(op + 1).text,
                figure_exact(failure->trace->ops).text, replay_name(round));
    }
    fprintf(out, "%s%s\n", phase[0] != '\0' ? ", " : "", phase);
}

void tell_word(FILE *out, const char *word)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "abcdefghijklmnopqrstuvwxyz"
                                "0123456789_-+=.,:/@%";
    if (word[strspn(word, plain)] == '\0') {
        fputs(word, out);
        return;
    }
    fputc('\'', out);
    for (; *word != '\0'; word++) {
        fputs(*word == '\'' ? "'\\'" : "", out);
        fputc(*word, out);
    }
    fputc('\'', out);
}

struct figure tell_address(const struct subject_facts *subject,
                           uint64_t address)
{
    struct figure figure;
    snprintf(figure.text, sizeof(figure.text), "%s0x%" PRIx64,
             subject->foreign ? "" : "heap+", address);
    return figure;
}

/* Names of the three blocks, as the paragraph uses them. */
#define BEFORE "before"
#define THIS   "this"
#define AFTER  "after"

struct block_table {
    FILE *out;
    const struct report_style *style;
    const struct subject_facts *subject;
    const struct fault *fault;
    int address_width;
    int bytes_width;
};

static void widen(struct block_table *table, const struct fault_block *block)
{
    if (block->exists) {
        uint64_t end = block->address + block->bytes;
        int address = (int)strlen(tell_address(table->subject, end).text);
        int bytes = (int)strlen(figure_exact(block->bytes).text);
        table->address_width =
            address > table->address_width ? address : table->address_width;
        table->bytes_width =
            bytes > table->bytes_width ? bytes : table->bytes_width;
    }
}

static void block_row(const struct block_table *table, const char *name,
                      const struct fault_block *block)
{
    if (!block->exists) {
        return;
    }
    FILE *out = table->out;
    const struct subject_facts *subject = table->subject;
    fprintf(out, "%*s", TELL_COLUMN, "");
    paint_cell(out, table->style, TONE_HEADING, -8, name);
    fprintf(out, "%-*s  %-*s  %*s  ", table->address_width,
            tell_address(subject, block->address).text, table->address_width,
            tell_address(subject, block->address + block->bytes).text,
            table->bytes_width, figure_exact(block->bytes).text);
    if (block->line != 0) {
        fprintf(out, "line %" PRIu64 "%s", block->line,
                block->line == table->fault->line ? ", now" : "");
    }
    fputc('\n', out);
}

/* How two neighbours lie, where low should end before high begins. */
static void relation(const struct block_table *table, const char *low_name,
                     const struct fault_block *low, const char *high_name,
                     const struct fault_block *high)
{
    uint64_t low_end = low->address + low->bytes;
    uint64_t high_end = high->address + high->bytes;
    if (!low->exists || !high->exists || low_end <= high->address) {
        return;
    }
    fprintf(table->out, "%*s", TELL_COLUMN, "");
    if (high_end <= low_end) {
        paint_format(table->out, table->style, TONE_BAD,
                     "\"%s\" lies wholly inside \"%s\"\n", high_name, low_name);
    } else {
        paint_format(table->out, table->style, TONE_BAD,
                     "\"%s\" begins %s bytes before the end of \"%s\"\n",
                     high_name, figure_exact(low_end - high->address).text,
                     low_name);
    }
}

static void tell_blocks(FILE *out, const struct report_style *style,
                        const struct failure *failure)
{
    const struct fault *fault = &failure->result->fault;
    if (!fault->block.exists && !fault->before.exists && !fault->after.exists) {
        return;
    }
    struct block_table table = {out, style, failure->subject, fault, 5, 5};
    widen(&table, &fault->before);
    widen(&table, &fault->block);
    widen(&table, &fault->after);
    tell_label(out, style, "blocks");
    fprintf(out, "        %-*s  %-*s  %*s  allocated by\n", table.address_width,
            "begin", table.address_width, "end", table.bytes_width, "bytes");
    block_row(&table, BEFORE, &fault->before);
    block_row(&table, THIS, &fault->block);
    block_row(&table, AFTER, &fault->after);
    relation(&table, BEFORE, &fault->before, THIS, &fault->block);
    relation(&table, THIS, &fault->block, AFTER, &fault->after);
}

static void byte_row(FILE *out, const struct report_style *style,
                     const char *name, const unsigned char *bytes, uint32_t n)
{
    fprintf(out, "%*s", TELL_COLUMN, "");
    paint_cell(out, style, TONE_PLAIN, -9, name);
    for (uint32_t i = 0; i < n; i++) {
        fprintf(out, " %02x", bytes[i]);
    }
    fputc('\n', out);
}

static void difference_row(FILE *out, const struct report_style *style,
                           const struct fault *fault, uint32_t n)
{
    uint32_t last = 0;
    for (uint32_t i = 0; i < n; i++) {
        last = fault->expected[i] != fault->found[i] ? i + 1 : last;
    }
    fprintf(out, "%*s", TELL_COLUMN + 9, "");
    for (uint32_t i = 0; i < last; i++) {
        bool same = fault->expected[i] == fault->found[i];
        paint_text(out, style, TONE_BAD, same ? "   " : " ^^");
    }
    fputc('\n', out);
}

static void tell_bytes(FILE *out, const struct report_style *style,
                       const struct failure *failure)
{
    const struct fault *fault = &failure->result->fault;
    uint32_t n = fault->n_bytes < FAULT_BYTES ? fault->n_bytes : FAULT_BYTES;
    if (n == 0) {
        return;
    }
    uint64_t address = fault->block.address + fault->bytes_offset;
    tell_label(out, style, "bytes");
    fprintf(out, "at offset %s of \"" THIS "\" (%s)\n",
            figure_exact(fault->bytes_offset).text,
            tell_address(failure->subject, address).text);
    byte_row(out, style, "expected", fault->expected, n);
    byte_row(out, style, "found", fault->found, n);
    difference_row(out, style, fault, n);
}

void tell_fault(FILE *out, const struct report_style *style,
                const struct failure *failure)
{
    const struct fault *fault = &failure->result->fault;
    char what[sizeof(fault->rule) + sizeof(fault->detail) + 4];
    tell_where(out, style, failure, fault->op, fault->line, fault->operation,
               fault->round, "");
    bool both = fault->rule[0] != '\0' && fault->detail[0] != '\0';
    snprintf(what, sizeof(what), "%s%s%s", fault->rule, both ? ": " : "",
             fault->detail);
    tell_label(out, style, "what");
    paint_wrapped(out, style, TELL_COLUMN, TELL_COLUMN, what);
    tell_blocks(out, style, failure);
    tell_bytes(out, style, failure);
}
