/*
 * fit.c -- which block of the list a request gets.
 *
 * Each search is one pass.  It takes note of the largest block it has seen; if
 * it saw all and found none, that is the exact bound for searches to come.
 */
#include "allocator/block/list.h"

/*
 * The first block of at least bytes from start on, before the block at stop
 * (NULL: to the end of the list).  *seen grows to the largest on the way.
 */
static struct block *first_between(struct heap *heap, struct block *start,
                                   const struct block *stop, size_t bytes,
                                   size_t *seen)
{
    for (struct block *b = start; b != stop;
         b = block_at(heap, b->links[LIST_NEXT])) {
        size_t have = block_bytes(b);
        if (have >= bytes) {
            return b;
        }
        if (have > *seen) {
            *seen = have;
        }
    }
    return NULL;
}

struct block *list_find_first(struct heap *heap, size_t bytes)
{
    size_t seen = 0;
    struct block *first = block_at(heap, list_root(heap)->first);
    struct block *found = first_between(heap, first, NULL, bytes, &seen);
    if (found == NULL) {
        tags_set_largest(heap, seen);
    }
    return found;
}

struct block *list_find_next(struct heap *heap, size_t bytes)
{
    struct list_root *root = list_root(heap);
    size_t seen = 0;
    struct block *rover = block_at(heap, root->rover);
    struct block *found = first_between(heap, rover, NULL, bytes, &seen);
    if (found == NULL) {
        struct block *first = block_at(heap, root->first);
        found = first_between(heap, first, rover, bytes, &seen);
    }
    if (found == NULL) {
        tags_set_largest(heap, seen);
        return NULL;
    }
    root->rover = block_link(heap, found);
    return found;
}

struct block *list_find_best(struct heap *heap, size_t bytes)
{
    struct block *best = NULL, *b = block_at(heap, list_root(heap)->first);
    size_t seen = 0, best_bytes = SIZE_MAX;
    for (; b != NULL && best_bytes != bytes;
         b = block_at(heap, b->links[LIST_NEXT])) {
        size_t have = block_bytes(b);
        if (have >= bytes && have < best_bytes) {
            best = b;
            best_bytes = have;
        }
        if (have > seen) {
            seen = have;
        }
    }
    if (b == NULL) {
        tags_set_largest(heap, seen);
    }
    return best;
}

struct block *list_find_worst(struct heap *heap, size_t bytes)
{
    size_t most = tags_largest(heap), seen = 0;
    struct block *worst = NULL, *b = block_at(heap, list_root(heap)->first);
    for (; b != NULL && seen < most; b = block_at(heap, b->links[LIST_NEXT])) {
        size_t have = block_bytes(b);
        if (have > seen) {
            worst = b;
            seen = have;
        }
    }
    tags_set_largest(heap, seen);
    return seen >= bytes ? worst : NULL;
}
