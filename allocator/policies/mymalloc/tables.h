/*
 * tables.h -- what the flagship needs to know beyond the blocks themselves.
 *
 * All tables lie in one block of the heap, which the root names:
 *
 *   | word | struct tables | classes | occupied | bins | 0 | map |
 *
 *   classes   the runs of each small size, and a census (run.h)
 *   occupied  one bit per bin
 *   bins      heads of the lists of free blocks by size (bins.h)
 *   map       one byte per 512 bytes of heap: is there a run? (map.h)
 *
 * A heap below TABLES_FROM_BYTES has none: its free blocks form one list and
 * all blocks have words.  When TABLES_FROM_TIGHT small blocks that pay for
 * their words live, runs will repay the tables, which then come earlier.  From
 * there on the tables are made anew, larger and finer, each time the heap has
 * outgrown the map by a quarter, which costs amortized O(1) per unit of growth;
 * about 0.3 to 1 % of the heap is theirs.
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

#define TABLES_FROM_BYTES ((size_t)16384)
#define TABLES_FROM_TIGHT ((uint32_t)32)
#define TIGHT_MOST_BYTES  ((size_t)256)
#define GRANULE_UNITS     ((uint32_t)32) /* of the map: 512 bytes */
#define BINS_PER_WORD     ((uint32_t)64)
#define MAX_CLASSES       65

struct size_class {
    uint32_t slots;  /* kept objects of 16 c bytes, see cache.h */
    uint32_t blocks; /* kept objects of 16 c - 4 bytes */
    uint32_t head;   /* first run with free slots, 0: none */
    uint16_t runs;   /* how many; stays at UINT16_MAX once there */
    uint16_t census; /* live blocks of the class that carry COUNTED */
};

struct huge;

struct tables {
    uint32_t granules;        /* length of the map */
    uint32_t n_bins;          /* the last one also holds all larger blocks */
    uint32_t n_classes;       /* sizes 16 c for c < n_classes; 0 is unused */
    uint32_t log_bins;        /* 2^log_bins bins per power of two */
    uint32_t occupied_offset; /* bytes from the tables' first to the array's */
    uint32_t bins_offset;
    uint32_t map_offset;
    uint32_t bytes;
    uint32_t census;       /* of all classes together */
    uint32_t kept;         /* objects in the lists of cache.h */
    uint64_t kept_classes; /* bit c - 1: a list of class c may have some */
    struct huge *huge;     /* first of the mappings (huge.h), or NULL */
    struct size_class classes[];
};

/* NULL while there are none. */
static inline struct tables *tables_of(const struct heap *heap)
{
    uint32_t block = root_of(heap)->tables;
    return block != 0 ? (struct tables *)address_of(heap, block) : NULL;
}

static inline uint64_t *tables_occupied(const struct tables *tables)
{
    return (uint64_t *)((uintptr_t)tables + tables->occupied_offset);
}

static inline uint32_t *tables_bins(const struct tables *tables)
{
    return (uint32_t *)((uintptr_t)tables + tables->bins_offset);
}

static inline uint8_t *tables_map(const struct tables *tables)
{
    return (uint8_t *)((uintptr_t)tables + tables->map_offset);
}

/* Whether tables_renew is due. */
static inline bool tables_outgrown(const struct heap *heap,
                                   const struct tables *tables)
{
    if (tables != NULL) {
        return end_unit(heap) / GRANULE_UNITS >= tables->granules;
    }
    uint32_t tight = *word_of(heap, root_of(heap)->top) >> SIZE_SHIFT;
    return heap->brk >= TABLES_FROM_BYTES || tight >= TABLES_FROM_TIGHT;
}

/* Counts a new block for size bytes in a heap without tables. */
static inline void tables_count_tight(const struct heap *heap, uint32_t block,
                                      size_t size)
{
    if (is_tight(size) && size <= TIGHT_MOST_BYTES) {
        *word_of(heap, block) |= TIGHT;
        *word_of(heap, root_of(heap)->top) += (uint32_t)1 << SIZE_SHIFT;
    }
}

/* Takes a block in a heap without tables out of that count. */
static inline void tables_uncount_tight(const struct heap *heap, uint32_t block)
{
    if (*word_of(heap, block) & TIGHT) {
        *word_of(heap, block) &= ~TIGHT;
        *word_of(heap, root_of(heap)->top) -= (uint32_t)1 << SIZE_SHIFT;
    }
}

/*
 * Makes tables that fit the heap as it is now and moves what is known into
 * them.  Where memory is refused all stays as it was.
 */
void my_tables_renew(struct heap *heap);

/* Slides the tables down onto the free block below them, if there is one. */
void my_tables_lower(struct heap *heap);

/*
 * Lets a block that ends where the tables begin, and they at the top, grow by
 * units: the tables rise by as much, or by a quarter of their own size so that
 * small steps do not move them each time.
 */
void my_tables_make_way(struct heap *heap, uint32_t end, uint32_t units);

#endif
