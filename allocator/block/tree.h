/*
 * tree.h -- the free blocks as a balanced tree by size and address.
 *
 * A treap (Seidel and Aragon, Randomized Search Trees, Algorithmica 1996): a
 * binary search tree by (bytes, address) in which no block has a higher
 * priority than the one above it in the tree.  The priority is a hash of the
 * block's place, so it needs no room, and the same heap has the same tree:
 *
 *   free block   | header | left (32 bits) | right (32 bits) | ... | footer |
 *
 * Two links suffice, hence any free block can be a node.  All operations take
 * O(log n) expected, about 1.4 log2 n steps down from the root.
 *
 *   best   the smallest that is large enough, the lowest of equals
 *   worst  the largest, the lowest of equals
 *
 * These are exactly the choices of the list in address order (list.h).
 */
#ifndef ALLOCATOR_BLOCK_TREE_H
#define ALLOCATOR_BLOCK_TREE_H

#include "allocator/block/inspect.h"
#include "allocator/block/tags.h"

/* Behind struct tags_root, where lists have their ends. */
struct tree_root {
    struct tags_root tags;
    uint32_t top; /* link of the tree's root, 0 when it is empty */
};

/* The place of a block's link in the heap order; no two are equal. */
uint32_t tree_priority(uint32_t link);

/* The functions of a free_index; replace both absorbs and shrinks. */
void tree_insert(struct heap *heap, struct block *block, size_t bytes);
void tree_remove(struct heap *heap, struct block *block);
void tree_replace(struct heap *heap, struct block *known, struct block *other,
                  size_t bytes);
struct block *tree_find_best(struct heap *heap, size_t bytes);
struct block *tree_find_worst(struct heap *heap, size_t bytes);

enum tree_order { TREE_BY_SIZE, TREE_BY_ADDRESS /* see address_tree.h */ };

/*
 * Verifies the tree against the census of a heap whose tags are sound: keys in
 * order, priorities, membership, bound; by address also the noted maxima.
 * Returns 0, or -1 with *fault filled.
 */
int tree_check(const struct heap *heap, size_t root_bytes,
               enum tree_order order, const struct block_census *census,
               struct block_fault *fault);

#endif
