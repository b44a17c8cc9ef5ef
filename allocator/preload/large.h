/*
 * large.h -- blocks that are mappings of their own.
 *
 *   start                          payload                start + bytes
 *     | (alignment)  | struct large |  the caller's bytes ... |
 *     '-- a page     '-- 32 bytes --'              a page's end
 *
 * Made by mmap, resized by mremap, given back by munmap; safe in any thread
 * since each block is its owner's alone.  Cost: system calls.
 */
#ifndef ALLOCATOR_PRELOAD_LARGE_H
#define ALLOCATOR_PRELOAD_LARGE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct large {
    uintptr_t unused;
    unsigned char *start; /* of the mapping */
    size_t bytes;         /* of the mapping */
    uintptr_t seal; /* all of them and the address mixed: tells a head from
                       noise; the last, so that whoever writes before his block
                       breaks it */
};

struct large_totals {
    atomic_size_t blocks, bytes, peak_blocks, peak_bytes;
    atomic_size_t made, resized, ended; /* blocks so far */
};

extern struct large_totals large_totals;

/*
 * A zeroed block of size bytes at a multiple of alignment (a power of two).
 * NULL with errno ENOMEM when the system refuses.
 */
void *large_malloc(size_t alignment, size_t size);

/*
 * The block with size bytes, perhaps elsewhere; NULL with ENOMEM when the
 * system refuses, the block is then as it was.
 */
void *large_realloc(void *payload, size_t size);

/* Unmaps.  Keeps errno. */
void large_free(void *payload);

size_t large_usable_size(const void *payload);

#endif
