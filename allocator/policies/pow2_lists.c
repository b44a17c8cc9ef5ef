/*
 * pow2_lists.c -- a list of what is in use, and a free list for each power of
 * two.
 *
 * A request is rounded up to a power of two.  It gets the cell that was freed
 * last of that size, else a new one at the break; nothing is ever searched,
 * split or merged.  The list of what is in use is doubly linked, so that a cell
 * leaves it at once: all list operations are O(1).
 *
 *   root       | used | free lists of 16, 32, 64, 128 ... bytes of payload |
 *                 |            |
 *                 v            v
 *               cell <-> cell  cell <-> cell
 *
 *   cell       | next 4 | previous 4 | bytes, U 8 | payload, a power of two |
 *
 *   malloc, free  O(1)
 *   worst case    every request one byte more than a power of two: half of all
 *                 memory is lost; and a program that moves on to other sizes
 *                 leaves all of its earlier ones behind
 *
 * Source: C. Kingsley's allocator of 4.2BSD (1982), in Wilson et al., Dynamic
 * Storage Allocation (1995), section 3.6; the list of what is in use is added.
 */
#include "allocator/policies/celled.h"

enum { LISTS = 36 }; /* payloads of 2^4 to 2^39 bytes: more than links reach */

struct pow2_lists {
    uint32_t used;
    uint32_t unused[3];
    uint32_t free[LISTS];
};

enum { ROOT_BYTES = sizeof(struct pow2_lists) };

_Static_assert(ROOT_BYTES % HEAP_ALIGNMENT == 0, "cells align");

static struct pow2_lists *lists(const struct heap *heap)
{
    return (struct pow2_lists *)heap->base;
}

/* The list for payloads of size, and the payload of its cells. */

static unsigned list_of(size_t size)
{
    return size <= BLOCK_UNIT ? 0 : 60 - (unsigned)__builtin_clzll(size - 1);
}

static size_t payload_of(unsigned list)
{
    return BLOCK_UNIT << list;
}

static void *take(struct heap *heap, size_t size)
{
    unsigned n = list_of(size);
    uint32_t *head = n < LISTS ? &lists(heap)->free[n] : NULL;
    struct cell *cell = head != NULL ? cell_at(heap, *head) : NULL;
    if (cell != NULL) {
        cell_unlink(heap, head, cell);
    } else {
        cell = cells_add(heap, CELL_HEADER + payload_of(n));
        if (cell == NULL) {
            return NULL;
        }
    }
    cell->word |= CELL_IN_USE;
    cell_push(heap, &lists(heap)->used, cell);
    return cell + 1;
}

static void give(struct heap *heap, void *own)
{
    struct cell *cell = cell_of(own);
    cell_unlink(heap, &lists(heap)->used, cell);
    cell->word = cell_bytes(cell);
    cell_push(heap, &lists(heap)->free[list_of(cell_room(cell))], cell);
}

/* A cell keeps its size for ever. */
static bool resize(struct heap *heap, void *own, size_t size)
{
    (void)heap;
    return size <= cell_room(cell_of(own));
}

static const struct plain_store store = {take, give, celled_room, resize};

PLAIN_HOOKS(pow2_lists, store)

static int pow2_lists_init(struct heap *heap, const uint64_t *values)
{
    (void)values;
    return cells_init(heap, ROOT_BYTES);
}

static int check_lists(const struct heap *heap, struct block_fault *found)
{
    struct cell_census census;
    struct cell_list used = {lists(heap)->used, true, true, 0, SIZE_MAX};
    if (cells_check(heap, ROOT_BYTES, &census, found) != 0 ||
        cells_check_list(heap, used, &census, found) != 0) {
        return -1;
    }
    for (unsigned n = 0; n < LISTS; n++) {
        size_t bytes = CELL_HEADER + payload_of(n);
        struct cell_list free = {lists(heap)->free[n], false, true, bytes,
                                 bytes};
        if (cells_check_list(heap, free, &census, found) != 0) {
            return -1;
        }
    }
    return cells_check_listed(&census, found);
}

static int pow2_lists_check(struct heap *heap, struct policy_fault *fault)
{
    struct block_fault found;
    return check_lists(heap, &found) != 0
               ? tagged_report(&found, fault)
               : celled_check_payloads(heap, ROOT_BYTES, fault);
}

static int pow2_lists_walk(struct heap *heap, policy_visit_fn *visit,
                           void *context)
{
    return celled_walk(heap, ROOT_BYTES, visit, context);
}

const struct policy pow2_lists_policy = {
    .name = "pow2-lists",
    .summary = "a free list for each power of two, no splitting, all O(1)",
    .init = pow2_lists_init,
    .malloc = pow2_lists_malloc,
    .free = pow2_lists_free,
    .realloc = pow2_lists_realloc,
    .memalign = pow2_lists_memalign,
    .usable_size = pow2_lists_usable_size,
    .check = pow2_lists_check,
    .walk = pow2_lists_walk,
};
