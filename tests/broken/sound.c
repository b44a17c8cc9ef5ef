/*
 * sound.c -- a small allocator that is right, for others to break.
 */
#include "tests/broken/sound.h"

#include <stdio.h>
#include <string.h>

#define MAGIC    0x736f756e64U
#define SMALLEST ((size_t)32)

_Static_assert(sizeof(struct sound_header) == 16, "payloads are aligned");
_Static_assert(sizeof(struct sound_root) == 64, "blocks are aligned");

static struct sound_header *header_at(const struct heap *heap, uint64_t offset)
{
    return (struct sound_header *)(void *)(heap->base + offset);
}

static uint64_t offset_of(const struct heap *heap, const void *address)
{
    return (uint64_t)((const unsigned char *)address - heap->base);
}

int sound_init(struct heap *heap, const uint64_t *values)
{
    (void)values;
    struct sound_root *root = heap_grow(heap, sizeof *root);
    if (root == NULL) {
        return -1;
    }
    *root = (struct sound_root){.magic = MAGIC};
    return 0;
}

/* ---- malloc -------------------------------------------------------------- */

static size_t block_bytes(size_t size)
{
    size_t bytes = (size + sizeof(struct sound_header) + 15) & ~(size_t)15;
    return bytes < SMALLEST ? SMALLEST : bytes;
}

/* Takes the front of the free block that link leads to. */
static struct sound_header *take(struct heap *heap, uint64_t *link,
                                 size_t bytes)
{
    struct sound_header *found = header_at(heap, *link);
    uint64_t next = *sound_link(found);
    if (found->bytes - bytes >= SMALLEST) {
        struct sound_header *rest = header_at(heap, *link + bytes);
        *rest = (struct sound_header){found->bytes - bytes, SOUND_FREE};
        *sound_link(rest) = next;
        next = offset_of(heap, rest);
        found->bytes = bytes;
    }
    *link = next;
    found->tag = SOUND_USED;
    return found;
}

/* A block of the contiguous part, or NULL. */
static struct sound_header *carve(struct heap *heap, size_t bytes)
{
    uint64_t *link = &sound_root(heap)->first_free;
    while (*link != 0 && header_at(heap, *link)->bytes < bytes) {
        link = sound_link(header_at(heap, *link));
    }
    if (*link != 0) {
        return take(heap, link, bytes);
    }
    struct sound_header *header = heap_grow(heap, bytes);
    if (header != NULL) {
        *header = (struct sound_header){bytes, SOUND_USED};
    }
    return header;
}

static struct sound_header *map(struct heap *heap, size_t bytes)
{
    struct sound_header *header = heap_map(heap, bytes);
    if (header != NULL) {
        bytes = (bytes + HEAP_PAGE - 1) / HEAP_PAGE * HEAP_PAGE;
        *header = (struct sound_header){bytes, SOUND_USED};
    }
    return header;
}

static bool mapped(const struct heap *heap, const struct sound_header *header)
{
    return offset_of(heap, header) >= heap->brk;
}

static void *hand_out(struct heap *heap, struct sound_header *header)
{
    if (header == NULL) {
        return NULL;
    }
    struct sound_root *root = sound_root(heap);
    root->last = offset_of(heap, header + 1);
    root->first = root->first != 0 ? root->first : root->last;
    return header + 1;
}

void *sound_malloc(struct heap *heap, size_t size)
{
    if (size > heap->reserved) {
        return NULL;
    }
    size_t bytes = block_bytes(size);
    return hand_out(heap, size < SOUND_MAP_FROM ? carve(heap, bytes)
                                                : map(heap, bytes));
}

/* Cuts the front off a used block and frees it. */
static struct sound_header *free_front(struct heap *heap,
                                       struct sound_header *header,
                                       size_t front)
{
    struct sound_header *rest =
        header_at(heap, offset_of(heap, header) + front);
    *rest = (struct sound_header){header->bytes - front, SOUND_USED};
    header->bytes = front;
    sound_free(heap, header + 1);
    return rest;
}

void *sound_memalign(struct heap *heap, size_t alignment, size_t size)
{
    if (alignment <= HEAP_ALIGNMENT) {
        return sound_malloc(heap, size);
    }
    if (size > heap->reserved || alignment > heap->reserved) {
        return NULL;
    }
    struct sound_header *header =
        carve(heap, block_bytes(size) + alignment + SMALLEST);
    if (header == NULL) {
        return NULL;
    }
    size_t front = (size_t)(-(uintptr_t)(header + 1) & (alignment - 1));
    if (front != 0 && front < SMALLEST) {
        front += alignment;
    }
    return hand_out(heap,
                    front == 0 ? header : free_front(heap, header, front));
}

/* ---- free ---------------------------------------------------------------- */

/* Joins a free block with the next one in the list if they touch. */
static void join(struct heap *heap, struct sound_header *header)
{
    uint64_t next = *sound_link(header);
    if (next != 0 && offset_of(heap, header) + header->bytes == next) {
        header->bytes += header_at(heap, next)->bytes;
        *sound_link(header) = *sound_link(header_at(heap, next));
    }
}

void sound_free(struct heap *heap, void *payload)
{
    if (payload == NULL) {
        return;
    }
    struct sound_header *header = sound_header(payload), *before = NULL;
    if (mapped(heap, header)) {
        heap_unmap(heap, header, header->bytes);
        return;
    }
    uint64_t offset = offset_of(heap, header);
    uint64_t *link = &sound_root(heap)->first_free;
    while (*link != 0 && *link < offset) {
        before = header_at(heap, *link);
        link = sound_link(before);
    }
    header->tag = SOUND_FREE;
    *sound_link(header) = *link;
    *link = offset;
    join(heap, header);
    if (before != NULL) {
        join(heap, before);
    }
}

size_t sound_usable_size(struct heap *heap, const void *payload)
{
    (void)heap;
    return sound_header(payload)->bytes - sizeof(struct sound_header);
}

void *sound_realloc(struct heap *heap, void *payload, size_t size)
{
    if (payload == NULL) {
        return sound_malloc(heap, size);
    }
    if (size == 0) {
        sound_free(heap, payload);
        return NULL;
    }
    size_t usable = sound_usable_size(heap, payload);
    if (size <= usable) {
        return payload;
    }
    void *moved = sound_malloc(heap, size);
    if (moved != NULL) {
        memcpy(moved, payload, usable);
        sound_free(heap, payload);
    }
    return moved;
}

/* ---- check and walk ------------------------------------------------------ */

static int object(struct policy_fault *fault, const char *rule,
                  const void *address)
{
    snprintf(fault->rule, sizeof fault->rule, "%s", rule);
    fault->address = address;
    return -1;
}

static bool sound_bytes(const struct heap *heap, uint64_t offset,
                        uint64_t bytes)
{
    return bytes % 16 == 0 && bytes >= SMALLEST && bytes <= heap->brk - offset;
}

/* The physical blocks; sets *n_free. */
static int check_blocks(struct heap *heap, struct policy_fault *fault,
                        size_t *n_free)
{
    bool before_is_free = false;
    uint64_t offset = sizeof(struct sound_root);
    while (offset < heap->brk) {
        struct sound_header *header = header_at(heap, offset);
        bool is_free = header->tag == SOUND_FREE;
        if (!sound_bytes(heap, offset, header->bytes)) {
            return object(fault, "bad-size", header);
        }
        if (!is_free && header->tag != SOUND_USED) {
            return object(fault, "bad-tag", header);
        }
        if (is_free && before_is_free) {
            return object(fault, "uncoalesced", header);
        }
        *n_free += is_free;
        before_is_free = is_free;
        offset += header->bytes;
    }
    return 0;
}

/* Ascending offsets cannot go in circles. */
static int check_list(struct heap *heap, struct policy_fault *fault,
                      size_t n_free)
{
    uint64_t before = 0, offset = sound_root(heap)->first_free;
    for (; offset != 0; n_free--) {
        struct sound_header *header = header_at(heap, offset);
        if (offset > heap->brk - SMALLEST || offset % 16 != 0) {
            return object(fault, "free-list-outside", header);
        }
        if (offset <= before) {
            return object(fault, "free-list-cycle", header);
        }
        if (header->tag != SOUND_FREE) {
            return object(fault, "free-list-used", header);
        }
        before = offset;
        offset = *sound_link(header);
    }
    return n_free == 0 ? 0 : object(fault, "free-block-lost", NULL);
}

int sound_check(struct heap *heap, struct policy_fault *fault)
{
    size_t n_free = 0;
    return check_blocks(heap, fault, &n_free) != 0
               ? -1
               : check_list(heap, fault, n_free);
}

static struct block_info tell(const struct sound_header *header)
{
    struct block_info block = {
        .kind = header->tag == SOUND_FREE ? BLOCK_FREE : BLOCK_USED,
        .address = header,
        .bytes = header->bytes,
        .payload = header + 1,
        .payload_bytes = header->bytes - sizeof *header,
    };
    return block;
}

int sound_walk(struct heap *heap, policy_visit_fn *visit, void *context)
{
    struct block_info block = {
        .kind = BLOCK_METADATA,
        .address = heap->base,
        .bytes = sizeof(struct sound_root),
    };
    int status = visit(context, &block);
    for (uint64_t offset = block.bytes; status == 0 && offset < heap->brk;
         offset += block.bytes) {
        block = tell(header_at(heap, offset));
        status = visit(context, &block);
    }
    for (size_t i = 0; status == 0 && i < heap->mappings.n; i++) {
        block = tell(header_at(heap, heap->mappings.at[i].offset));
        status = visit(context, &block);
    }
    return status;
}

const struct policy sound_policy = {
    .name = "sound",
    .summary = "right; for tests to break",
    .init = sound_init,
    .malloc = sound_malloc,
    .free = sound_free,
    .realloc = sound_realloc,
    .memalign = sound_memalign,
    .usable_size = sound_usable_size,
    .check = sound_check,
    .walk = sound_walk,
};
