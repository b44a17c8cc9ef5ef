/*
 * bins.c -- keeping the segregated lists and their bitmaps, and searching them.
 */
#include "allocator/block/bins.h"

_Static_assert(sizeof(size_t) == 8, "bin_of counts the zeros of 64 bits");

size_t bins_root_bytes(uint32_t log2_classes)
{
    size_t heads = (size_t)(BINS_LEVELS - log2_classes) << log2_classes;
    size_t bytes = heads * sizeof(uint32_t);
    return sizeof(struct bins_root) +
           ((bytes + BLOCK_UNIT - 1) & ~(BLOCK_UNIT - 1));
}

int bins_init(struct heap *heap, uint32_t log2_classes,
              struct tags_choice choice)
{
    if (tags_init(heap, bins_root_bytes(log2_classes), choice) != 0) {
        return -1;
    }
    bins_root(heap)->log2_classes = log2_classes;
    return 0;
}

/* ---- lists -------------------------------------------------------------- */

void bins_insert(struct heap *heap, struct block *block, size_t bytes)
{
    struct bins_root *root = bins_root(heap);
    struct bin bin = bin_of(bytes, root->log2_classes);
    uint32_t *head = bin_head(root, bin);
    uint32_t self = block_link(heap, block);
    block->links[BINS_NEXT] = *head;
    block->links[BINS_PREV] = 0;
    if (*head != 0) {
        block_at(heap, *head)->links[BINS_PREV] = self;
    }
    *head = self;
    root->levels |= UINT64_C(1) << bin.level;
    root->classes[bin.level] |= UINT32_C(1) << bin.nth;
}

/* A list has lost its last block. */
static void clear_bits(struct bins_root *root, struct bin bin)
{
    root->classes[bin.level] &= ~(UINT32_C(1) << bin.nth);
    if (root->classes[bin.level] == 0) {
        root->levels &= ~(UINT64_C(1) << bin.level);
    }
}

void bins_remove(struct heap *heap, struct block *block)
{
    uint32_t next = block->links[BINS_NEXT], prev = block->links[BINS_PREV];
    if (next != 0) {
        block_at(heap, next)->links[BINS_PREV] = prev;
    }
    if (prev != 0) {
        block_at(heap, prev)->links[BINS_NEXT] = next;
        return;
    }
    struct bins_root *root = bins_root(heap);
    struct bin bin = bin_of(block_bytes(block), root->log2_classes);
    *bin_head(root, bin) = next;
    if (next == 0) {
        clear_bits(root, bin);
    }
}

void bins_replace(struct heap *heap, struct block *known, struct block *other,
                  size_t bytes)
{
    bins_remove(heap, known);
    bins_insert(heap, other, bytes);
}

/* ---- searches ----------------------------------------------------------- */

/* The first block of the first list at or above bin that has one, or NULL. */
static struct block *first_from(struct heap *heap, struct bin bin)
{
    struct bins_root *root = bins_root(heap);
    uint32_t classes = root->classes[bin.level] & UINT32_MAX << bin.nth;
    if (classes == 0) {
        uint64_t levels = root->levels & UINT64_MAX << bin.level << 1;
        if (levels == 0) {
            return NULL;
        }
        bin.level = (uint32_t)__builtin_ctzll(levels);
        classes = root->classes[bin.level];
    }
    bin.nth = (uint32_t)__builtin_ctz(classes);
    return block_at(heap, *bin_head(root, bin));
}

struct block *bins_find_above(struct heap *heap, size_t bytes)
{
    uint32_t log2_classes = bins_root(heap)->log2_classes;
    size_t least = bin_round_up(bytes, log2_classes);
    if (least > tags_largest(heap)) {
        return NULL;
    }
    struct block *found = first_from(heap, bin_of(least, log2_classes));
    if (found == NULL) {
        tags_set_largest(heap, least - BLOCK_UNIT);
    }
    return found;
}

struct block *bins_find_in_class(struct heap *heap, size_t bytes)
{
    struct bins_root *root = bins_root(heap);
    uint32_t link = *bin_head(root, bin_of(bytes, root->log2_classes));
    while (link != 0) {
        struct block *block = block_at(heap, link);
        if (block_bytes(block) >= bytes) {
            return block;
        }
        link = block->links[BINS_NEXT];
    }
    struct block *found = bins_find_above(heap, bytes);
    if (found == NULL) {
        tags_set_largest(heap, bytes - BLOCK_UNIT);
    }
    return found;
}
