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
 * The kinds that traces are made of are told apart first; the rest goes
 * through replay_op.  Where the replay is, is told by one plain store, so that
 * an operation that never returns has a name.
 */
#include "driver/measure/timing_loop.h"

#include "driver/replay/replay.h"

/* Enough for a miss to memory to be over: some 100 ns at 5 ns each. */
#define OPS_AHEAD ((size_t)16)

/* Kept out of line: the common kinds get all the registers. */
static __attribute__((noinline)) void replay_rare(struct session *session,
                                                  const struct op *op)
{
    replay_op(session->policy, &session->heap, session->slots, op);
}

/*
 * The session's fields are read anew behind each call: loads that are cheap
 * instead of registers that the compiler would have to save.
 */
static __attribute__((noinline)) void replay_ahead(struct session *session,
                                                   const struct op *ops,
                                                   size_t n,
                                                   volatile uint64_t *at)
{
    for (size_t i = 0; i < n; i++) {
        const struct op *op = &ops[i];
        void **slots = session->slots;
        __builtin_prefetch(&slots[op[OPS_AHEAD].id], 1);
        *at = i;
        if (op->kind == OP_FREE) {
            void *payload = slots[op->id];
            slots[op->id] = NULL;
            session->policy->free(&session->heap, payload);
        } else if (op->kind == OP_ALLOC) {
            void *payload = session->policy->malloc(&session->heap, op->size);
            session->slots[op->id] = payload;
        } else if (op->kind == OP_REALLOC) {
            void *moved = session->policy->realloc(&session->heap,
                                                   slots[op->id], op->size);
            if (moved != NULL || op->size == 0) {
                session->slots[op->id] = moved;
            }
        } else {
            replay_rare(session, op);
        }
    }
}

void timing_loop(const struct trace *trace, struct session *session,
                 volatile uint64_t *at)
{
    size_t i = 0;
    if (trace->n_ops > OPS_AHEAD) {
        i = trace->n_ops - OPS_AHEAD;
        replay_ahead(session, trace->ops, i, at);
    }
    for (; i < trace->n_ops; i++) {
        *at = i;
        replay_rare(session, &trace->ops[i]);
    }
}
