/*
 * bins_check.c -- follows every list once, trusting nothing of it.
 */
#include "allocator/block/bins.h"

/* What is known while following the lists. */
struct search {
    struct bins_root *root;
    size_t root_bytes;
    size_t most; /* free blocks that the heap has */
    struct block_census census;
};

/* A link leads to where a free block could lie. */
static bool link_sound(const struct heap *heap, size_t root_bytes,
                       uint32_t link)
{
    size_t offset = link * BLOCK_UNIT + BLOCK_HEADER;
    return offset >= root_bytes &&
           offset <= heap->brk - BLOCK_HEADER - BLOCK_SMALLEST;
}

/* One listed block: free, of the bin's sizes, linked to the one before. */
static int check_listed(const struct heap *heap, struct bin bin,
                        const struct block *block, uint32_t before,
                        struct block_fault *fault)
{
    size_t bytes = block_bytes(block);
    struct bin own = bin_of(bytes, bins_root(heap)->log2_classes);
    if (block_in_use(block)) {
        return block_fail(fault, "used-block-in-list", block,
                          "a listed block is marked in use");
    }
    if (own.level != bin.level || own.nth != bin.nth) {
        return block_fail(fault, "list-class", block,
                          "%zu bytes belong to class %u.%u, found in %u.%u",
                          bytes, own.level, own.nth, bin.level, bin.nth);
    }
    if (block->links[BINS_PREV] != before) {
        return block_fail(fault, "list-link-back", block,
                          "expected link 0x%x to the one before, got 0x%x",
                          before, block->links[BINS_PREV]);
    }
    if (bytes > tags_largest(heap)) {
        return block_fail(fault, "largest-bound", block,
                          "has %zu bytes, the bound is %zu", bytes,
                          tags_largest(heap));
    }
    return 0;
}

static int follow(const struct heap *heap, struct bin bin,
                  struct search *search, struct block_fault *fault)
{
    uint32_t before = 0, link = *bin_head(search->root, bin);
    while (link != 0) {
        if (!link_sound(heap, search->root_bytes, link)) {
            return block_fail(fault, "list-link", block_at(heap, before),
                              "link 0x%x leads outside the blocks", link);
        }
        const struct block *block = block_at(heap, link);
        if (search->census.count == search->most) {
            return block_fail(fault, "list-too-long", block,
                              "more blocks than the %zu free ones: a cycle or "
                              "a stranger",
                              search->most);
        }
        if (check_listed(heap, bin, block, before, fault) != 0) {
            return -1;
        }
        search->census.count++;
        search->census.fingerprint += block_hash(link);
        before = link;
        link = block->links[BINS_NEXT];
    }
    return 0;
}

/* The level's bitmap says of each list whether it has blocks. */
static int check_level(const struct heap *heap, uint32_t level,
                       struct search *search, struct block_fault *fault)
{
    struct bins_root *root = search->root;
    uint64_t expected = 0;
    for (uint32_t nth = 0; nth >> root->log2_classes == 0; nth++) {
        struct bin bin = {level, nth};
        if (*bin_head(root, bin) != 0) {
            expected |= UINT64_C(1) << nth;
        }
        if (follow(heap, bin, search, fault) != 0) {
            return -1;
        }
    }
    if (root->classes[level] != expected) {
        return block_fail(fault, "class-bitmap", root,
                          "level %u: the lists make it 0x%x, got 0x%x", level,
                          (unsigned)expected, root->classes[level]);
    }
    return 0;
}

/* The bitmap of levels says of each whether it has blocks. */
static int check_levels(const struct heap *heap, struct search *search,
                        struct block_fault *fault)
{
    const struct bins_root *root = search->root;
    uint64_t expected = 0;
    for (uint32_t level = 0; level < BINS_LEVELS; level++) {
        bool exists = level < BINS_LEVELS - root->log2_classes;
        if (exists && check_level(heap, level, search, fault) != 0) {
            return -1;
        }
        if (!exists && root->classes[level] != 0) {
            return block_fail(fault, "class-bitmap", root,
                              "level %u does not exist, got 0x%x", level,
                              root->classes[level]);
        }
        if (root->classes[level] != 0) {
            expected |= UINT64_C(1) << level;
        }
    }
    if (root->levels != expected) {
        return block_fail(fault, "level-bitmap", root,
                          "the levels make it 0x%llx, got 0x%llx",
                          (unsigned long long)expected,
                          (unsigned long long)root->levels);
    }
    return 0;
}

/* Names a free block that its list neighbours do not know. */
static int fail_membership(const struct heap *heap, const struct search *search,
                           struct block_fault *fault)
{
    const struct block *end = tags_end(heap);
    const struct block *b = tags_first(heap, search->root_bytes);
    for (; b != end; b = block_above(b)) {
        if (block_in_use(b) || block_above(b) == end) {
            continue;
        }
        uint32_t before = b->links[BINS_PREV], known = 0;
        if (before == 0) {
            known = *bin_head(search->root, bin_of(block_bytes(b),
                                                   search->root->log2_classes));
        } else if (link_sound(heap, search->root_bytes, before)) {
            known = block_at(heap, before)->links[BINS_NEXT];
        }
        if (known != block_link(heap, b)) {
            return block_fail(fault, "free-block-not-in-list", b,
                              "no list leads to this free block");
        }
    }
    return block_fail(fault, "free-block-not-in-list", NULL,
                      "lists and heap disagree on which blocks are free");
}

static int check_root(const struct heap *heap, struct block_fault *fault)
{
    const struct bins_root *root = bins_root(heap);
    bool there = heap->brk >= sizeof *root;
    if (!there || root->log2_classes > BINS_MOST_LOG2 ||
        !tags_root_sound(&root->tags)) {
        return block_fail(fault, "root", root, "log2 of classes %u, split %u",
                          there ? root->log2_classes : 0,
                          there ? root->tags.split_units : 0);
    }
    return 0;
}

int bins_check(const struct heap *heap, struct block_fault *fault)
{
    if (check_root(heap, fault) != 0) {
        return -1;
    }
    struct search search = {.root = bins_root(heap)};
    search.root_bytes = bins_root_bytes(search.root->log2_classes);
    struct block_census census;
    if (block_inspect(heap, search.root_bytes, &census, fault) != 0) {
        return -1;
    }
    search.most = census.count;
    if (check_levels(heap, &search, fault) != 0) {
        return -1;
    }
    bool same = search.census.count == census.count &&
                search.census.fingerprint == census.fingerprint;
    return same ? 0 : fail_membership(heap, &search, fault);
}
