/*
 * fill.h -- the bytes around and inside blocks that nobody may change.
 *
 *   start    ...   payload             payload + size      start + bytes
 *     |  guard      |  fresh, then the    |  guard              |
 *     |             |  program's, then    |                     |
 *     |             |  dead               |                     |
 *
 * Guards are at least FILL_GUARD bytes on each side (with page guards: what
 * the page has beside the payload).  All values are odd as addresses and
 * neither text nor zero, so that neither the usual overrun looks like a guard
 * nor uninitialised memory like something useful.
 */
#ifndef ALLOCATOR_PRELOAD_DEBUG_FILL_H
#define ALLOCATOR_PRELOAD_DEBUG_FILL_H

#include <stddef.h>

#include "allocator/preload/debug/record.h"

#define FILL_GUARD ((size_t)64)

/* What was found where something else was expected. */
struct fill_damage {
    const unsigned char *address; /* the first changed byte */
    size_t bytes;                 /* from there to the last changed one */
    unsigned char expected, found;
};

/* Chooses the values: fixed ones, or of a seed. */
void fill_open(void);

/* Writes guards and fresh bytes into a new block. */
void fill_new(const struct record *record);

/* Writes dead bytes into a freed block. */
void fill_freed(const struct record *record);

/* False: the guard of a live or freed block was changed. */
bool fill_check_before(const struct record *record, struct fill_damage *damage);
bool fill_check_behind(const struct record *record, struct fill_damage *damage);

/* False: a freed block was written to. */
bool fill_check_freed(const struct record *record, struct fill_damage *damage);

#endif
