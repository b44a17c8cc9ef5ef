/*
 * stats.c -- growth of the live table, and exact statistics of ready traces.
 *
 * The exact count is for what was not parsed (generated, recorded, shrunk) and
 * for absurd sizes, whose sums need more than 64 bits; no speed is
 * asked of it.
 */
#include "driver/trace/stats.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "driver/trace/table.h"

/* Slots are cleared shortly before their use, while the cache holds them. */
enum { CLEARED_AT_ONCE = 1024 };

__extension__ typedef unsigned __int128 wide_sum;

/* Memory for more slots than this one. */
static int reserve(struct tally *tally, size_t slot)
{
    size_t reserved = table_next_room(tally->reserved, slot + CLEARED_AT_ONCE);
    uint64_t *sizes = table_resize(tally->sizes, reserved, sizeof *sizes);
    if (sizes == NULL) {
        return -1;
    }
    tally->sizes = sizes;
    uint8_t *live = table_resize(tally->live, reserved, sizeof *live);
    if (live == NULL) {
        return -1;
    }
    tally->live = live;
    tally->reserved = reserved;
    return 0;
}

int tally_grow(struct tally *tally, size_t slot)
{
    if (slot + CLEARED_AT_ONCE > tally->reserved && reserve(tally, slot) != 0) {
        return -1;
    }
    size_t n = slot + CLEARED_AT_ONCE - tally->room;
    memset(tally->sizes + tally->room, 0, n * sizeof *tally->sizes);
    memset(tally->live + tally->room, 0, n * sizeof *tally->live);
    tally->room += n;
    return 0;
}

void tally_free(struct tally *tally)
{
    free(tally->sizes);
    free(tally->live);
    memset(tally, 0, sizeof *tally);
}

void tally_report(const struct tally *tally, struct trace *trace)
{
    trace->peak_payload_bytes = tally->peak.payload;
    trace->peak_rounded_bytes = tally->peak.rounded;
    trace->peak_headed_bytes = tally->peak.headed;
    trace->peak_live_blocks = tally->peak.blocks;
    trace->live_blocks_at_end = tally->now.blocks;
}

/* ---- the exact count --------------------------------------------------- */

struct wide_sums {
    wide_sum payload;
    wide_sum rounded;
    wide_sum headed;
    uint64_t blocks;
};

struct recount {
    struct tally table; /* sizes and live only */
    struct wide_sums now;
    struct wide_sums peak;
};

static wide_sum round_up(wide_sum bytes)
{
    return (bytes + 15) & ~(wide_sum)15;
}

static wide_sum larger(wide_sum a, wide_sum b)
{
    return a > b ? a : b;
}

static void add_block(struct recount *count, size_t slot, uint64_t size)
{
    struct wide_sums *now = &count->now;
    struct wide_sums *peak = &count->peak;
    count->table.sizes[slot] = size;
    count->table.live[slot] = 1;
    now->payload += size;
    now->rounded += round_up(size);
    now->headed += round_up((wide_sum)size + 8);
    now->blocks++;
    peak->payload = larger(peak->payload, now->payload);
    peak->rounded = larger(peak->rounded, now->rounded);
    peak->headed = larger(peak->headed, now->headed);
    tally_raise(&peak->blocks, now->blocks);
}

static void remove_block(struct recount *count, size_t slot)
{
    uint64_t size = count->table.sizes[slot];
    count->table.live[slot] = 0;
    count->now.payload -= size;
    count->now.rounded -= round_up(size);
    count->now.headed -= round_up((wide_sum)size + 8);
    count->now.blocks--;
}

/* One operation; false where it contradicts what is live. */
static bool count_op(struct recount *count, const struct op *op)
{
    bool live = count->table.live[op->id] != 0;
    switch ((enum op_kind)op->kind) {
    case OP_ALLOC:
    case OP_CALLOC:
    case OP_MEMALIGN:
        if (live) {
            return false;
        }
        add_block(count, op->id, op->size);
        return true;
    case OP_FREE:
        if (live) {
            remove_block(count, op->id);
        }
        return live;
    case OP_REALLOC:
        if (live) {
            remove_block(count, op->id);
        }
        if (op->size != 0) {
            add_block(count, op->id, op->size);
        }
        return true;
    case OP_TOUCH: return live && op->size <= count->table.sizes[op->id];
    case OP_KINDS: break;
    }
    return false;
}

static int count_ops(struct recount *count, const struct trace *trace)
{
    for (size_t i = 0; i < trace->n_ops; i++) {
        const struct op *op = &trace->ops[i];
        bool frees_null = op->kind == OP_FREE && op->id == trace->n_ids;
        if (!frees_null && (op->id >= trace->n_ids || !count_op(count, op))) {
            errno = EINVAL;
            return -1;
        }
    }
    return 0;
}

static uint64_t saturate(wide_sum sum)
{
    return sum > UINT64_MAX ? UINT64_MAX : (uint64_t)sum;
}

int trace_recount(struct trace *trace)
{
    struct recount count;
    memset(&count, 0, sizeof count);
    int result = 0;
    if (trace->n_ids > 0) {
        result = tally_grow(&count.table, trace->n_ids - 1);
    }
    if (result == 0) {
        result = count_ops(&count, trace);
    }
    if (result == 0) {
        trace->peak_payload_bytes = saturate(count.peak.payload);
        trace->peak_rounded_bytes = saturate(count.peak.rounded);
        trace->peak_headed_bytes = saturate(count.peak.headed);
        trace->peak_live_blocks = count.peak.blocks;
        trace->live_blocks_at_end = count.now.blocks;
    }
    int error = errno;
    tally_free(&count.table);
    errno = error;
    return result;
}
