/*
 * trie.c -- rings of equal sizes, and the tries that lead to them.
 */
#include "allocator/policies/dl/index.h"

/* ---- rings -------------------------------------------------------------- */

void dl_ring_alone(struct heap *heap, uint32_t link)
{
    struct dl_node *node = dl_node(heap, link);
    node->next = node->previous = link;
}

/* Puts a block behind a known one. */
void dl_ring_join(struct heap *heap, uint32_t known, uint32_t link)
{
    struct dl_node *before = dl_node(heap, known);
    struct dl_node *node = dl_node(heap, link);
    node->previous = known;
    node->next = before->next;
    dl_node(heap, before->next)->previous = link;
    before->next = link;
}

void dl_ring_leave(struct heap *heap, uint32_t link)
{
    struct dl_node *node = dl_node(heap, link);
    dl_node(heap, node->previous)->next = node->next;
    dl_node(heap, node->next)->previous = node->previous;
}

/* ---- tries -------------------------------------------------------------- */

/*
 * Where the link to the node of that size is noted, or where one would be:
 * the place then holds 0.
 */
static uint32_t *place_of(const struct heap *heap, uint32_t units)
{
    uint32_t *place = &dl_root(heap)->tries[dl_trie_of(units)];
    uint32_t path = dl_path_of(units);
    while (*place != 0 && dl_units(dl_node(heap, *place)) != units) {
        place = &dl_node(heap, *place)->children[path >> 31];
        path <<= 1;
    }
    return place;
}

void dl_trie_insert(struct heap *heap, uint32_t link, uint32_t units)
{
    uint32_t *place = place_of(heap, units);
    if (*place != 0) {
        dl_ring_join(heap, *place, link);
        return;
    }
    struct dl_node *node = dl_node(heap, link);
    dl_ring_alone(heap, link);
    node->children[0] = node->children[1] = 0;
    *place = link;
    dl_root(heap)->trie_bits |= UINT64_C(1) << dl_trie_of(units);
}

/* Takes some leaf out of the subtree at place, which is not empty. */
static uint32_t pluck_leaf(const struct heap *heap, uint32_t *place)
{
    for (;;) {
        struct dl_node *node = dl_node(heap, *place);
        uint32_t *left = &node->children[0], *right = &node->children[1];
        if (*left == 0 && *right == 0) {
            uint32_t leaf = *place;
            *place = 0;
            return leaf;
        }
        place = *right != 0 ? right : left;
    }
}

/* A ring's node leaves: the next of the ring, or any leaf, takes its place. */
static void replace(struct heap *heap, uint32_t *place, uint32_t link)
{
    struct dl_node *node = dl_node(heap, link);
    uint32_t other = node->next;
    if (other == link) {
        other = pluck_leaf(heap, place);
        if (other == link) {
            return; /* it was the leaf */
        }
        *place = other;
    } else {
        dl_ring_leave(heap, link);
        *place = other;
    }
    dl_node(heap, other)->children[0] = node->children[0];
    dl_node(heap, other)->children[1] = node->children[1];
}

void dl_trie_remove(struct heap *heap, uint32_t link)
{
    struct dl_root *root = dl_root(heap);
    uint32_t units = dl_units(dl_node(heap, link));
    uint32_t *place = place_of(heap, units);
    if (*place != link) {
        dl_ring_leave(heap, link);
        return;
    }
    replace(heap, place, link);
    uint32_t trie = dl_trie_of(units);
    if (root->tries[trie] == 0) {
        root->trie_bits &= ~(UINT64_C(1) << trie);
    }
}

/* ---- the smallest that is large enough ---------------------------------- */

/* The best block met so far. */
struct best {
    uint32_t link, units; /* 0 and UINT32_MAX: none yet */
};

static void consider(struct best *best, const struct heap *heap, uint32_t link,
                     uint32_t units)
{
    uint32_t have = dl_units(dl_node(heap, link));
    if (have >= units && have < best->units) {
        *best = (struct best){link, have};
    }
}

/* The smallest of a subtree lies on its leftmost way down. */
static void consider_subtree(struct best *best, const struct heap *heap,
                             uint32_t link, uint32_t units)
{
    while (link != 0) {
        const struct dl_node *node = dl_node(heap, link);
        consider(best, heap, link, units);
        link = node->children[node->children[0] == 0];
    }
}

/*
 * The way that the size itself would take meets smaller and larger blocks; of
 * the subtrees right of it, all larger, the last one has the smallest.
 */
static void consider_own_trie(struct best *best, const struct heap *heap,
                              uint32_t units)
{
    uint32_t link = dl_root(heap)->tries[dl_trie_of(units)], larger = 0;
    for (uint32_t path = dl_path_of(units); link != 0; path <<= 1) {
        const struct dl_node *node = dl_node(heap, link);
        consider(best, heap, link, units);
        if (best->units == units) {
            return;
        }
        if (path >> 31 == 0 && node->children[1] != 0) {
            larger = node->children[1];
        }
        link = node->children[path >> 31];
    }
    consider_subtree(best, heap, larger, units);
}

uint32_t dl_trie_best(const struct heap *heap, uint32_t units)
{
    const struct dl_root *root = dl_root(heap);
    struct best best = {0, UINT32_MAX};
    uint64_t tries = root->trie_bits;
    if (units >= DL_SMALL_UNITS) {
        consider_own_trie(&best, heap, units);
        tries &= ~UINT64_C(1) << dl_trie_of(units);
    }
    if (best.link == 0 && tries != 0) {
        uint32_t first = root->tries[__builtin_ctzll(tries)];
        consider_subtree(&best, heap, first, units);
    }
    /* Another of the ring is taken out at less cost than its node. */
    return best.link != 0 ? dl_node(heap, best.link)->next : 0;
}
