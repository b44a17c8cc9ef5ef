/*
 * sound.h -- whether somebody wrote beyond a block.
 *
 * A block's word and those of its two neighbours tell the same sizes and flags,
 * each free one's end tells its size again, and its neighbours in the list link
 * back to it.  Whoever writes over one of them contradicts another, unless he
 * knows what to write.  Small objects in areas have nothing beside them that
 * could be damaged but other objects.
 */
#ifndef ALLOCATOR_POLICIES_MYMALLOC_SOUND_H
#define ALLOCATOR_POLICIES_MYMALLOC_SOUND_H

#include <stdbool.h>
#include <stddef.h>

#include "allocator/heap/heap.h"

/* As policy.h says of is_sound. */
bool my_is_sound(struct heap *heap, const void *payload, size_t size);

#endif
