/*
 * claim.h -- pages at addresses that were chosen, not reserved.
 *
 * A range that nobody else uses can be had without a reservation: its pages are
 * mapped one after the other, each only where nothing is mapped yet.  Then only
 * what is in use counts as the process's address space, which limits
 * (RLIMIT_AS) and locks (mlockall) go by.
 */
#ifndef ALLOCATOR_HEAP_CLAIM_H
#define ALLOCATOR_HEAP_CLAIM_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Maps zeroed, writable pages [address, address + bytes); false, with nothing
 * changed, when the system refuses or something is mapped there.
 */
bool claim_pages(void *address, size_t bytes);

/*
 * A map that stands beside memory, a byte for each CLAIM_RATIO of it.  It is
 * claimed in steps from both ends, which memory grows from.
 *
 *   | claimed | ... nothing ... | claimed |
 *   0        low               high     of it all
 */
#define CLAIM_RATIO ((size_t)32)
#define CLAIM_STEP  ((size_t)1 << 20)

struct claim_shadow {
    unsigned char *base; /* NULL: there is none */
    size_t low, high;
};

/* Claims the part for the memory's first bytes, and keeps it; whether it is. */
bool claim_shadow_up_to(struct claim_shadow *shadow, size_t bytes);

/* The same from offset bytes on to the memory's end. */
bool claim_shadow_from(struct claim_shadow *shadow, size_t offset);

/* Gives all of it back that stands beside so many bytes. */
void claim_shadow_end(struct claim_shadow *shadow, size_t bytes);

#endif
