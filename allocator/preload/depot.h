/*
 * depot.h -- batches of freed blocks between the threads' caches.
 *
 *   cache A  -- too long -->  depot: class c  | batch | batch | ...  -->  cache
 * B | full           empty | v
 *                                 '----> arenas --------'
 *
 * Where one thread allocates and another frees, blocks go round without any
 * arena: a batch changes hands in O(1) under a lock of few classes.  All
 * batches together have at most as many bytes as the giver allows.
 *
 * Source: the depot of Bonwick & Adams, "Magazines and Vmem", USENIX 2001.
 */
#ifndef ALLOCATOR_PRELOAD_DEPOT_H
#define ALLOCATOR_PRELOAD_DEPOT_H

#include <stdbool.h>
#include <stddef.h>

#include "allocator/preload/arena.h"

/* Prepares the locks; also in a child, after fork. */
void depot_reset_locks(void);

/* Takes a linked list of n blocks, unless all would then have more bytes. */
bool depot_put(size_t class, uintptr_t list, size_t n, size_t most_bytes);

/* A batch and its length, or 0: there is none. */
size_t depot_take(size_t class, uintptr_t *list);

/* Sends all of a class home. */
void depot_send_home(size_t class);

/* Sends everything home. */
void depot_flush(void);

/* Around fork. */
void depot_lock(void);
void depot_unlock(void);

#endif
