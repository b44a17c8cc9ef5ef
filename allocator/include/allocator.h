/*
 * allocator.h -- what libmymalloc.so offers beyond the standard names.
 *
 * Link with -lmymalloc, or preload the library; the standard functions are
 * declared in <stdlib.h> and <malloc.h>.
 */
#ifndef ALLOCATOR_INCLUDE_ALLOCATOR_H
#define ALLOCATOR_INCLUDE_ALLOCATOR_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct heap_statistics {
    uint64_t allocations;   /* blocks handed out so far */
    uint64_t frees;         /* blocks given back so far */
    size_t used_blocks;     /* live, those in mappings of their own included */
    size_t used_bytes;      /* usable bytes of these */
    size_t free_blocks;     /* in the arenas and in the threads' caches */
    size_t free_bytes;      /* bytes of these */
    size_t metadata_bytes;  /* the policy's own tables in the arenas */
    size_t footprint_bytes; /* arenas and mappings */
    size_t mapped_blocks;   /* blocks that are mappings of their own */
    size_t mapped_bytes;    /* bytes of these mappings */
    size_t arenas;          /* arenas in use */
    size_t retired_bytes;   /* of the free ones: not in the footprint */
};

/*
 * Fills *statistics by a walk over all arenas, one after the other: other
 * threads may change what was already counted.
 */
void heap_stats(struct heap_statistics *statistics);

/*
 * Verifies every invariant of every arena.  Returns 0, or -1 after telling the
 * first violation on standard error.
 */
int heap_check(void);

/*
 * Prints every block of the arenas in address order on standard error, as
 * "[BLOCK 0x1000 64 USED]" with its address, bytes and state, and a summary.
 */
void heap_dump(void);

/* C23: free of a block whose size, and alignment, the caller knows. */
void free_sized(void *payload, size_t size);
void free_aligned_sized(void *payload, size_t alignment, size_t size);

/* As free; some old programs call it. */
void cfree(void *payload);

#ifdef __cplusplus
}
#endif

#endif
