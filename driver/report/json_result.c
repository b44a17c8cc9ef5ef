/*
 * json_result.c -- one result as a JSON object.
 */
#include <string.h>

#include "driver/report/json_value.h"
#include "driver/report/reason.h"
#include "driver/report/verdict.h"

static json_t *ledger_object(const struct footprint_record *footprint)
{
    if (!footprint->has_ledger) {
        return json_null();
    }
    const struct waste_ledger *ledger = &footprint->at_peak;
    json_t *object = json_object();
    value_put(object, "op", value_count(ledger->op));
    value_put(object, "footprint_bytes", value_count(ledger->footprint_bytes));
    value_put(object, "payload_bytes", value_count(ledger->payload_bytes));
    value_put(object, "internal_bytes", value_count(ledger->internal_bytes));
    value_put(object, "metadata_bytes", value_count(ledger->metadata_bytes));
    value_put(object, "external_bytes", value_count(ledger->external_bytes));
    value_put(object, "live_blocks", value_count(ledger->live_blocks));
    value_put(object, "free_blocks", value_count(ledger->free_blocks));
    value_put(object, "largest_free_bytes",
              value_count(ledger->largest_free_bytes));
    return object;
}

/* One array for each quantity: a third of the text of an array of objects. */
static json_t *samples_object(const struct footprint_record *footprint)
{
    json_t *op = json_array(), *payload = json_array(), *heap = json_array();
    uint32_t n = footprint->n_samples < FOOTPRINT_SAMPLES ? footprint->n_samples
                                                          : FOOTPRINT_SAMPLES;
    for (uint32_t i = 0; i < n; i++) {
        const struct footprint_sample *sample = &footprint->samples[i];
        value_append(op, value_count(sample->op));
        value_append(payload, value_count(sample->payload_bytes));
        value_append(heap, value_count(sample->footprint_bytes));
    }
    json_t *object = json_object();
    value_put(object, "op", op);
    value_put(object, "payload_bytes", payload);
    value_put(object, "footprint_bytes", heap);
    return object;
}

static json_t *footprint_object(const struct footprint_record *footprint)
{
    if (!footprint->measured) {
        return json_null();
    }
    json_t *object = json_object();
    json_t *fragmentation = json_array();
    for (int i = 0; i < 4; i++) {
        value_append(fragmentation, value_real(footprint->fragmentation[i]));
    }
    value_put(object, "peak_payload_bytes",
              value_count(footprint->peak_payload_bytes));
    value_put(object, "peak_footprint_bytes",
              value_count(footprint->peak_footprint_bytes));
    value_put(object, "fragmentation", fragmentation);
    value_put(object, "at_peak", ledger_object(footprint));
    value_put(object, "samples", samples_object(footprint));
    return object;
}

static json_t *timing_object(const struct timing_record *timing)
{
    if (!timing->measured) {
        return json_null();
    }
    json_t *object = json_object();
    bool ratio = timing->has_ratio;
    value_put(object, "rounds", value_count(timing->rounds));
    value_put(object, "replays_per_round",
              value_count(timing->replays_per_round));
    value_put(object, "noisy", json_boolean(timing->noisy));
    value_put(object, "ns_per_op_low", value_real(timing->ns_low));
    value_put(object, "ns_per_op_high", value_real(timing->ns_high));
    value_put(object, "seconds_per_replay", value_real(timing->seconds));
    value_put(object, "libc_ratio_low",
              value_real_if(ratio, timing->libc_ratio_low));
    value_put(object, "libc_ratio_high",
              value_real_if(ratio, timing->libc_ratio_high));
    return object;
}

static json_t *check_object(const struct check_record *check)
{
    json_t *object = json_object();
    value_put(object, "operations", value_count(check->operations));
    value_put(object, "checked", value_count(check->checked));
    value_put(object, "thinned", json_boolean(check->thinned));
    value_put(object, "seconds", value_real(check->seconds));
    return object;
}

static bool has_fault(const struct result *result)
{
    return result->verdict == VERDICT_FAULT ||
           result->verdict == VERDICT_NO_MEMORY;
}

static void put_figures(json_t *object, const struct trace_facts *trace,
                        const struct result *result)
{
    const struct footprint_record *footprint = &result->footprint;
    const struct timing_record *timing = &result->timing;
    bool measured = footprint->measured, timed = timing->measured;
    value_put(object, "ops", value_count(trace->ops));
    value_put(object, "utilization",
              value_real_if(measured, footprint->utilization));
    value_put(object, "limit", value_real(trace->limit));
    value_put(object, "share_of_limit",
              value_real_if(measured, footprint->utilization / trace->limit));
    value_put(object, "ns_per_op", value_real_if(timed, timing->ns_per_op));
    value_put(object, "ops_per_s", value_real_if(timed, timing->ops_per_s));
    value_put(object, "libc_ratio",
              value_real_if(timed && timing->has_ratio, timing->libc_ratio));
}

json_t *value_result(const struct trace_facts *trace,
                     const struct subject_facts *subject,
                     const struct result *result)
{
    char reason[REASON_ROOM];
    json_t *object = json_object();
    value_put(object, "trace", value_text(trace->name));
    value_put(object, "policy", value_text(subject->label));
    value_put(object, "valid", json_boolean(result_valid(result)));
    value_put(object, "verdict", value_text(verdict_name(result->verdict)));
    value_put(object, "message", value_text(reason_text(result, reason)));
    put_figures(object, trace, result);
    value_put(object, "footprint", footprint_object(&result->footprint));
    value_put(object, "timing", timing_object(&result->timing));
    value_put(object, "check", check_object(&result->check));
    value_put(object, "fault",
              has_fault(result) ? value_fault(&result->fault) : json_null());
    value_put(object, "post_mortem",
              result->post_mortem.exists
                  ? value_post_mortem(&result->post_mortem)
                  : json_null());
    return object;
}
