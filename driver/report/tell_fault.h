/*
 * tell_fault.h -- a fault as a paragraph that can be acted on.
 */
#ifndef DRIVER_REPORT_TELL_FAULT_H
#define DRIVER_REPORT_TELL_FAULT_H

#include <stdio.h>

#include "driver/report/report.h"
#include "driver/report/text.h"

/* What a failure is about: which subject, which trace, what became of it. */
struct failure {
    const struct trace_facts *trace;
    const struct subject_facts *subject;
    const struct result *result;
    size_t heap_limit_bytes; /* in this run */
};

/* The column at which the text of a labelled line begins. */
#define TELL_COLUMN 13

/* Begins a line: two spaces and the label, padded to TELL_COLUMN. */
void tell_label(FILE *out, const struct report_style *style, const char *label);

/*
 * Where it happened: path and line as editors understand them, the operation
 * and the replay.  op may be FAULT_NO_OP, text empty.
 */
void tell_where(FILE *out, const struct report_style *style,
                const struct failure *failure, uint64_t op, uint64_t line,
                const char *text, uint32_t round, const char *phase);

/*
 * An address as a text: relative to the heap where it belongs to one.  A
 * foreign subject has no heap of ours, its addresses are absolute.
 */
struct figure tell_address(const struct subject_facts *subject,
                           uint64_t address);

/* A word of a command line, quoted where a shell wants it. */
void tell_word(FILE *out, const char *word);

/* Everything that is known of result->fault. */
void tell_fault(FILE *out, const struct report_style *style,
                const struct failure *failure);

#endif
