/*
 * two_lists.c -- a list of what is in use, and a list of what is free.
 *
 * Both are singly linked.  A request takes the first free cell that is large
 * enough, whole; else a new one of exactly its size at the break.  Cells never
 * split and never merge.  To free one its predecessor is sought in the list of
 * those in use.
 *
 *   root 16   | used | free |
 *                |      '-------> cell -> cell
 *                v
 *              cell -> cell -> cell
 *
 *   cell      | next 4 | - 4 | bytes, U 8 | payload |
 *
 *   malloc      O(free cells), the first that is large enough
 *   free        O(cells in use): quick for the youngest, slow for the oldest
 *   worst case  a small request in every large cell, then large ones: nothing
 *               that is free ever becomes larger
 *
 * It is where every course on allocation begins (Kernighan and Ritchie, The C
 * Programming Language, section 8.7, has one list and merges), and shows what
 * double links, splitting and coalescing are worth.
 */
#include "allocator/policies/celled.h"

struct two_lists {
    uint32_t used, free; /* links to the first cells */
    uint64_t unused;
};

enum { ROOT_BYTES = sizeof(struct two_lists) };

_Static_assert(ROOT_BYTES % HEAP_ALIGNMENT == 0, "cells align");

static struct two_lists *lists(const struct heap *heap)
{
    return (struct two_lists *)heap->base;
}

static void push(struct heap *heap, uint32_t *head, struct cell *cell)
{
    cell->next = *head;
    *head = cell_link(heap, cell);
}

/* Takes the first free cell of at least bytes out of its list, or NULL. */
static struct cell *first_fit(struct heap *heap, size_t bytes)
{
    uint32_t *place = &lists(heap)->free;
    for (; *place != 0; place = &cell_at(heap, *place)->next) {
        struct cell *cell = cell_at(heap, *place);
        if (cell_bytes(cell) >= bytes) {
            *place = cell->next;
            return cell;
        }
    }
    return NULL;
}

static void *take(struct heap *heap, size_t size)
{
    size_t bytes = cell_bytes_for(size);
    struct cell *cell = first_fit(heap, bytes);
    if (cell == NULL) {
        cell = cells_add(heap, bytes);
        if (cell == NULL) {
            return NULL;
        }
    }
    cell->word |= CELL_IN_USE;
    push(heap, &lists(heap)->used, cell);
    return cell + 1;
}

static void give(struct heap *heap, void *own)
{
    struct cell *cell = cell_of(own);
    uint32_t self = cell_link(heap, cell), *place = &lists(heap)->used;
    while (*place != self) {
        place = &cell_at(heap, *place)->next;
    }
    *place = cell->next;
    cell->word = cell_bytes(cell);
    push(heap, &lists(heap)->free, cell);
}

/* Only the last cell of the row can grow, and none shrinks. */
static bool resize(struct heap *heap, void *own, size_t size)
{
    struct cell *cell = cell_of(own);
    size_t bytes = cell_bytes_for(size);
    return bytes <= cell_bytes(cell) || cells_extend(heap, cell, bytes);
}

static const struct plain_store store = {take, give, celled_room, resize};

PLAIN_HOOKS(two_lists, store)

static int two_lists_init(struct heap *heap, const uint64_t *values)
{
    (void)values;
    return cells_init(heap, ROOT_BYTES);
}

static int check_lists(const struct heap *heap, struct block_fault *found)
{
    struct cell_census census;
    struct cell_list used = {lists(heap)->used, true, false, 0, SIZE_MAX};
    struct cell_list free = {lists(heap)->free, false, false, 0, SIZE_MAX};
    return cells_check(heap, ROOT_BYTES, &census, found) != 0 ||
                   cells_check_list(heap, used, &census, found) != 0 ||
                   cells_check_list(heap, free, &census, found) != 0
               ? -1
               : cells_check_listed(&census, found);
}

static int two_lists_check(struct heap *heap, struct policy_fault *fault)
{
    struct block_fault found;
    return check_lists(heap, &found) != 0
               ? tagged_report(&found, fault)
               : celled_check_payloads(heap, ROOT_BYTES, fault);
}

static int two_lists_walk(struct heap *heap, policy_visit_fn *visit,
                          void *context)
{
    return celled_walk(heap, ROOT_BYTES, visit, context);
}

const struct policy two_lists_policy = {
    .name = "two-lists",
    .summary = "a used and a free list, first fit, no splitting, no merging",
    .init = two_lists_init,
    .malloc = two_lists_malloc,
    .free = two_lists_free,
    .realloc = two_lists_realloc,
    .memalign = two_lists_memalign,
    .usable_size = two_lists_usable_size,
    .check = two_lists_check,
    .walk = two_lists_walk,
};
