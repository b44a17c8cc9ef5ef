/*
 * tables.h -- what the flagship needs to know beyond the blocks themselves.
 *
 * All tables lie in one block of the heap, which the root names:
 *
 *   | word | struct tables, with lists and groups | map | occupied | bins |
 *                                                         chunks of bits |
 *
 *   lists     freed small objects by size, for the next request (pool.h)
 *   groups    holes of each group of small sizes (holes.h)
 *   map       four bytes per 4 KiB of heap: where are their bits? (bits.h)
 *   occupied  one bit per bin, and one behind them that ends searches
 *   bins      heads of the lists of free blocks by size (bins.h)
 *   chunks    of bits
 *
 * A heap has none before they repay the 0.7 KB that they begin with and what
 * areas leave unused: until 64 small blocks live whose word costs them a unit
 * (TABLES_FROM, which the word at top counts up to), or 512 small ones at all,
 * so that its only list of free blocks stays short, or it has TABLES_AT_LAST.
 * From there on the tables are made anew, larger and finer, each time the heap
 * has outgrown the map or the chunks by a quarter, which costs amortized O(1)
 * per unit of growth; about 0.5 % of the heap are theirs, beside the bits.
 *
 * The block can move: the tables rise when a block that grows by steps ends
 * where they begin, which would otherwise be copied and double the heap (0.6
 * points of utilization over the traces folder), and they come down when the
 * heap is trimmed.  So no function keeps a pointer to them across a call that
 * renews or moves them.
 */
#ifndef ALLOCATOR_POLICIES_MYMALLOC_TABLES_H
#define ALLOCATOR_POLICIES_MYMALLOC_TABLES_H

#include "allocator/policies/mymalloc/layout.h"

#define TABLES_FROM      ((uint32_t)512)
#define TABLES_PAYING    ((uint32_t)8)
#define TABLES_AT_LAST   ((size_t)65536)
#define GRANULE_UNITS    ((uint32_t)256) /* of the map: 4 KiB */
#define BINS_PER_WORD    ((uint32_t)64)
#define SMALL_MOST_UNITS ((uint32_t)16)
#define SMALL_MOST_BYTES (SMALL_MOST_UNITS * UNIT)
#define GROUPS           3
#define HOLE_BINS        ((uint32_t)17)

/* The holes in areas made for a group of small sizes. */
struct group {
    uint32_t victim;   /* the hole outside the lists, 0: none */
    uint32_t occupied; /* bit b: list b is not empty */
    uint32_t holes[HOLE_BINS];
};

/* The bits of a granule; a free chunk's first word is the next one's place. */
struct chunk {
    uint64_t starts[GRANULE_UNITS / 64];
    uint64_t holes[GRANULE_UNITS / 64];
};

struct huge;

struct tables {
    uint32_t granules;        /* length of the map */
    uint32_t kept;            /* units of objects in lists */
    uint32_t n_bins;          /* the last one also holds all larger blocks */
    uint32_t log_bins;        /* 2^log_bins bins per power of two */
    struct huge *huge;        /* first of the mappings (huge.h), or NULL */
    uint32_t occupied_offset; /* bytes from the tables' first to the array's */
    uint32_t bins_offset;
    uint32_t chunks_offset;
    uint32_t n_chunks;
    uint32_t n_free_chunks;
    uint32_t free_chunks; /* place of the first free one, 0: none */
    uint32_t bytes;
    uint32_t look_pages;  /* no look for hollow blocks up to here (hollow.h) */
    uint32_t spent_pages; /* retired since that was set */
    uint32_t victim;      /* the free block outside the bins, 0: none */
    uint32_t lists[SMALL_MOST_UNITS + 1]; /* [c]: objects of c units */
    struct group groups[GROUPS];
    struct chunk none; /* of all granules without small objects */
    uint32_t map[];
};

/* Its place, in any tables. */
#define NO_CHUNK ((uint32_t)offsetof(struct tables, none))

/* NULL while there are none. */
static inline struct tables *tables_of(const struct heap *heap)
{
    uint32_t block = root_of(heap)->tables;
    return block != 0 ? (struct tables *)address_of(heap, block) : NULL;
}

/* For a look at the map alone: the root stands in while there are none. */
static inline struct tables *tables_or_root(const struct heap *heap)
{
    return (struct tables *)address_of(heap, root_of(heap)->tables);
}

static inline uint64_t *tables_occupied(const struct tables *tables)
{
    return (uint64_t *)((uintptr_t)tables + tables->occupied_offset);
}

static inline uint32_t *tables_bins(const struct tables *tables)
{
    return (uint32_t *)((uintptr_t)tables + tables->bins_offset);
}

/* Whether tables_renew is due. */
static inline bool tables_outgrown(const struct heap *heap,
                                   const struct tables *tables)
{
    if (tables != NULL) {
        return end_unit(heap) / GRANULE_UNITS >= tables->granules;
    }
    uint32_t count = *word_of(heap, root_of(heap)->top) >> SIZE_SHIFT;
    return count >= TABLES_FROM || heap->brk >= TABLES_AT_LAST;
}

/* What a block in use counts for tables while there are none. */
static inline uint32_t tables_count(const struct heap *heap, uint32_t block)
{
    uint32_t word = *word_of(heap, block);
    if (root_of(heap)->tables != 0) {
        return 0;
    }
    return word & PAYS ? TABLES_PAYING
                       : word >> SIZE_SHIFT <= SMALL_MOST_UNITS + 1;
}

/*
 * Counts a block with a new request of size bytes; it counted had before.  Once
 * there are tables none pays: a block that did may have grown (sound.h).
 */
static inline void tables_recount(const struct heap *heap, uint32_t block,
                                  uint32_t had, size_t size)
{
    *word_of(heap, block) &= ~PAYS;
    if (root_of(heap)->tables == 0) {
        bool pays = size <= SMALL_MOST_BYTES &&
                    units_of(heap, block) * UNIT - size >= UNIT;
        *word_of(heap, block) |= pays ? PAYS : 0;
        uint32_t more = tables_count(heap, block) - had;
        *word_of(heap, root_of(heap)->top) += more << SIZE_SHIFT;
    }
}

/* Counts it no longer; call before it is freed. */
static inline void tables_discount(const struct heap *heap, uint32_t block)
{
    uint32_t count = tables_count(heap, block);
    if (count != 0) {
        *word_of(heap, root_of(heap)->top) -= count << SIZE_SHIFT;
    }
}

/*
 * Makes tables that fit the heap as it is now, with so many free chunks, and
 * moves what is known into them.  Where memory is refused all stays as it was.
 */
void my_tables_renew(struct heap *heap, uint32_t chunks);

/* Before a block is taken that may let the heap grow. */
static inline void tables_keep_up(struct heap *heap)
{
    if (tables_outgrown(heap, tables_of(heap))) {
        my_tables_renew(heap, 0);
    }
}

/*
 * Slides the tables down onto the free block below them, if there is one; onto
 * one with retired pages only where the top gains by it.
 */
void my_tables_lower(struct heap *heap);

/*
 * Lets a block that shall grow by units pass the tables if it ends where they
 * begin: they move into a hole that holds them; or, if they end at the top,
 * change places with the block; or, if they are long, rise by as much or by a
 * quarter of their own size, so that small steps do not move them each time.
 * Returns the block's place.
 */
uint32_t my_tables_make_way(struct heap *heap, uint32_t block, uint32_t units);

#endif
