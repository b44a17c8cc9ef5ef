/*
 * buddy_check.c -- the blocks against their paths, the lists against the
 * blocks.
 *
 * The blocks are the leaves of their roots' trees, from left to right.  So the
 * walk splits each root as the allocator did: what comes next is known as a
 * block that was split or not; from there to the word that is found, each step
 * goes to a left buddy, and the right ones wait on a stack for their turn.
 *
 *                 64                   at the word of 16:  waiting 64, 32, 16
 *          32 <---'---> 32             at the next one:    waiting 64, 32
 *      16 <-'-> 16
 *
 * Every split is made once, and there are fewer of them than blocks.
 */
#include "allocator/block/buddy.h"

/* What is known while walking up. */
struct row {
    const struct heap *heap;
    const struct buddy_series *series;
    struct block_fault *fault;
    uint64_t waiting[BUDDY_DEPTH]; /* words of right buddies, the next one last
                                    */
    uint32_t n_waiting;
    struct block_census census; /* of free blocks */
};

/* The word by itself; what it says of its place is not judged. */
static bool word_sound(const struct buddy_series *s, uint64_t word)
{
    return buddy_root_order(word) < s->orders &&
           buddy_order(word) <= buddy_root_order(word) &&
           (!buddy_is_root(word) || buddy_path(word) == 0);
}

/* The block with that word lies where the walk has come to. */
static int check_place(struct row *row, const struct block *block,
                       uint64_t word)
{
    const struct buddy_series *s = row->series;
    if (!word_sound(s, word)) {
        return block_fail(row->fault, "path", block,
                          "no path leads from order %u to order %u",
                          buddy_root_order(word), buddy_order(word));
    }
    uint32_t root = buddy_root_order(word);
    uint64_t first = row->n_waiting > 0 ? row->waiting[--row->n_waiting]
                                        : buddy_word(root, root, 0);
    uint64_t here = first;
    while (buddy_order(here) > buddy_order(word) && buddy_divisible(s, here)) {
        row->waiting[row->n_waiting++] = buddy_right(s, here);
        here = buddy_left(s, here);
    }
    if (here != word) {
        return block_fail(row->fault, "place-in-root", block,
                          "its path does not lead to the beginning of the "
                          "block of order %u that was here",
                          buddy_order(first));
    }
    return 0;
}

/* A free left buddy whose right one is free as well. */
static bool unmerged(const struct row *row, const struct block *block,
                     const struct block *above)
{
    uint64_t word = block->header;
    return !buddy_is_root(word) && !buddy_is_right(word) &&
           above < buddy_end(row->heap) &&
           above->header ==
               buddy_right(row->series, buddy_parent(row->series, word));
}

static int check_block(struct row *row, const struct block *block)
{
    uint64_t word = block->header & BUDDY_WORD_MASK & ~(uint64_t)BUDDY_IN_USE;
    if (check_place(row, block, word) != 0) {
        return -1;
    }
    size_t bytes = buddy_bytes(row->heap, block);
    const struct block *above = block_above_by(block, bytes);
    if (bytes > (uintptr_t)buddy_end(row->heap) - (uintptr_t)block) {
        return block_fail(row->fault, "size-leads-astray", block,
                          "%zu bytes reach beyond the break", bytes);
    }
    if (block->header & BUDDY_IN_USE) {
        return 0;
    }
    if (block->header != word) {
        return block_fail(row->fault, "owner-bits", block,
                          "a free block has them set");
    }
    if (unmerged(row, block, above)) {
        return block_fail(row->fault, "unmerged-buddies", block,
                          "this block and its buddy are both free");
    }
    row->census.count++;
    row->census.fingerprint += block_hash(block_link(row->heap, block));
    return 0;
}

static int check_blocks(struct row *row)
{
    const struct block *block = buddy_first(row->heap);
    const struct block *end = buddy_end(row->heap);
    while (block < end) {
        if (check_block(row, block) != 0) {
            return -1;
        }
        block = block_above_by(block, buddy_bytes(row->heap, block));
    }
    return 0;
}

/* What is not real yet: the rest of the last root, piece by piece. */
static int check_frontier(struct row *row)
{
    const struct buddy_root *root = buddy_root(row->heap);
    const struct block *block = buddy_end(row->heap);
    if (root->n_frontier > BUDDY_DEPTH) {
        return block_fail(row->fault, "frontier", root, "%u blocks, at most %d",
                          root->n_frontier, BUDDY_DEPTH);
    }
    for (uint32_t i = root->n_frontier; i-- > 0;) {
        if (check_place(row, block, root->frontier[i]) != 0) {
            return -1;
        }
        block = block_above_by(
            block, (size_t)row->series->units[buddy_order(root->frontier[i])] *
                       BLOCK_UNIT);
    }
    if (row->n_waiting > 0) {
        return block_fail(row->fault, "frontier", root,
                          "the last root is not complete");
    }
    return 0;
}

static bool link_sound(const struct heap *heap, uint32_t link)
{
    const struct block *block = block_at(heap, link);
    return block >= buddy_first(heap) && block < buddy_end(heap);
}

/* Takes the blocks of a list off the census. */
static int follow(struct row *row, uint32_t order)
{
    uint32_t before = 0, link = buddy_root(row->heap)->heads[order];
    while (link != 0) {
        const struct block *block = block_at(row->heap, link);
        if (!link_sound(row->heap, link)) {
            return block_fail(row->fault, "list-link", NULL,
                              "link 0x%x leads outside the blocks", link);
        }
        if (block->header & BUDDY_IN_USE ||
            buddy_order(block->header) != order) {
            return block_fail(row->fault, "list-order", block,
                              "not a free block of order %u", order);
        }
        if (block->links[1] != before) {
            return block_fail(row->fault, "list-link-back", block,
                              "expected link 0x%x to the one before, got 0x%x",
                              before, block->links[1]);
        }
        if (row->census.count-- == 0) {
            return block_fail(row->fault, "list-too-long", block,
                              "more blocks than free ones");
        }
        row->census.fingerprint -= block_hash(link);
        before = link;
        link = block->links[0];
    }
    return 0;
}

static int check_lists(struct row *row)
{
    const struct buddy_root *root = buddy_root(row->heap);
    for (uint32_t order = 0; order < BUDDY_ORDERS; order++) {
        bool has = root->heads[order] != 0;
        if ((root->bits >> order & 1) != has) {
            return block_fail(row->fault, "order-bits", root,
                              "the bit of order %u is %s", order,
                              has ? "clear, the list is not empty"
                                  : "set, the list is empty");
        }
        if (follow(row, order) != 0) {
            return -1;
        }
    }
    if (row->census.count != 0 || row->census.fingerprint != 0) {
        return block_fail(row->fault, "free-block-not-in-list", NULL,
                          "%zu free blocks are in no list", row->census.count);
    }
    return 0;
}

int buddy_check(const struct heap *heap, struct block_fault *fault)
{
    const struct buddy_root *root = buddy_root(heap);
    if (heap->brk < sizeof *root + BLOCK_HEADER || heap->brk > BLOCK_REACH ||
        root->kind >= BUDDY_KINDS) {
        return block_fail(fault, "root", root, "no root, or of no known kind");
    }
    struct row row = {
        .heap = heap, .series = buddy_series(root->kind), .fault = fault};
    return check_blocks(&row) != 0 || check_frontier(&row) != 0 ||
                   check_lists(&row) != 0
               ? -1
               : 0;
}
