/*
 * made_trace.c -- a trace from operations that a test lists.
 */
#include "tests/support/made_trace.h"

#include <check.h>

#include "driver/trace/build.h"

struct op made_alloc(uint32_t id, uint64_t size)
{
    return (struct op){.kind = OP_ALLOC, .id = id, .size = size};
}

struct op made_free(uint32_t id)
{
    return (struct op){.kind = OP_FREE, .id = id};
}

struct op made_realloc(uint32_t id, uint64_t size)
{
    return (struct op){.kind = OP_REALLOC, .id = id, .size = size};
}

struct trace made_trace(const struct op *ops, size_t n)
{
    struct trace_builder builder = {0};
    struct trace trace;
    for (size_t i = 0; i < n; i++) {
        build_append(&builder, ops[i]);
    }
    ck_assert_int_eq(build_finish(&builder, "made", &trace), 0);
    return trace;
}
