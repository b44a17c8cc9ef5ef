/*
 * plain.c -- the hooks that are the same over every plain store.
 */
#include "allocator/policies/plain.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void *plain_malloc(struct heap *heap, size_t size,
                   const struct plain_store *store)
{
    return size <= heap->reserved ? store->take(heap, size) : NULL;
}

void plain_free(struct heap *heap, void *payload,
                const struct plain_store *store)
{
    if (payload != NULL) {
        store->give(heap, plain_own(payload));
    }
}

size_t plain_usable_size(struct heap *heap, const void *payload,
                         const struct plain_store *store)
{
    const void *own = plain_own(payload);
    return store->room(heap, own) - plain_distance(own);
}

void *plain_realloc(struct heap *heap, void *payload, size_t size,
                    const struct plain_store *store)
{
    if (payload == NULL) {
        return plain_malloc(heap, size, store);
    }
    if (size == 0) {
        plain_free(heap, payload, store);
        return NULL;
    }
    if (size > heap->reserved) {
        return NULL;
    }
    void *own = plain_own(payload);
    if (store->resize(heap, own, plain_distance(own) + size)) {
        return payload;
    }
    void *moved = store->take(heap, size);
    if (moved != NULL) {
        memcpy(moved, payload, plain_usable_size(heap, payload, store));
        store->give(heap, own);
    }
    return moved;
}

void *plain_memalign(struct heap *heap, size_t alignment, size_t size,
                     const struct plain_store *store)
{
    if (alignment <= HEAP_ALIGNMENT) {
        return plain_malloc(heap, size, store);
    }
    if (size > heap->reserved || alignment > heap->reserved) {
        return NULL;
    }
    size += size == 0; /* an empty payload would lie past the block */
    unsigned char *own = store->take(heap, size + alignment - HEAP_ALIGNMENT);
    if (own == NULL) {
        return NULL;
    }
    uint64_t distance = -(uintptr_t)own & (alignment - 1);
    if (distance != 0) {
        *plain_word(own) |= PLAIN_DISPLACED;
        *(uint64_t *)own = distance;
        *plain_word(own + distance) = distance | PLAIN_STAND_IN;
    }
    store->resize(heap, own, distance + size);
    return own + distance;
}

struct block_info plain_info(const void *own, size_t bytes, size_t room,
                             enum block_kind kind)
{
    struct block_info info = {
        .kind = kind, .address = plain_word(own), .bytes = bytes};
    if (kind == BLOCK_USED) {
        size_t distance = plain_distance(own);
        info.payload = (const unsigned char *)own + distance;
        info.payload_bytes = room - distance;
    }
    return info;
}

int plain_fail(struct policy_fault *fault, const char *rule,
               const void *address, const char *format, ...)
{
    snprintf(fault->rule, sizeof fault->rule, "%s", rule);
    fault->address = address;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fault->detail, sizeof fault->detail, format, arguments);
    va_end(arguments);
    return -1;
}

int plain_check(const void *own, size_t room, struct policy_fault *fault)
{
    uint64_t distance = plain_distance(own);
    if (distance == 0 && *plain_word(own) & PLAIN_DISPLACED) {
        return plain_fail(fault, "displacement", plain_word(own),
                          "a displaced payload that is not");
    }
    if (distance % HEAP_ALIGNMENT != 0 || distance > room ||
        (distance != 0 && *plain_word((const unsigned char *)own + distance) !=
                              (distance | PLAIN_STAND_IN))) {
        return plain_fail(fault, "displacement", plain_word(own),
                          "%llu bytes up there is no stand-in that leads back",
                          (unsigned long long)distance);
    }
    return 0;
}
