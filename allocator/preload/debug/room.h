/*
 * room.h -- addresses for the debug mode's own tables.
 *
 *   arenas | their map | room | room | ...        each as large as it may
 * become
 *
 * They lie behind the arenas, where nobody else comes to, and a room's pages
 * are claimed as it grows (heap/claim.h): what is not in use counts neither
 * against a limit of address space nor as locked memory.
 */
#ifndef ALLOCATOR_PRELOAD_DEBUG_ROOM_H
#define ALLOCATOR_PRELOAD_DEBUG_ROOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROOM_PAGE ((size_t)4096)

struct room {
    unsigned char *start; /* NULL: it has no addresses yet */
    size_t bytes;         /* that can be used, zeroed at first */
    size_t most;          /* that it may become */
};

/* Gives a room addresses, unless it has some. */
void room_open(struct room *room, size_t most);

/* Lets it have at least so many bytes; false: the system refuses. */
bool room_grow(struct room *room, size_t bytes);

/* Gives its memory back. */
void room_empty(struct room *room);

/* Whether an address lies in any room. */
bool room_owns(uintptr_t address);

#endif
