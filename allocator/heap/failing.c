/*
 * failing.c -- counts what a heap is asked for and refuses some of it.
 */
#include "allocator/heap/failing.h"

/* splitmix64: Steele, Lea, Flood, OOPSLA 2014. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static bool refuse(void *context, size_t bytes)
{
    (void)bytes;
    struct failing *failing = context;
    failing->asked++;
    bool refused = failing->nth != 0
                       ? failing->asked == failing->nth
                       : next_random(&failing->state) >> 32 < failing->chance;
    failing->refused += refused;
    return refused;
}

void failing_nth(struct failing *failing, struct heap *heap, uint64_t nth)
{
    *failing = (struct failing){.heap = heap, .nth = nth};
    heap_set_refusal(heap, refuse, failing);
}

void failing_by_chance(struct failing *failing, struct heap *heap,
                       double probability, uint64_t seed)
{
    *failing = (struct failing){
        .heap = heap,
        .chance = (uint64_t)(probability * 4294967296.0),
        .state = seed,
    };
    heap_set_refusal(heap, refuse, failing);
}

void failing_stop(struct failing *failing)
{
    heap_set_refusal(failing->heap, NULL, NULL);
}
