/*
 * list_check.c -- follows the list once, trusting nothing of it.
 */
#include "allocator/block/list_check.h"

#include "allocator/block/list.h"

/* A link leads to where a free block could lie. */
static bool link_sound(const struct heap *heap, uint32_t link)
{
    size_t offset = link * BLOCK_UNIT + BLOCK_HEADER;
    return offset >= sizeof(struct list_root) &&
           offset <= heap->brk - BLOCK_HEADER - BLOCK_SMALLEST;
}

/* One listed block: a free one, linked back to the one before it. */
static int check_listed(const struct heap *heap, uint32_t link, uint32_t before,
                        struct block_fault *fault)
{
    const struct block *block = block_at(heap, link);
    if (block_in_use(block)) {
        return block_fail(fault, "used-block-in-list", block,
                          "a listed block is marked in use");
    }
    if (block->links[LIST_PREV] != before) {
        return block_fail(fault, "list-link-back", block,
                          "expected link 0x%x to the one before, got 0x%x",
                          before, block->links[LIST_PREV]);
    }
    if (list_root(heap)->order == LIST_ADDRESS && link <= before) {
        return block_fail(fault, "list-order", block,
                          "stands behind a block with a higher address");
    }
    if (block_bytes(block) > tags_largest(heap)) {
        return block_fail(fault, "largest-bound", block,
                          "has %zu bytes, the bound is %zu", block_bytes(block),
                          tags_largest(heap));
    }
    return 0;
}

/* Names a free block that its list neighbours do not know. */
static int fail_membership(const struct heap *heap, struct block_fault *fault)
{
    const struct list_root *root = list_root(heap);
    const struct block *end = tags_end(heap);
    const struct block *b = tags_first(heap, sizeof *root);
    for (; b != end; b = block_above(b)) {
        if (block_in_use(b) || block_above(b) == end) {
            continue;
        }
        uint32_t self = block_link(heap, b);
        uint32_t seen = root->first;
        if (b->links[LIST_PREV] != 0) {
            seen = link_sound(heap, b->links[LIST_PREV])
                       ? block_at(heap, b->links[LIST_PREV])->links[LIST_NEXT]
                       : 0;
        }
        if (seen != self) {
            return block_fail(fault, "free-block-not-in-list", b,
                              "the list does not lead to this free block");
        }
    }
    return block_fail(fault, "free-block-not-in-list", NULL,
                      "list and heap disagree on which blocks are free");
}

static int check_root(const struct heap *heap, struct block_fault *fault)
{
    const struct list_root *root = list_root(heap);
    if (root->order >= LIST_ORDERS || !tags_root_sound(&root->tags)) {
        return block_fail(fault, "root", root, "order %u, split %u",
                          root->order, root->tags.split_units);
    }
    return 0;
}

/* What is known while following the list. */
struct listed {
    struct block_census census;
    uint32_t last; /* link of the block before the one at hand */
    bool rover_met;
};

static int follow(const struct heap *heap, size_t most, struct listed *listed,
                  struct block_fault *fault)
{
    const struct list_root *root = list_root(heap);
    for (uint32_t link = root->first; link != 0;) {
        if (!link_sound(heap, link)) {
            return block_fail(fault, "list-link", block_at(heap, listed->last),
                              "link 0x%x leads outside the blocks", link);
        }
        if (listed->census.count == most) {
            return block_fail(fault, "list-too-long", block_at(heap, link),
                              "more blocks than the %zu free ones: a cycle or "
                              "a stranger",
                              most);
        }
        if (check_listed(heap, link, listed->last, fault) != 0) {
            return -1;
        }
        listed->census.count++;
        listed->census.fingerprint += block_hash(link);
        listed->rover_met |= link == root->rover;
        listed->last = link;
        link = block_at(heap, link)->links[LIST_NEXT];
    }
    return 0;
}

int list_check(const struct heap *heap, const struct block_census *census,
               struct block_fault *fault)
{
    const struct list_root *root = list_root(heap);
    struct listed listed = {.rover_met = root->rover == 0};
    if (check_root(heap, fault) != 0 ||
        follow(heap, census->count, &listed, fault) != 0) {
        return -1;
    }
    if (listed.census.count != census->count ||
        listed.census.fingerprint != census->fingerprint) {
        return fail_membership(heap, fault);
    }
    if (root->last != listed.last) {
        return block_fail(fault, "list-last", block_at(heap, listed.last),
                          "expected last link 0x%x, got 0x%x", listed.last,
                          root->last);
    }
    if (!listed.rover_met) {
        return block_fail(fault, "rover", root, "link 0x%x is no listed block",
                          root->rover);
    }
    return 0;
}
