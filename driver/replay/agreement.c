/*
 * agreement.c -- what the policy says of its heap against what the oracle
 * knows.
 *
 * The walk must tile the heap: first [base, break), then each mapping in
 * ascending order, block after block without gap or overlap.  So the address
 * of each next block is known before it is visited, every visit moves on, and
 * a walk in circles is caught at its first step back.
 *
 *   | block | block | block |  break     | block |    | block | block |
 *   '--> expected                        mapping 0    mapping 1
 *
 * The used blocks are the live set exactly: each one's payload is the payload
 * of a live slot (one look at the shadow), none comes twice (addresses
 * ascend), and there are as many.  A visit takes no memory, and little time
 * since what later ones will read is asked for ahead.  Only when the numbers
 * differ a second walk marks who was seen.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "driver/replay/blame.h"
#include "driver/replay/oracle.h"

/* Blocks per byte of the heap, and for each mapping, that can be honest. */
#define SMALLEST_BLOCK       8
#define BLOCKS_PER_AREA_MORE 8

/* How far in front of the walk memory is asked for. */
#define AHEAD_BYTES ((ptrdiff_t)1024)

/* Where the walk is. */
struct audit {
    struct oracle *oracle;
    uint64_t op;
    const unsigned char *next; /* where the next block must begin */
    const unsigned char *end;  /* of this area */
    size_t area;               /* mappings begun */
    size_t visits, most_visits;
    size_t used;
    bool failed; /* oracle->fault is filled */
};

static const struct heap *heap_of(const struct audit *audit)
{
    return &audit->oracle->session->heap;
}

static struct audit audit_begin(struct oracle *oracle, uint64_t op)
{
    const struct heap *heap = &oracle->session->heap;
    return (struct audit){
        .oracle = oracle,
        .op = op,
        .next = heap->base,
        .end = heap_top(heap),
        .most_visits = (heap->brk + heap->mapped) / SMALLEST_BLOCK +
                       BLOCKS_PER_AREA_MORE * (heap->mappings.n + 1),
    };
}

/* Goes on to the next area that has bytes; false behind the last one. */
static bool enter_next_area(struct audit *audit)
{
    const struct heap *heap = heap_of(audit);
    if (audit->area == heap->mappings.n) {
        return false;
    }
    const struct heap_range *mapping = &heap->mappings.at[audit->area++];
    audit->next = heap->base + mapping->offset;
    audit->end = audit->next + mapping->bytes;
    return true;
}

static int stop(struct audit *audit, const void *address)
{
    audit->failed = true;
    blame_at(audit->oracle, audit->op, address);
    return 1;
}

static int misplaced(struct audit *audit, const struct block_info *block)
{
    const unsigned char *address = block->address;
    char expected[BLAME_ADDRESS_ROOM], found[BLAME_ADDRESS_ROOM];
    const char *rule = RULE_WALK_OUTSIDE;
    if (address < audit->next) {
        rule = RULE_WALK_OVERLAP;
    } else if (address < audit->end) {
        rule = RULE_WALK_GAP;
    }
    fault_set(&audit->oracle->fault, rule,
              "expected block %zu of the walk at %s, got %s", audit->visits,
              blame_address(audit->oracle, audit->next, expected),
              blame_address(audit->oracle, address, found));
    return stop(audit, address);
}

static int too_long(struct audit *audit, const struct block_info *block)
{
    char text[BLAME_ADDRESS_ROOM];
    fault_set(&audit->oracle->fault, RULE_WALK_OUTSIDE,
              "expected a block of 1 to %zu bytes at %s, got %zu bytes",
              (size_t)(audit->end - audit->next),
              blame_address(audit->oracle, block->address, text), block->bytes);
    return stop(audit, block->address);
}

static int endless(struct audit *audit, const struct block_info *block)
{
    fault_set(&audit->oracle->fault, RULE_WALK_ENDLESS,
              "expected a walk of at most %zu blocks, got more",
              audit->most_visits);
    return stop(audit, block->address);
}

static bool payload_within(const struct block_info *block)
{
    uintptr_t first = (uintptr_t)block->address;
    uintptr_t payload = (uintptr_t)block->payload;
    return payload >= first && payload - first <= block->bytes &&
           block->payload_bytes <= block->bytes - (payload - first);
}

static int stray_payload(struct audit *audit, const struct block_info *block)
{
    char at[BLAME_ADDRESS_ROOM], payload[BLAME_ADDRESS_ROOM];
    fault_set(&audit->oracle->fault, RULE_WALK_PAYLOAD,
              "expected a payload within the %zu bytes of the block at %s, got "
              "%zu bytes at %s",
              block->bytes, blame_address(audit->oracle, block->address, at),
              block->payload_bytes,
              blame_address(audit->oracle, block->payload, payload));
    return stop(audit, block->address);
}

static int unknown_payload(struct audit *audit, const struct block_info *block)
{
    char text[BLAME_ADDRESS_ROOM];
    fault_set(&audit->oracle->fault, RULE_WALK_UNKNOWN,
              "expected the used block at %s to hold a live payload, got one "
              "that is not live",
              blame_address(audit->oracle, block->payload, text));
    return stop(audit, block->payload);
}

static int wrong_size(struct audit *audit, const struct block_info *block,
                      uint32_t slot)
{
    const struct live_block *live = &audit->oracle->blocks[slot];
    fault_set(&audit->oracle->fault, RULE_WALK_SIZE,
              "expected a payload of %zu bytes (usable_size) for the %zu asked "
              "for, got %zu in the walk",
              live->usable, live->size, block->payload_bytes);
    audit->failed = true;
    blame_live(audit->oracle, audit->op, slot);
    return 1;
}

static int visit_used(struct audit *audit, const struct block_info *block)
{
    const struct oracle *oracle = audit->oracle;
    if (!payload_within(block)) {
        return stray_payload(audit, block);
    }
    uint32_t owner =
        shadow_at(&oracle->shadow, oracle_offset(oracle, block->payload));
    if (owner == 0 || oracle->blocks[owner - 1].payload != block->payload) {
        return unknown_payload(audit, block);
    }
    if (oracle->blocks[owner - 1].usable != block->payload_bytes) {
        return wrong_size(audit, block, owner - 1);
    }
    audit->used++;
    return 0;
}

/*
 * The walk goes through heap and shadow in step, and the slots of neighbours
 * lie anywhere: all three are asked for ahead.
 */
static void prefetch_ahead(const struct audit *audit)
{
    const unsigned char *ahead = audit->next + AHEAD_BYTES;
    if (ahead < audit->end) {
        const struct oracle *oracle = audit->oracle;
        size_t offset = oracle_offset(oracle, ahead);
        __builtin_prefetch(ahead);
        __builtin_prefetch(
            &oracle->shadow.owners[(offset + AHEAD_BYTES) / SHADOW_GRANULE]);
        uint32_t owner = shadow_at(&oracle->shadow, offset);
        __builtin_prefetch(&oracle->blocks[owner != 0 ? owner - 1 : 0]);
    }
}

/* Goes on refusing once it has failed, whatever the walk makes of that. */
static int visit(void *context, const struct block_info *block)
{
    struct audit *audit = context;
    if (audit->failed) {
        return 1;
    }
    if (++audit->visits > audit->most_visits) {
        return endless(audit, block);
    }
    while (audit->next == audit->end && enter_next_area(audit)) {
    }
    if (block->address != audit->next) {
        return misplaced(audit, block);
    }
    if (block->bytes == 0 ||
        block->bytes > (size_t)(audit->end - audit->next)) {
        return too_long(audit, block);
    }
    audit->next += block->bytes;
    prefetch_ahead(audit);
    return block->kind == BLOCK_USED ? visit_used(audit, block) : 0;
}

/* ---- who is missing ------------------------------------------------------ */

struct roll_call {
    const struct oracle *oracle;
    unsigned char *seen; /* by slot */
};

static int mark_seen(void *context, const struct block_info *block)
{
    struct roll_call *call = context;
    if (block->kind == BLOCK_USED) {
        uint32_t owner = shadow_at(&call->oracle->shadow,
                                   oracle_offset(call->oracle, block->payload));
        if (owner != 0) {
            call->seen[owner - 1] = 1;
        }
    }
    return 0;
}

/* A live slot that the walk, sound otherwise, left out; n_ids if unknown. */
static uint32_t find_missing(struct oracle *oracle)
{
    uint32_t n = oracle->trace->n_ids, slot = 0;
    struct roll_call call = {oracle, calloc(n, 1)};
    if (call.seen == NULL) {
        return n;
    }
    oracle->session->policy->walk(&oracle->session->heap, mark_seen, &call);
    while (slot < n &&
           (oracle->blocks[slot].payload == NULL || call.seen[slot] != 0)) {
        slot++;
    }
    free(call.seen);
    return slot;
}

static enum oracle_verdict missing(struct audit *audit)
{
    struct oracle *oracle = audit->oracle;
    uint32_t slot = find_missing(oracle);
    fault_set(&oracle->fault, RULE_WALK_MISSING,
              "expected %zu used blocks, got %zu", oracle->n_live, audit->used);
    if (slot == oracle->trace->n_ids) {
        return blame_at(oracle, audit->op, NULL);
    }
    char text[BLAME_ADDRESS_ROOM];
    fault_add(&oracle->fault, ": the one at %s is missing",
              blame_address(oracle, oracle->blocks[slot].payload, text));
    return blame_live(oracle, audit->op, slot);
}

/* ---- the end of the walk ------------------------------------------------- */

static enum oracle_verdict incomplete(struct audit *audit)
{
    char next[BLAME_ADDRESS_ROOM], end[BLAME_ADDRESS_ROOM];
    fault_set(&audit->oracle->fault, RULE_WALK_INCOMPLETE,
              "expected the walk to go on to %s, got its end at %s",
              blame_address(audit->oracle, audit->end, end),
              blame_address(audit->oracle, audit->next, next));
    return blame_at(audit->oracle, audit->op, audit->next);
}

static enum oracle_verdict judge_walk(struct oracle *oracle, uint64_t op)
{
    struct session *session = oracle->session;
    struct audit audit = audit_begin(oracle, op);
    int status = session->policy->walk(&session->heap, visit, &audit);
    if (audit.failed) {
        return ORACLE_FAULT;
    }
    if (status != 0) {
        fault_set(&oracle->fault, RULE_WALK_STATUS,
                  "expected the walk to return 0, got %d", status);
        return blame_at(oracle, op, NULL);
    }
    if (audit.next != audit.end || enter_next_area(&audit)) {
        return incomplete(&audit);
    }
    return audit.used == oracle->n_live ? ORACLE_FINE : missing(&audit);
}

/* ---- check --------------------------------------------------------------- */

/* In the policy's words, as far as it used any. */
static void quote_check(struct oracle *oracle, const struct policy_fault *found)
{
    char text[BLAME_ADDRESS_ROOM];
    const char *rule = found->rule[0] != '\0' ? found->rule : RULE_CHECK;
    const char *detail = found->detail[0] != '\0'
                             ? found->detail
                             : "expected check to return 0, got -1";
    fault_set(&oracle->fault, rule, "%.*s", (int)sizeof found->detail - 1,
              detail);
    if (found->address != NULL) {
        fault_add(&oracle->fault, "; block at %s",
                  blame_address(oracle, found->address, text));
    }
}

static enum oracle_verdict judge_check(struct oracle *oracle, uint64_t op)
{
    struct policy_fault found = {.rule = "", .address = NULL, .detail = ""};
    struct session *session = oracle->session;
    if (session->policy->check(&session->heap, &found) == 0) {
        return ORACLE_FINE;
    }
    found.rule[sizeof found.rule - 1] = '\0';
    quote_check(oracle, &found);
    return blame_at(oracle, op, found.address);
}

/* Totals are figures of the heap too, but cost a pass over their ranges. */
static enum oracle_verdict judge_total(struct oracle *oracle, uint64_t op,
                                       const char *what,
                                       const struct heap_ranges *ranges,
                                       size_t total)
{
    size_t bytes = ranges_overlap(ranges, 0, SIZE_MAX);
    if (bytes == total) {
        return ORACLE_FINE;
    }
    fault_set(&oracle->fault, RULE_HEAP_BOOKS,
              "expected 0x%zx %s bytes in %zu ranges, got 0x%zx", bytes, what,
              ranges->n, total);
    return blame_at(oracle, op, NULL);
}

static enum oracle_verdict judge_totals(struct oracle *oracle, uint64_t op)
{
    const struct heap *heap = &oracle->session->heap;
    enum oracle_verdict verdict =
        judge_total(oracle, op, "mapped", &heap->mappings, heap->mapped);
    return verdict == ORACLE_FINE
               ? judge_total(oracle, op, "retired", &heap->retired_pages,
                             heap->retired)
               : verdict;
}

enum oracle_verdict oracle_check(struct oracle *oracle, uint64_t op)
{
    enum oracle_verdict verdict = ORACLE_FINE;
    if (oracle->foreign) {
        return verdict;
    }
    const struct policy *policy = oracle->session->policy;
    verdict = judge_totals(oracle, op);
    if (verdict == ORACLE_FINE && policy->check != NULL) {
        verdict = judge_check(oracle, op);
    }
    if (verdict == ORACLE_FINE && policy->walk != NULL) {
        verdict = judge_walk(oracle, op);
    }
    return verdict;
}
