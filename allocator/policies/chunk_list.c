/*
 * chunk_list.c -- one doubly linked list of all chunks, in address order.
 *
 * Every chunk, used or free, knows its size, whether it is free, and its two
 * neighbours.  A request takes the first free chunk that is large enough and
 * cuts off what it does not need; a freed chunk merges with free neighbours.
 *
 *   root   first -> +------+ -> +------+ -> +------+ -> 0
 *                   | used |    | free |    | used |
 *              0 <- +------+ <- +------+ <- +------+ <- last
 *
 *   cell   | next 4 | previous 4 | bytes, U 8 | payload |
 *
 *   malloc      O(all chunks); a free chunk at the end grows by what it lacks
 *   free        O(1): the neighbours are at hand
 *   realloc     up into a free neighbour or past the break, else a copy
 *   worst case  many small chunks in use below every request
 *
 * An aligned payload is displaced inside its chunk (plain.h).  What boundary
 * tags save is to be seen against `implicit`, which makes the same choices but
 * for the sizes of headers and of the smallest remainder.
 *
 * Source: Knuth, The Art of Computer Programming 1, section 2.5, algorithm A.
 */
#include "allocator/policies/celled.h"

struct chunk_list {
    uint32_t first, last;
    uint64_t split_bytes; /* the smallest remainder that is split off */
};

enum { ROOT_BYTES = sizeof(struct chunk_list) };

_Static_assert(ROOT_BYTES % HEAP_ALIGNMENT == 0, "cells align");

static struct chunk_list *list(const struct heap *heap)
{
    return (struct chunk_list *)heap->base;
}

/* Puts a chunk behind another in the list; NULL: at the front. */
static void link_behind(struct heap *heap, struct cell *before,
                        struct cell *cell)
{
    uint32_t *forth = before != NULL ? &before->next : &list(heap)->first;
    struct cell *after = cell_at(heap, *forth);
    uint32_t *back = after != NULL ? &after->previous : &list(heap)->last;
    cell->next = *forth;
    cell->previous = *back;
    *forth = *back = cell_link(heap, cell);
}

/* The chunk above becomes part of this one. */
static void merge_above(struct heap *heap, struct cell *cell)
{
    struct cell *above = cell_at(heap, cell->next);
    uint32_t *back = above->next != 0 ? &cell_at(heap, above->next)->previous
                                      : &list(heap)->last;
    cell->next = above->next;
    *back = cell_link(heap, cell);
    cell->word += cell_bytes(above);
}

static struct cell *free_above(const struct heap *heap, const struct cell *cell)
{
    struct cell *above = cell_at(heap, cell->next);
    return above != NULL && !cell_in_use(above) ? above : NULL;
}

/* Cuts off what exceeds bytes, if that may be a chunk, and merges it. */
static void cut(struct heap *heap, struct cell *cell, size_t bytes)
{
    size_t rest = cell_bytes(cell) - bytes;
    if (rest < list(heap)->split_bytes || rest < CELL_SMALLEST) {
        return;
    }
    cell->word -= rest;
    struct cell *high = cell_above(cell);
    high->word = rest;
    link_behind(heap, cell, high);
    if (free_above(heap, high) != NULL) {
        merge_above(heap, high);
    }
}

static struct cell *first_fit(const struct heap *heap, size_t bytes)
{
    struct cell *cell = cell_at(heap, list(heap)->first);
    while (cell != NULL && (cell_in_use(cell) || cell_bytes(cell) < bytes)) {
        cell = cell_at(heap, cell->next);
    }
    return cell;
}

/* A chunk at the end: what is free there made larger, or a new one. */
static struct cell *grown(struct heap *heap, size_t bytes)
{
    struct cell *last = cell_at(heap, list(heap)->last);
    if (last != NULL && !cell_in_use(last)) {
        return cells_extend(heap, last, bytes) ? last : NULL;
    }
    struct cell *cell = cells_add(heap, bytes);
    if (cell != NULL) {
        link_behind(heap, last, cell);
    }
    return cell;
}

static void *take(struct heap *heap, size_t size)
{
    size_t bytes = cell_bytes_for(size);
    struct cell *cell = first_fit(heap, bytes);
    if (cell == NULL) {
        cell = grown(heap, bytes);
        if (cell == NULL) {
            return NULL;
        }
    }
    cell->word |= CELL_IN_USE;
    cut(heap, cell, bytes);
    return cell + 1;
}

static void give(struct heap *heap, void *own)
{
    struct cell *cell = cell_of(own);
    struct cell *below = cell_at(heap, cell->previous);
    cell->word = cell_bytes(cell);
    if (free_above(heap, cell) != NULL) {
        merge_above(heap, cell);
    }
    if (below != NULL && !cell_in_use(below)) {
        merge_above(heap, below);
    }
}

static bool resize(struct heap *heap, void *own, size_t size)
{
    struct cell *cell = cell_of(own);
    size_t bytes = cell_bytes_for(size), have = cell_bytes(cell);
    struct cell *above = free_above(heap, cell);
    if (have < bytes) {
        size_t room = have + (above != NULL ? cell_bytes(above) : 0);
        struct cell *last = above != NULL ? above : cell;
        if (room < bytes &&
            !cells_extend(heap, last, bytes - room + cell_bytes(last))) {
            return false;
        }
        if (above != NULL) {
            merge_above(heap, cell);
        }
    }
    cut(heap, cell, bytes);
    return true;
}

static const struct plain_store store = {take, give, celled_room, resize};

PLAIN_HOOKS(chunk_list, store)

static const struct policy_option options[] = {
    {.name = "split",
     .summary = "smallest remainder split off, in bytes",
     .least = CELL_SMALLEST,
     .most = 1 << 20,
     .initial = CELL_SMALLEST},
    {0},
};

static int chunk_list_init(struct heap *heap, const uint64_t *values)
{
    if (cells_init(heap, ROOT_BYTES) != 0) {
        return -1;
    }
    list(heap)->split_bytes = values[0];
    return 0;
}

/* Its links lead to its neighbours in the row, and no two of them are free. */
static int check_chunk(const struct heap *heap, const struct cell *cell,
                       const struct cell *before, struct block_fault *found)
{
    const struct cell *above = cell_above(cell);
    bool last = (const unsigned char *)above == heap_top(heap);
    uint32_t next = last ? 0 : cell_link(heap, above);
    uint32_t previous = before != NULL ? cell_link(heap, before) : 0;
    if (cell->next != next || cell->previous != previous) {
        return block_fail(found, "neighbour-links", cell,
                          "expected links 0x%x and 0x%x, got 0x%x and 0x%x",
                          next, previous, cell->next, cell->previous);
    }
    if (before != NULL && !cell_in_use(before) && !cell_in_use(cell)) {
        return block_fail(found, "uncoalesced-neighbours", cell,
                          "this chunk and the one below are both free");
    }
    return 0;
}

static int check_list(const struct heap *heap, struct block_fault *found)
{
    struct cell_census census;
    if (cells_check(heap, ROOT_BYTES, &census, found) != 0) {
        return -1;
    }
    const struct cell *before = NULL;
    const struct cell *cell = (const struct cell *)(heap->base + ROOT_BYTES);
    uint32_t first =
        census.count[0] + census.count[1] != 0 ? cell_link(heap, cell) : 0;
    for (; (const unsigned char *)cell != heap_top(heap);
         cell = cell_above(cell)) {
        if (check_chunk(heap, cell, before, found) != 0) {
            return -1;
        }
        before = cell;
    }
    uint32_t last = before != NULL ? cell_link(heap, before) : 0;
    if (list(heap)->first != first || list(heap)->last != last) {
        return block_fail(found, "ends-of-list", list(heap),
                          "expected links 0x%x and 0x%x, got 0x%x and 0x%x",
                          first, last, list(heap)->first, list(heap)->last);
    }
    return 0;
}

static int chunk_list_check(struct heap *heap, struct policy_fault *fault)
{
    struct block_fault found;
    return check_list(heap, &found) != 0
               ? tagged_report(&found, fault)
               : celled_check_payloads(heap, ROOT_BYTES, fault);
}

static int chunk_list_walk(struct heap *heap, policy_visit_fn *visit,
                           void *context)
{
    return celled_walk(heap, ROOT_BYTES, visit, context);
}

const struct policy chunk_list_policy = {
    .name = "chunk-list",
    .summary = "a list of all chunks in address order, first fit",
    .options = options,
    .init = chunk_list_init,
    .malloc = chunk_list_malloc,
    .free = chunk_list_free,
    .realloc = chunk_list_realloc,
    .memalign = chunk_list_memalign,
    .usable_size = chunk_list_usable_size,
    .check = chunk_list_check,
    .walk = chunk_list_walk,
};
