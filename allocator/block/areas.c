/*
 * areas.c -- filling areas from below, and what must be true of them.
 */
#include "allocator/block/areas.h"

struct area *area_map(struct heap *heap, size_t area_bytes, size_t bytes)
{
    size_t least = bytes + AREA_FIRST - sizeof(uint64_t);
    size_t wanted = least > area_bytes ? least : area_bytes;
    wanted = (wanted + HEAP_PAGE - 1) & ~(HEAP_PAGE - 1);
    bool reached = bytes / BLOCK_UNIT <= UINT32_MAX;
    struct area *area = heap_map(heap, reached ? wanted : SIZE_MAX);
    if (area != NULL) {
        *area = (struct area){.bytes = wanted, .top = AREA_FIRST};
    }
    return area;
}

void area_unmap(struct heap *heap, struct area *area)
{
    heap_unmap(heap, area, area->bytes);
}

static void set_word(void *payload, size_t bytes, size_t distance)
{
    *area_word(payload) =
        (uint64_t)(bytes / BLOCK_UNIT) << 32 | distance | AREA_IN_USE;
}

void *area_take(struct area *area, size_t bytes)
{
    void *payload = area_payload(area, area->top);
    set_word(payload, bytes, area->top);
    area->top += bytes;
    area->live++;
    return payload;
}

bool area_resize_last(struct area *area, void *payload, size_t bytes)
{
    size_t distance = area_distance(payload);
    bool last = distance + area_object_bytes(payload) == area->top;
    if (!last || bytes > area->bytes - (distance - sizeof(uint64_t))) {
        return false;
    }
    uint64_t flags = *area_word(payload) & (BLOCK_FLAGS ^ AREA_IN_USE);
    set_word(payload, bytes, distance);
    *area_word(payload) |= flags;
    area->top = distance + bytes;
    return true;
}

static int check_object(const struct area *area, size_t offset,
                        struct block_fault *fault)
{
    const void *payload = area_payload(area, offset);
    size_t bytes = area_object_bytes(payload);
    if (bytes == 0 || bytes > area->top - offset) {
        return block_fail(fault, "size-leads-astray", area_word(payload),
                          "expected up to %zu bytes, got %zu",
                          (size_t)area->top - offset, bytes);
    }
    if (area_distance(payload) != offset) {
        return block_fail(fault, "distance-to-area", area_word(payload),
                          "expected %zu, got %zu", offset,
                          area_distance(payload));
    }
    if (*area_word(payload) & 8) {
        return block_fail(fault, "unknown-flag", area_word(payload),
                          "word 0x%llx has a bit that no one sets",
                          (unsigned long long)*area_word(payload));
    }
    return 0;
}

int area_check(const struct area *area, size_t bytes, struct block_fault *fault)
{
    if (area->bytes != bytes || area->top % BLOCK_UNIT != 0 ||
        area->top < AREA_FIRST || area->top > bytes + sizeof(uint64_t)) {
        return block_fail(fault, "area", area,
                          "says %zu bytes, top %zu; the mapping has %zu",
                          (size_t)area->bytes, (size_t)area->top, bytes);
    }
    size_t live = 0;
    for (size_t offset = AREA_FIRST; offset < area->top;
         offset += area_object_bytes(area_payload(area, offset))) {
        if (check_object(area, offset, fault) != 0) {
            return -1;
        }
        live += *area_word(area_payload(area, offset)) & AREA_IN_USE ? 1 : 0;
    }
    if (live != area->live) {
        return block_fail(fault, "live-objects", area,
                          "%zu objects are in use, the area says %u", live,
                          area->live);
    }
    return 0;
}
