/*
 * stats.c -- growth of the live table, and statistics of ready operations.
 */
#include "driver/trace/stats.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 1024 };

int tally_grow(struct tally *tally, size_t slot)
{
    size_t room = tally->room < FIRST_ROOM ? FIRST_ROOM : tally->room;
    while (room <= slot) {
        room += room / 2;
    }
    room = (room + 63) / 64 * 64;
    uint64_t *sizes = reallocarray(tally->sizes, room, sizeof *sizes);
    if (sizes == NULL) {
        return -1;
    }
    tally->sizes = sizes;
    uint64_t *live = reallocarray(tally->live, room / 64, sizeof *live);
    if (live == NULL) {
        return -1;
    }
    memset(live + tally->room / 64, 0, (room - tally->room) / 8);
    tally->live = live;
    tally->room = room;
    return 0;
}

void tally_free(struct tally *tally)
{
    free(tally->sizes);
    free(tally->live);
    memset(tally, 0, sizeof *tally);
}

static uint64_t saturate(tally_sum sum)
{
    return sum > UINT64_MAX ? UINT64_MAX : (uint64_t)sum;
}

void tally_report(const struct tally *tally, struct trace *trace)
{
    trace->peak_payload_bytes = saturate(tally->peak.payload);
    trace->peak_rounded_bytes = saturate(tally->peak.rounded);
    trace->peak_headed_bytes = saturate(tally->peak.headed);
    trace->peak_live_blocks = tally->peak.blocks;
    trace->live_blocks_at_end = tally->now.blocks;
}

/* One operation on the tally; false where it contradicts what is live. */
static bool count_op(struct tally *tally, const struct op *op)
{
    bool live = tally_is_live(tally, op->id);
    switch ((enum op_kind)op->kind) {
    case OP_ALLOC:
    case OP_CALLOC:
    case OP_MEMALIGN:
        if (live) {
            return false;
        }
        tally_add(tally, op->id, op->size);
        return true;
    case OP_FREE:
        if (live) {
            tally_remove(tally, op->id);
        }
        return live;
    case OP_REALLOC:
        if (live) {
            tally_remove(tally, op->id);
        }
        if (op->size != 0) {
            tally_add(tally, op->id, op->size);
        }
        return true;
    case OP_TOUCH: return live && op->size <= tally->sizes[op->id];
    case OP_KINDS: break;
    }
    return false;
}

static bool is_free_of_null(const struct trace *trace, const struct op *op)
{
    return op->kind == OP_FREE && op->id == trace->n_ids;
}

int trace_recount(struct trace *trace)
{
    struct tally tally = {0};
    if (trace->n_ids > 0 && tally_grow(&tally, trace->n_ids - 1) != 0) {
        tally_free(&tally);
        return -1;
    }
    for (size_t i = 0; i < trace->n_ops; i++) {
        const struct op *op = &trace->ops[i];
        if (is_free_of_null(trace, op)) {
            continue;
        }
        if (op->id >= trace->n_ids || !count_op(&tally, op)) {
            tally_free(&tally);
            errno = EINVAL;
            return -1;
        }
    }
    tally_report(&tally, trace);
    tally_free(&tally);
    return 0;
}
