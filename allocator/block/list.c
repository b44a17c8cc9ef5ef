/*
 * list.c -- keeping the list of free blocks in its order.
 */
#include "allocator/block/list.h"

/* Puts block between its neighbours in the list; NULL stands for an end. */
static void link_between(struct heap *heap, struct block *before,
                         struct block *block, struct block *after)
{
    struct list_root *root = list_root(heap);
    uint32_t self = block_link(heap, block);
    block->links[LIST_PREV] = block_link(heap, before);
    block->links[LIST_NEXT] = block_link(heap, after);
    *(before != NULL ? &before->links[LIST_NEXT] : &root->first) = self;
    *(after != NULL ? &after->links[LIST_PREV] : &root->last) = self;
}

/*
 * The listed block with the next higher address, or NULL.  Three searches take
 * turns, see list.h; above is the first block in memory behind the new one.
 * A new highest block is found out by the first look from the end, so the way
 * up in memory leads to a listed block, never to the top or the end mark.
 */
static struct block *successor(const struct heap *heap,
                               const struct block *block, struct block *above)
{
    const struct list_root *root = list_root(heap);
    struct block *up = block_at(heap, root->first);
    struct block *down = block_at(heap, root->last);
    while (up != NULL && up < block) {
        if (down < block) {
            return block_at(heap, down->links[LIST_NEXT]);
        }
        if (!block_in_use(above)) {
            return above;
        }
        up = block_at(heap, up->links[LIST_NEXT]);
        down = block_at(heap, down->links[LIST_PREV]);
        above = block_above(above);
    }
    return up;
}

static void insert_by_address(struct heap *heap, struct block *block,
                              size_t bytes)
{
    struct block *after = successor(heap, block, block_above_by(block, bytes));
    uint32_t before =
        after != NULL ? after->links[LIST_PREV] : list_root(heap)->last;
    link_between(heap, block_at(heap, before), block, after);
}

void list_insert(struct heap *heap, struct block *block, size_t bytes)
{
    struct list_root *root = list_root(heap);
    switch ((enum list_order)root->order) {
    case LIST_LIFO:
        link_between(heap, NULL, block, block_at(heap, root->first));
        break;
    case LIST_FIFO:
        link_between(heap, block_at(heap, root->last), block, NULL);
        break;
    case LIST_ADDRESS:
    case LIST_ORDERS: insert_by_address(heap, block, bytes); break;
    }
}

void list_remove(struct heap *heap, struct block *block)
{
    struct list_root *root = list_root(heap);
    struct block *before = block_at(heap, block->links[LIST_PREV]);
    struct block *after = block_at(heap, block->links[LIST_NEXT]);
    if (root->rover == block_link(heap, block)) {
        root->rover = block->links[LIST_NEXT];
    }
    *(before != NULL ? &before->links[LIST_NEXT] : &root->first) =
        block->links[LIST_NEXT];
    *(after != NULL ? &after->links[LIST_PREV] : &root->last) =
        block->links[LIST_PREV];
}

/* Lets another block stand where known stands. */
static void replace(struct heap *heap, struct block *known, struct block *other)
{
    struct list_root *root = list_root(heap);
    if (root->rover == block_link(heap, known)) {
        root->rover = block_link(heap, other);
    }
    link_between(heap, block_at(heap, known->links[LIST_PREV]), other,
                 block_at(heap, known->links[LIST_NEXT]));
}

void list_absorb(struct heap *heap, struct block *known, struct block *merged,
                 size_t bytes)
{
    if (list_root(heap)->order == LIST_ADDRESS) {
        if (known != merged) {
            replace(heap, known, merged);
        }
    } else {
        list_remove(heap, known);
        list_insert(heap, merged, bytes);
    }
}

void list_shrink(struct heap *heap, struct block *known, struct block *rest,
                 size_t bytes)
{
    (void)bytes;
    replace(heap, known, rest);
}
