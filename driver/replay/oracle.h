/*
 * oracle.h -- judge every operation of a replay against the caller's view.
 *
 * The oracle performs the operations of a trace on a session and knows, at
 * each moment, which payloads are live, where they lie and what they contain.
 * It knows nothing of how the subject works.
 *
 *   blocks   by slot: payload, size, usable size, operation      32 bytes each
 *   shadow   by 16 bytes of heap: which slot owns them           (shadow.h)
 *   payloads filled with a pattern of their operation            (pattern.h)
 *
 * A new payload costs one scan of the shadow over its length, and writing it;
 * a dead one costs reading its contents and clearing its shadow.  Nothing
 * depends on how many blocks are live.
 *
 * Of a foreign subject (libc) only alignment, contents, usable size and NULL
 * are judged: where its memory lies and how it is divided are unknown.
 *
 * When is NULL right?  A request needs its size, plus its alignment where that
 * is above 16.  NULL is accepted when
 *   - the size is 0 (malloc may return NULL, realloc of a live block must), or
 *   - live payload + need + one page pass the heap's limit: no allocator could
 *     have met it, or
 *   - the heap refused memory during this operation and what it refused was
 *     not absurd: at most twice the need, plus an eighth of the footprint
 *     (growth in steps, tables that double), plus 1 MiB, or
 *   - the subject is foreign and errno says ENOMEM.
 * The contents of all that is live must then be as they were.
 */
#ifndef DRIVER_REPLAY_ORACLE_H
#define DRIVER_REPLAY_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "driver/replay/fault.h"
#include "driver/replay/shadow.h"
#include "driver/subject/subject.h"
#include "driver/trace/trace.h"

/*
 * The rules.  A fault carries one of these names, or one of the policy's own
 * when its check objects.
 */

/* init returned -1 although the heap refused nothing; the second time. */
#define RULE_INIT   "init-failed"
#define RULE_REINIT "reinit-failed"
/* The payload's address is no multiple of 16, or of memalign's alignment. */
#define RULE_MISALIGNED "misaligned"
/* Some of the payload lies in memory that the heap has not handed out. */
#define RULE_OUT_OF_HEAP "out-of-heap"
/* The new payload starts where a live one does. */
#define RULE_TWICE "handed-out-twice"
/* A live payload lies wholly inside the new one; the reverse; neither. */
#define RULE_ENCLOSES "encloses-live-block"
#define RULE_INSIDE   "inside-live-block"
#define RULE_OVERLAP  "overlap"
/* usable_size is below the size asked for; passes the heap; hits a block. */
#define RULE_USABLE_SMALL   "usable-size-too-small"
#define RULE_USABLE_OUTSIDE "usable-size-out-of-heap"
#define RULE_USABLE_OVERLAP "usable-size-overlap"
/* A live payload does not read as its owner left it. */
#define RULE_CONTENTS "contents-changed"
/* After realloc the common prefix does not. */
#define RULE_REALLOC_LOST "realloc-lost-bytes"
/* The heap took back memory in which a live payload lies. */
#define RULE_GIVEN_BACK "live-block-given-back"
/* NULL, and none of the reasons above. */
#define RULE_NULL "null-without-need"
/* realloc of a live block to size 0 returned something else than NULL. */
#define RULE_REALLOC_ZERO "realloc-zero-not-null"
/* The heap's own figures contradict what it handed out. */
#define RULE_HEAP_BOOKS "heap-books-forged"
/* The walk leaves bytes out; visits bytes twice; leaves heap or mapping. */
#define RULE_WALK_GAP     "walk-gap"
#define RULE_WALK_OVERLAP "walk-overlap"
#define RULE_WALK_OUTSIDE "walk-outside"
/* It visits more blocks than the footprint can hold. */
#define RULE_WALK_ENDLESS "walk-endless"
/* It ends before all bytes are visited; it returns nonzero by itself. */
#define RULE_WALK_INCOMPLETE "walk-incomplete"
#define RULE_WALK_STATUS     "walk-status"
/* A block said to be used is not live; a live one is not among the used. */
#define RULE_WALK_UNKNOWN "walk-unknown-block"
#define RULE_WALK_MISSING "walk-missing-block"
/* A used block's payload: not within it; not as long as usable_size said. */
#define RULE_WALK_PAYLOAD "walk-payload-outside-block"
#define RULE_WALK_SIZE    "walk-payload-size"
/* check returned -1 and named no rule. */
#define RULE_CHECK "check-failed"

/* What is known of a slot. */
struct live_block {
    unsigned char *payload; /* NULL: not live */
    size_t size;            /* as asked for */
    size_t usable;          /* >= size; filled with the pattern */
    uint64_t op;            /* that made it */
};

enum oracle_verdict {
    ORACLE_FINE,
    ORACLE_FAULT,    /* oracle.fault is filled */
    ORACLE_NO_MEMORY /* the heap's limit is met; the operation failed */
};

struct oracle {
    const struct trace *trace;
    struct session *session;
    struct live_block *blocks; /* by slot; the last one, of NULL, stays dead */
    struct shadow shadow;
    bool foreign;
    uint32_t round;
    size_t n_live;
    size_t live_bytes; /* sum of their sizes */
    size_t peak_bytes; /* of the footprint, seen between operations */
    uint32_t *live;    /* the live slots in no order; NULL: not listed */
    uint32_t *place;   /* by slot: its index in live */
    struct fault fault;
};

/* Where in the heap a payload lies. */
static inline size_t oracle_offset(const struct oracle *oracle,
                                   const void *payload)
{
    return (size_t)((uintptr_t)payload - (uintptr_t)oracle->session->heap.base);
}

/* A payload of no bytes owns one all the same: it must be unique. */
static inline size_t oracle_owned_bytes(size_t bytes)
{
    return bytes != 0 ? bytes : 1;
}

/*
 * Prepares to judge the trace on a session that was opened for it.  Both must
 * outlive the oracle.  Returns 0, or -1 with errno set.
 */
int oracle_open(struct oracle *oracle, const struct trace *trace,
                struct session *session);

/*
 * Makes oracle_verify cost as much as is live, not as the trace ever
 * allocates, for those who verify after each operation.  To be called before
 * the first one.  Returns 0, or -1 with errno set.
 */
int oracle_list_live(struct oracle *oracle);

/* A zeroed oracle is accepted. */
void oracle_close(struct oracle *oracle);

/*
 * Forgets all blocks: the session was just opened or reset.  round (1 or 2)
 * goes into patterns and faults.
 */
void oracle_begin(struct oracle *oracle, uint32_t round);

/* Performs one operation and judges it. */
enum oracle_verdict oracle_step(struct oracle *oracle, size_t op);

/*
 * Tells the memory system what the operations soon after op will touch.  Has
 * no effect but on speed.
 */
void oracle_prefetch(const struct oracle *oracle, size_t op);

/*
 * Verifies the contents of every live payload; op is the last operation that
 * was performed, or FAULT_NO_OP.
 */
enum oracle_verdict oracle_verify(struct oracle *oracle, uint64_t op);

/*
 * As oracle_verify, for the word that holds the byte at offset of one slot's
 * payload; fine while the slot is dead or its payload is shorter.
 */
enum oracle_verdict oracle_verify_byte(struct oracle *oracle, uint64_t op,
                                       uint32_t slot, size_t offset);

/*
 * Runs the policy's check, and its walk against the live set (agreement.c).
 * Hooks that the policy lacks are left out.
 */
enum oracle_verdict oracle_check(struct oracle *oracle, uint64_t op);

/*
 * The live block that address lies in or is nearest to, for worker_progress:
 * *distance is 0 inside, negative below, positive from its last byte.
 * O(identifiers); only reads, so that a signal handler may call it.  context
 * is the oracle.
 */
bool oracle_nearest(const void *context, uint64_t address,
                    struct fault_block *block, int64_t *distance);

#endif
