/*
 * record.h -- what is known of each block, kept apart from the blocks.
 *
 * A program that writes beyond its blocks cannot harm this table.  Records are
 * found by the payload's address through a hash table; freed blocks stay in a
 * queue, the oldest first, until they leave the quarantine.
 */
#ifndef ALLOCATOR_PRELOAD_DEBUG_RECORD_H
#define ALLOCATOR_PRELOAD_DEBUG_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct record {
    unsigned char *payload;
    size_t size;          /* as asked for */
    size_t alignment;     /* as asked for; 0: by a function that takes none */
    unsigned char *start; /* of the memory around it (place.h) */
    size_t bytes;         /* of that memory */
    uint32_t allocated;   /* call stacks (stack.h) */
    uint32_t freed;
    uint32_t process;  /* which made it, see record_disown */
    size_t held_bytes; /* freed: kept from other uses by the quarantine */
    uint32_t next;     /* in the chain of its hash, or of unused records */
    uint32_t younger;  /* freed: the next in the queue */
    bool live;
    bool told;    /* its damage has been reported */
    bool reached; /* leaks.c: something points to it */
};

struct record_totals {
    uint64_t allocations, frees;
    size_t live_blocks, live_bytes;
    size_t freed_blocks, held_bytes; /* in the queue */
};

#define RECORDS_MOST ((size_t)1 << 28)

extern struct record_totals record_totals;

/* Prepares the table. */
void record_open(void);

/* A record, not yet findable; NULL when the table is full. */
struct record *record_new(void);

/* Makes it findable as a live block by its payload. */
void record_add(struct record *record);

/* Of a live or queued block whose payload begins there; NULL: none. */
struct record *record_find(const void *payload);

/*
 * In a child after fork: what lives is the parent's to free.  Its threads,
 * which hold some of it, do not exist here.
 */
void record_disown(void);

/* Whether this process allocated it, and not its parent. */
bool record_is_own(const struct record *record);

/*
 * How far an address is from a block's first byte (negative) or behind its
 * last one; 0 inside.
 */
intptr_t record_distance(const struct record *record, const void *address);

/*
 * The block nearest to an address, NULL when there are none, and its distance.
 */
struct record *record_near(const void *address, intptr_t *distance);

/* Ends its life; it goes to the end of the queue. */
void record_retire(struct record *record, size_t held_bytes);

/* The oldest in the queue, or NULL. */
struct record *record_oldest(void);

/* Forgets the oldest, which must exist. */
void record_drop_oldest(void);

/* Forgets a record that was never added. */
void record_unused(struct record *record);

/*
 * All blocks, live and queued, by ascending address: an array of *n that goes
 * back with record_release_sorted.  NULL without memory.
 */
struct record **record_sort(size_t *n);
void record_release_sorted(void);

#endif
