/*
 * celled.c -- the hooks that are the same over all rows of cells.
 */
#include "allocator/policies/celled.h"

size_t celled_room(struct heap *heap, const void *own)
{
    (void)heap;
    return cell_room(cell_of(own));
}

/* Whether the cell's size leads to another or to the break. */
static bool sound(const struct heap *heap, const struct cell *cell)
{
    size_t left = (size_t)(heap_top(heap) - (const unsigned char *)cell);
    return cell_bytes(cell) >= CELL_SMALLEST && cell_bytes(cell) <= left;
}

static bool at_break(const struct heap *heap, const struct cell *cell)
{
    return (const unsigned char *)cell == heap_top(heap);
}

int celled_walk(struct heap *heap, size_t root_bytes, policy_visit_fn *visit,
                void *context)
{
    struct block_info root = {
        .kind = BLOCK_METADATA, .address = heap->base, .bytes = root_bytes};
    int status = visit(context, &root);
    const struct cell *cell = (const struct cell *)(heap->base + root_bytes);
    while (status == 0 && !at_break(heap, cell) && sound(heap, cell)) {
        enum block_kind kind = cell_in_use(cell) ? BLOCK_USED : BLOCK_FREE;
        struct block_info info =
            plain_info(cell + 1, cell_bytes(cell), cell_room(cell), kind);
        info.address = cell;
        status = visit(context, &info);
        cell = cell_above(cell);
    }
    return status;
}

int celled_check_payloads(const struct heap *heap, size_t root_bytes,
                          struct policy_fault *fault)
{
    const struct cell *cell = (const struct cell *)(heap->base + root_bytes);
    for (; !at_break(heap, cell); cell = cell_above(cell)) {
        if (cell_in_use(cell) &&
            plain_check(cell + 1, cell_room(cell), fault) != 0) {
            return -1;
        }
    }
    return 0;
}
