/*
 * check.c -- every bin and trie visited once, nothing trusted.
 */
#include "allocator/policies/dl/index.h"

/* What is known while visiting. */
struct search {
    const struct heap *heap;
    size_t most; /* free blocks that the heap has */
    struct block_census found;
    struct block_fault *fault;
};

static bool link_sound(const struct heap *heap, uint32_t link)
{
    size_t offset = link * BLOCK_UNIT + BLOCK_HEADER;
    return offset >= sizeof(struct dl_root) &&
           offset <= heap->brk - BLOCK_HEADER - BLOCK_SMALLEST;
}

/* One block that some link leads to: free, counted, within the bound. */
static int meet(struct search *search, uint32_t link)
{
    const struct block *block = block_at(search->heap, link);
    if (!link_sound(search->heap, link)) {
        return block_fail(search->fault, "index-link", NULL,
                          "link 0x%x leads outside the blocks", link);
    }
    if (block_in_use(block)) {
        return block_fail(search->fault, "used-block-in-index", block,
                          "an indexed block is marked in use");
    }
    if (search->found.count == search->most) {
        return block_fail(search->fault, "index-too-large", block,
                          "more blocks than the %zu free ones: a cycle or a "
                          "stranger",
                          search->most);
    }
    if (block_bytes(block) > tags_largest(search->heap)) {
        return block_fail(search->fault, "largest-bound", block,
                          "has %zu bytes, the bound is %zu", block_bytes(block),
                          tags_largest(search->heap));
    }
    search->found.count++;
    search->found.fingerprint += block_hash(link);
    return 0;
}

/* All blocks of a ring have units and lead back to each other. */
static int check_ring(struct search *search, uint32_t first, uint32_t units)
{
    uint32_t link = first;
    do {
        if (meet(search, link) != 0) {
            return -1;
        }
        const struct dl_node *node = dl_node(search->heap, link);
        if (dl_units(node) != units) {
            return block_fail(search->fault, "ring-size", node,
                              "expected %u units, got %u", units,
                              dl_units(node));
        }
        if (!link_sound(search->heap, node->next) ||
            dl_node(search->heap, node->next)->previous != link) {
            return block_fail(search->fault, "ring-link-back", node,
                              "the next of the ring does not lead back");
        }
        link = node->next;
    } while (link != first);
    return 0;
}

static int check_small_bins(struct search *search)
{
    const struct dl_root *root = dl_root(search->heap);
    for (uint32_t units = 0; units < DL_SMALL_UNITS; units++) {
        bool has = root->small[units] != 0;
        if ((root->small_bits >> units & 1) != has) {
            return block_fail(search->fault, "small-bits", root,
                              "the bit of %u units is %s", units,
                              has ? "clear, the bin is not empty"
                                  : "set, the bin is empty");
        }
        if (has && check_ring(search, root->small[units], units) != 0) {
            return -1;
        }
    }
    return 0;
}

/* A place in a trie: the sizes that lead to it. */
struct place {
    uint32_t trie, path, depth; /* depth bits of the path are decided */
};

static bool belongs(uint32_t units, struct place place)
{
    uint32_t decided = place.depth == 0 ? 0 : UINT32_MAX << (32 - place.depth);
    return units >= DL_SMALL_UNITS && dl_trie_of(units) == place.trie &&
           ((dl_path_of(units) ^ place.path) & decided) == 0;
}

/* A size has no more than 32 bits, which bounds the recursion. */
static int check_subtrie(struct search *search, uint32_t link,
                         struct place place)
{
    if (link == 0) {
        return 0;
    }
    if (!link_sound(search->heap, link)) {
        return block_fail(search->fault, "index-link", NULL,
                          "link 0x%x leads outside the blocks", link);
    }
    const struct dl_node *node = dl_node(search->heap, link);
    uint32_t units = dl_units(node);
    if (place.depth > 31 || !belongs(units, place)) {
        return block_fail(search->fault, "trie-place", node,
                          "%u units do not belong to trie %u, path 0x%x/%u",
                          units, place.trie, place.path, place.depth);
    }
    if (check_ring(search, link, units) != 0) {
        return -1;
    }
    for (uint32_t side = 0; side < 2; side++) {
        struct place below = {place.trie,
                              place.path | side << (31 - place.depth),
                              place.depth + 1};
        if (check_subtrie(search, node->children[side], below) != 0) {
            return -1;
        }
    }
    return 0;
}

static int check_tries(struct search *search)
{
    const struct dl_root *root = dl_root(search->heap);
    uint64_t expected = 0;
    for (uint32_t trie = 0; trie < DL_TRIES; trie++) {
        uint64_t has = root->tries[trie] != 0;
        expected |= has << trie;
        struct place top = {.trie = trie};
        if (check_subtrie(search, root->tries[trie], top) != 0) {
            return -1;
        }
    }
    if (root->trie_bits != expected) {
        return block_fail(search->fault, "trie-bits", root,
                          "the tries make it 0x%llx, got 0x%llx",
                          (unsigned long long)expected,
                          (unsigned long long)root->trie_bits);
    }
    return 0;
}

int dl_index_check(const struct heap *heap, struct block_fault *fault)
{
    const struct dl_root *root = dl_root(heap);
    if (heap->brk < sizeof *root || !tags_root_sound(&root->tags)) {
        return block_fail(fault, "root", root, "no root, or choices of 0");
    }
    struct block_census census;
    if (block_inspect(heap, sizeof *root, &census, fault) != 0) {
        return -1;
    }
    struct search search = {.heap = heap, .most = census.count, .fault = fault};
    if ((root->victim != 0 && meet(&search, root->victim) != 0) ||
        check_small_bins(&search) != 0 || check_tries(&search) != 0) {
        return -1;
    }
    if (search.found.count != census.count ||
        search.found.fingerprint != census.fingerprint) {
        return block_fail(fault, "free-block-not-in-index", NULL,
                          "%zu of %zu free blocks are in the index",
                          search.found.count, census.count);
    }
    return 0;
}
