/*
 * replay.h -- one operation of a trace, performed on a session.
 */
#ifndef DRIVER_REPLAY_REPLAY_H
#define DRIVER_REPLAY_REPLAY_H

#include <string.h>

#include "driver/subject/subject.h"
#include "driver/trace/trace.h"

/*
 * Performs op and keeps the pointer table up to date.  Returns the payload,
 * or NULL for a free and where the subject returned NULL.  After a realloc
 * that failed the old payload stays in its slot.
 */
static inline void *replay_op(const struct policy *policy, struct heap *heap,
                              void **slots, const struct op *op)
{
    void **slot = &slots[op->id];
    switch ((enum op_kind)op->kind) {
    case OP_ALLOC: return *slot = policy->malloc(heap, op->size);
    case OP_FREE: policy->free(heap, *slot); return *slot = NULL;
    case OP_REALLOC: {
        void *moved = policy->realloc(heap, *slot, op->size);
        if (moved != NULL || op->size == 0) {
            *slot = moved;
        }
        return moved;
    }
    case OP_CALLOC: {
        void *payload = policy->malloc(heap, op->size);
        if (payload != NULL) {
            memset(payload, 0, op->size);
        }
        return *slot = payload;
    }
    case OP_MEMALIGN:
        return *slot = policy->memalign(heap, (size_t)1 << op->align_log2,
                                        op->size);
    case OP_TOUCH:
        if (*slot != NULL) {
            memset(*slot, 0x5a, op->size);
        }
        return *slot;
    case OP_KINDS: break;
    }
    return NULL;
}

#endif
