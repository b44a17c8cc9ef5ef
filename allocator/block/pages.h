/*
 * pages.h -- runs of whole pages, with a table that says what each page is.
 *
 *   base     4096
 *    | root   | run        | run | run               | free run    |  break
 *    | table  |            |     |                   |             |
 *
 *   table   0: root   1: first of 3   2: inner   3: inner   4: first of 1  ...
 *
 * Free runs lie in lists by their length, the last of which has all lengths
 * from PAGES_LISTS on; free neighbours merge at once.  Runs begin at page
 * boundaries, and at larger powers of two where that is asked for.
 *
 * The table has an entry of 24 bytes for each page (0.6 %).  At first it lies
 * behind the root in page 0; once it is full there, in a mapping of its own
 * that doubles.  Entries move then: pointers to them do not outlive a growth.
 *
 * take is O(1) for runs shorter than PAGES_LISTS pages, else O(free runs of
 * that many); give is O(1).
 */
#ifndef ALLOCATOR_BLOCK_PAGES_H
#define ALLOCATOR_BLOCK_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/heap/heap.h"

enum { PAGES_LISTS = 32 };

enum page_kind {
    PAGE_INNER, /* of a run, neither its first page nor the last of a free one
                 */
    PAGE_ROOT,
    PAGE_FREE,  /* the first and the last page of a free run */
    PAGE_WHOLE, /* the first page of a run that is one block */
    PAGE_SLAB   /* the first page of a run that is cut into objects */
};

/* What is known of a page; but for kind only of the first of a run. */
struct page {
    uint32_t run;            /* pages; also of the last page of a free run */
    uint32_t next, previous; /* pages of a list, 0: none; in inner pages of
                                slabs of several objects next is the first */
    uint16_t kind;           /* enum page_kind */
    uint16_t class;          /* the rest belongs to slabs.h */
    uint16_t objects, used, fresh, free;
};

struct pages_root {
    uint64_t table_offset;  /* from base */
    uint64_t table_mapping; /* bytes of its mapping, 0: in page 0 */
    uint32_t table_room;    /* entries */
    uint32_t n;             /* pages up to the break */
    uint32_t bits;          /* bit k: the list of k + 1 pages has runs */
    uint32_t heads[PAGES_LISTS];
    uint32_t unused;
};

static inline struct pages_root *pages_root(const struct heap *heap)
{
    return (struct pages_root *)heap->base;
}

static inline struct page *page_at(const struct heap *heap, uint32_t page)
{
    const struct pages_root *root = pages_root(heap);
    return (struct page *)(heap->base + root->table_offset) + page;
}

static inline unsigned char *page_address(const struct heap *heap,
                                          uint32_t page)
{
    return heap->base + page * HEAP_PAGE;
}

/* The page that an address lies in. */
static inline uint32_t page_of(const struct heap *heap, const void *address)
{
    return (uint32_t)(((uintptr_t)address - (uintptr_t)heap->base) / HEAP_PAGE);
}

/*
 * Prepares an empty heap: a page with a root of root_bytes, which begins with
 * struct pages_root and is otherwise the caller's, zeroed.
 * Returns 0, or -1 when refused.
 */
int pages_init(struct heap *heap, size_t root_bytes);

/*
 * A run of n pages at a multiple of `alignment` pages (a power of two), made of
 * a free run; 0 if there is none.  It is a PAGE_WHOLE.
 */
uint32_t pages_find(struct heap *heap, uint32_t n, uint32_t alignment);

/* Likewise at the end, with as much growth as it takes; 0 when refused. */
uint32_t pages_grow(struct heap *heap, uint32_t n, uint32_t alignment);

/* Makes a run free. */
void pages_give(struct heap *heap, uint32_t page);

/* Makes a run of n pages of one, in its place; false: nothing has changed. */
bool pages_resize(struct heap *heap, uint32_t page, uint32_t n);

/* Gives free pages at the end back to the heap. */
void pages_trim(struct heap *heap);

#endif
