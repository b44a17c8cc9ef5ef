/*
 * inspect.h -- the flagship's check and walk (allocator/policy.h says what
 * they owe).
 *
 * The invariants, by rule:
 *   root-beyond-break    1 <= top <= break
 *   block-past-top       sizes lead from block to block and end at top
 *   previous-flag        a word tells whether the block before is in use
 *   free-end             a free block's last 4 bytes repeat its size
 *   free-neighbours      no free block touches another, or the top
 *   hollow               retired pages lie inside free blocks that say so
 *   top-word             the word at top is "in use, previous in use"
 *   area                 starts lead from the first object to an end mark
 *   hole                 a hole's size is the distance to the next start
 *   bits                 there are no bits but those of areas
 *   map, chunks          each chunk of bits is a granule's, or free
 *   tables               lie in a block in use that is large enough
 *   bin-list, bin-bits   lists hold free blocks of their bin, linked both ways
 *   free-lost            every free block is listed once or is the victim
 *   hole-end             a hole's end tells its size too
 *   hole-list            lists hold holes of their group and size
 *   hole-lost            every hole is listed once or its group's victim
 *   kept-list            lists hold objects of their size, each once
 *   huge-list            each lies in a mapping, linked both ways
 */
#ifndef ALLOCATOR_POLICIES_MYMALLOC_INSPECT_H
#define ALLOCATOR_POLICIES_MYMALLOC_INSPECT_H

#include "allocator/policies/mymalloc/layout.h"
#include "allocator/policy.h"

int my_check(struct heap *heap, struct policy_fault *fault);

int my_walk(struct heap *heap, policy_visit_fn *visit, void *context);

#endif
