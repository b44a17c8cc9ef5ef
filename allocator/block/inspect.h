/*
 * inspect.h -- what is known of a row of tagged blocks without trusting it.
 *
 * The ladder of checks: each block's tags by themselves, against the block
 * below, the whole row against the break, and (by the index) the free blocks
 * against those that the index knows.  The last one compares sets by a
 * fingerprint, the sum of a 64-bit hash of each block's link: equal counts and
 * equal sums mean equal sets, save with a chance of 1 in 2^64.
 */
#ifndef ALLOCATOR_BLOCK_INSPECT_H
#define ALLOCATOR_BLOCK_INSPECT_H

#include "allocator/block/tags.h"

/* The first violated invariant. */
struct block_fault {
    const char *rule;    /* short name, words joined by '-' */
    const void *address; /* the block concerned, or NULL */
    char detail[160];
};

/* The free blocks outside the top. */
struct block_census {
    size_t count;
    uint64_t fingerprint; /* sum of block_hash */
};

/* Fills *fault; returns -1. */
__attribute__((format(printf, 4, 5))) int block_fail(struct block_fault *fault,
                                                     const char *rule,
                                                     const void *address,
                                                     const char *format, ...);

/* A well mixed 64-bit number for a link. */
uint64_t block_hash(uint32_t link);

/*
 * Verifies the tags of all blocks behind a root of root_bytes and counts the
 * free ones.  Returns 0, or -1 with *fault filled.
 */
int block_inspect(const struct heap *heap, size_t root_bytes,
                  struct block_census *census, struct block_fault *fault);

/* Called with each piece of the heap, from base to break; nonzero stops. */
typedef int block_visit_fn(void *context, const void *address, size_t bytes,
                           const struct block *block);

/*
 * Visits the root (block NULL), each block and the end mark (block NULL).  The
 * tags must be sound as far as it goes; it stops where they lead astray.
 * Returns what the last visit returned.
 */
int block_walk(const struct heap *heap, size_t root_bytes,
               block_visit_fn *visit, void *context);

#endif
