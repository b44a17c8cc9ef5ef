/*
 * cells.c -- the row of cells, their lists, and what must be true of them.
 */
#include "allocator/block/cells.h"

#include <string.h>

int cells_init(struct heap *heap, size_t root_bytes)
{
    if (heap_grow(heap, root_bytes) == NULL) {
        return -1;
    }
    memset(heap->base, 0, root_bytes);
    return 0;
}

/* Beyond the reach of links the heap's refusal is certain. */
static void *grow(struct heap *heap, size_t bytes)
{
    bool reached = bytes <= BLOCK_REACH - heap->brk;
    return heap_grow(heap, reached ? bytes : SIZE_MAX & ~BLOCK_FLAGS);
}

struct cell *cells_add(struct heap *heap, size_t bytes)
{
    struct cell *cell = grow(heap, bytes);
    if (cell != NULL) {
        *cell = (struct cell){.word = bytes};
    }
    return cell;
}

bool cells_extend(struct heap *heap, struct cell *cell, size_t bytes)
{
    bool last = (unsigned char *)cell_above(cell) == heap_top(heap);
    size_t more = bytes - cell_bytes(cell);
    if (!last || grow(heap, more) == NULL) {
        return false;
    }
    cell->word += more;
    return true;
}

/* ---- lists --------------------------------------------------------------- */

void cell_push(struct heap *heap, uint32_t *head, struct cell *cell)
{
    uint32_t self = cell_link(heap, cell);
    cell->next = *head;
    cell->previous = 0;
    if (*head != 0) {
        cell_at(heap, *head)->previous = self;
    }
    *head = self;
}

void cell_unlink(struct heap *heap, uint32_t *head, struct cell *cell)
{
    if (cell->next != 0) {
        cell_at(heap, cell->next)->previous = cell->previous;
    }
    *(cell->previous != 0 ? &cell_at(heap, cell->previous)->next : head) =
        cell->next;
}

/* ---- checks -------------------------------------------------------------- */

int cells_check(const struct heap *heap, size_t root_bytes,
                struct cell_census *census, struct block_fault *fault)
{
    *census = (struct cell_census){0};
    size_t offset = root_bytes;
    while (offset < heap->brk) {
        const struct cell *cell = (const struct cell *)(heap->base + offset);
        size_t bytes = cell_bytes(cell);
        if (bytes < CELL_SMALLEST || bytes > heap->brk - offset) {
            return block_fail(fault, "size-leads-astray", cell,
                              "expected %zu to %zu bytes, got %zu",
                              CELL_SMALLEST, heap->brk - offset, bytes);
        }
        if (cell->word & 8 || (!cell_in_use(cell) && cell->word & 3)) {
            return block_fail(fault, "unknown-flag", cell,
                              "word 0x%llx has a bit that no one sets",
                              (unsigned long long)cell->word);
        }
        census->count[cell_in_use(cell)]++;
        census->fingerprint[cell_in_use(cell)] +=
            block_hash(cell_link(heap, cell));
        offset += bytes;
    }
    return 0;
}

static int check_listed(const struct cell_list *list, const struct cell *cell,
                        uint32_t before, struct block_fault *fault)
{
    if (cell_in_use(cell) != list->in_use) {
        return block_fail(fault, "cell-in-wrong-list", cell,
                          "a cell that is %s in the list of the others",
                          cell_in_use(cell) ? "in use" : "free");
    }
    if (cell_bytes(cell) < list->least || cell_bytes(cell) > list->most) {
        return block_fail(fault, "list-class", cell,
                          "expected %zu to %zu bytes, got %zu", list->least,
                          list->most, cell_bytes(cell));
    }
    if (list->doubly && cell->previous != before) {
        return block_fail(fault, "list-link-back", cell,
                          "expected link 0x%x to the one before, got 0x%x",
                          before, cell->previous);
    }
    return 0;
}

int cells_check_list(const struct heap *heap, struct cell_list list,
                     struct cell_census *census, struct block_fault *fault)
{
    uint32_t before = 0;
    for (uint32_t link = list.head; link != 0;) {
        const struct cell *cell = cell_at(heap, link);
        if ((size_t)link * BLOCK_UNIT > heap->brk - CELL_SMALLEST) {
            return block_fail(fault, "list-link", cell_at(heap, before),
                              "link 0x%x leads outside the cells", link);
        }
        if (check_listed(&list, cell, before, fault) != 0) {
            return -1;
        }
        if (census->count[list.in_use]-- == 0) {
            return block_fail(fault, "list-too-long", cell,
                              "more cells than the heap has: a cycle or a "
                              "stranger");
        }
        census->fingerprint[list.in_use] -= block_hash(link);
        before = link;
        link = cell->next;
    }
    return 0;
}

int cells_check_listed(const struct cell_census *census,
                       struct block_fault *fault)
{
    for (int used = 0; used < 2; used++) {
        if (census->count[used] != 0 || census->fingerprint[used] != 0) {
            return block_fail(fault, "cell-in-no-list", NULL,
                              "%zu cells %s are in no list",
                              census->count[used], used ? "in use" : "free");
        }
    }
    return 0;
}
