/*
 * buddy.h -- buddy systems, one for each series of sizes.
 *
 * Every block has a size of the series and is either a root or one of the two
 * buddies into which a larger block was split, always at the same place.  Two
 * free buddies merge at once, and nothing else ever does:
 *
 *   binary       2^k         -> 2^(k-1), 2^(k-1)
 *   Fibonacci    F(k)        -> F(k-1), F(k-2)
 *   double       2^k, 3*2^k  -> two halves; two binary systems side by side
 *
 * Sizes are numbered by orders, ascending.  A left buddy is `left` orders below
 * the block that both came from, a right one `right` orders: that is all in
 * which the three systems differ.
 *
 * A block begins with a word, from which its buddy is found without a search:
 *
 *    63           17 16    10 9      3  2  1 0
 *   +---------------+--------+--------+---+---+---------------------------+
 *   | path          | root's | order  | U | 0 | payload, or two links ... |
 *   +---------------+--------+--------+---+---+---------------------------+
 *
 *   U     in use; bits 1 and 0 belong to who owns the payload
 *   path  from the root down to here, a bit for each split: 1 is right; the
 *         last one is lowest (the tags of Cranston and Thomas, unabridged)
 *
 * Memory grows without doubling: a root may lie beyond the break for the most
 * part.  What is missing is the frontier, free blocks that are only known by
 * their words, each at the end of the one before:
 *
 *   base                               break
 *    | root | 4 | 1 | 1 | 2 :  8  |  16  |  32  |  64  ...       blocks, orders
 *                            '------ frontier ------------>
 *
 * Growth makes the first of them real, up to one that is large enough, or until
 * what they merge with is.  The double system has two series that share no
 * root: its roots are areas of some size, and the rest of one is made real
 * before an area of the other series begins.
 *
 * take and give are O(orders), about 2 log2 of the heap at most; no search ever
 * looks at a block in vain.  The price is rounding up to the series, nearly 1/2
 * of a block at worst with binary sizes, 0.38 with Fibonacci's, 1/3 with double
 * ones; and that free neighbours which are no buddies never merge.
 *
 * Sources: K. C. Knowlton, CACM 8 (1965); D. E. Knuth, The Art of Computer
 * Programming 1, section 2.5; D. S. Hirschberg, A Class of Dynamic Memory
 * Allocation Algorithms, CACM 16 (1973); B. Cranston, R. Thomas, A Simplified
 * Recombination Scheme for the Fibonacci Buddy System, CACM 18 (1975); D. S.
 * Wise, The Double Buddy System (1978); I. P. Page, J. Hagins, Improving the
 * Performance of Buddy Systems, IEEE ToC 35 (1986).
 */
#ifndef ALLOCATOR_BLOCK_BUDDY_H
#define ALLOCATOR_BLOCK_BUDDY_H

#include "allocator/block/block.h"
#include "allocator/block/inspect.h"

enum buddy_kind { BUDDY_BINARY, BUDDY_FIBONACCI, BUDDY_DOUBLE, BUDDY_KINDS };

enum {
    BUDDY_ORDERS = 64, /* at most, of any series */
    BUDDY_DEPTH = 48,  /* splits from a root to the smallest block */
    BUDDY_IN_USE = 4   /* U */
};

struct buddy_root {
    uint64_t bits;       /* bit k: a block of order k is free */
    uint32_t kind;       /* enum buddy_kind */
    uint32_t area_units; /* of a root, at least; 0: as large as can be */
    uint32_t n_frontier, unused;
    uint64_t frontier[BUDDY_DEPTH]; /* words; the last one is at the break */
    uint32_t heads[BUDDY_ORDERS];   /* links of the free lists */
};

_Static_assert(sizeof(struct buddy_root) % BLOCK_UNIT == BLOCK_HEADER,
               "payloads align");

static inline struct buddy_root *buddy_root(const struct heap *heap)
{
    return (struct buddy_root *)heap->base;
}

/*
 * Prepares an empty heap.  area_bytes: see struct buddy_root.
 * Returns 0, or -1 when the heap refuses.
 */
int buddy_init(struct heap *heap, enum buddy_kind kind, uint64_t area_bytes);

/* Bytes of a block, its word included. */
size_t buddy_bytes(const struct heap *heap, const struct block *block);

/* A block of at least bytes, its word included; NULL when refused. */
struct block *buddy_take(struct heap *heap, size_t bytes);

void buddy_give(struct heap *heap, struct block *block);

/*
 * Makes the block hold bytes where it is, with its right buddies if it is too
 * small, and gives back what it can; false: nothing has changed.
 */
bool buddy_resize(struct heap *heap, struct block *block, size_t bytes);

/* The first block, and one past the last one. */
struct block *buddy_first(const struct heap *heap);
struct block *buddy_end(const struct heap *heap);

/*
 * Verifies all words, lists and the frontier: the blocks tile their roots, as
 * their paths say; no two free buddies; lists and heap know the same blocks.
 * Returns 0, or -1 with *fault filled.
 */
int buddy_check(const struct heap *heap, struct block_fault *fault);

/* ---- words --------------------------------------------------------------- */

/* Sizes by order, and how far buddies are below the block they came from. */
struct buddy_series {
    const uint64_t *units;
    uint32_t orders, left, right;
};

/* The series of a kind below BUDDY_KINDS. */
const struct buddy_series *buddy_series(uint32_t kind);

#define BUDDY_WORD_MASK (~UINT64_C(3)) /* without what belongs to the owner */

static inline uint32_t buddy_order(uint64_t word)
{
    return (uint32_t)(word >> 3 & 127);
}

static inline uint32_t buddy_root_order(uint64_t word)
{
    return (uint32_t)(word >> 10 & 127);
}

static inline uint64_t buddy_path(uint64_t word)
{
    return word >> 17;
}

static inline uint64_t buddy_word(uint32_t order, uint32_t root, uint64_t path)
{
    return path << 17 | (uint64_t)root << 10 | (uint64_t)order << 3;
}

static inline bool buddy_is_root(uint64_t word)
{
    return buddy_order(word) == buddy_root_order(word);
}

static inline bool buddy_is_right(uint64_t word)
{
    return (buddy_path(word) & 1) != 0;
}

/* Whether blocks of the word's order have buddies to be split into. */
static inline bool buddy_divisible(const struct buddy_series *s, uint64_t word)
{
    return buddy_order(word) >= s->right;
}

/* The words of the block that was split, and of its two buddies. */

static inline uint64_t buddy_parent(const struct buddy_series *s, uint64_t word)
{
    uint32_t up = buddy_is_right(word) ? s->right : s->left;
    return buddy_word(buddy_order(word) + up, buddy_root_order(word),
                      buddy_path(word) >> 1);
}

static inline uint64_t buddy_left(const struct buddy_series *s, uint64_t word)
{
    return buddy_word(buddy_order(word) - s->left, buddy_root_order(word),
                      buddy_path(word) << 1);
}

static inline uint64_t buddy_right(const struct buddy_series *s, uint64_t word)
{
    return buddy_word(buddy_order(word) - s->right, buddy_root_order(word),
                      buddy_path(word) << 1 | 1);
}

#endif
