/*
 * timing_loop.c -- replaying a trace at the least cost of its own.
 *
 * Each operation costs the read of its 16 bytes, which the hardware fetches
 * ahead, a branch on its kind, an indirect call of the hook, and the access to
 * its slot.  Slots are touched in the trace's order, which no hardware
 * predicts: in a large trace each would be a cache miss of the harness's own,
 * charged to the allocator.  So slots are prefetched a few operations ahead.
 * Only slots: the blocks they point to stay as cold as the trace left them.
 *
 * The hooks are read once, before the loop.  The kinds that traces are made of
 * are told apart first; the rest goes through replay_op.
 */
#include "driver/measure/timing_loop.h"

#include "driver/replay/replay.h"

/* Enough for a miss to memory to be over: some 100 ns at 5 ns each. */
#define OPS_AHEAD ((size_t)16)

/* Kept out of line: the common kinds get all the registers. */
static __attribute__((noinline)) void replay_rare(const struct policy *policy,
                                                  struct heap *heap,
                                                  void **slots,
                                                  const struct op *op)
{
    replay_op(policy, heap, slots, op);
}

/*
 * The slot's address is formed anew behind each call: one cheap load instead
 * of a register that the compiler would have to save.
 */
static __attribute__((noinline)) void replay_ahead(const struct policy *policy,
                                                   struct heap *heap,
                                                   void **slots,
                                                   const struct op *op,
                                                   const struct op *end)
{
    void *(*const allocate)(struct heap *, size_t) = policy->malloc;
    void (*const release)(struct heap *, void *) = policy->free;
    for (; op < end; op++) {
        __builtin_prefetch(&slots[op[OPS_AHEAD].id], 1);
        if (op->kind == OP_FREE) {
            void *payload = slots[op->id];
            slots[op->id] = NULL;
            release(heap, payload);
        } else if (op->kind == OP_ALLOC) {
            void *payload = allocate(heap, op->size);
            slots[op->id] = payload;
        } else if (op->kind == OP_REALLOC) {
            void *moved = policy->realloc(heap, slots[op->id], op->size);
            if (moved != NULL || op->size == 0) {
                slots[op->id] = moved;
            }
        } else {
            replay_rare(policy, heap, slots, op);
        }
    }
}

void timing_loop(const struct trace *trace, struct session *session)
{
    const struct op *op = trace->ops, *end = op + trace->n_ops;
    if (trace->n_ops > OPS_AHEAD) {
        op = end - OPS_AHEAD;
        replay_ahead(session->policy, &session->heap, session->slots,
                     trace->ops, op);
    }
    for (; op < end; op++) {
        replay_rare(session->policy, &session->heap, session->slots, op);
    }
}
