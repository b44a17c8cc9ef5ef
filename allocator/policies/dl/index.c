/*
 * index.c -- bins, tries and victim as one index of free blocks.
 */
#include "allocator/policies/dl/index.h"

/* ---- bins and tries ----------------------------------------------------- */

static void small_insert(struct heap *heap, uint32_t link, uint32_t units)
{
    struct dl_root *root = dl_root(heap);
    if (root->small[units] != 0) {
        dl_ring_join(heap, root->small[units], link);
        return;
    }
    dl_ring_alone(heap, link);
    root->small[units] = link;
    root->small_bits |= UINT32_C(1) << units;
}

static void small_remove(struct heap *heap, uint32_t link, uint32_t units)
{
    struct dl_root *root = dl_root(heap);
    uint32_t next = dl_node(heap, link)->next;
    dl_ring_leave(heap, link);
    if (root->small[units] == link) {
        root->small[units] = next == link ? 0 : next;
        if (next == link) {
            root->small_bits &= ~(UINT32_C(1) << units);
        }
    }
}

/* Files a block by its size. */
static void file(struct heap *heap, uint32_t link, uint32_t units)
{
    if (units < DL_SMALL_UNITS) {
        small_insert(heap, link, units);
    } else {
        dl_trie_insert(heap, link, units);
    }
}

/* A block of another size, or this, is the victim from now on. */
static void set_victim(struct heap *heap, uint32_t link)
{
    struct dl_root *root = dl_root(heap);
    uint32_t before = root->victim;
    root->victim = link;
    if (before != 0) {
        file(heap, before, dl_units(dl_node(heap, before)));
    }
}

/* ---- the functions of a free_index --------------------------------------- */

void dl_insert(struct heap *heap, struct block *block, size_t bytes)
{
    file(heap, block_link(heap, block), block_units(bytes));
}

void dl_remove(struct heap *heap, struct block *block)
{
    uint32_t link = block_link(heap, block);
    uint32_t units = block_units(block_bytes(block));
    if (dl_root(heap)->victim == link) {
        dl_root(heap)->victim = 0;
    } else if (units < DL_SMALL_UNITS) {
        small_remove(heap, link, units);
    } else {
        dl_trie_remove(heap, link);
    }
}

/* What merges with the victim is the victim. */
void dl_absorb(struct heap *heap, struct block *known, struct block *merged,
               size_t bytes)
{
    if (dl_root(heap)->victim == block_link(heap, known)) {
        dl_root(heap)->victim = block_link(heap, merged);
        return;
    }
    dl_remove(heap, known);
    dl_insert(heap, merged, bytes);
}

/* The rest of a small cut is the next victim; that of a large one is filed. */
void dl_shrink(struct heap *heap, struct block *known, struct block *rest,
               size_t bytes)
{
    struct dl_root *root = dl_root(heap);
    size_t cut = block_bytes(known) - bytes;
    if (root->victim == block_link(heap, known)) {
        root->victim = block_link(heap, rest);
        return;
    }
    dl_remove(heap, known);
    if (cut < DL_SMALL_UNITS * BLOCK_UNIT) {
        set_victim(heap, block_link(heap, rest));
    } else {
        dl_insert(heap, rest, bytes);
    }
}

/* ---- the fit ------------------------------------------------------------- */

/* The best of bins and tries, or 0. */
static uint32_t best_filed(const struct heap *heap, uint32_t units)
{
    const struct dl_root *root = dl_root(heap);
    if (units < DL_SMALL_UNITS) {
        uint32_t bits = root->small_bits & UINT32_MAX << units;
        if (bits != 0) {
            return root->small[__builtin_ctz(bits)];
        }
    }
    return dl_trie_best(heap, units);
}

/*
 * Small requests take a block of their very size, else a piece of the victim,
 * else the best there is.  Large ones take the best, the victim among equals.
 */
struct block *dl_find(struct heap *heap, size_t bytes)
{
    const struct dl_root *root = dl_root(heap);
    uint32_t units = block_units(bytes);
    if (units < DL_SMALL_UNITS && root->small[units] != 0) {
        return block_at(heap, root->small[units]);
    }
    uint32_t victim = root->victim;
    uint32_t spare = victim != 0 ? dl_units(dl_node(heap, victim)) : 0;
    if (spare >= units && units < DL_SMALL_UNITS) {
        return block_at(heap, victim);
    }
    uint32_t best = best_filed(heap, units);
    if (spare >= units &&
        (best == 0 || dl_units(dl_node(heap, best)) >= spare)) {
        best = victim;
    }
    if (best == 0) {
        tags_set_largest(heap, bytes - BLOCK_UNIT);
    }
    return block_at(heap, best);
}
