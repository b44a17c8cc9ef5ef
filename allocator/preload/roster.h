/*
 * roster.h -- which addresses are blocks in mappings of their own, or were.
 *
 *   sets[hash] -> | address, freed | address, live | empty | ... |  8 ways
 *
 * A freed mapping leaves nothing behind that could be looked at, so a second
 * free of it is known from here only.  The table is a cache: where a set is
 * full of live addresses one more is not entered, and a freed one makes way
 * for any other.  What it does not know it calls unknown.  No lock, O(1),
 * 8 KiB, since each block dirties another page of it.
 */
#ifndef ALLOCATOR_PRELOAD_ROSTER_H
#define ALLOCATOR_PRELOAD_ROSTER_H

enum roster_state { ROSTER_UNKNOWN, ROSTER_LIVE, ROSTER_FREED };

/* An address became a block, or is one no more. */
void roster_note(const void *payload, enum roster_state state);

enum roster_state roster_look(const void *payload);

#endif
