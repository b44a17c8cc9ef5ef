/*
 * tree_check.c -- visits the tree once, trusting nothing of it.
 *
 * Every subtree must lie between two keys, so that a cycle or a node met twice
 * is out of order, and below a priority.  The depth is bounded; a treap of 2^32
 * nodes is hardly ever deeper than 100.
 */
#include "allocator/block/address_tree.h"

enum { MOST_DEPTH = 500 };

struct bounds {
    size_t low_bytes, high_bytes;
    uint32_t low, high; /* keys lie strictly between (bytes, link) pairs */
};

struct search {
    const struct heap *heap;
    size_t root_bytes;
    enum tree_order order;
    size_t most; /* free blocks that the heap has */
    struct block_census found;
    struct block_fault *fault;
};

static bool link_sound(const struct search *search, uint32_t link)
{
    size_t offset = link * BLOCK_UNIT + BLOCK_HEADER;
    return offset >= search->root_bytes &&
           offset <= search->heap->brk - BLOCK_HEADER - BLOCK_SMALLEST;
}

static bool less(const struct search *search, size_t bytes, uint32_t link,
                 size_t other_bytes, uint32_t other)
{
    bool by_size = search->order == TREE_BY_SIZE;
    return by_size && bytes != other_bytes ? bytes < other_bytes : link < other;
}

static uint64_t priority(const struct search *search, uint32_t link)
{
    uint32_t units = block_units(block_bytes(block_at(search->heap, link)));
    return search->order == TREE_BY_SIZE ? tree_priority(link)
                                         : address_tree_priority(link, units);
}

/* A node by address has noted the larger of itself and most below it. */
static int check_most(struct search *search, const struct block *block,
                      size_t *most)
{
    size_t bytes = block_bytes(block);
    *most = *most > bytes ? *most : bytes;
    size_t noted = ((const struct address_node *)block)->most * BLOCK_UNIT;
    if (search->order == TREE_BY_ADDRESS && bytes != BLOCK_SMALLEST &&
        noted != *most) {
        return block_fail(search->fault, "tree-most", block,
                          "the largest below has %zu bytes, noted are %zu",
                          *most, noted);
    }
    return 0;
}

static int check_node(struct search *search, uint32_t link,
                      const struct bounds *bounds)
{
    const struct block *block = block_at(search->heap, link);
    size_t bytes = block_bytes(block);
    if (block_in_use(block)) {
        return block_fail(search->fault, "used-block-in-tree", block,
                          "a node is marked in use");
    }
    if (!less(search, bounds->low_bytes, bounds->low, bytes, link) ||
        !less(search, bytes, link, bounds->high_bytes, bounds->high)) {
        return block_fail(search->fault, "tree-order", block,
                          "expected from %zu to %zu bytes, got %zu",
                          bounds->low_bytes, bounds->high_bytes, bytes);
    }
    if (bytes > tags_largest(search->heap)) {
        return block_fail(search->fault, "largest-bound", block,
                          "has %zu bytes, the bound is %zu", bytes,
                          tags_largest(search->heap));
    }
    return 0;
}

/* *most becomes the size of the largest block met, if that is larger. */
static int check_subtree(struct search *search, uint32_t link, uint32_t parent,
                         struct bounds bounds, int depth, size_t *most)
{
    if (link == 0) {
        return 0;
    }
    const struct block *block = block_at(search->heap, link);
    if (!link_sound(search, link)) {
        return block_fail(search->fault, "tree-link",
                          block_at(search->heap, parent),
                          "link 0x%x leads outside the blocks", link);
    }
    if (depth == MOST_DEPTH || search->found.count == search->most) {
        return block_fail(search->fault, "tree-too-large", block,
                          "more nodes than the %zu free blocks, or too deep",
                          search->most);
    }
    if (parent != 0 && priority(search, link) > priority(search, parent)) {
        return block_fail(search->fault, "tree-priority", block,
                          "a node's priority is above its parent's");
    }
    if (check_node(search, link, &bounds) != 0) {
        return -1;
    }
    search->found.count++;
    search->found.fingerprint += block_hash(link);
    struct bounds left = bounds, right = bounds;
    left.high_bytes = right.low_bytes = block_bytes(block);
    left.high = right.low = link;
    size_t below = 0;
    if (check_subtree(search, block->links[0], link, left, depth + 1, &below) !=
            0 ||
        check_subtree(search, block->links[1], link, right, depth + 1,
                      &below) != 0 ||
        check_most(search, block, &below) != 0) {
        return -1;
    }
    *most = below > *most ? below : *most;
    return 0;
}

int tree_check(const struct heap *heap, size_t root_bytes,
               enum tree_order order, const struct block_census *census,
               struct block_fault *fault)
{
    struct search search = {.heap = heap,
                            .root_bytes = root_bytes,
                            .order = order,
                            .most = census->count,
                            .fault = fault};
    struct bounds all = {.high_bytes = SIZE_MAX, .high = UINT32_MAX};
    size_t most = 0;
    uint32_t top = ((const struct tree_root *)heap->base)->top;
    if (check_subtree(&search, top, 0, all, 0, &most) != 0) {
        return -1;
    }
    if (search.found.count != census->count ||
        search.found.fingerprint != census->fingerprint) {
        return block_fail(fault, "free-block-not-in-tree", NULL,
                          "%zu of %zu free blocks are in the tree",
                          search.found.count, census->count);
    }
    return 0;
}
