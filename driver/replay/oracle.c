/*
 * oracle.c -- perform one operation, judge it, remember it.
 *
 * Each step has the same shape: what is about to die is verified, the subject
 * acts, what it returned is judged before a byte of it is touched, and then
 * the payload is remembered and filled.  A block that dies is forgotten only
 * after the subject has acted, so that a crash inside it can still be told
 * which block it concerned.
 */
#include "driver/replay/oracle.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "driver/replay/blame.h"
#include "driver/replay/contents.h"
#include "driver/replay/lazy.h"
#include "driver/replay/pattern.h"
#include "driver/replay/placement.h"
#include "driver/replay/replay.h"

#define PREFETCH_RECORD  24
#define PREFETCH_PAYLOAD 12

static size_t blocks_bytes(const struct oracle *oracle)
{
    return ((size_t)oracle->trace->n_ids + 1) * sizeof *oracle->blocks;
}

int oracle_open(struct oracle *oracle, const struct trace *trace,
                struct session *session)
{
    memset(oracle, 0, sizeof *oracle);
    oracle->trace = trace;
    oracle->session = session;
    oracle->foreign = session->subject->kind == SUBJECT_FOREIGN;
    oracle->blocks = lazy_open(blocks_bytes(oracle));
    if (oracle->blocks == NULL) {
        return -1;
    }
    if (!oracle->foreign &&
        shadow_open(&oracle->shadow, session->heap.reserved) != 0) {
        lazy_close(oracle->blocks, blocks_bytes(oracle));
        return -1;
    }
    oracle->round = 1;
    return 0;
}

int oracle_list_live(struct oracle *oracle)
{
    size_t n = (size_t)oracle->trace->n_ids + 1;
    oracle->live = calloc(n, sizeof *oracle->live);
    oracle->place = calloc(n, sizeof *oracle->place);
    return oracle->live != NULL && oracle->place != NULL ? 0 : -1;
}

void oracle_close(struct oracle *oracle)
{
    shadow_close(&oracle->shadow);
    if (oracle->blocks != NULL) {
        lazy_close(oracle->blocks, blocks_bytes(oracle));
    }
    free(oracle->live);
    free(oracle->place);
    memset(oracle, 0, sizeof *oracle);
}

void oracle_begin(struct oracle *oracle, uint32_t round)
{
    lazy_clear(oracle->blocks, blocks_bytes(oracle));
    if (!oracle->foreign) {
        shadow_clear(&oracle->shadow);
    }
    oracle->round = round;
    oracle->n_live = oracle->live_bytes = oracle->peak_bytes = 0;
}

/* ---- what is live -------------------------------------------------------- */

static void remember(struct oracle *oracle, uint32_t slot,
                     struct live_block block)
{
    if (!oracle->foreign) {
        size_t offset = oracle_offset(oracle, block.payload);
        shadow_own(&oracle->shadow, offset,
                   offset + oracle_owned_bytes(block.usable), slot + 1);
    }
    if (oracle->live != NULL) {
        oracle->place[slot] = (uint32_t)oracle->n_live;
        oracle->live[oracle->n_live] = slot;
    }
    oracle->n_live++;
    oracle->live_bytes += block.size;
    oracle->blocks[slot] = block;
    pattern_fill(block.payload, block.usable, contents_key(oracle, &block));
}

static void forget(struct oracle *oracle, uint32_t slot)
{
    struct live_block *block = &oracle->blocks[slot];
    if (!oracle->foreign) {
        size_t offset = oracle_offset(oracle, block->payload);
        shadow_disown(&oracle->shadow, offset,
                      offset + oracle_owned_bytes(block->usable));
    }
    oracle->n_live--;
    oracle->live_bytes -= block->size;
    if (oracle->live != NULL) {
        uint32_t last = oracle->live[oracle->n_live];
        oracle->live[oracle->place[slot]] = last;
        oracle->place[last] = oracle->place[slot];
    }
    block->payload = NULL;
}

/* Judges and remembers what an operation returned, which is not NULL. */
static enum oracle_verdict accept(struct oracle *oracle, size_t op,
                                  void *payload)
{
    struct live_block block = {payload, oracle->trace->ops[op].size, 0, op};
    enum oracle_verdict verdict =
        placement_judge(oracle, op, payload, &block.usable);
    if (verdict == ORACLE_FINE) {
        remember(oracle, oracle->trace->ops[op].id, block);
    }
    return verdict;
}

/* ---- operations ---------------------------------------------------------- */

static void *perform(struct oracle *oracle, const struct op *op)
{
    struct session *session = oracle->session;
    return replay_op(session->policy, &session->heap, session->slots, op);
}

/* calloc's zeroes are the harness's affair: to the subject it is malloc. */
static enum oracle_verdict step_alloc(struct oracle *oracle, size_t op)
{
    struct op asked = oracle->trace->ops[op];
    uint64_t refusals = oracle->session->heap.refusals;
    if (asked.kind == OP_CALLOC) {
        asked.kind = OP_ALLOC;
    }
    errno = 0;
    void *payload = perform(oracle, &asked);
    if (payload != NULL) {
        return accept(oracle, op, payload);
    }
    return asked.size == 0 ? ORACLE_FINE
                           : placement_judge_null(oracle, op, refusals);
}

static enum oracle_verdict step_free(struct oracle *oracle, size_t op)
{
    const struct op *asked = &oracle->trace->ops[op];
    if (oracle->blocks[asked->id].payload == NULL) {
        perform(oracle, asked); /* free(NULL) */
        return ORACLE_FINE;
    }
    enum oracle_verdict verdict = contents_verify(oracle, op, asked->id);
    if (verdict == ORACLE_FINE) {
        perform(oracle, asked);
        forget(oracle, asked->id);
    }
    return verdict;
}

/*
 * Touching writes the pattern that is there already; it is verified first lest
 * that heals it.
 */
static enum oracle_verdict step_touch(struct oracle *oracle, size_t op)
{
    uint32_t slot = oracle->trace->ops[op].id;
    const struct live_block *block = &oracle->blocks[slot];
    if (block->payload == NULL) {
        return ORACLE_FINE;
    }
    enum oracle_verdict verdict = contents_verify(oracle, op, slot);
    if (verdict == ORACLE_FINE) {
        pattern_fill(block->payload, block->usable,
                     contents_key(oracle, block));
    }
    return verdict;
}

/* realloc(NULL, 0) may return a unique payload, which is given back at once. */
static enum oracle_verdict step_realloc_null(struct oracle *oracle, size_t op)
{
    enum oracle_verdict verdict = step_alloc(oracle, op);
    uint32_t slot = oracle->trace->ops[op].id;
    if (verdict == ORACLE_FINE && oracle->trace->ops[op].size == 0 &&
        oracle->blocks[slot].payload != NULL) {
        struct op give_back = {.kind = OP_FREE, .id = slot};
        perform(oracle, &give_back);
        forget(oracle, slot);
    }
    return verdict;
}

static enum oracle_verdict realloc_to_zero(struct oracle *oracle, size_t op)
{
    const struct op *asked = &oracle->trace->ops[op];
    void *result = perform(oracle, asked);
    if (result != NULL) {
        char text[BLAME_ADDRESS_ROOM];
        fault_set(&oracle->fault, RULE_REALLOC_ZERO,
                  "expected realloc to size 0 to free and return NULL, got %s",
                  blame_address(oracle, result, text));
        return blame_live(oracle, op, asked->id);
    }
    forget(oracle, asked->id);
    return ORACLE_FINE;
}

/* A realloc that failed must have left the old block as it was. */
static enum oracle_verdict realloc_failed(struct oracle *oracle, size_t op,
                                          uint64_t refusals)
{
    uint32_t slot = oracle->trace->ops[op].id;
    enum oracle_verdict verdict = contents_verify(oracle, op, slot);
    return verdict != ORACLE_FINE ? verdict
                                  : placement_judge_null(oracle, op, refusals);
}

/* The payload has moved from old to where realloc returned. */
static enum oracle_verdict realloc_moved(struct oracle *oracle, size_t op,
                                         unsigned char *payload)
{
    const struct op *asked = &oracle->trace->ops[op];
    struct live_block old = oracle->blocks[asked->id];
    struct live_block new = {payload, asked->size, 0, op};
    forget(oracle, asked->id);
    enum oracle_verdict verdict =
        placement_judge(oracle, op, payload, &new.usable);
    if (verdict != ORACLE_FINE) {
        return verdict;
    }
    size_t prefix = old.size < new.size ? old.size : new.size;
    size_t wrong = pattern_mismatch(payload, old.usable,
                                    contents_key(oracle, &old), 0, prefix);
    if (wrong == PATTERN_INTACT) {
        remember(oracle, asked->id, new);
        return ORACLE_FINE;
    }
    oracle->blocks[asked->id] = new;
    return contents_wrong(oracle, op, asked->id, RULE_REALLOC_LOST, &old,
                          wrong);
}

/*
 * What a shrinking realloc cuts off is verified before, the common prefix
 * after, so that each byte is read once.
 */
static enum oracle_verdict step_realloc(struct oracle *oracle, size_t op)
{
    const struct op *asked = &oracle->trace->ops[op];
    const struct live_block *old = &oracle->blocks[asked->id];
    if (old->payload == NULL) {
        return step_realloc_null(oracle, op);
    }
    size_t prefix = old->size < asked->size ? old->size : asked->size;
    enum oracle_verdict verdict =
        contents_verify_range(oracle, op, asked->id, prefix, old->usable);
    if (verdict != ORACLE_FINE) {
        return verdict;
    }
    if (asked->size == 0) {
        return realloc_to_zero(oracle, op);
    }
    uint64_t refusals = oracle->session->heap.refusals;
    errno = 0;
    void *payload = perform(oracle, asked);
    return payload != NULL ? realloc_moved(oracle, op, payload)
                           : realloc_failed(oracle, op, refusals);
}

/* ---- the heap's own figures ---------------------------------------------- */

static enum oracle_verdict judge_books(struct oracle *oracle, size_t op)
{
    const struct heap *heap = &oracle->session->heap;
    size_t footprint = heap_footprint(heap);
    if (footprint > oracle->peak_bytes) {
        oracle->peak_bytes = footprint;
    }
    if (heap_peak(heap) >= oracle->peak_bytes && footprint <= heap->limit &&
        heap->brk <= heap->committed) {
        return ORACLE_FINE;
    }
    fault_set(&oracle->fault, RULE_HEAP_BOOKS,
              "expected a peak of at least 0x%zx and a break of at most 0x%zx "
              "bytes, got 0x%zx and 0x%zx",
              oracle->peak_bytes, heap->committed, heap_peak(heap), heap->brk);
    return blame_at(oracle, op, NULL);
}

static enum oracle_verdict step(struct oracle *oracle, size_t op)
{
    switch ((enum op_kind)oracle->trace->ops[op].kind) {
    case OP_ALLOC:
    case OP_CALLOC:
    case OP_MEMALIGN: return step_alloc(oracle, op);
    case OP_FREE: return step_free(oracle, op);
    case OP_REALLOC: return step_realloc(oracle, op);
    case OP_TOUCH: return step_touch(oracle, op);
    case OP_KINDS: break;
    }
    return ORACLE_FINE;
}

enum oracle_verdict oracle_step(struct oracle *oracle, size_t op)
{
    enum oracle_verdict verdict = step(oracle, op);
    if (verdict == ORACLE_FINE && !oracle->foreign) {
        verdict = judge_books(oracle, op);
    }
    return verdict;
}

void oracle_prefetch(const struct oracle *oracle, size_t op)
{
    const struct trace *trace = oracle->trace;
    if (op + PREFETCH_RECORD >= trace->n_ops) {
        return;
    }
    uint32_t later = trace->ops[op + PREFETCH_RECORD].id;
    __builtin_prefetch(&oracle->blocks[later]);
    __builtin_prefetch(&oracle->session->slots[later]);
    const struct live_block *soon =
        &oracle->blocks[trace->ops[op + PREFETCH_PAYLOAD].id];
    if (soon->payload != NULL) {
        __builtin_prefetch(soon->payload);
        if (soon->usable > PATTERN_LINE) {
            __builtin_prefetch(soon->payload + PATTERN_LINE);
        }
        if (!oracle->foreign) {
            __builtin_prefetch(
                &oracle->shadow.owners[oracle_offset(oracle, soon->payload) /
                                       SHADOW_GRANULE]);
        }
    }
}
