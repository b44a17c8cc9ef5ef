/*
 * room.c -- rooms side by side (room.h).
 */
#include "allocator/preload/debug/room.h"

#include <sys/mman.h>

#include "allocator/heap/claim.h"
#include "allocator/preload/arena.h"

#define STEP ((size_t)256 << 10)

static unsigned char *first, *next; /* the rooms, and what is free behind */

void room_open(struct room *room, size_t most)
{
    if (room->start != NULL) {
        return;
    }
    if (next == NULL) {
        first = next = arenas_end();
    }
    most = (most + ROOM_PAGE - 1) & ~(ROOM_PAGE - 1);
    *room = (struct room){.start = next, .most = most};
    next += most;
}

/* By an eighth, so that large ones take few steps, and whole ones. */
bool room_grow(struct room *room, size_t bytes)
{
    if (bytes <= room->bytes) {
        return true;
    }
    if (bytes > room->most) {
        return false;
    }
    size_t wanted = (bytes + bytes / 8 + STEP - 1) / STEP * STEP;
    wanted = wanted < room->most ? wanted : room->most;
    if (!claim_pages(room->start + room->bytes, wanted - room->bytes)) {
        return false;
    }
    room->bytes = wanted;
    return true;
}

void room_empty(struct room *room)
{
    if (room->bytes != 0) {
        munmap(room->start, room->bytes);
        room->bytes = 0;
    }
}

bool room_owns(uintptr_t address)
{
    return address >= (uintptr_t)first && address < (uintptr_t)next;
}
