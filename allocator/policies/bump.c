/*
 * bump.c -- move the break, never free.
 *
 *   | size, kind | payload ... | size, kind | payload ... |  break
 *        16B                                                 '--> grows
 *
 * Each block is a 16-byte header, which realloc and walk need, and a payload
 * of 16 bytes or a multiple.  Every operation is O(1); free only marks the
 * block for walk and its memory is lost, so utilization is the peak of what is
 * live over all that was ever allocated.  It is the floor for time: what the
 * replay of a trace costs by itself.
 *
 * Only the block at the break is resized in place.  A gap before an aligned
 * payload is a block of its own, padding that nobody owns.
 */
#include <string.h>

#include "allocator/policy.h"

struct header {
    size_t bytes; /* of the payload, a multiple of 16 */
    size_t kind;  /* enum block_kind */
};

_Static_assert(sizeof(struct header) == HEAP_ALIGNMENT, "payloads align");

/* Bytes of the payload for a size; an empty one would lie past the break. */
static size_t payload_bytes(size_t size)
{
    return size == 0 ? HEAP_ALIGNMENT
                     : (size + HEAP_ALIGNMENT - 1) & ~(HEAP_ALIGNMENT - 1);
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

/* A block at the break behind gap bytes of padding. */
static void *allocate(struct heap *heap, size_t gap, size_t size)
{
    size_t bytes = payload_bytes(size);
    struct header *header = heap_grow(heap, gap + sizeof *header + bytes);
    if (header == NULL) {
        return NULL;
    }
    if (gap != 0) {
        *header = (struct header){gap - sizeof *header, BLOCK_METADATA};
        header = (struct header *)((uintptr_t)header + gap);
    }
    *header = (struct header){bytes, BLOCK_USED};
    return header + 1;
}

static void *bump_malloc(struct heap *heap, size_t size)
{
    return size <= heap->reserved ? allocate(heap, 0, size) : NULL;
}

static void bump_free(struct heap *heap, void *payload)
{
    (void)heap;
    if (payload != NULL) {
        header_of(payload)->kind = BLOCK_FREE;
    }
}

/* Resizes the block at the break in place; false when refused. */
static bool resize_last(struct heap *heap, struct header *header, size_t bytes)
{
    if (bytes <= header->bytes) {
        heap_shrink(heap, header->bytes - bytes);
    } else if (heap_grow(heap, bytes - header->bytes) == NULL) {
        return false;
    }
    header->bytes = bytes;
    return true;
}

static void *move(struct heap *heap, void *payload, size_t size)
{
    void *moved = bump_malloc(heap, size);
    if (moved != NULL) {
        memcpy(moved, payload, header_of(payload)->bytes);
        bump_free(heap, payload);
    }
    return moved;
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
        bool done = resize_last(heap, header, payload_bytes(size));
        return done ? payload : NULL;
    }
    return size <= header->bytes ? payload : move(heap, payload, size);
}

static void *bump_memalign(struct heap *heap, size_t alignment, size_t size)
{
    if (size > heap->reserved) {
        return NULL;
    }
    if (alignment < HEAP_ALIGNMENT) {
        alignment = HEAP_ALIGNMENT;
    }
    uintptr_t first = (uintptr_t)heap_top(heap) + sizeof(struct header);
    return allocate(heap, (size_t)(-first & (alignment - 1)), size);
}

static size_t bump_usable_size(struct heap *heap, const void *payload)
{
    (void)heap;
    return header_of(payload)->bytes;
}

static const struct header *first_block(const struct heap *heap)
{
    return (const struct header *)heap->base;
}

static bool at_break(const struct heap *heap, const struct header *header)
{
    return (const unsigned char *)header == heap_top(heap);
}

static const struct header *next_block(const struct header *header)
{
    return (const struct header *)((uintptr_t)(header + 1) + header->bytes);
}

/* Neither its size nor its kind can be wrong. */
static bool sound(const struct heap *heap, const struct header *header)
{
    size_t room = (size_t)(heap_top(heap) - (const unsigned char *)header);
    return header->bytes % HEAP_ALIGNMENT == 0 &&
           header->bytes <= room - sizeof *header &&
           header->kind <= BLOCK_METADATA;
}

static int bump_check(struct heap *heap, struct policy_fault *fault)
{
    const struct header *header = first_block(heap);
    for (; !at_break(heap, header); header = next_block(header)) {
        if (!sound(heap, header)) {
            *fault = (struct policy_fault){
                "header", header, "its size leads astray or its kind is none"};
            return -1;
        }
    }
    return 0;
}

static int bump_walk(struct heap *heap, policy_visit_fn *visit, void *context)
{
    int status = 0;
    const struct header *header = first_block(heap);
    while (status == 0 && !at_break(heap, header) && sound(heap, header)) {
        struct block_info block = {
            .kind = (enum block_kind)header->kind,
            .address = header,
            .bytes = sizeof *header + header->bytes,
        };
        if (block.kind == BLOCK_USED) {
            block.payload = header + 1;
            block.payload_bytes = header->bytes;
        }
        header = next_block(header);
        status = visit(context, &block);
    }
    return status;
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
