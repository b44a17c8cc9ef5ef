/*
 * tree.c -- a treap whose nodes are the free blocks themselves.
 */
#include "allocator/block/tree.h"

enum { LEFT, RIGHT }; /* the links of a block */

static struct tree_root *tree_root(const struct heap *heap)
{
    return (struct tree_root *)heap->base;
}

/* MurmurHash3's finalizer: one to one, so no two priorities are equal. */
uint32_t tree_priority(uint32_t link)
{
    uint32_t x = link;
    x = (x ^ x >> 16) * UINT32_C(0x85ebca6b);
    x = (x ^ x >> 13) * UINT32_C(0xc2b2ae35);
    return x ^ x >> 16;
}

/* Size and address in one number: by it the tree is ordered. */
static uint64_t key_of(size_t bytes, uint32_t link)
{
    return (uint64_t)(bytes / BLOCK_UNIT) << 32 | link;
}

/* The child of the node at link on whose side key is; no branch to guess. */
static uint32_t *child_towards(const struct heap *heap, uint32_t link,
                               uint64_t key)
{
    struct block *node = block_at(heap, link);
    return &node->links[key_of(block_bytes(node), link) < key];
}

/* Parts the subtree at link into what sorts before block and what behind. */
static void part(struct heap *heap, uint32_t link, struct block *block,
                 uint64_t key)
{
    uint32_t *ends[] = {&block->links[RIGHT], &block->links[LEFT]};
    while (link != 0) {
        struct block *node = block_at(heap, link);
        int before = key_of(block_bytes(node), link) < key;
        *ends[before] = link;
        ends[before] = &node->links[before];
        link = *ends[before];
    }
    *ends[0] = *ends[1] = 0;
}

void tree_insert(struct heap *heap, struct block *block, size_t bytes)
{
    uint32_t self = block_link(heap, block), priority = tree_priority(self);
    uint64_t key = key_of(bytes, self);
    uint32_t *place = &tree_root(heap)->top;
    while (*place != 0 && tree_priority(*place) > priority) {
        place = child_towards(heap, *place, key);
    }
    uint32_t below = *place;
    *place = self;
    part(heap, below, block, key);
}

void tree_remove(struct heap *heap, struct block *block)
{
    uint32_t self = block_link(heap, block);
    uint64_t key = key_of(block_bytes(block), self);
    uint32_t *place = &tree_root(heap)->top;
    while (*place != self) {
        place = child_towards(heap, *place, key);
    }
    uint32_t low = block->links[LEFT], high = block->links[RIGHT];
    while (low != 0 && high != 0) {
        if (tree_priority(low) > tree_priority(high)) {
            *place = low;
            place = &block_at(heap, low)->links[RIGHT];
            low = *place;
        } else {
            *place = high;
            place = &block_at(heap, high)->links[LEFT];
            high = *place;
        }
    }
    *place = low != 0 ? low : high;
}

void tree_replace(struct heap *heap, struct block *known, struct block *other,
                  size_t bytes)
{
    tree_remove(heap, known);
    tree_insert(heap, other, bytes);
}

struct block *tree_find_best(struct heap *heap, size_t bytes)
{
    uint32_t best = 0, last = 0;
    for (uint32_t link = tree_root(heap)->top; link != 0;) {
        const struct block *node = block_at(heap, link);
        bool fits = block_bytes(node) >= bytes;
        last = link;
        best = fits ? link : best;
        link = node->links[!fits];
    }
    if (best == 0) {
        tags_set_largest(heap,
                         last != 0 ? block_bytes(block_at(heap, last)) : 0);
    }
    return block_at(heap, best);
}

struct block *tree_find_worst(struct heap *heap, size_t bytes)
{
    size_t most = 0;
    for (uint32_t link = tree_root(heap)->top; link != 0;) {
        const struct block *node = block_at(heap, link);
        most = block_bytes(node);
        link = node->links[RIGHT];
    }
    tags_set_largest(heap, most);
    return most >= bytes ? tree_find_best(heap, most) : NULL;
}
