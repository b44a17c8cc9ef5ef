/*
 * placement.c -- may this payload be here, and may this request fail?
 *
 * The order matters: nothing of a payload is asked or touched before its
 * address is known to be sound, so that the oracle does not crash on what it
 * is to report.
 */
#include "driver/replay/placement.h"

#include <errno.h>
#include <inttypes.h>

#include "driver/replay/blame.h"

/* A refusal of this much on top of the need is never absurd. */
#define REFUSAL_SLACK ((size_t)1 << 20)

/*
 * What C asks of malloc is enough for a foreign subject: a multiple of 16 for
 * whatever is at least as large (C17 7.22.3).
 */
static size_t alignment_of(const struct oracle *oracle, const struct op *op)
{
    bool small = oracle->foreign && op->size < HEAP_ALIGNMENT;
    size_t alignment = small ? HEAP_ALIGNMENT / 2 : HEAP_ALIGNMENT;
    if (op->kind == OP_MEMALIGN && (size_t)1 << op->align_log2 > alignment) {
        alignment = (size_t)1 << op->align_log2;
    }
    return alignment;
}

static enum oracle_verdict misaligned(struct oracle *oracle, size_t op,
                                      const void *payload)
{
    char text[BLAME_ADDRESS_ROOM];
    fault_set(&oracle->fault, RULE_MISALIGNED,
              "expected an address that is a multiple of %zu, got %s",
              alignment_of(oracle, &oracle->trace->ops[op]),
              blame_address(oracle, payload, text));
    return blame_new(oracle, op, payload);
}

/* A payload of no bytes may lie at the very end of the heap. */
static bool inside_heap(const struct heap *heap, const unsigned char *payload,
                        size_t bytes)
{
    return heap_contains(heap, payload, bytes) ||
           (bytes == 0 && heap_contains(heap, payload - 1, 1));
}

static enum oracle_verdict out_of_heap(struct oracle *oracle, size_t op,
                                       const void *payload)
{
    char text[BLAME_ADDRESS_ROOM];
    const struct heap *heap = &oracle->session->heap;
    fault_set(&oracle->fault, RULE_OUT_OF_HEAP,
              "expected %" PRIu64 " bytes inside the heap of 0x%zx bytes and "
              "%zu mappings, got %s",
              oracle->trace->ops[op].size, heap->brk, heap->mappings.n,
              blame_address(oracle, payload, text));
    return blame_new(oracle, op, payload);
}

/* How [at, at + bytes) and a live block share memory. */
static const char *overlap_rule(const unsigned char *at, size_t bytes,
                                const struct live_block *other)
{
    const unsigned char *end = at + oracle_owned_bytes(bytes);
    const unsigned char *other_end =
        other->payload + oracle_owned_bytes(other->usable);
    if (at == other->payload) {
        return RULE_TWICE;
    }
    if (end <= other->payload) {
        return RULE_USABLE_OVERLAP; /* only what follows the payload hits it */
    }
    if (at < other->payload) {
        return end >= other->payload + oracle_owned_bytes(other->size)
                   ? RULE_ENCLOSES
                   : RULE_OVERLAP;
    }
    return end <= other_end ? RULE_INSIDE : RULE_OVERLAP;
}

/* The bytes [payload, payload + bytes), as what told, hit a live block. */
static enum oracle_verdict overlaps(struct oracle *oracle, size_t op,
                                    const unsigned char *payload,
                                    const char *what, size_t bytes,
                                    uint32_t other_slot)
{
    char text[BLAME_ADDRESS_ROOM], other_text[BLAME_ADDRESS_ROOM];
    const struct live_block *other = &oracle->blocks[other_slot];
    size_t size = oracle->trace->ops[op].size;
    fault_set(&oracle->fault, overlap_rule(payload, size, other),
              "expected %s%zu bytes that nobody owns, got %s, which shares "
              "bytes with the live payload of id %" PRIu64
              ": %zu bytes at %s from line %" PRIu64,
              what, bytes, blame_address(oracle, payload, text),
              trace_original_id(oracle->trace, other_slot), other->size,
              blame_address(oracle, other->payload, other_text),
              trace_line(oracle->trace, other->op));
    return blame_new(oracle, op, payload);
}

static enum oracle_verdict bad_usable(struct oracle *oracle, size_t op,
                                      const void *payload, size_t usable,
                                      const char *rule)
{
    char text[BLAME_ADDRESS_ROOM];
    fault_set(&oracle->fault, rule,
              "expected usable_size of at least %" PRIu64
              " bytes that lie in the heap, got %zu bytes at %s",
              oracle->trace->ops[op].size, usable,
              blame_address(oracle, payload, text));
    return blame_new(oracle, op, payload);
}

/* Judges the address, before the subject is asked about it. */
static enum oracle_verdict judge_address(struct oracle *oracle, size_t op,
                                         unsigned char *payload)
{
    const struct op *made_by = &oracle->trace->ops[op];
    if (((uintptr_t)payload & (alignment_of(oracle, made_by) - 1)) != 0) {
        return misaligned(oracle, op, payload);
    }
    if (oracle->foreign) {
        return ORACLE_FINE;
    }
    if (!inside_heap(&oracle->session->heap, payload, made_by->size)) {
        return out_of_heap(oracle, op, payload);
    }
    size_t offset = oracle_offset(oracle, payload);
    uint32_t owner = shadow_find(&oracle->shadow, offset,
                                 offset + oracle_owned_bytes(made_by->size));
    return owner == 0
               ? ORACLE_FINE
               : overlaps(oracle, op, payload, "", made_by->size, owner - 1);
}

/* Judges what lies between the size asked for and usable_size. */
static enum oracle_verdict judge_usable(struct oracle *oracle, size_t op,
                                        unsigned char *payload, size_t usable)
{
    size_t size = oracle->trace->ops[op].size;
    if (usable < size) {
        return bad_usable(oracle, op, payload, usable, RULE_USABLE_SMALL);
    }
    if (oracle->foreign) {
        return ORACLE_FINE;
    }
    if (!inside_heap(&oracle->session->heap, payload, usable)) {
        return bad_usable(oracle, op, payload, usable, RULE_USABLE_OUTSIDE);
    }
    size_t offset = oracle_offset(oracle, payload);
    size_t judged = (oracle_owned_bytes(size) + SHADOW_GRANULE - 1) /
                    SHADOW_GRANULE * SHADOW_GRANULE;
    uint32_t owner =
        shadow_find(&oracle->shadow, offset + judged, offset + usable);
    return owner == 0 ? ORACLE_FINE
                      : overlaps(oracle, op, payload, "usable_size to tell ",
                                 usable, owner - 1);
}

enum oracle_verdict placement_judge(struct oracle *oracle, size_t op,
                                    void *payload, size_t *usable)
{
    struct session *session = oracle->session;
    enum oracle_verdict verdict = judge_address(oracle, op, payload);
    if (verdict != ORACLE_FINE) {
        return verdict;
    }
    *usable = session->policy->usable_size(&session->heap, payload);
    return judge_usable(oracle, op, payload, *usable);
}

static size_t add_saturating(size_t a, size_t b)
{
    return a <= SIZE_MAX - b ? a + b : SIZE_MAX;
}

static bool null_is_right(const struct oracle *oracle, const struct op *op,
                          uint64_t refusals_before)
{
    if (oracle->foreign) {
        return errno == ENOMEM;
    }
    const struct heap *heap = &oracle->session->heap;
    size_t alignment = alignment_of(oracle, op);
    size_t need =
        add_saturating(op->size, alignment > HEAP_ALIGNMENT ? alignment : 0);
    size_t least =
        add_saturating(need, add_saturating(oracle->live_bytes, HEAP_PAGE));
    size_t most = add_saturating(add_saturating(need, need),
                                 heap_footprint(heap) / 8 + REFUSAL_SLACK);
    return least > heap->limit ||
           (heap->refusals > refusals_before && heap->refused_bytes <= most);
}

static void tell_null(struct oracle *oracle, uint64_t size,
                      uint64_t refusals_before)
{
    const struct heap *heap = &oracle->session->heap;
    if (oracle->foreign) {
        fault_set(&oracle->fault, RULE_NULL,
                  "expected %" PRIu64 " bytes, or errno to be ENOMEM, got NULL",
                  size);
        return;
    }
    fault_set(&oracle->fault, RULE_NULL,
              "expected %" PRIu64 " bytes while %zu of the %zu bytes that the "
              "heap may have are taken, got NULL",
              size, heap_footprint(heap), heap->limit);
    if (heap->refusals > refusals_before) {
        fault_add(&oracle->fault, " after a request for %zu bytes at once",
                  heap->refused_bytes);
    }
}

enum oracle_verdict placement_judge_null(struct oracle *oracle, size_t op,
                                         uint64_t refusals_before)
{
    const struct op *asked = &oracle->trace->ops[op];
    if (null_is_right(oracle, asked, refusals_before)) {
        return ORACLE_NO_MEMORY;
    }
    tell_null(oracle, asked->size, refusals_before);
    if (oracle->blocks[asked->id].payload != NULL) {
        return blame_live(oracle, op, asked->id);
    }
    return blame_at(oracle, op, NULL);
}
