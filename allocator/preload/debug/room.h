/*
 * room.h -- address space for the debug mode's own tables.
 *
 * Each table is an array that grows into a reservation; pages become memory
 * when they are first touched.  Where the system refuses that much address
 * space (ulimit -v) the reservation is halved until it agrees.
 */
#ifndef ALLOCATOR_PRELOAD_DEBUG_ROOM_H
#define ALLOCATOR_PRELOAD_DEBUG_ROOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROOM_PAGE ((size_t)4096)

/*
 * At most *bytes, at least a page, with the protection of mmap; zeroed.  NULL
 * when not even a page is to be had; else *bytes tells how much it became.
 */
void *room_reserve(size_t *bytes, int protection);

/* Gives back what room_reserve gave last. */
void room_release(void *start, size_t bytes);

/* Whether an address lies in any room. */
bool room_owns(uintptr_t address);

#endif
