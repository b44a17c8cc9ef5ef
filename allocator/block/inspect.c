/*
 * inspect.c -- the physical walk, and the check of every tag on its way.
 */
#include "allocator/block/inspect.h"

#include <stdarg.h>
#include <stdio.h>

int block_fail(struct block_fault *fault, const char *rule, const void *address,
               const char *format, ...)
{
    fault->rule = rule;
    fault->address = address;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fault->detail, sizeof fault->detail, format, arguments);
    va_end(arguments);
    return -1;
}

/* The finalizer of splitmix64 (Steele, Lea, Flood, OOPSLA 2014). */
uint64_t block_hash(uint32_t link)
{
    uint64_t x = link + UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* Whether the block's size leads to another block or exactly to the end. */
static bool size_sound(const struct block *block, const struct block *end)
{
    size_t bytes = block_bytes(block);
    return bytes >= BLOCK_SMALLEST &&
           bytes <= (uintptr_t)end - (uintptr_t)block;
}

/* What is known while walking up: the block below the one at hand. */
struct below {
    size_t bytes; /* 0: the root */
    bool in_use;
};

/* What a block or the end mark says of the block below it. */
static int inspect_below_flags(const struct block *block, struct below below,
                               struct block_fault *fault)
{
    if (block_below_in_use(block) != below.in_use) {
        return block_fail(fault, "previous-in-use-bit", block,
                          "the block below is %s, the bit says otherwise",
                          below.in_use ? "in use" : "free");
    }
    bool smallest = !below.in_use && below.bytes == BLOCK_SMALLEST;
    if (((block->header & BLOCK_BELOW_SMALLEST) != 0) != smallest) {
        return block_fail(fault, "previous-smallest-bit", block,
                          "the block below has %zu bytes and is %s, the bit "
                          "says otherwise",
                          below.bytes, below.in_use ? "in use" : "free");
    }
    return 0;
}

static int inspect_free(const struct block *block, struct below below,
                        struct block_fault *fault)
{
    if (!below.in_use) {
        return block_fail(fault, "uncoalesced-neighbours", block,
                          "this block and the one below are both free");
    }
    size_t bytes = block_bytes(block);
    size_t footer = (size_t)((const uint64_t *)block_above(block))[-1];
    if (bytes != BLOCK_SMALLEST && footer != bytes) {
        return block_fail(fault, "footer", block,
                          "expected a footer of %zu bytes, got %zu", bytes,
                          footer);
    }
    return 0;
}

static int inspect_block(const struct block *block, const struct block *end,
                         struct below below, struct block_fault *fault)
{
    if (!size_sound(block, end)) {
        return block_fail(fault, "size-leads-astray", block,
                          "expected 16 to %zu bytes, got %zu",
                          (size_t)((uintptr_t)end - (uintptr_t)block),
                          block_bytes(block));
    }
    if (block->header & 8) {
        return block_fail(fault, "unknown-flag", block,
                          "header 0x%llx has a bit that no one sets",
                          (unsigned long long)block->header);
    }
    if (inspect_below_flags(block, below, fault) != 0) {
        return -1;
    }
    return block_in_use(block) ? 0 : inspect_free(block, below, fault);
}

static int inspect_end(const struct block *end, struct below below,
                       struct block_fault *fault)
{
    if (block_bytes(end) != 0 || !block_in_use(end) || (end->header & 8)) {
        return block_fail(fault, "end-mark", end,
                          "expected no bytes and in use, got header 0x%llx",
                          (unsigned long long)end->header);
    }
    return inspect_below_flags(end, below, fault);
}

int block_inspect(const struct heap *heap, size_t root_bytes,
                  struct block_census *census, struct block_fault *fault)
{
    *census = (struct block_census){0};
    if (heap->brk % BLOCK_UNIT != 0 || heap->brk > BLOCK_REACH ||
        heap->brk < root_bytes + BLOCK_HEADER) {
        return block_fail(fault, "break", heap_top(heap),
                          "%zu bytes of heap cannot hold blocks", heap->brk);
    }
    const struct block *end = tags_end(heap);
    struct below below = {0, true};
    const struct block *block = tags_first(heap, root_bytes);
    while (block < end) {
        if (inspect_block(block, end, below, fault) != 0) {
            return -1;
        }
        below = (struct below){block_bytes(block), block_in_use(block)};
        if (!below.in_use && block_above(block) != end) {
            census->count++;
            census->fingerprint += block_hash(block_link(heap, block));
        }
        block = block_above(block);
    }
    return inspect_end(end, below, fault);
}

int block_walk(const struct heap *heap, size_t root_bytes,
               block_visit_fn *visit, void *context)
{
    int status = visit(context, heap->base, root_bytes, NULL);
    const struct block *block = tags_first(heap, root_bytes);
    const struct block *end = tags_end(heap);
    while (status == 0 && block < end && size_sound(block, end)) {
        status = visit(context, block, block_bytes(block), block);
        block = block_above(block);
    }
    if (status == 0 && block == end) {
        status = visit(context, end, BLOCK_HEADER, NULL);
    }
    return status;
}
