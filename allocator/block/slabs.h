/*
 * slabs.h -- objects of fixed sizes in slabs, without headers.
 *
 * Sizes are rounded up to classes, some for each doubling as in bins.h.  A slab
 * is a run of pages (pages.h) cut into objects of one class: as many pages as
 * it takes to have a certain size and to lose no more than 1/8 at its end.
 *
 *   table    ... | slab: class, used 3, fresh 6, free --.  | inner | ...
 *                                                       |
 *   slab     | used | free | used | free | used | free | not used yet ... |  |
 *                      ^      '------- next <-------'
 *
 * The free objects of a slab are a list through their first two bytes, in units
 * of 16 bytes from the slab's start; those behind the first `fresh` have never
 * been handed out and are on no list.  Slabs that have room form a list of
 * their class.  A page's entry leads from any object to its slab.
 *
 * take and give are O(1), but for making a slab and giving it back.
 */
#ifndef ALLOCATOR_BLOCK_SLABS_H
#define ALLOCATOR_BLOCK_SLABS_H

#include "allocator/block/bins.h"
#include "allocator/block/pages.h"

#define SLAB_NO_OBJECT  UINT16_MAX
#define SLAB_MOST_BYTES ((size_t)1 << 16) /* least size that can be chosen */

enum {
    SLAB_MOST_LOG2 = 3,      /* classes for each doubling */
    SLAB_MOST_OBJECTS = 8192 /* of a slab */
};

/* What becomes of a slab when its last object is given back. */
enum slab_end { SLAB_STAYS, SLAB_IS_GIVEN_BACK };

struct slabs_root {
    struct pages_root pages;
    uint64_t most_bytes; /* of an object; larger ones are runs of pages */
    uint32_t log2_classes;
    uint32_t least_pages; /* of a slab */
    uint32_t end;         /* enum slab_end */
    uint32_t unused;
    uint32_t partial[]; /* slabs with room, by class */
};

struct slabs_choice {
    uint32_t log2_classes;
    size_t slab_bytes;
    size_t most_bytes; /* SIZE_MAX: every size has a class */
    enum slab_end end;
};

static inline struct slabs_root *slabs_root(const struct heap *heap)
{
    return (struct slabs_root *)heap->base;
}

/* Classes of all sizes. */
static inline uint32_t slab_classes(uint32_t log2_classes)
{
    return (BINS_LEVELS - log2_classes) << log2_classes;
}

/* Bytes of an object of a class. */
static inline size_t slab_object_bytes(const struct slabs_root *root,
                                       uint32_t class)
{
    uint32_t log2 = root->log2_classes;
    struct bin bin = {class >> log2, class & ((UINT32_C(1) << log2) - 1)};
    return bin_least(bin, log2);
}

/* The first page of the run in which an address in use lies. */
static inline uint32_t slab_of(const struct heap *heap, const void *address)
{
    uint32_t page = page_of(heap, address);
    const struct page *entry = page_at(heap, page);
    return entry->kind == PAGE_INNER ? entry->next : page;
}

/* Prepares an empty heap; 0, or -1 when refused. */
int slabs_init(struct heap *heap, struct slabs_choice choice);

/*
 * An object of at least bytes (1 to most_bytes) at a multiple of alignment;
 * NULL when refused.
 */
void *slabs_take(struct heap *heap, size_t bytes, size_t alignment);

/* A run of pages of its own, for what has no class. */
void *slabs_take_pages(struct heap *heap, size_t bytes, size_t alignment);

/* What either has returned. */
void slabs_give(struct heap *heap, void *object);
size_t slabs_room(const struct heap *heap, const void *object);

/* Gives empty slabs back that were kept. */
void slabs_reap(struct heap *heap);

/* Which objects of a slab are in use. */
struct slab_map {
    uint64_t used[SLAB_MOST_OBJECTS / 64];
};

/* The slab's entry and free list must be sound. */
void slab_map(const struct heap *heap, uint32_t slab, struct slab_map *map);

/*
 * Verifies table, free runs, slabs, their free objects and lists.
 * Returns 0, or -1 with *fault filled.
 */
int slabs_check(const struct heap *heap, struct block_fault *fault);

#endif
