/*
 * depot.h -- batches of freed blocks between the threads' caches.
 *
 *   cache A  -- too long -->  depot of an arena         -- empty --> cache B
 *                              class c | batch | batch
 *                                  | full
 *                                  '--> that arena
 *
 * Where one thread allocates and another frees, blocks go round without any
 * arena: a batch changes hands in O(1) under the depot's lock.  It lies in the
 * depot of the arena that its blocks come from, where the threads of that arena
 * look for it: in the depot of all they would spread over all threads, and
 * whoever frees them would have to wait for others' arenas.  A depot holds as
 * much as its arena has, 1 MiB at most.
 *
 * Source: the depot of Bonwick & Adams, "Magazines and Vmem", USENIX 2001.
 */
#ifndef ALLOCATOR_PRELOAD_DEPOT_H
#define ALLOCATOR_PRELOAD_DEPOT_H

#include <stdbool.h>
#include <stddef.h>

#include "allocator/preload/arena.h"

/* Prepares the locks; also in a child, after fork. */
void depots_reset_locks(void);

/* Takes a linked list of n blocks, mostly of the arena, unless it is full. */
bool depot_put(struct arena *arena, size_t class, uintptr_t list, size_t n);

/* A batch and its length, or 0: there is none. */
size_t depot_take(struct arena *arena, size_t class, uintptr_t *list);

/* Sends all of a class home. */
void depot_send_home(struct arena *arena, size_t class);

/* Sends everything home. */
void depots_flush(void);

/* Around fork. */
void depots_lock(void);
void depots_unlock(void);

#endif
