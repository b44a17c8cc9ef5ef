/*
 * contents.c -- does a payload read as its owner left it?
 *
 * Before a payload is read it must still lie in the heap: a subject that gives
 * back memory under a live block is told so, not died of.
 */
#include "driver/replay/contents.h"

#include <inttypes.h>

#include "driver/replay/blame.h"
#include "driver/replay/pattern.h"

uint64_t contents_key(const struct oracle *oracle,
                      const struct live_block *block)
{
    return pattern_key(block->op, oracle->round);
}

enum oracle_verdict contents_wrong(struct oracle *oracle, uint64_t op,
                                   uint32_t slot, const char *rule,
                                   const struct live_block *was, size_t at)
{
    const struct live_block *block = &oracle->blocks[slot];
    struct fault *fault = &oracle->fault;
    unsigned char expected[FAULT_BYTES];
    size_t n = was->usable - at < FAULT_BYTES ? was->usable - at : FAULT_BYTES;
    pattern_expected(contents_key(oracle, was), at, expected, n);
    fault_set(fault, rule,
              "expected byte %zu of the %zu-byte payload of id %" PRIu64
              " to be 0x%02x, got 0x%02x",
              at, block->size, trace_original_id(oracle->trace, slot),
              expected[0], block->payload[at]);
    fault_show(fault, at, expected, block->payload + at, n);
    return blame_live(oracle, op, slot);
}

/* All of the live payload still lies in memory that the heap has handed out. */
static bool still_in_heap(const struct oracle *oracle,
                          const struct live_block *block)
{
    return oracle->foreign || block->usable == 0 ||
           heap_contains(&oracle->session->heap, block->payload, block->usable);
}

static enum oracle_verdict given_back(struct oracle *oracle, uint64_t op,
                                      uint32_t slot)
{
    char text[BLAME_ADDRESS_ROOM];
    const struct heap *heap = &oracle->session->heap;
    fault_set(&oracle->fault, RULE_GIVEN_BACK,
              "expected the live payload at %s to stay in the heap, got a heap "
              "of 0x%zx bytes and %zu mappings without it",
              blame_address(oracle, oracle->blocks[slot].payload, text),
              heap->brk, heap->mappings.n);
    return blame_live(oracle, op, slot);
}

enum oracle_verdict contents_verify_range(struct oracle *oracle, uint64_t op,
                                          uint32_t slot, size_t from, size_t to)
{
    const struct live_block *block = &oracle->blocks[slot];
    if (!still_in_heap(oracle, block)) {
        return given_back(oracle, op, slot);
    }
    size_t wrong = pattern_mismatch(block->payload, block->usable,
                                    contents_key(oracle, block), from, to);
    return wrong == PATTERN_INTACT
               ? ORACLE_FINE
               : contents_wrong(oracle, op, slot, RULE_CONTENTS, block, wrong);
}

enum oracle_verdict contents_verify(struct oracle *oracle, uint64_t op,
                                    uint32_t slot)
{
    return contents_verify_range(oracle, op, slot, 0,
                                 oracle->blocks[slot].usable);
}

enum oracle_verdict oracle_verify(struct oracle *oracle, uint64_t op)
{
    bool listed = oracle->live != NULL;
    size_t n = listed ? oracle->n_live : oracle->trace->n_ids;
    enum oracle_verdict verdict = ORACLE_FINE;
    for (size_t i = 0; i < n && verdict == ORACLE_FINE; i++) {
        uint32_t slot = listed ? oracle->live[i] : (uint32_t)i;
        if (oracle->blocks[slot].payload != NULL) {
            verdict = contents_verify(oracle, op, slot);
        }
    }
    return verdict;
}

enum oracle_verdict oracle_verify_byte(struct oracle *oracle, uint64_t op,
                                       uint32_t slot, size_t offset)
{
    const struct live_block *block = &oracle->blocks[slot];
    if (block->payload == NULL || offset >= block->usable) {
        return ORACLE_FINE;
    }
    return contents_verify_range(oracle, op, slot, offset, offset + 1);
}
