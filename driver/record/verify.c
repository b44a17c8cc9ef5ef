/*
 * verify.c -- a walk along the trace that stops at each sample.
 *
 * The samples come from sizes that each block of the program carried itself
 * (preload/witness.h), the curve from the trace as it was written: nothing is
 * shared between the two but the place of a sample among the operations.
 */
#include "driver/record/verify.h"

#include <stdlib.h>
#include <string.h>

struct curve {
    uint64_t *sizes; /* by slot; live ones */
    uint64_t live_bytes;
    uint64_t live_blocks;
};

static void apply(struct curve *curve, const struct op *op)
{
    switch ((enum op_kind)op->kind) {
    case OP_FREE:
        curve->live_blocks--;
        curve->live_bytes -= curve->sizes[op->id];
        break;
    case OP_REALLOC:
        curve->live_bytes += op->size - curve->sizes[op->id];
        curve->sizes[op->id] = op->size;
        break;
    case OP_ALLOC:
    case OP_CALLOC:
    case OP_MEMALIGN:
        curve->live_blocks++;
        curve->live_bytes += op->size;
        curve->sizes[op->id] = op->size;
        break;
    case OP_TOUCH:
    case OP_KINDS: break;
    }
}

static void compare(const struct curve *curve,
                    const struct convert_sample *sample, uint64_t program_bytes,
                    struct verify_result *result)
{
    uint64_t difference = curve->live_bytes > program_bytes
                              ? curve->live_bytes - program_bytes
                              : program_bytes - curve->live_bytes;
    result->samples++;
    if (program_bytes > result->peak_bytes)
        result->peak_bytes = program_bytes;
    if (difference == 0 && curve->live_blocks == sample->live_blocks)
        return;
    result->different++;
    if (result->different > 1 && difference <= result->largest_bytes)
        return;
    result->largest_bytes = difference;
    result->op = sample->op;
    result->trace_bytes = curve->live_bytes;
    result->program_bytes = program_bytes;
}

int verify_curve(const struct trace *trace, const struct convert_report *report,
                 enum trace_dialect dialect, struct verify_result *result)
{
    memset(result, 0, sizeof *result);
    struct curve curve = {
        .sizes = calloc((size_t)trace->n_ids + 1, sizeof *curve.sizes),
    };
    if (curve.sizes == NULL)
        return -1;
    /* The classic dialect has them as blocks of one byte. */
    uint64_t empty_bytes = dialect == DIALECT_CLASSIC ? 1 : 0;
    const struct convert_sample *samples = report->samples;
    size_t op = 0;
    for (size_t i = 0; i < report->n_samples; i++) {
        for (; op < samples[i].op; op++)
            apply(&curve, &trace->ops[op]);
        compare(&curve, &samples[i],
                samples[i].live_bytes + samples[i].live_empty * empty_bytes,
                result);
    }
    free(curve.sizes);
    return 0;
}
