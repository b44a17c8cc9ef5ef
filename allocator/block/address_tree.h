/*
 * address_tree.h -- the free blocks as a balanced tree by address.
 *
 * A treap as in tree.h, whose nodes also know the size of the largest block in
 * their subtree.  So the lowest block that is large enough is found on one way
 * down: left where some block there will do, else the node itself, else right.
 *
 *   free block   | header | left | right | most (32 bits) | ... | footer |
 *   of 16 bytes  | header | left | right |
 *
 * A block of 16 bytes has no room for `most`.  Priorities are such that such
 * blocks are below all others in the tree: what hangs below one of them has 16
 * bytes as well, and nothing needs to be noted.  Among themselves, and among
 * the others, priorities are hashes of the places, and the depth is O(log n)
 * each.
 *
 * All operations take O(log n) expected.  The choices are exactly those of
 * first fit over the list in address order (list.h).
 *
 * Sources: C. J. Stephenson, Fast Fits (SOSP 1983), where a Cartesian tree by
 * address and size serves; R. P. Brent, Efficient Implementation of the
 * First-Fit Strategy (TOPLAS 1989); Seidel and Aragon as in tree.h.
 */
#ifndef ALLOCATOR_BLOCK_ADDRESS_TREE_H
#define ALLOCATOR_BLOCK_ADDRESS_TREE_H

#include "allocator/block/tree.h"

/* A node of 32 bytes or more. */
struct address_node {
    struct block block;
    uint32_t most; /* units of the largest block of the subtree */
};

/*
 * The functions of a free_index, where replace both absorbs and shrinks; the
 * root is a struct tree_root.
 */
void address_tree_insert(struct heap *heap, struct block *block, size_t bytes);
void address_tree_remove(struct heap *heap, struct block *block);
void address_tree_replace(struct heap *heap, struct block *known,
                          struct block *other, size_t bytes);
struct block *address_tree_find_first(struct heap *heap, size_t bytes);

/* The place of a block in the heap order; no two are equal. */
static inline uint64_t address_tree_priority(uint32_t link, uint32_t units)
{
    return (uint64_t)(units > 1) << 32 | tree_priority(link);
}

#endif
