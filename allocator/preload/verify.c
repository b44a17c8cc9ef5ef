/*
 * verify.c -- guards, the policy's word, and links (verify.h).
 */
#include "allocator/preload/verify.h"

#include "allocator/policy.h"
#include "allocator/preload/message.h"
#include "allocator/preload/settings.h"

static const struct policy *policy(void)
{
    return settings.choice.policy;
}

static uintptr_t *guard_of(const void *payload, size_t class)
{
    return (uintptr_t *)((uintptr_t)payload + class_bytes(class));
}

static uintptr_t guard_value(const void *payload)
{
    return ~cached_link(payload);
}

/* Whether a block for which the policy has so many bytes has a guard. */
static bool has_guard(size_t class, size_t bytes)
{
    return bytes >= class_bytes(class) + sizeof(uintptr_t);
}

void verify_begin(struct arena *arena, void *payload, size_t class)
{
    size_t bytes = policy()->usable_size(&arena->heap, payload);
    if (has_guard(class, bytes)) {
        *guard_of(payload, class) = guard_value(payload);
    }
}

/* Who wrote over the guard as well came by there. */
static __attribute__((noreturn, cold)) void blame(const struct heap *heap,
                                                  const void *payload,
                                                  size_t class)
{
    bool over =
        class != 0 &&
        heap_contains(heap, guard_of(payload, class), sizeof(uintptr_t)) &&
        *guard_of(payload, class) != guard_value(payload);
    message_misuse(over ? "overrun" : "damaged block", payload);
}

size_t verify_block(struct arena *arena, const void *payload, size_t state)
{
    struct heap *heap = &arena->heap;
    size_t class = state <= CLASSES ? state : 0;
    size_t size = class != 0 ? class_bytes(class) : 0;
    bool knows = policy()->is_sound != NULL;
    if (knows && !policy()->is_sound(heap, payload, size)) {
        blame(heap, payload, class);
    }
    size_t bytes = policy()->usable_size(heap, payload);
    if (bytes < size || (!knows && !heap_contains(heap, payload, bytes))) {
        blame(heap, payload, class);
    }
    if (class != 0 && has_guard(class, bytes) &&
        *guard_of(payload, class) != guard_value(payload)) {
        message_misuse("overrun", payload);
    }
    return bytes;
}

struct cached *verify_link(size_t class, uintptr_t link,
                           const struct cached *before)
{
    struct cached *block = cached_at(link);
    if (!cached_is_block(block) || !arena_owns(block) ||
        arena_state(block) != class) {
        if (before != NULL) {
            message_misuse("write after free", before);
        }
        verify_blame(class, link);
    }
    if (!arena_is_cached(block)) {
        message_misuse("write after free", block);
    }
    return block;
}

/* The block of the class in an arena that has the link in it; NULL: none. */
static const void *find_link(const struct arena *arena, size_t class,
                             uintptr_t link)
{
    const unsigned char *base = arena->heap.base;
    for (size_t offset = 0; offset < arena->heap.brk;
         offset += HEAP_ALIGNMENT) {
        const struct cached *block = (const struct cached *)(base + offset);
        if (arena_state(block) == class && block->link == link) {
            return block;
        }
    }
    return NULL;
}

void verify_blame(size_t class, uintptr_t link)
{
    const void *block = NULL;
    for (unsigned i = 0; link != 0 && block == NULL && i < arenas.n; i++) {
        if (atomic_load(&arenas.arena[i].open)) {
            block = find_link(&arenas.arena[i], class, link);
        }
    }
    message_misuse("write after free", block);
}
