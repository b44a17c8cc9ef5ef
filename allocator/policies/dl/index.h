/*
 * index.h -- the free blocks of the policy dl: small bins, tries, a victim.
 *
 *   root   | tags | victim | bits | heads of small bins | roots of tries |
 *                    |                |                     |
 *                    v                v                     v
 *                  free       free <-> free              free   640 bytes
 *                              32        32             0/    \1
 *                                                    free      free <-> free
 *                                                     512       704      704
 *
 * Small bins have one size each, 16 to 240 bytes.  Larger blocks lie in tries,
 * two for each doubling of the size, cut in its middle.  A trie branches by the
 * bits of the size below those that all its blocks share, highest first: the
 * blocks with a 1 there are right of a node, those with a 0 left, and the node
 * itself has any size that led to its place.  Equal sizes are a ring, one of
 * which is the node.  A search looks at no more nodes than a size has bits.
 *
 *   small         header | next | previous | ...                     | footer
 *   in a trie     header | next | previous | left | right | ...      | footer
 *
 * The victim is one more free block, outside bins and tries: the rest of the
 * last block that was split.  Requests that follow each other are cut from it,
 * so they lie side by side.  It counts as a candidate like any other.
 *
 * Source: D. Lea, A Memory Allocator (2000), and the design notes of version
 * 2.8: bins, "tree bins" and "designated victim".
 */
#ifndef ALLOCATOR_POLICIES_DL_INDEX_H
#define ALLOCATOR_POLICIES_DL_INDEX_H

#include "allocator/block/inspect.h"
#include "allocator/block/tags.h"

enum {
    DL_SMALL_UNITS = 16, /* blocks of fewer units lie in small bins */
    DL_TRIES = 56        /* two for each doubling from there to 2^32 units */
};

struct dl_root {
    struct tags_root tags;
    uint32_t victim;     /* link, 0: none */
    uint32_t small_bits; /* bit n: the small bin of n units has blocks */
    uint64_t trie_bits;  /* bit n: trie n has nodes */
    uint32_t small[DL_SMALL_UNITS];
    uint32_t tries[DL_TRIES];
};

_Static_assert(sizeof(struct dl_root) % BLOCK_UNIT == BLOCK_HEADER,
               "payloads align");

/* A free block as a node of a trie or of a ring. */
struct dl_node {
    uint64_t header;
    uint32_t next, previous; /* the ring of its size; itself when alone */
    uint32_t children[2];    /* of the node that stands for the ring */
};

_Static_assert(sizeof(struct dl_node) + 8 <= DL_SMALL_UNITS * BLOCK_UNIT,
               "nodes and footers fit all blocks of tries");

static inline struct dl_root *dl_root(const struct heap *heap)
{
    return (struct dl_root *)heap->base;
}

static inline struct dl_node *dl_node(const struct heap *heap, uint32_t link)
{
    return (struct dl_node *)block_at(heap, link);
}

static inline uint32_t dl_units(const struct dl_node *node)
{
    return (uint32_t)(node->header / BLOCK_UNIT);
}

/* The trie for blocks of units. */
static inline uint32_t dl_trie_of(uint32_t units)
{
    uint32_t log2 = 31 - (uint32_t)__builtin_clz(units);
    return 2 * (log2 - 4) + (units >> (log2 - 1) & 1);
}

/*
 * The bits of a size by which a trie branches, from the highest of the word
 * on: those below the two that all sizes of the trie share.
 */
static inline uint32_t dl_path_of(uint32_t units)
{
    return units << ((uint32_t)__builtin_clz(units) + 2);
}

/* trie.c: rings of equal sizes; any of them leaves in O(1). */
void dl_ring_alone(struct heap *heap, uint32_t link);
void dl_ring_join(struct heap *heap, uint32_t known, uint32_t link);
void dl_ring_leave(struct heap *heap, uint32_t link);

/* trie.c: tries of blocks of DL_SMALL_UNITS or more. */
void dl_trie_insert(struct heap *heap, uint32_t link, uint32_t units);
void dl_trie_remove(struct heap *heap, uint32_t link);

/* A block of the smallest size of at least units, or 0. */
uint32_t dl_trie_best(const struct heap *heap, uint32_t units);

/* index.c: the functions of a free_index. */
struct block *dl_find(struct heap *heap, size_t bytes);
void dl_insert(struct heap *heap, struct block *block, size_t bytes);
void dl_remove(struct heap *heap, struct block *block);
void dl_absorb(struct heap *heap, struct block *known, struct block *merged,
               size_t bytes);
void dl_shrink(struct heap *heap, struct block *known, struct block *rest,
               size_t bytes);

/*
 * Verifies tags, bins, tries and victim: bits against heads, every block where
 * its size belongs, rings closed both ways, the free blocks of the heap and
 * those that the index knows the same set, the bound.
 * Returns 0, or -1 with *fault filled.
 */
int dl_index_check(const struct heap *heap, struct block_fault *fault);

#endif
