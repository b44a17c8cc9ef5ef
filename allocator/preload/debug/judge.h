/*
 * judge.h -- whether a block is as it should be; tells what is wrong.
 */
#ifndef ALLOCATOR_PRELOAD_DEBUG_JUDGE_H
#define ALLOCATOR_PRELOAD_DEBUG_JUDGE_H

#include "allocator/preload/debug/record.h"
#include "allocator/preload/debug/stack.h"

/* What the program is doing with a payload. */
enum judge_use { JUDGE_FREE, JUDGE_REALLOC, JUDGE_SIZE };

/*
 * The live block whose payload begins there; tells why there is none, and
 * then returns NULL.
 */
struct record *judge_payload(const void *payload, enum judge_use use,
                             const struct stack *now);

/*
 * Verifies the bytes around a live block, around and inside a freed one, and
 * tells each damage once.  False: it is damaged.  now may be NULL.
 */
bool judge_bytes(struct record *record, const struct stack *now);

/*
 * Verifies what a sized free claims of a live block; alignment 0: nothing is
 * said of it.  False after telling.
 */
bool judge_claim(const struct record *record, size_t alignment, size_t size,
                 const struct stack *now);

/* An access that faulted near the blocks; how: "read", "write", "access". */
void judge_fault(const void *address, const char *how, const struct stack *now);

#endif
