/*
 * ledger.c -- adding up what the physical walk of a heap visits.
 *
 *   footprint = payload + internal + metadata + external
 *
 *   live block:  | header  | payload    | usable but not asked for | padding |
 *                 metadata   payload      internal                  metadata
 *   free block:  | external, its header included                           |
 *
 * Retired pages of free blocks are not in the footprint, nor in external.
 * The four are counted separately, so their sum proves that the walk missed
 * nothing and visited nothing twice; a walk that does not add up (the subject
 * may be anybody's) gives no ledger.
 */
#include "driver/measure/ledger.h"

static int count_block(void *context, const struct block_info *block)
{
    struct waste_ledger *ledger = context;
    switch (block->kind) {
    case BLOCK_USED:
        ledger->live_blocks++;
        ledger->internal_bytes += block->payload_bytes;
        ledger->metadata_bytes += block->bytes - block->payload_bytes;
        return 0;
    case BLOCK_FREE:
        ledger->free_blocks++;
        ledger->external_bytes += block->bytes;
        if (block->bytes > ledger->largest_free_bytes) {
            ledger->largest_free_bytes = block->bytes;
        }
        return 0;
    case BLOCK_METADATA: ledger->metadata_bytes += block->bytes; return 0;
    }
    return -1;
}

int ledger_take(struct session *session, uint64_t payload_bytes,
                struct waste_ledger *ledger)
{
    const struct policy *policy = session->policy;
    uint64_t retired = session->heap.retired;
    *ledger = (struct waste_ledger){.payload_bytes = payload_bytes};
    if (session->subject->kind == SUBJECT_FOREIGN || policy->walk == NULL ||
        policy->walk(&session->heap, count_block, ledger) != 0) {
        return -1;
    }
    ledger->footprint_bytes = session_footprint(session);
    /* So far internal_bytes holds all that is usable. */
    uint64_t walked = ledger->internal_bytes + ledger->metadata_bytes +
                      ledger->external_bytes;
    if (ledger->internal_bytes < payload_bytes ||
        ledger->external_bytes < retired ||
        walked - retired != ledger->footprint_bytes) {
        return -1;
    }
    ledger->internal_bytes -= payload_bytes;
    ledger->external_bytes -= retired;
    return 0;
}
