/*
 * table.c -- growth by half, with advice to the system.
 */
#include "driver/trace/table.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { FIRST_ROOM = 1024 };

#define PAGE       ((uintptr_t)4096)
#define HUGE_TABLE ((size_t)16 << 20) /* the waste of a huge page is small */

size_t table_next_room(size_t room, size_t least)
{
    size_t next = room + room / 2;
    if (next < FIRST_ROOM) {
        next = FIRST_ROOM;
    }
    return next > least ? next : least + least / 2;
}

/*
 * Advises whole pages, those at the ends included: a mapping whose ends are
 * of another kind could not be moved by realloc, only copied.
 */
static void advise(void *table, size_t bytes)
{
    uintptr_t start = (uintptr_t)table & -PAGE;
    uintptr_t end = ((uintptr_t)table + bytes + PAGE - 1) & -PAGE;
    (void)madvise((void *)start, end - start, MADV_HUGEPAGE);
}

void *table_resize(void *table, size_t room, size_t unit)
{
    void *resized = reallocarray(table, room, unit);
    if (resized != NULL && room * unit >= HUGE_TABLE) {
        advise(resized, room * unit);
    }
    return resized;
}
