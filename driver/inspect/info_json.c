/*
 * info_json.c -- a trace's figures as a JSON object.
 */
#include "driver/inspect/info.h"
#include "driver/report/json_value.h"

static json_t *ops_object(const struct profile *profile)
{
    json_t *object = json_object();
    for (size_t i = 0; i < OP_KINDS; i++) {
        value_put(object, info_kind((enum op_kind)i),
                  value_count(profile->ops[i]));
    }
    value_put(object, "free_of_null", value_count(profile->null_frees));
    return object;
}

static json_t *moment_object(const struct profile_moment *moment)
{
    json_t *object = json_object();
    value_put(object, "blocks", value_count(moment->blocks));
    value_put(object, "op", value_count(moment->op + 1));
    value_put(object, "line", value_count(moment->line));
    return object;
}

static json_t *frequent_array(const struct profile *profile)
{
    json_t *array = json_array();
    for (size_t i = 0; i < PROFILE_FREQUENT && profile->frequent[i].count > 0;
         i++) {
        json_t *object = json_object();
        value_put(object, "bytes", value_count(profile->frequent[i].value));
        value_put(object, "requests", value_count(profile->frequent[i].count));
        value_append(array, object);
    }
    return array;
}

static json_t *sizes_object(const struct profile *profile)
{
    json_t *object = json_object();
    value_put(object, "requests", value_count(profile->requests));
    value_put(object, "p50_bytes", value_count(profile->median_bytes));
    value_put(object, "p90_bytes", value_count(profile->p90_bytes));
    value_put(object, "p99_bytes", value_count(profile->p99_bytes));
    value_put(object, "max_bytes", value_count(profile->most_requested_bytes));
    value_put(object, "distinct", value_count(profile->different_sizes));
    value_put(object, "top_ten", frequent_array(profile));
    value_put(object, "top_ten_share",
              value_real(profile_frequent_share(profile)));
    return object;
}

static json_t *lifetimes_object(const struct profile *profile)
{
    json_t *object = json_object();
    int freed = profile->freed_blocks > 0;
    value_put(object, "p50_ops",
              value_count_if(freed, profile->median_life_ops));
    value_put(object, "p90_ops", value_count_if(freed, profile->p90_life_ops));
    value_put(object, "freed_within_10_ops",
              value_count(profile->short_lived_blocks));
    value_put(object, "never_freed",
              value_count(profile->blocks - profile->freed_blocks));
    return object;
}

static json_t *resizes_object(const struct profile *profile)
{
    json_t *object = json_object();
    value_put(object, "blocks", value_count(profile->resized_blocks));
    value_put(object, "resizes", value_count(profile->resizes));
    value_put(object, "most_of_one_block", value_count(profile->most_resizes));
    value_put(object, "growing", value_count(profile->growing_resizes));
    value_put(
        object, "p50_growth_factor",
        value_real_if(profile->median_growth > 0, profile->median_growth));
    return object;
}

static json_t *bounds_object(const struct info *info)
{
    const struct achievable *found = &info->achievable;
    int known = found->unknown == NULL;
    json_t *object = json_object();
    value_put(object, "limit", value_real(trace_limit(info->trace)));
    value_put(object, "limit_align_8", value_real(info_limit_8(info)));
    value_put(object, "limit_header_8",
              value_real(trace_limit_with_header(info->trace)));
    value_put(object, "achievable", value_real_if(known, found->utilization));
    value_put(object, "achievable_heap_bytes",
              value_count_if(known, found->heap_bytes));
    value_put(object, "achievable_is_least",
              known ? json_boolean(found->is_least) : json_null());
    value_put(object, "achievable_tries", value_count(found->tries));
    value_put(object, "achievable_without_first_fit",
              known ? json_boolean(found->too_many) : json_null());
    value_put(object, "achievable_unknown",
              known ? json_null() : value_text(found->unknown));
    return object;
}

static json_t *notes_array(const struct trace *trace)
{
    json_t *array = json_array();
    for (size_t i = 0; i < trace->n_notes; i++) {
        json_t *object = json_object();
        value_put(object, "line", value_count(trace->notes[i].line));
        value_put(object, "text", value_text(trace->notes[i].text));
        value_append(array, object);
    }
    return array;
}

json_t *info_object(const struct info *info)
{
    const struct trace *trace = info->trace;
    const struct profile *profile = &info->profile;
    json_t *object = json_object();
    value_put(object, "path", value_text(trace->path));
    value_put(object, "name", value_text(trace->name));
    value_put(object, "dialect", value_text(info_dialect(info)));
    value_put(object, "weight", value_count(trace->weight));
    value_put(object, "notes", notes_array(trace));
    value_put(object, "ids", value_count(trace->n_ids));
    value_put(object, "ops", value_count(trace->n_ops));
    value_put(object, "ops_by_kind", ops_object(profile));
    value_put(object, "blocks", value_count(profile->blocks));
    value_put(object, "freed_blocks", value_count(profile->freed_blocks));
    value_put(object, "bytes_at_end", value_count(profile->bytes_at_end));
    value_put(object, "peak_payload_bytes",
              value_count(trace->peak_payload_bytes));
    value_put(object, "peak_payload_at", moment_object(&profile->most_bytes));
    value_put(object, "peak_blocks_at", moment_object(&profile->most_blocks));
    value_put(object, "sizes", sizes_object(profile));
    value_put(object, "lifetimes", lifetimes_object(profile));
    value_put(object, "realloc", resizes_object(profile));
    value_put(object, "utilization", bounds_object(info));
    return object;
}
