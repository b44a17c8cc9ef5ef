/*
 * dialect.h -- from what a trace says to what a plainer dialect can say.
 *
 *                      classic              modern CMU
 *     calloc, memalign malloc               malloc
 *     threads          left out             left out
 *     touches          left out             left out
 *     0 bytes          1 byte: many allocators that are taught with these
 *                      dialects answer NULL
 *     realloc to 0     free                 kept
 *     free of NULL     left out             kept
 *     realloc of what is not live           malloc
 *     weight           left out             kept
 */
#ifndef DRIVER_TRACE_DIALECT_H
#define DRIVER_TRACE_DIALECT_H

#include "driver/trace/trace.h"

/* malloc, realloc and free of at least one byte, by no thread; no touch. */
static inline struct op op_to_classic(struct op op)
{
    op.thread = 0;
    op.align_log2 = 0;
    if (op.kind != OP_FREE && op.kind != OP_REALLOC) {
        op.kind = OP_ALLOC;
    }
    if (op.kind != OP_FREE && op.size == 0) {
        op.size = 1;
    }
    return op;
}

#endif
