/*
 * batch.h -- several small objects in one call.
 *
 * What malloc and free would do one by one, but the tables and the list of the
 * size are looked up once: a kept object is then taken, or kept, in about ten
 * instructions.
 */
#ifndef ALLOCATOR_POLICIES_MYMALLOC_BATCH_H
#define ALLOCATOR_POLICIES_MYMALLOC_BATCH_H

#include <stddef.h>

#include "allocator/heap/heap.h"

/* As policy.h says. */
size_t my_batch_malloc(struct heap *heap, size_t size, size_t n, void **out);
void my_batch_free(struct heap *heap, void *const *payloads, size_t n);

#endif
