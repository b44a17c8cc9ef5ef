/*
 * mapped.c -- going over all mappings of a heap.
 */
#include "allocator/policies/mapped.h"

#include <string.h>

int mapped_init(struct heap *heap, size_t root_bytes)
{
    if (heap_grow(heap, root_bytes) == NULL) {
        return -1;
    }
    memset(heap->base, 0, root_bytes);
    return 0;
}

int mapped_visit(policy_visit_fn *visit, void *context, const void *address,
                 size_t bytes)
{
    struct block_info info = {
        .kind = BLOCK_METADATA, .address = address, .bytes = bytes};
    return visit(context, &info);
}

size_t mapped_room(struct heap *heap, const void *own)
{
    (void)heap;
    return area_object_bytes(own) - sizeof(uint64_t);
}

/* The area's head, its objects, and what is above the top. */
static int walk_area(const struct area *area, policy_visit_fn *visit,
                     void *context)
{
    int status = mapped_visit(visit, context, area, sizeof *area);
    size_t offset = AREA_FIRST;
    while (status == 0 && offset < area->top) {
        const void *payload = area_payload(area, offset);
        size_t bytes = area_object_bytes(payload);
        bool used = (*area_word(payload) & AREA_IN_USE) != 0;
        struct block_info info =
            plain_info(payload, bytes, bytes - sizeof(uint64_t),
                       used ? BLOCK_USED : BLOCK_FREE);
        status = visit(context, &info);
        offset += bytes;
    }
    size_t end = offset - sizeof(uint64_t);
    if (status != 0 || end == area->bytes) {
        return status;
    }
    struct block_info rest = {.kind = BLOCK_FREE,
                              .address = area_payload(area, end),
                              .bytes = area->bytes - end};
    return visit(context, &rest);
}

int mapped_walk_areas(struct heap *heap, policy_visit_fn *visit, void *context)
{
    int status = mapped_visit(visit, context, heap->base, heap->brk);
    for (size_t i = 0; status == 0 && i < heap->mappings.n; i++) {
        status = walk_area(mapped_at(heap, i), visit, context);
    }
    return status;
}

static int check_payloads(const struct area *area, struct policy_fault *fault)
{
    size_t bytes;
    for (size_t offset = AREA_FIRST; offset < area->top; offset += bytes) {
        const void *payload = area_payload(area, offset);
        bytes = area_object_bytes(payload);
        if (*area_word(payload) & AREA_IN_USE &&
            plain_check(payload, bytes - sizeof(uint64_t), fault) != 0) {
            return -1;
        }
    }
    return 0;
}

int mapped_check_areas(struct heap *heap, struct policy_fault *fault)
{
    for (size_t i = 0; i < heap->mappings.n; i++) {
        const struct area *area = mapped_at(heap, i);
        struct block_fault found;
        if (area_check(area, heap->mappings.at[i].bytes, &found) != 0) {
            return tagged_report(&found, fault);
        }
        if (check_payloads(area, fault) != 0) {
            return -1;
        }
    }
    return 0;
}
