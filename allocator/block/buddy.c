/*
 * buddy.c -- splitting, merging and growing by any series of sizes.
 */
#include "allocator/block/buddy.h"

#include <string.h>

/* ---- the three series ---------------------------------------------------- */

#define P(k) UINT64_C(1) << (k)
#define D(k) UINT64_C(2) << (k), UINT64_C(3) << (k)

static const uint64_t binary[] = {
    P(0),  P(1),  P(2),  P(3),  P(4),  P(5),  P(6),  P(7),  P(8),
    P(9),  P(10), P(11), P(12), P(13), P(14), P(15), P(16), P(17),
    P(18), P(19), P(20), P(21), P(22), P(23), P(24), P(25), P(26),
    P(27), P(28), P(29), P(30), P(31), P(32)};

/* The first two are one size; only so can all larger ones be split. */
static const uint64_t fibonacci[] = {
    1,         1,         2,          3,          5,          8,
    13,        21,        34,         55,         89,         144,
    233,       377,       610,        987,        1597,       2584,
    4181,      6765,      10946,      17711,      28657,      46368,
    75025,     121393,    196418,     317811,     514229,     832040,
    1346269,   2178309,   3524578,    5702887,    9227465,    14930352,
    24157817,  39088169,  63245986,   102334155,  165580141,  267914296,
    433494437, 701408733, 1134903170, 1836311903, 2971215073, 4807526976};

static const uint64_t two_and_three[] = {
    D(0),  D(1),  D(2),  D(3),  D(4),  D(5),  D(6),  D(7),  D(8),  D(9),  D(10),
    D(11), D(12), D(13), D(14), D(15), D(16), D(17), D(18), D(19), D(20), D(21),
    D(22), D(23), D(24), D(25), D(26), D(27), D(28), D(29), D(30), D(31)};

#define ORDERS(table) (uint32_t)(sizeof(table) / sizeof *(table))

_Static_assert(ORDERS(two_and_three) <= BUDDY_ORDERS, "each has a list");
_Static_assert(ORDERS(fibonacci) <= BUDDY_DEPTH, "a path fits its word");

static const struct buddy_series all_series[] = {
    [BUDDY_BINARY] = {binary, ORDERS(binary), 1, 1},
    [BUDDY_FIBONACCI] = {fibonacci, ORDERS(fibonacci), 1, 2},
    [BUDDY_DOUBLE] = {two_and_three, ORDERS(two_and_three), 2, 2},
};

const struct buddy_series *buddy_series(uint32_t kind)
{
    return &all_series[kind];
}

static const struct buddy_series *series_of(const struct heap *heap)
{
    return buddy_series(buddy_root(heap)->kind);
}

/* The smallest order of at least units; beyond the series: its length. */
static uint32_t order_for(const struct buddy_series *s, size_t units)
{
    uint32_t order = 0;
    while (order < s->orders && s->units[order] < units) {
        order++;
    }
    return order;
}

/* Whether blocks of an order can be split down to another, not larger one. */
static bool leads_to(const struct buddy_series *s, uint32_t from, uint32_t to)
{
    return from >= to && (s->left == 1 || (from - to) % s->left == 0);
}

static size_t bytes_of(const struct buddy_series *s, uint64_t word)
{
    return (size_t)s->units[buddy_order(word)] * BLOCK_UNIT;
}

size_t buddy_bytes(const struct heap *heap, const struct block *block)
{
    return bytes_of(series_of(heap), block->header);
}

struct block *buddy_first(const struct heap *heap)
{
    return (struct block *)(heap->base + sizeof(struct buddy_root));
}

struct block *buddy_end(const struct heap *heap)
{
    return (struct block *)(heap_top(heap) - BLOCK_HEADER);
}

int buddy_init(struct heap *heap, enum buddy_kind kind, uint64_t area_bytes)
{
    if (heap_grow(heap, sizeof(struct buddy_root) + BLOCK_HEADER) == NULL) {
        return -1;
    }
    struct buddy_root *root = buddy_root(heap);
    memset(root, 0, sizeof *root);
    root->kind = (uint32_t)kind;
    root->area_units = block_units(area_bytes);
    return 0;
}

/* ---- free lists ---------------------------------------------------------- */

enum { NEXT, PREVIOUS }; /* the links of a block */

static void list_in(struct heap *heap, struct block *block)
{
    struct buddy_root *root = buddy_root(heap);
    uint32_t order = buddy_order(block->header);
    uint32_t self = block_link(heap, block), next = root->heads[order];
    block->links[NEXT] = next;
    block->links[PREVIOUS] = 0;
    if (next != 0) {
        block_at(heap, next)->links[PREVIOUS] = self;
    }
    root->heads[order] = self;
    root->bits |= UINT64_C(1) << order;
}

static void list_out(struct heap *heap, struct block *block)
{
    struct buddy_root *root = buddy_root(heap);
    uint32_t order = buddy_order(block->header);
    uint32_t next = block->links[NEXT], previous = block->links[PREVIOUS];
    if (next != 0) {
        block_at(heap, next)->links[PREVIOUS] = previous;
    }
    if (previous != 0) {
        block_at(heap, previous)->links[NEXT] = next;
        return;
    }
    root->heads[order] = next;
    if (next == 0) {
        root->bits &= ~(UINT64_C(1) << order);
    }
}

/* ---- buddies ------------------------------------------------------------- */

/*
 * The free buddy of the block with that word, or NULL.  Words with the same
 * root, path and order are of the same place in a root, so that what lies where
 * a buddy would cannot be mistaken for it.
 */
static struct block *free_buddy(const struct heap *heap, struct block *block,
                                uint64_t word)
{
    if (buddy_is_root(word)) {
        return NULL;
    }
    const struct buddy_series *s = series_of(heap);
    uint64_t parent = buddy_parent(s, word);
    if (buddy_is_right(word)) {
        uint64_t expected = buddy_left(s, parent);
        struct block *buddy =
            (struct block *)((uintptr_t)block - bytes_of(s, expected));
        return buddy->header == expected ? buddy : NULL;
    }
    struct block *buddy = block_above_by(block, bytes_of(s, word));
    return buddy < buddy_end(heap) && buddy->header == buddy_right(s, parent)
               ? buddy
               : NULL;
}

/* The upper one's word goes, so that fresh memory is zero (policy.h). */
void buddy_give(struct heap *heap, struct block *block)
{
    const struct buddy_series *s = series_of(heap);
    uint64_t word = block->header & BUDDY_WORD_MASK & ~(uint64_t)BUDDY_IN_USE;
    struct block *buddy;
    while ((buddy = free_buddy(heap, block, word)) != NULL) {
        list_out(heap, buddy);
        struct block *upper = buddy < block ? block : buddy;
        block = buddy < block ? buddy : block;
        *upper = (struct block){.header = 0};
        word = buddy_parent(s, word);
    }
    block->header = word;
    list_in(heap, block);
}

/*
 * Splits a block outside the lists down to an order, into the smaller buddy
 * wherever that will do.  Returns the block of that order.
 */
static struct block *split(struct heap *heap, struct block *block,
                           uint32_t order)
{
    const struct buddy_series *s = series_of(heap);
    while (buddy_order(block->header) > order &&
           buddy_divisible(s, block->header)) {
        uint64_t left = buddy_left(s, block->header);
        uint64_t right = buddy_right(s, block->header);
        struct block *high = block_above_by(block, bytes_of(s, left));
        block->header = left;
        high->header = right;
        bool go_right = buddy_order(right) < buddy_order(left) &&
                        buddy_order(right) >= order;
        list_in(heap, go_right ? block : high);
        block = go_right ? high : block;
    }
    return block;
}

/* ---- growth -------------------------------------------------------------- */

/* What growing does: frontier blocks to make real, and their bytes. */
struct growth {
    uint32_t n;
    size_t bytes;
};

static uint64_t frontier_at(const struct buddy_root *root, uint32_t nth)
{
    return root->frontier[root->n_frontier - 1 - nth];
}

/*
 * The first blocks of the frontier that complete a free block of the order
 * together with what is free below the break; none if that cannot be.
 */
static struct growth growth_by_merging(const struct heap *heap, uint32_t order)
{
    const struct buddy_root *root = buddy_root(heap);
    const struct buddy_series *s = series_of(heap);
    const struct growth none = {0, 0};
    if (root->n_frontier == 0 ||
        leads_to(s, buddy_order(frontier_at(root, 0)), order)) {
        return none;
    }
    uint64_t word = frontier_at(root, 0);
    struct growth growth = {1, bytes_of(s, word)};
    struct block *block = buddy_end(heap);
    while (!leads_to(s, buddy_order(word), order)) {
        if (buddy_is_root(word)) {
            return none;
        }
        if (buddy_is_right(word)) {
            block = free_buddy(heap, block, word);
            if (block == NULL) {
                return none;
            }
        } else {
            growth.bytes += bytes_of(s, frontier_at(root, growth.n++));
        }
        word = buddy_parent(s, word);
    }
    return growth;
}

/* The first blocks of the frontier up to one that is large enough, part of it.
 */
static struct growth growth_by_skipping(const struct heap *heap, uint32_t order)
{
    const struct buddy_root *root = buddy_root(heap);
    const struct buddy_series *s = series_of(heap);
    struct growth growth = {0, 0};
    while (growth.n < root->n_frontier &&
           !leads_to(s, buddy_order(frontier_at(root, growth.n)), order)) {
        growth.bytes += bytes_of(s, frontier_at(root, growth.n++));
    }
    growth.n++;
    growth.bytes += (size_t)s->units[order] * BLOCK_UNIT;
    return growth;
}

/* The word of a new root that can be split down to the order. */
static uint64_t new_root(const struct heap *heap, uint32_t order)
{
    const struct buddy_root *root = buddy_root(heap);
    const struct buddy_series *s = series_of(heap);
    uint32_t top = order;
    while (top + s->left < s->orders &&
           (root->area_units == 0 || s->units[top] < root->area_units)) {
        top += s->left;
    }
    return buddy_word(top, top, 0);
}

/*
 * Takes the first block off the frontier; where it is larger than the order,
 * only the leftmost part of that order.
 */
static uint64_t frontier_take(struct heap *heap, uint32_t order)
{
    struct buddy_root *root = buddy_root(heap);
    const struct buddy_series *s = series_of(heap);
    if (root->n_frontier == 0) {
        root->frontier[root->n_frontier++] = new_root(heap, order);
    }
    uint64_t word = root->frontier[--root->n_frontier];
    while (buddy_order(word) > order && buddy_divisible(s, word) &&
           leads_to(s, buddy_order(word), order)) {
        root->frontier[root->n_frontier++] = buddy_right(s, word);
        word = buddy_left(s, word);
    }
    return word;
}

/* Beyond the reach of links the heap's refusal is certain. */
static bool grow_heap(struct heap *heap, size_t bytes)
{
    bool reached = bytes <= BLOCK_REACH - heap->brk;
    return heap_grow(heap, reached ? bytes : SIZE_MAX & ~BLOCK_FLAGS) != NULL;
}

/*
 * Makes frontier blocks real until a free block leads to the order; false when
 * refused.  They count as in use until all have their words, so that none
 * merges with what is not written yet.
 */
static bool grow(struct heap *heap, uint32_t order)
{
    const struct buddy_series *s = series_of(heap);
    struct growth growth = growth_by_merging(heap, order);
    if (growth.n == 0) {
        growth = growth_by_skipping(heap, order);
    }
    struct block *first = buddy_end(heap), *block = first;
    if (!grow_heap(heap, growth.bytes)) {
        return false;
    }
    while (block != buddy_end(heap)) {
        uint64_t word = frontier_take(heap, order);
        block->header = word | BUDDY_IN_USE;
        block = block_above_by(block, bytes_of(s, word));
    }
    for (block = first; block != buddy_end(heap);) {
        struct block *next = block_above_by(block, bytes_of(s, block->header));
        buddy_give(heap, block);
        block = next;
    }
    return true;
}

/* ---- blocks -------------------------------------------------------------- */

/* A free block that leads to the order, the smallest there is, or NULL. */
static struct block *find(const struct heap *heap, uint32_t order)
{
    const struct buddy_root *root = buddy_root(heap);
    uint64_t same = series_of(heap)->left == 1
                        ? UINT64_MAX
                        : UINT64_C(0x5555555555555555) << (order & 1);
    uint64_t bits = root->bits & same & UINT64_MAX << order;
    return bits != 0 ? block_at(heap, root->heads[__builtin_ctzll(bits)])
                     : NULL;
}

struct block *buddy_take(struct heap *heap, size_t bytes)
{
    const struct buddy_series *s = series_of(heap);
    uint32_t order = order_for(s, (bytes + BLOCK_UNIT - 1) / BLOCK_UNIT);
    if (order == s->orders) {
        grow_heap(heap, SIZE_MAX & ~BLOCK_FLAGS);
        return NULL;
    }
    struct block *block = find(heap, order);
    if (block == NULL) {
        if (!grow(heap, order)) {
            return NULL;
        }
        block = find(heap, order);
    }
    list_out(heap, block);
    block = split(heap, block, order);
    block->header |= BUDDY_IN_USE;
    return block;
}

/* Merges with right buddies up to bytes; false: they are not all free. */
static bool grow_block(struct heap *heap, struct block *block, size_t bytes)
{
    const struct buddy_series *s = series_of(heap);
    uint64_t flags = block->header & (~BUDDY_WORD_MASK | BUDDY_IN_USE);
    uint64_t word = block->header & ~flags;
    while (bytes_of(s, word) < bytes) {
        if (buddy_is_right(word) || free_buddy(heap, block, word) == NULL) {
            return false;
        }
        word = buddy_parent(s, word);
    }
    for (uint64_t w = block->header & ~flags; w != word;
         w = buddy_parent(s, w)) {
        list_out(heap, free_buddy(heap, block, w));
    }
    block->header = word | flags;
    return true;
}

bool buddy_resize(struct heap *heap, struct block *block, size_t bytes)
{
    const struct buddy_series *s = series_of(heap);
    if (!grow_block(heap, block, bytes)) {
        return false;
    }
    uint64_t flags = block->header & (~BUDDY_WORD_MASK | BUDDY_IN_USE);
    uint64_t word = block->header & ~flags;
    while (buddy_divisible(s, word) &&
           bytes_of(s, buddy_left(s, word)) >= bytes) {
        struct block *high =
            block_above_by(block, bytes_of(s, buddy_left(s, word)));
        high->header = buddy_right(s, word);
        list_in(heap, high);
        word = buddy_left(s, word);
    }
    block->header = word | flags;
    return true;
}
