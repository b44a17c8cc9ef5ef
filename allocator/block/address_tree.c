/*
 * address_tree.c -- keeping the treap by address and its maxima.
 */
#include "allocator/block/address_tree.h"

enum { LEFT, RIGHT }; /* the links of a block */

static struct tree_root *tree_root(const struct heap *heap)
{
    return (struct tree_root *)heap->base;
}

static uint32_t units_of(const struct block *block)
{
    return block_units(block_bytes(block));
}

static uint64_t priority_of(const struct heap *heap, uint32_t link)
{
    return address_tree_priority(link, units_of(block_at(heap, link)));
}

/* Units of the largest block in a subtree. */
static uint32_t most_in(const struct heap *heap, uint32_t link)
{
    if (link == 0) {
        return 0;
    }
    const struct block *block = block_at(heap, link);
    return units_of(block) == 1 ? 1
                                : ((const struct address_node *)block)->most;
}

/* Notes the largest of a node of units and what hangs below it. */
static void note_most(const struct heap *heap, struct block *block,
                      uint32_t units)
{
    if (units == 1) {
        return;
    }
    uint32_t left = most_in(heap, block->links[LEFT]);
    uint32_t right = most_in(heap, block->links[RIGHT]);
    uint32_t below = left > right ? left : right;
    ((struct address_node *)block)->most = below > units ? below : units;
}

static void renew(const struct heap *heap, uint32_t link)
{
    struct block *block = block_at(heap, link);
    note_most(heap, block, units_of(block));
}

/* Parts a subtree into what lies below a place and what lies above it. */
static void part(const struct heap *heap, uint32_t link, uint32_t place,
                 uint32_t *low, uint32_t *high)
{
    if (link == 0) {
        *low = *high = 0;
        return;
    }
    struct block *node = block_at(heap, link);
    if (link < place) {
        *low = link;
        part(heap, node->links[RIGHT], place, &node->links[RIGHT], high);
    } else {
        *high = link;
        part(heap, node->links[LEFT], place, low, &node->links[LEFT]);
    }
    renew(heap, link);
}

/* One tree of two, all of the first one below all of the other. */
static uint32_t join(const struct heap *heap, uint32_t low, uint32_t high)
{
    if (low == 0 || high == 0) {
        return low != 0 ? low : high;
    }
    bool low_above = priority_of(heap, low) > priority_of(heap, high);
    uint32_t top = low_above ? low : high;
    struct block *node = block_at(heap, top);
    if (low_above) {
        node->links[RIGHT] = join(heap, node->links[RIGHT], high);
    } else {
        node->links[LEFT] = join(heap, low, node->links[LEFT]);
    }
    renew(heap, top);
    return top;
}

void address_tree_insert(struct heap *heap, struct block *block, size_t bytes)
{
    uint32_t self = block_link(heap, block), units = block_units(bytes);
    uint64_t priority = address_tree_priority(self, units);
    uint32_t *place = &tree_root(heap)->top;
    while (*place != 0 && priority_of(heap, *place) > priority) {
        struct block *node = block_at(heap, *place);
        if (most_in(heap, *place) < units) {
            ((struct address_node *)node)->most = units;
        }
        place = &node->links[*place < self];
    }
    uint32_t below = *place;
    *place = self;
    part(heap, below, self, &block->links[LEFT], &block->links[RIGHT]);
    note_most(heap, block, units);
}

/* Takes a block out of the subtree at place. */
static void take_out(const struct heap *heap, uint32_t *place, uint32_t link)
{
    struct block *node = block_at(heap, *place);
    if (*place == link) {
        *place = join(heap, node->links[LEFT], node->links[RIGHT]);
        return;
    }
    take_out(heap, &node->links[*place < link], link);
    renew(heap, *place);
}

void address_tree_remove(struct heap *heap, struct block *block)
{
    take_out(heap, &tree_root(heap)->top, block_link(heap, block));
}

void address_tree_replace(struct heap *heap, struct block *known,
                          struct block *other, size_t bytes)
{
    address_tree_remove(heap, known);
    address_tree_insert(heap, other, bytes);
}

struct block *address_tree_find_first(struct heap *heap, size_t bytes)
{
    uint32_t units = block_units(bytes), link = tree_root(heap)->top;
    uint32_t most = most_in(heap, link);
    if (most < units) {
        tags_set_largest(heap, most * BLOCK_UNIT);
        return NULL;
    }
    for (;;) {
        struct block *node = block_at(heap, link);
        if (most_in(heap, node->links[LEFT]) >= units) {
            link = node->links[LEFT];
        } else if (units_of(node) >= units) {
            return node;
        } else {
            link = node->links[RIGHT];
        }
    }
}
