/*
 * failing.h -- a heap whose memory runs out when a test wants it to.
 *
 * Decorates a heap by its refusal hook: growths, mappings and restorings are
 * counted, and the Nth one, or each one with some probability, is refused.  The
 * same seed refuses the same ones.
 */
#ifndef ALLOCATOR_HEAP_FAILING_H
#define ALLOCATOR_HEAP_FAILING_H

#include "allocator/heap/heap.h"

/* Must outlive its use by the heap; members are read only. */
struct failing {
    struct heap *heap;
    uint64_t asked;   /* for memory since failing_... began */
    uint64_t refused; /* of them */
    uint64_t nth;     /* the one to refuse, from 1; 0: by chance */
    uint64_t chance;  /* of 2^32 */
    uint64_t state;   /* of the generator */
};

/* Refuses the nth request for memory from now on, from 1, and no other. */
void failing_nth(struct failing *failing, struct heap *heap, uint64_t nth);

/* Refuses each with a probability from 0 to 1. */
void failing_by_chance(struct failing *failing, struct heap *heap,
                       double probability, uint64_t seed);

/* Lets the heap be as it was. */
void failing_stop(struct failing *failing);

#endif
