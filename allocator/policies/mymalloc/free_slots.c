/*
 * free_slots.c -- the set of a run's free slots (see free_slots.h).
 */
#include "allocator/policies/mymalloc/free_slots.h"

#include <string.h>

static void add(struct free_slots *set, uint32_t slot)
{
    set->bits[slot / 64] |= (uint64_t)1 << slot % 64;
}

bool my_free_slots_find(const struct heap *heap, uint32_t run,
                        struct free_slots *set)
{
    const struct run_tail *tail = run_tail(heap, run);
    uint32_t word = *word_of(heap, run);
    uint32_t class = run_class(word);
    memset(set, 0, sizeof *set);
    for (uint32_t i = tail->threaded; i < run_slots(run_units(word), class);
         i++) {
        add(set, i);
    }
    for (uint32_t link = run_free(word); link != 0;) {
        uint32_t offset = link - 1;
        uint32_t slot = offset / class;
        if (offset % class != 0 || slot >= tail->threaded ||
            free_slots_has(set, slot)) {
            return false;
        }
        add(set, slot);
        set->listed++;
        link = *slot_link(heap, run + offset);
    }
    return true;
}
