/*
 * made_trace.h -- a trace from operations that a test lists.
 */
#ifndef TESTS_SUPPORT_MADE_TRACE_H
#define TESTS_SUPPORT_MADE_TRACE_H

#include <stddef.h>

#include "driver/trace/trace.h"

/* malloc, free and realloc of the block with this id. */
struct op made_alloc(uint32_t id, uint64_t size);
struct op made_free(uint32_t id);
struct op made_realloc(uint32_t id, uint64_t size);

/* The trace of n operations; fails the test where they make none. */
struct trace made_trace(const struct op *ops, size_t n);

#endif
