/*
 * mapped.h -- what policies over areas (block/areas.h) have in common beyond
 * PLAIN_HOOKS: the root on the break, the walk and the check of all areas.
 */
#ifndef ALLOCATOR_POLICIES_MAPPED_H
#define ALLOCATOR_POLICIES_MAPPED_H

#include "allocator/block/areas.h"
#include "allocator/policies/plain.h"
#include "allocator/policies/tagged.h"

/* The mapping of that index, as a policy entered it. */
static inline void *mapped_at(const struct heap *heap, size_t index)
{
    return heap->base + heap->mappings.at[index].offset;
}

/* A zeroed root at base; 0, or -1 when refused. */
int mapped_init(struct heap *heap, size_t root_bytes);

/* Visits the root and any other piece that is the policy's own. */
int mapped_visit(policy_visit_fn *visit, void *context, const void *address,
                 size_t bytes);

/* The store's room for objects of areas. */
size_t mapped_room(struct heap *heap, const void *own);

/* Walks root and areas as policy.h says. */
int mapped_walk_areas(struct heap *heap, policy_visit_fn *visit, void *context);

/* Verifies all areas and the displaced payloads in them. */
int mapped_check_areas(struct heap *heap, struct policy_fault *fault);

#endif
