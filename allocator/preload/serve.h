/*
 * serve.h -- a request finds its way: cache, arena, or a mapping of its own.
 *
 *   up to CLASS_MOST_BYTES        the thread's cache
 *   up to the mmap threshold      the thread's arena
 *   from there on, and whenever   a mapping
 *   an arena has no room
 *
 * The exported functions (exports.c) are thin coats over these.
 */
#ifndef ALLOCATOR_PRELOAD_SERVE_H
#define ALLOCATOR_PRELOAD_SERVE_H

#include <stddef.h>

/* NULL with errno ENOMEM when refused. */
void *serve_malloc(size_t size);

/* The same, all bytes zero. */
void *serve_calloc(size_t size);

/* alignment is a power of two. */
void *serve_memalign(size_t alignment, size_t size);

/* As realloc: NULL allocates, size 0 frees and returns NULL. */
void *serve_realloc(void *payload, size_t size);

/* Keeps errno.  Ends the process when payload is no block in use. */
void serve_free(void *payload);

/*
 * What the caller of a sized free says of the block, alignment 0: nothing.  The
 * debug mode verifies it.
 */
void serve_claim(const void *payload, size_t alignment, size_t size);

/*
 * Fills a block that is about to be freed, unless it is a mapping of its own.
 * Ends the process as serve_free does.
 */
void serve_spoil(void *payload, int byte);

size_t serve_usable_size(const void *payload);

#endif
