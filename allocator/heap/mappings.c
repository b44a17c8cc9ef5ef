/*
 * mappings.c -- separate pages from the top of the reservation (heap.h).
 *
 * They get and lose their pages one by one, as mmap and munmap would.  A new
 * one takes the highest gap that fits, found by one scan from the top.
 */
#include "allocator/heap/inside.h"

static void update_floor(struct heap *heap)
{
    heap->mappings_floor =
        heap->mappings.n != 0 ? heap->mappings.at[0].offset : heap->reserved;
}

/*
 * The highest gap of bytes between the committed part and the reservation's
 * end.  Returns the index at which the mapping belongs, its offset in *offset,
 * or SIZE_MAX where no gap is large enough.
 */
static size_t find_gap(const struct heap *heap, size_t bytes, size_t *offset)
{
    const struct heap_range *mappings = heap->mappings.at;
    size_t ceiling = heap->reserved;
    for (size_t i = heap->mappings.n + 1; i-- > 0;) {
        size_t floor = i > 0 ? range_end(&mappings[i - 1]) : heap->committed;
        if (ceiling - floor >= bytes) {
            *offset = ceiling - bytes;
            return i;
        }
        if (i > 0) {
            ceiling = mappings[i - 1].offset;
        }
    }
    return SIZE_MAX;
}

void *heap_map(struct heap *heap, size_t bytes)
{
    if (bytes == 0 || bytes > SIZE_MAX - HEAP_PAGE) {
        return inside_refused(heap, bytes);
    }
    bytes = inside_round_up(bytes, HEAP_PAGE);
    struct heap_range mapping = {0, bytes};
    size_t index = SIZE_MAX;
    if (inside_allowed(heap, bytes) && ranges_reserve(&heap->mappings) == 0) {
        index = find_gap(heap, bytes, &mapping.offset);
    }
    if (index == SIZE_MAX ||
        !claim_shadow_from(&heap->shadow, mapping.offset) ||
        inside_open(heap, mapping.offset, bytes) != 0) {
        return inside_refused(heap, bytes);
    }
    ranges_insert(&heap->mappings, index, mapping);
    heap->mapped += bytes;
    update_floor(heap);
    inside_update_ready(heap, heap->brk);
    return heap->base + mapping.offset;
}

int heap_unmap(struct heap *heap, void *address, size_t bytes)
{
    size_t offset = (size_t)((unsigned char *)address - heap->base);
    size_t index = ranges_behind(&heap->mappings, offset);
    if (index == heap->mappings.n || bytes == 0 || offset % HEAP_PAGE != 0 ||
        bytes % HEAP_PAGE != 0) {
        return -1;
    }
    const struct heap_range *m = &heap->mappings.at[index];
    if (offset < m->offset || bytes > m->bytes ||
        offset - m->offset > m->bytes - bytes ||
        ranges_reserve(&heap->mappings) != 0) {
        return -1;
    }
    ranges_cut(&heap->mappings, offset, offset + bytes);
    inside_close(heap, offset, bytes);
    inside_note_peak(heap);
    heap->mapped -= bytes;
    update_floor(heap);
    inside_update_ready(heap, heap->brk);
    return 0;
}
