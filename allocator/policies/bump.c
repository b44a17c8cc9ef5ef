/*
 * bump.c -- move the break, never free.
 *
 *   | size | payload ... | size | payload ... | size | payload ... |  break
 *     16B                                                            '--> grows
 *
 * Each block is a 16-byte header that holds the payload's size (realloc and
 * walk need it) and the payload, rounded up to 16 bytes.  Every operation is
 * O(1); free only marks the block for walk and its memory is lost, so
 * utilization is live over ever allocated.  It is the floor for time: what the
 * replay of a trace costs by itself.
 *
 * Only the block at the break is resized in place.
 */
#include <string.h>

#include "allocator/policy.h"

struct header {
    size_t bytes; /* of the payload, a multiple of 16 */
    size_t kind;  /* enum block_kind */
};

_Static_assert(sizeof(struct header) == HEAP_ALIGNMENT, "payloads align");

static size_t round16(size_t bytes)
{
    return (bytes + 15) & ~(size_t)15;
}

static struct header *header_of(const void *payload)
{
    return (struct header *)((uintptr_t)payload - sizeof(struct header));
}

static int bump_init(struct heap *heap, const uint64_t *values)
{
    (void)heap;
    (void)values;
    return 0;
}

static void *bump_malloc(struct heap *heap, size_t size)
{
    if (size > heap->reserved) {
        return NULL;
    }
    size_t bytes = round16(size);
    struct header *header = heap_grow(heap, sizeof *header + bytes);
    if (header == NULL) {
        return NULL;
    }
    header->bytes = bytes;
    header->kind = BLOCK_USED;
    return header + 1;
}

static void bump_free(struct heap *heap, void *payload)
{
    (void)heap;
    if (payload != NULL) {
        header_of(payload)->kind = BLOCK_FREE;
    }
}

/* Resizes the block at the break in place; false when refused. */
static bool resize_top(struct heap *heap, struct header *header, size_t bytes)
{
    if (bytes <= header->bytes) {
        heap_shrink(heap, header->bytes - bytes);
    } else if (heap_grow(heap, bytes - header->bytes) == NULL) {
        return false;
    }
    header->bytes = bytes;
    return true;
}

static void *bump_realloc(struct heap *heap, void *payload, size_t size)
{
    if (payload == NULL) {
        return bump_malloc(heap, size);
    }
    if (size == 0) {
        bump_free(heap, payload);
        return NULL;
    }
    if (size > heap->reserved) {
        return NULL;
    }
    struct header *header = header_of(payload);
    if ((unsigned char *)payload + header->bytes == heap_top(heap)) {
        return resize_top(heap, header, round16(size)) ? payload : NULL;
    }
    if (size <= header->bytes) {
        return payload;
    }
    void *moved = bump_malloc(heap, size);
    if (moved != NULL) {
        memcpy(moved, payload, header->bytes);
        bump_free(heap, payload);
    }
    return moved;
}

static void *bump_memalign(struct heap *heap, size_t alignment, size_t size)
{
    uintptr_t first = (uintptr_t)heap_top(heap) + sizeof(struct header);
    size_t gap =
        alignment <= HEAP_ALIGNMENT ? 0 : (size_t)(-first & (alignment - 1));
    if (size > heap->reserved || gap > heap->reserved) {
        return NULL;
    }
    if (gap != 0) {
        struct header *pad = heap_grow(heap, gap);
        if (pad == NULL) {
            return NULL;
        }
        pad->bytes = gap - sizeof *pad;
        pad->kind = BLOCK_METADATA;
    }
    void *payload = bump_malloc(heap, size);
    if (payload == NULL) {
        heap_shrink(heap, gap);
    }
    return payload;
}

static size_t bump_usable_size(struct heap *heap, const void *payload)
{
    (void)heap;
    return header_of(payload)->bytes;
}

/* The block at address is sound: its size leads to the break or before it. */
static bool sound(const struct heap *heap, const struct header *header)
{
    size_t room = (size_t)(heap_top(heap) - (const unsigned char *)header);
    return room >= sizeof *header && header->bytes % 16 == 0 &&
           header->bytes <= room - sizeof *header;
}

static const struct header *next_block(const struct header *header)
{
    return (const struct header *)((const unsigned char *)(header + 1) +
                                   header->bytes);
}

static int bump_check(struct heap *heap, struct policy_fault *fault)
{
    const struct header *header = (const struct header *)heap->base;
    while ((const unsigned char *)header < heap_top(heap)) {
        if (!sound(heap, header)) {
            *fault = (struct policy_fault){"size-leads-astray", header,
                                           "block does not end in the heap"};
            return -1;
        }
        header = next_block(header);
    }
    return 0;
}

static int bump_walk(struct heap *heap, policy_visit_fn *visit, void *context)
{
    const struct header *header = (const struct header *)heap->base;
    while ((const unsigned char *)header < heap_top(heap)) {
        struct block_info block = {
            .kind = (enum block_kind)header->kind,
            .address = header,
            .bytes = sizeof *header + header->bytes,
            .payload = header + 1,
            .payload_bytes = header->bytes,
        };
        int status = visit(context, &block);
        if (status != 0 || !sound(heap, header)) {
            return status;
        }
        header = next_block(header);
    }
    return 0;
}

const struct policy bump_policy = {
    .name = "bump",
    .summary = "moves the break, never frees: the harness's own floor",
    .init = bump_init,
    .malloc = bump_malloc,
    .free = bump_free,
    .realloc = bump_realloc,
    .memalign = bump_memalign,
    .usable_size = bump_usable_size,
    .check = bump_check,
    .walk = bump_walk,
};
