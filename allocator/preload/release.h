/*
 * release.h -- unused pages go back to the system.
 *
 *   |  used  | free, of some pages |  used  | free top |  spare   |
 *             '-- MADV_DONTNEED --'          '-- the break moves down --'
 *
 * Nobody looks around at each free.  When as much was freed as RELEASE_VOLUME,
 * or 1/16 of the arena, and at least MALLOC_DECAY_MS (a second by default)
 * passed since the last time, whoever frees walks over the arena: pages inside
 * free blocks of RELEASE_LEAST bytes are released, and the top when it has the
 * bytes of M_TRIM_THRESHOLD.  So a program that frees and allocates the same
 * again and again pays a few system calls a second, and a program that stops
 * calling keeps what it has.  malloc_trim releases all at once.
 *
 * Cost of a look: O(blocks), at most once in that time.
 */
#ifndef ALLOCATOR_PRELOAD_RELEASE_H
#define ALLOCATOR_PRELOAD_RELEASE_H

#include "allocator/preload/arena.h"

#define RELEASE_VOLUME ((size_t)1 << 20)
#define RELEASE_LEAST  ((size_t)16 << 10)

/* Both under the arena's lock. */

/* So many bytes were freed: looks around when it is time. */
void release_look(struct arena *arena);

static inline void release_note(struct arena *arena, size_t bytes)
{
    arena->freed_bytes += bytes;
    if (__builtin_expect(arena->freed_bytes >= RELEASE_VOLUME, 0)) {
        release_look(arena);
    }
}

/* Releases every page that can be; the bytes of them. */
size_t release_all(struct arena *arena);

#endif
