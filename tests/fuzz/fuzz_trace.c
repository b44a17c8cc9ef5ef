/*
 * fuzz_trace.c -- any bytes, read as a trace.
 *
 * Either there is an error with words, or the trace keeps every promise of
 * trace.h: slots in order of first appearance, liveness without contradiction,
 * statistics that a naive count agrees with, lines that rise; and it writes and
 * reads back the same.  The quick and the careful way agree on either.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/trace/trace.h"
#include "driver/trace/write.h"

__extension__ typedef unsigned __int128 wide;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void require(int holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "broken promise: %s\n", what);
        abort();
    }
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
    require(again.n_ops == trace->n_ops && again.n_ids == trace->n_ids &&
                again.n_notes == 0 && again.weight == trace->weight,
            "it reads back the same header");
    require(memcmp(again.ops, trace->ops, trace->n_ops * sizeof *trace->ops) ==
                0,
            "it reads back the same operations");
    trace_free(&again);
    free(text);
}

/* Compressed text would be broken by what respell does. */
static int is_plain(const uint8_t *data, size_t n)
{
    return n > 0 && data[0] != 0x1f && data[0] != 0x28 && data[0] != 0xfd;
}

/*
 * The same text with a blank before each line but the first: nothing of it is
 * read the quick way then, and the outcome must be the same.
 */
static void check_respelled(const uint8_t *data, size_t n, int result,
                            const struct trace *trace,
                            const struct trace_error *error)
{
    char *text = malloc(2 * n);
    size_t length = 0;
    for (size_t i = 0; i < n; i++) {
        text[length++] = (char)data[i];
        if (data[i] == '\n' && i + 1 < n) {
            text[length++] = ' ';
        }
    }
    struct trace again;
    struct trace_error again_error;
    int again_result = trace_parse("again", text, length, &again, &again_error);
    free(text);
    require(again_result == result, "spelling does not matter");
    if (result != 0) {
        require(strcmp(again_error.message, error->message) == 0 &&
                    again_error.line == error->line,
                "spelling does not matter for errors");
        return;
    }
    require(again.n_ops == trace->n_ops && again.n_ids == trace->n_ids,
            "spelling does not matter for counts");
    require(memcmp(again.ops, trace->ops, trace->n_ops * sizeof *trace->ops) ==
                0,
            "spelling does not matter for operations");
    trace_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct trace trace;
    struct trace_error error;
    if (trace_parse("fuzz", (const char *)data, n, &trace, &error) != 0) {
        require(strstr(error.message, "expected ") == error.message,
                "an error says what was expected");
        require(strstr(error.message, ", got ") != NULL,
                "an error says what was found");
        if (is_plain(data, n)) {
            check_respelled(data, n, -1, &trace, &error);
        }
        require(trace.ops == NULL && trace.path == NULL, "nothing to free");
        return 0;
    }
    require(trace.weight <= 3, "known weights");
    require(trace.n_ops > 0, "an operation");
    check_ops(&trace);
    check_written(&trace);
    if (is_plain(data, n)) {
        check_respelled(data, n, 0, &trace, &error);
    }
    trace_free(&trace);
    return 0;
}
