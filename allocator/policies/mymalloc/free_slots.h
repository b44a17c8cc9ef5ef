/*
 * free_slots.h -- which slots of a run are free, for check and walk.
 *
 * A run knows its free slots only as a list; this turns the list into a set,
 * trusting nothing: each link must lead to a slot that was threaded and was
 * not met before.
 */
#ifndef ALLOCATOR_POLICIES_MYMALLOC_FREE_SLOTS_H
#define ALLOCATOR_POLICIES_MYMALLOC_FREE_SLOTS_H

#include "allocator/policies/mymalloc/run.h"

struct free_slots {
    uint64_t bits[(RUN_MAX_UNITS + 64) / 64];
    uint32_t listed; /* how many the list has, without untouched ones */
};

/*
 * The list's and the untouched slots of a run whose size, class and threaded
 * are sound.  Returns false where the list is broken; up to there it counts.
 */
bool my_free_slots_find(const struct heap *heap, uint32_t run,
                        struct free_slots *set);

static inline bool free_slots_has(const struct free_slots *set, uint32_t slot)
{
    return set->bits[slot / 64] >> slot % 64 & 1;
}

#endif
