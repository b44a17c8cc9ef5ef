/*
 * huge.c -- mappings of their own (see huge.h).
 */
#include "allocator/policies/mymalloc/huge.h"

/* Without tables there is nowhere to keep the list's head. */
static struct tables *tables_made(struct heap *heap)
{
    if (tables_of(heap) == NULL) {
        my_tables_renew(heap, 0);
    }
    return tables_of(heap);
}

/* Enters a mapping into the list; its payload. */
static void *enter(struct tables *tables, struct huge *huge,
                   unsigned char *start, size_t bytes)
{
    *huge = (struct huge){tables->huge, NULL, start, bytes};
    if (huge->next != NULL) {
        huge->next->previous = huge;
    }
    tables->huge = huge;
    return huge + 1;
}

/*
 * Gives back the whole pages of a mapping that an alignment left below the
 * head and above the payload.
 */
static void cut(struct heap *heap, const struct huge *huge, size_t size,
                unsigned char **start, size_t *bytes)
{
    size_t below = (size_t)((unsigned char *)(uintptr_t)huge - *start);
    below &= ~(HEAP_PAGE - 1);
    if (below != 0 && heap_unmap(heap, *start, below) == 0) {
        *start += below;
        *bytes -= below;
    }
    size_t kept = (size_t)((unsigned char *)(uintptr_t)(huge + 1) - *start);
    kept = (kept + size + HEAP_PAGE - 1) & ~(HEAP_PAGE - 1);
    if (kept < *bytes && heap_unmap(heap, *start + kept, *bytes - kept) == 0) {
        *bytes = kept;
    }
}

void *my_huge_malloc(struct heap *heap, size_t alignment, size_t size)
{
    size_t head = sizeof(struct huge);
    if (alignment > head) {
        head = alignment < HEAP_PAGE ? alignment : alignment + HEAP_PAGE;
    }
    if (size > heap->reserved) {
        return NULL;
    }
    size_t bytes = (size + head + HEAP_PAGE - 1) & ~(HEAP_PAGE - 1);
    unsigned char *start = heap_map(heap, bytes);
    if (start == NULL) {
        return NULL;
    }
    if (tables_made(heap) == NULL) {
        heap_unmap(heap, start, bytes);
        return NULL;
    }
    uintptr_t first = (uintptr_t)start + sizeof(struct huge);
    struct huge *huge =
        (struct huge *)((first + alignment - 1) & ~(alignment - 1)) - 1;
    cut(heap, huge, size, &start, &bytes);
    return enter(tables_of(heap), huge, start, bytes);
}

void my_huge_free(struct heap *heap, void *payload)
{
    struct huge *huge = huge_of(payload);
    if (huge->next != NULL) {
        huge->next->previous = huge->previous;
    }
    if (huge->previous != NULL) {
        huge->previous->next = huge->next;
    } else {
        tables_of(heap)->huge = huge->next;
    }
    heap_unmap(heap, huge->start, huge->bytes);
}
