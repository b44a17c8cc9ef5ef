/*
 * promises.c -- checked without any code of the project's own counting.
 */
#include "tests/fuzz/promises.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/trace/write.h"

__extension__ typedef unsigned __int128 wide;

void require(int holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "broken promise: %s\n", what);
        abort();
    }
}

void require_same_ops(const struct trace *a, const struct trace *b,
                      const char *what)
{
    require(a->n_ops == b->n_ops && a->n_ids == b->n_ids, what);
    require(a->n_ops == 0 ||
                memcmp(a->ops, b->ops, a->n_ops * sizeof *a->ops) == 0,
            what);
}

void require_error(const struct trace_error *error)
{
    require(strstr(error->message, "expected ") == error->message,
            "an error says what was expected");
    require(strstr(error->message, ", got ") != NULL,
            "an error says what was found");
}

static uint64_t saturated(wide sum)
{
    return sum > UINT64_MAX ? UINT64_MAX : (uint64_t)sum;
}

/* What is live, summed afresh after each operation. */
static void check_peaks(const struct trace *trace, const uint64_t *sizes,
                        const uint8_t *live, wide *peaks)
{
    wide sums[4] = {0};
    for (uint32_t slot = 0; slot < trace->n_ids; slot++) {
        if (live[slot]) {
            sums[0] += sizes[slot];
            sums[1] += ((wide)sizes[slot] + 15) / 16 * 16;
            sums[2] += ((wide)sizes[slot] + 8 + 15) / 16 * 16;
            sums[3]++;
        }
    }
    for (int i = 0; i < 4; i++) {
        peaks[i] = sums[i] > peaks[i] ? sums[i] : peaks[i];
    }
}

static void replay_op(const struct trace *trace, const struct op *op,
                      uint64_t *sizes, uint8_t *live, uint32_t *n_seen)
{
    if (op->kind == OP_FREE && op->id == trace->n_ids) {
        return;
    }
    require(op->id <= *n_seen && op->id < trace->n_ids, "slots in order");
    *n_seen += op->id == *n_seen;
    switch ((enum op_kind)op->kind) {
    case OP_MEMALIGN: require(op->align_log2 < 64, "alignment"); /* fall */
    case OP_ALLOC:
    case OP_CALLOC:
        require(!live[op->id], "a dead block is allocated");
        live[op->id] = 1;
        break;
    case OP_FREE:
        require(live[op->id], "a live block is freed");
        require(op->size == 0, "a free has no size");
        live[op->id] = 0;
        break;
    case OP_REALLOC: live[op->id] = op->size != 0; break;
    case OP_TOUCH:
        require(live[op->id] && op->size <= sizes[op->id], "touch inside");
        return;
    default: require(0, "known kinds");
    }
    sizes[op->id] = op->size;
}

static void check_ops(const struct trace *trace)
{
    uint64_t *sizes = calloc(trace->n_ids + 1, sizeof *sizes);
    uint8_t *live = calloc(trace->n_ids + 1, 1);
    wide peaks[4] = {0};
    uint32_t n_seen = 0;
    uint64_t line = 0;
    for (size_t i = 0; i < trace->n_ops; i++) {
        char text[100];
        replay_op(trace, &trace->ops[i], sizes, live, &n_seen);
        check_peaks(trace, sizes, live, peaks);
        require(trace_line(trace, i) > line, "lines rise");
        line = trace_line(trace, i);
        require(strlen(trace_format_op(trace, i, text, sizeof text)) > 2,
                "operations have a text");
    }
    uint64_t at_end = 0;
    for (uint32_t slot = 0; slot < trace->n_ids; slot++) {
        at_end += live[slot];
    }
    require(n_seen == trace->n_ids, "every slot occurs");
    require(trace->peak_payload_bytes == saturated(peaks[0]), "payload");
    require(trace->peak_rounded_bytes == saturated(peaks[1]), "rounded");
    require(trace->peak_headed_bytes == saturated(peaks[2]), "headed");
    require(trace->peak_live_blocks == peaks[3], "blocks");
    require(trace->live_blocks_at_end == at_end, "blocks at the end");
    free(sizes);
    free(live);
}

static void check_written(const struct trace *trace)
{
    char *text;
    size_t n;
    struct trace again;
    struct trace_error error;
    FILE *stream = open_memstream(&text, &n);
    require(trace_write(trace, stream) == 0, "it can be written");
    fclose(stream);
    require(trace_parse("again", text, n, &again, &error) == 0,
            "it reads back");
    require(again.n_notes == 0 && again.weight == trace->weight,
            "it reads back the same header");
    require_same_ops(&again, trace, "it reads back the same operations");
    trace_free(&again);
    free(text);
}

void require_trace(const struct trace *trace)
{
    require(trace->weight <= 3, "known weights");
    check_ops(trace);
    if (trace->n_ops > 0) {
        check_written(trace); /* no reader takes an empty one */
    }
}
