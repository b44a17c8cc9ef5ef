/*
 * ledger.h -- what was asked for: a hash table of live blocks.
 *
 *   entries:  | payload size number | empty | payload size number | ...
 *              '-- at hash(payload), or at the next free place behind it
 *
 * Open addressing with linear probing, at most half full, made anew twice as
 * large; removal moves later entries of the cluster up, so there are no marks
 * of the dead.  24 bytes per entry, O(1).  Memory comes from the system.
 * Not thread safe.
 *
 * Source: Knuth, TAOCP 3, 6.4, algorithms L and R.
 */
#ifndef ALLOCATOR_PRELOAD_WATCH_LEDGER_H
#define ALLOCATOR_PRELOAD_WATCH_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ledger_entry {
    const void *payload; /* NULL: empty */
    size_t size;         /* as asked for */
    uint64_t number;     /* the caller's */
};

/* All zero: empty. */
struct ledger {
    struct ledger_entry *entries;
    size_t room; /* a power of two, or 0 */
    size_t n;
};

/* Enters a block that is not in it; false when the system has no memory. */
bool ledger_add(struct ledger *ledger, struct ledger_entry entry);

/* NULL: unknown.  The entry stays in place until the next change. */
struct ledger_entry *ledger_find(const struct ledger *ledger,
                                 const void *payload);

/* Takes an entry that ledger_find returned out. */
void ledger_remove(struct ledger *ledger, struct ledger_entry *entry);

#endif
