/*
 * room.c -- mmap without reserve, and a list of what it gave (room.h).
 */
#include "allocator/preload/debug/room.h"

#include <sys/mman.h>

enum { ROOMS_MOST = 16 };

static struct {
    uintptr_t start, end;
} rooms[ROOMS_MOST];

static void note(const void *start, size_t bytes)
{
    for (int i = 0; i < ROOMS_MOST; i++) {
        if (rooms[i].end == 0) {
            rooms[i].start = (uintptr_t)start;
            rooms[i].end = (uintptr_t)start + bytes;
            return;
        }
    }
}

void *room_reserve(size_t *bytes, int protection)
{
    for (; *bytes >= ROOM_PAGE; *bytes /= 2) {
        void *start = mmap(NULL, *bytes, protection,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (start != MAP_FAILED) {
            note(start, *bytes);
            return start;
        }
    }
    return NULL;
}

void room_release(void *start, size_t bytes)
{
    for (int i = 0; i < ROOMS_MOST; i++) {
        if (rooms[i].start == (uintptr_t)start) {
            rooms[i].start = rooms[i].end = 0;
        }
    }
    munmap(start, bytes);
}

bool room_owns(uintptr_t address)
{
    for (int i = 0; i < ROOMS_MOST; i++) {
        if (address >= rooms[i].start && address < rooms[i].end) {
            return true;
        }
    }
    return false;
}
