/*
 * celled.h -- what policies over cells (block/cells.h) have in common beyond
 * PLAIN_HOOKS.
 */
#ifndef ALLOCATOR_POLICIES_CELLED_H
#define ALLOCATOR_POLICIES_CELLED_H

#include "allocator/block/cells.h"
#include "allocator/policies/plain.h"
#include "allocator/policies/tagged.h"

/* The store's room. */
size_t celled_room(struct heap *heap, const void *own);

/* Walks root and cells as policy.h says. */
int celled_walk(struct heap *heap, size_t root_bytes, policy_visit_fn *visit,
                void *context);

/* Verifies the displaced payloads of a row that is sound. */
int celled_check_payloads(const struct heap *heap, size_t root_bytes,
                          struct policy_fault *fault);

#endif
