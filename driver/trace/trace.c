/*
 * trace.c -- asking a parsed trace: lines, names, texts, limits.
 *
 * Lines are kept as runs in which line minus operation is constant, so that a
 * file without comments needs a single one; a run is found by bisection.
 */
#include "driver/trace/trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void trace_free(struct trace *trace)
{
    free(trace->path);
    free(trace->name);
    free(trace->ops);
    free(trace->line_runs);
    free(trace->original_ids);
    memset(trace, 0, sizeof *trace);
}

uint64_t trace_line(const struct trace *trace, size_t op)
{
    size_t low = 0;
    size_t high = trace->n_line_runs;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (trace->line_runs[middle].first_op <= op) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return high == 0 ? 0 : op + (uint64_t)trace->line_runs[low].line_minus_op;
}

uint64_t trace_original_id(const struct trace *trace, uint32_t slot)
{
    if (trace->original_ids == NULL || slot >= trace->n_ids) {
        return slot;
    }
    return trace->original_ids[slot];
}

char *trace_format_op(const struct trace *trace, size_t op, char *text,
                      size_t room)
{
    static const char letters[OP_KINDS] = "afrwcm";
    const struct op *it = &trace->ops[op];
    uint64_t id = trace_original_id(trace, it->id);
    char letter = letters[it->kind];
    if (it->id == trace->n_ids) {
        snprintf(text, room, "%c -1", letter);
    } else if (it->kind == OP_FREE) {
        snprintf(text, room, "%c %" PRIu64, letter, id);
    } else if (it->kind == OP_MEMALIGN) {
        snprintf(text, room, "%c %" PRIu64 " %" PRIu64 " %" PRIu64, letter, id,
                 (uint64_t)1 << it->align_log2, it->size);
    } else {
        snprintf(text, room, "%c %" PRIu64 " %" PRIu64, letter, id, it->size);
    }
    return text;
}

double trace_utilization(const struct trace *trace, uint64_t heap_bytes)
{
    return heap_bytes == 0
               ? 1
               : (double)trace->peak_payload_bytes / (double)heap_bytes;
}

double trace_limit(const struct trace *trace)
{
    return trace_utilization(trace, trace->peak_rounded_bytes);
}

double trace_limit_with_header(const struct trace *trace)
{
    return trace_utilization(trace, trace->peak_headed_bytes);
}

char *trace_format_error(const struct trace_error *error, char *text,
                         size_t room)
{
    if (error->line == 0) {
        snprintf(text, room, "%s: %s", error->path, error->message);
    } else {
        snprintf(text, room, "%s:%" PRIu64 ": %s", error->path, error->line,
                 error->message);
    }
    return text;
}

char *trace_format_note(const struct trace *trace, size_t note, char *text,
                        size_t room)
{
    snprintf(text, room, "%s:%" PRIu64 ": note: %s", trace->path,
             trace->notes[note].line, trace->notes[note].text);
    return text;
}
