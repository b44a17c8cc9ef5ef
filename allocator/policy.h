/*
 * policy.h -- the contract between an allocation policy and everything else.
 *
 * A policy is one const table of functions.  Every hook works on the heap it
 * is given; all state of the policy lies in memory taken from that heap, so
 * many heaps live side by side and resetting a heap discards everything.
 *
 * To add a policy: one file in policies/ with one external symbol, a const
 * struct policy; one line in registry.c.  The conformance suite, the oracle
 * and every report find it there.
 *
 * Rules for all hooks
 *   - payloads are aligned to HEAP_ALIGNMENT (16) bytes;
 *   - hooks are never called concurrently on the same heap;
 *   - no hook prints, exits, or keeps mutable state outside the heap.
 */
#ifndef ALLOCATOR_POLICY_H
#define ALLOCATOR_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/heap/heap.h"

/*
 * A policy may keep notes in the first and the last bytes of a free block.
 * What lies between belongs to nobody: pages there can go back to the system,
 * and a policy may retire them (heap_retire).
 * Nor does a policy write between the first and the last bytes of a payload
 * where the heap has just grown, so that fresh memory is known to be zero.
 */
#define POLICY_NOTES_FIRST ((size_t)128)
#define POLICY_NOTES_LAST  ((size_t)64)

#define POLICY_MAX_OPTIONS 8
#define POLICY_MAX_WORDS   8

/*
 * A tunable of a policy: a number, or one of a few words.  A word's value is
 * its index.  Given as NAME:OPTION=VALUE; a word may be given alone.
 */
struct policy_option {
    const char *name; /* NULL ends the table */
    const char *summary;
    const char *words[POLICY_MAX_WORDS]; /* none: the option is a number */
    uint64_t least, most;                /* of a number, inclusive */
    uint64_t initial;                    /* the default */
};

enum block_kind {
    BLOCK_USED,    /* handed out: payload and payload_bytes are set */
    BLOCK_FREE,    /* can be handed out */
    BLOCK_METADATA /* the policy's own tables, padding, heads of runs */
};

/* One block as the physical walk sees it. */
struct block_info {
    enum block_kind kind;
    const void *address;  /* first byte of the block, header included */
    size_t bytes;         /* whole block, header and padding included */
    const void *payload;  /* BLOCK_USED: what malloc returned */
    size_t payload_bytes; /* BLOCK_USED: what usable_size says */
};

/* Called for each block; a nonzero return ends the walk, which returns it. */
typedef int policy_visit_fn(void *context, const struct block_info *block);

/* The first violated invariant that check found. */
struct policy_fault {
    char rule[48];       /* short name, words joined by '-' */
    const void *address; /* the block concerned, or NULL */
    char detail[160];    /* expected and found, in words */
};

struct policy {
    const char *name;    /* lower case, words joined by '-' */
    const char *summary; /* one line for --list */

    /* Ends with a nameless entry; NULL: nothing to tune. */
    const struct policy_option *options;

    /*
     * Required.  Prepares an empty heap (brk 0, no mappings).  values holds
     * one value per option in the table's order, already validated.
     * Returns 0, or -1 when the heap refuses the first memory.
     */
    int (*init)(struct heap *heap, const uint64_t *values);

    /*
     * Required.  size may be 0 (a unique payload or NULL, as C says).
     * Returns NULL only when the heap refused memory or the request can never
     * be met; what is live is then untouched.
     */
    void *(*malloc)(struct heap *heap, size_t size);

    /* Required.  payload may be NULL: nothing happens. */
    void (*free)(struct heap *heap, void *payload);

    /*
     * Required.  NULL payload: malloc.  Size 0: frees and returns NULL.
     * On failure returns NULL and the old block stays as it was.
     */
    void *(*realloc)(struct heap *heap, void *payload, size_t size);

    /*
     * Required.  alignment is a power of two; below 16 it means 16.
     */
    void *(*memalign)(struct heap *heap, size_t alignment, size_t size);

    /* Required.  Bytes the caller may use of a live payload. */
    size_t (*usable_size)(struct heap *heap, const void *payload);

    /*
     * Required of registered policies.  Verifies every invariant of the whole
     * heap, never trusting what it reads so far as to crash or loop on it.
     * Returns 0, or -1 with the first violation in *fault.
     */
    int (*check)(struct heap *heap, struct policy_fault *fault);

    /*
     * Required of registered policies.  Visits every block in address order:
     * first the contiguous part, which the blocks cover from base to the
     * break without gap or overlap, then each mapping likewise.
     */
    int (*walk)(struct heap *heap, policy_visit_fn *visit, void *context);

    /*
     * Optional.  Whether all that the policy keeps beside a live payload of
     * size bytes (0: unknown) can be true; false: somebody wrote over it. O(1),
     * never trusting what it reads so far as to crash on it.
     */
    bool (*is_sound)(struct heap *heap, const void *payload, size_t size);

    /*
     * Optional, for whoever needs several blocks at a time.  As n calls of
     * malloc with the same size; returns how many blocks there are now in out,
     * fewer than n only where malloc would have returned NULL.
     */
    size_t (*malloc_batch)(struct heap *heap, size_t size, size_t n,
                           void **out);

    /* Optional.  As n calls of free; no payload is NULL. */
    void (*free_batch)(struct heap *heap, void *const *payloads, size_t n);

    /*
     * Optional.  Gives back what the policy keeps for speed alone (caches,
     * free memory at the top); NULL: it keeps nothing.
     */
    void (*trim)(struct heap *heap);
};

#endif
