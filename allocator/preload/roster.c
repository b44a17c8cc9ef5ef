/*
 * roster.c -- a set-associative cache of addresses (roster.h).
 *
 * An entry is an address, a multiple of 16, with its state in the low bits; 0
 * is empty.  Only the thread that owns a block changes its entry, so all that
 * can happen to two threads is that they want the same free place: the second
 * one then tries the next.
 */
#include "allocator/preload/roster.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SET_BITS = 7, WAYS = 8, STATE = 15 };

static atomic_uintptr_t sets[1 << SET_BITS][WAYS];

static atomic_uintptr_t *set_of(const void *payload)
{
    uint64_t mixed = (uintptr_t)payload * 0x9e3779b97f4a7c15;
    return sets[mixed >> (64 - SET_BITS)];
}

/* The entry of an address, or NULL. */
static atomic_uintptr_t *find(const void *payload)
{
    atomic_uintptr_t *set = set_of(payload);
    for (int i = 0; i < WAYS; i++) {
        if ((atomic_load(&set[i]) & ~(uintptr_t)STATE) == (uintptr_t)payload) {
            return &set[i];
        }
    }
    return NULL;
}

/* Puts an entry in place of one with a state; false: there is none. */
static bool replace(atomic_uintptr_t *set, enum roster_state state,
                    uintptr_t entry)
{
    for (int i = 0; i < WAYS; i++) {
        uintptr_t old = atomic_load(&set[i]);
        if ((old & STATE) == state &&
            atomic_compare_exchange_strong(&set[i], &old, entry)) {
            return true;
        }
    }
    return false;
}

void roster_note(const void *payload, enum roster_state state)
{
    uintptr_t entry = (uintptr_t)payload | state;
    atomic_uintptr_t *known = find(payload);
    if (known != NULL) {
        atomic_store(known, entry);
    } else if (!replace(set_of(payload), ROSTER_UNKNOWN, entry)) {
        replace(set_of(payload), ROSTER_FREED, entry);
    }
}

enum roster_state roster_look(const void *payload)
{
    const atomic_uintptr_t *known = find(payload);
    return known != NULL ? (enum roster_state)(atomic_load(known) & STATE)
                         : ROSTER_UNKNOWN;
}
