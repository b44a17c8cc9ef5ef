/*
 * debug.h -- the debug mode: MALLOC_DEBUG=1 or guard.
 *
 *   exports.c, serve.c
 *        |
 *        v
 *   debug.c     one lock; what happens to a block, in which order
 *     |    \
 *     |     judge.c    is the block as it should be?      -> report.c  words
 *     |                                                        |
 *     |     leaks.c    what is live and within reach?     -----+--> symbols.c
 *     v
 *   record.c    what is known of each block, the quarantine
 *   stack.c     who called, each call stack kept once
 *   fill.c      guard, fresh and dead bytes
 *   place.c     memory: the first arena's policy, or pages
 *
 * Slow on purpose, deterministic, without malloc.  A misuse is told and ends
 * the process with exit code 3; what is found at exit is told together.
 */
#ifndef ALLOCATOR_PRELOAD_DEBUG_DEBUG_H
#define ALLOCATOR_PRELOAD_DEBUG_DEBUG_H

#include <stddef.h>

#include "allocator/include/allocator.h"

/* Starts the mode that settings.debug names; 0, or -1 without memory. */
int debug_open(void);

/* Tells what is found at exit; does not return when that is anything. */
void debug_close(void);

/* alignment 0: a function that takes none.  NULL: refused. */
void *debug_malloc(size_t alignment, size_t size);
void *debug_realloc(void *payload, size_t size);
void debug_free(void *payload);
size_t debug_usable_size(const void *payload);

/* What a sized free says of a block that is about to be freed. */
void debug_claim(const void *payload, size_t alignment, size_t size);

/* Tells that an argument is, say, "no power of two"; ends with exit code 2. */
void debug_refuse(const char *function, const char *problem, size_t argument);

/* As heap_check, heap_dump and heap_stats. */
int debug_check(void);
void debug_dump(void);
void debug_count(struct heap_statistics *statistics);

/* Around fork; in the child the lock is reset instead. */
void debug_lock(void);
void debug_unlock(void);
void debug_reset_lock(void);

/* What the child inherited is not its own. */
void debug_begin_child(void);

#endif
