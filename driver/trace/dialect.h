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

#include <stdint.h>

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

/* What the plainer dialect cannot say. */
struct dialect_losses {
    uint64_t kinds;      /* calloc and memalign that became malloc */
    uint64_t touches;    /* left out */
    uint64_t null_frees; /* left out */
    uint64_t emptied;    /* reallocs to 0 that became free, or nothing */
    uint64_t empty;      /* blocks of 0 bytes that have 1 now */
    uint32_t weight;     /* left out, or 1 */
    uint32_t threads;    /* how many became one, or 0 */
};

/*
 * A trace for readers of a dialect: classic, modern CMU or extended, which
 * keeps all.  trace_write writes it in that dialect, or extended in a plainer
 * one where that says the same.
 * Returns 0, or -1 with errno ENOMEM.
 */
int trace_to_dialect(const struct trace *trace, enum trace_dialect dialect,
                     struct trace *plain, struct dialect_losses *losses);

#endif
