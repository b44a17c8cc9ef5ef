/*
 * fuzz_twin.c -- any trace, perturbed and reduced to each dialect.
 *
 * The first two bytes are jitter and seed.  What comes out keeps every promise;
 * a twin has as many operations of each kind, and a plain dialect nothing that
 * it cannot say.
 */
#include <stdbool.h>
#include <string.h>

#include "driver/perturb/perturb.h"
#include "driver/trace/dialect.h"
#include "tests/fuzz/promises.h"

enum { PARAMETER_BYTES = 2, PPM_PER_STEP = 3921 };

static void check_twin(const struct trace *trace, uint8_t jitter, uint8_t seed)
{
    struct perturb_params params = {
        .jitter_ppm = (uint32_t)jitter * PPM_PER_STEP, .seed = seed};
    struct trace twin;
    struct perturb_report report;
    require(perturb_trace(trace, &params, &twin, &report) == 0, "a twin");
    require_trace(&twin);
    size_t counts[OP_KINDS] = {0};
    require(twin.n_ops == trace->n_ops && twin.n_ids == trace->n_ids, "counts");
    for (size_t i = 0; i < trace->n_ops; i++) {
        counts[trace->ops[i].kind]++;
        counts[twin.ops[i].kind]--;
    }
    for (int kind = 0; kind < OP_KINDS; kind++) {
        require(counts[kind] == 0, "as many of each kind");
    }
    require(twin.live_blocks_at_end == trace->live_blocks_at_end, "the end");
    require(jitter != 0 || twin.peak_payload_bytes <= trace->peak_payload_bytes,
            "another order does not raise the peak");
    trace_free(&twin);
}

static void check_dialect(const struct trace *trace, enum trace_dialect dialect)
{
    struct trace plain;
    struct dialect_losses losses;
    require(trace_to_dialect(trace, dialect, &plain, &losses) == 0, "plain");
    require_trace(&plain);
    for (size_t i = 0; i < plain.n_ops; i++) {
        struct op op = plain.ops[i];
        bool usual = op.kind <= OP_REALLOC && op.thread == 0;
        bool null = op.id == plain.n_ids;
        bool empty = op.kind != OP_FREE && op.size == 0;
        require(dialect == DIALECT_EXTENDED || usual, "a, f and r");
        require(dialect != DIALECT_CLASSIC || (!null && !empty), "classic");
    }
    trace_free(&plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct trace trace;
    struct trace_error error;
    if (n < PARAMETER_BYTES ||
        trace_parse("fuzz", (const char *)data + PARAMETER_BYTES,
                    n - PARAMETER_BYTES, &trace, &error) != 0) {
        return 0;
    }
    check_twin(&trace, data[0], data[1]);
    check_dialect(&trace, DIALECT_CLASSIC);
    check_dialect(&trace, DIALECT_CMU_2017);
    check_dialect(&trace, DIALECT_EXTENDED);
    trace_free(&trace);
    return 0;
}
