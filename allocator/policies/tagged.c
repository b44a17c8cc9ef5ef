/*
 * tagged.c -- the hooks that are the same over every index.
 */
#include "allocator/policies/tagged.h"

#include "allocator/block/bins.h"

#include <stdio.h>

struct tags_choice tagged_choice(const uint64_t *values)
{
    return (struct tags_choice){values[0], values[1], (enum tags_cut)values[2]};
}

size_t tagged_usable_size(struct heap *heap, const void *payload)
{
    (void)heap;
    return block_bytes(block_of(payload)) - BLOCK_HEADER;
}

struct visitor {
    policy_visit_fn *visit;
    void *context;
};

static int visit_block(void *context, const void *address, size_t bytes,
                       const struct block *block)
{
    const struct visitor *visitor = context;
    struct block_info info = {
        .kind = BLOCK_METADATA, .address = address, .bytes = bytes};
    if (block != NULL && block_in_use(block)) {
        info.kind = BLOCK_USED;
        info.payload = block_payload(block);
        info.payload_bytes = bytes - BLOCK_HEADER;
    } else if (block != NULL) {
        info.kind = BLOCK_FREE;
    }
    return visitor->visit(visitor->context, &info);
}

int tagged_walk(struct heap *heap, size_t root_bytes, policy_visit_fn *visit,
                void *context)
{
    struct visitor visitor = {visit, context};
    return block_walk(heap, root_bytes, visit_block, &visitor);
}

int tagged_report(const struct block_fault *found, struct policy_fault *fault)
{
    snprintf(fault->rule, sizeof fault->rule, "%s", found->rule);
    snprintf(fault->detail, sizeof fault->detail, "%s", found->detail);
    fault->address = found->address;
    return -1;
}

void tagged_trim(struct heap *heap)
{
    tags_trim(heap);
}

int tagged_check_bins(struct heap *heap, struct policy_fault *fault)
{
    struct block_fault found;
    return bins_check(heap, &found) == 0 ? 0 : tagged_report(&found, fault);
}

int tagged_walk_bins(struct heap *heap, policy_visit_fn *visit, void *context)
{
    uint32_t log2_classes = bins_root(heap)->log2_classes;
    if (log2_classes > BINS_MOST_LOG2) {
        return 0; /* overwritten: nothing tells where blocks begin */
    }
    return tagged_walk(heap, bins_root_bytes(log2_classes), visit, context);
}
