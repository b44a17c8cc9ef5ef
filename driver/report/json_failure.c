/*
 * json_failure.c -- faults and post-mortems as JSON objects.
 *
 * Addresses are numbers: offsets from the heap's base, or absolute where the
 * key says "address" only.
 */
#include <inttypes.h>
#include <stdio.h>

#include "driver/report/json_value.h"

/* FAULT_NO_OP is no operation: null. */
static json_t *value_op(uint64_t op)
{
    return value_count_if(op != FAULT_NO_OP, op);
}

static json_t *block_object(const struct fault_block *block)
{
    if (!block->exists) {
        return json_null();
    }
    json_t *object = json_object();
    value_put(object, "heap_offset", value_count(block->address));
    value_put(object, "bytes", value_count(block->bytes));
    value_put(object, "op", value_op(block->op));
    value_put(object, "line", value_count(block->line));
    value_put(object, "slot", value_count(block->id));
    return object;
}

static json_t *bytes_text(const unsigned char *bytes, uint32_t n)
{
    char text[2 * FAULT_BYTES + 1] = "";
    for (uint32_t i = 0; i < n && i < FAULT_BYTES; i++) {
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    }
    return value_text(text);
}

json_t *value_fault(const struct fault *fault)
{
    json_t *object = json_object();
    value_put(object, "rule", value_text(fault->rule));
    value_put(object, "detail", value_text(fault->detail));
    value_put(object, "op", value_op(fault->op));
    value_put(object, "line",
              value_count_if(fault->op != FAULT_NO_OP, fault->line));
    value_put(object, "operation", value_text(fault->operation));
    value_put(object, "round", value_count(fault->round));
    value_put(object, "block", block_object(&fault->block));
    value_put(object, "before", block_object(&fault->before));
    value_put(object, "after", block_object(&fault->after));
    if (fault->n_bytes > 0) {
        value_put(object, "bytes_offset", value_count(fault->bytes_offset));
        value_put(object, "expected_hex",
                  bytes_text(fault->expected, fault->n_bytes));
        value_put(object, "found_hex",
                  bytes_text(fault->found, fault->n_bytes));
    }
    return object;
}

static json_t *last_ops_array(const struct post_mortem *death)
{
    json_t *array = json_array();
    for (uint32_t i = 0; i < death->n_last_ops && i < POST_MORTEM_OPS; i++) {
        json_t *op = json_object();
        value_put(op, "line", value_count(death->last_ops[i].line));
        value_put(op, "operation", value_text(death->last_ops[i].text));
        value_append(array, op);
    }
    return array;
}

static json_t *frames_array(const struct post_mortem *death)
{
    json_t *array = json_array();
    for (uint32_t i = 0; i < death->n_frames && i < POST_MORTEM_FRAMES; i++) {
        const struct stack_frame *frame = &death->frames[i];
        json_t *object = json_object();
        value_put(object, "address", value_count(frame->address));
        value_put(object, "function", value_text(frame->function));
        value_put(object, "file", value_text(frame->file));
        value_put(object, "line",
                  value_count_if(frame->line != 0, frame->line));
        value_append(array, object);
    }
    return array;
}

json_t *value_post_mortem(const struct post_mortem *death)
{
    json_t *object = json_object();
    bool signalled = death->signal != 0;
    value_put(object, "signal",
              signalled ? json_integer(death->signal) : json_null());
    value_put(object, "exit_status",
              signalled ? json_null() : json_integer(death->exit_status));
    value_put(object, "phase", value_text(death->phase));
    value_put(object, "op", value_op(death->op));
    value_put(object, "round", value_count(death->round));
    value_put(object, "address",
              value_count_if(death->has_address, death->address));
    value_put(object, "heap_offset",
              value_count_if(death->has_address && death->in_heap,
                             death->heap_offset));
    value_put(object, "stack_overflow", json_boolean(death->stack_overflow));
    value_put(object, "nearest_block", block_object(&death->block));
    value_put(object, "nearest_block_distance_bytes",
              death->block.exists ? json_integer(death->block_distance)
                                  : json_null());
    value_put(object, "last_ops", last_ops_array(death));
    value_put(object, "frames", frames_array(death));
    return object;
}
