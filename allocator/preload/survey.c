/*
 * survey.c -- walks over the arenas and sums up what they hold.
 */
#include "allocator/preload/survey.h"

#include "allocator/preload/cache.h"
#include "allocator/preload/large.h"
#include "allocator/preload/settings.h"

/* Who is visited in the end. */
struct relay {
    policy_visit_fn *visit;
    void *context;
};

/* For the policy a block in a thread's cache is in use; for us it is not. */
static int relay_block(void *context, const struct block_info *block)
{
    const struct relay *relay = context;
    struct block_info told = *block;
    if (told.kind == BLOCK_USED && arena_state(told.payload) <= CLASSES &&
        arena_is_cached(told.payload)) {
        told.kind = BLOCK_FREE;
    }
    return relay->visit(relay->context, &told);
}

/* The next open arena from *index on, locked; NULL at the end. */
static struct arena *lock_next(unsigned *index)
{
    while (*index < arenas.n) {
        struct arena *arena = &arenas.arena[(*index)++];
        if (atomic_load(&arena->open)) {
            pthread_mutex_lock(&arena->lock);
            return arena;
        }
    }
    return NULL;
}

void survey_walk(policy_visit_fn *visit, void *context)
{
    struct relay relay = {visit, context};
    unsigned index = 0;
    for (struct arena *arena; (arena = lock_next(&index)) != NULL;) {
        settings.choice.policy->walk(&arena->heap, relay_block, &relay);
        pthread_mutex_unlock(&arena->lock);
    }
}

static int compare_block(void *context, const struct block_info *block)
{
    uintptr_t address = *(const uintptr_t *)context;
    return block->kind == BLOCK_USED && address > (uintptr_t)block->payload &&
           address - (uintptr_t)block->payload < block->payload_bytes;
}

bool survey_is_inside(const void *address)
{
    uintptr_t sought = (uintptr_t)address;
    struct relay relay = {compare_block, &sought};
    struct arena *arena = arena_of(address);
    pthread_mutex_lock(&arena->lock);
    int found = settings.choice.policy->walk(&arena->heap, relay_block, &relay);
    pthread_mutex_unlock(&arena->lock);
    return found != 0;
}

static int count_block(void *context, const struct block_info *block)
{
    struct heap_statistics *statistics = context;
    switch (block->kind) {
    case BLOCK_USED:
        statistics->used_blocks++;
        statistics->used_bytes += block->payload_bytes;
        break;
    case BLOCK_FREE:
        statistics->free_blocks++;
        statistics->free_bytes += block->bytes;
        statistics->retired_bytes += heap_retired_bytes(
            &arena_of(block->address)->heap, block->address, block->bytes);
        break;
    case BLOCK_METADATA: statistics->metadata_bytes += block->bytes; break;
    }
    return 0;
}

void survey_count(struct heap_statistics *statistics)
{
    *statistics = (struct heap_statistics){
        .mapped_blocks = large_totals.blocks,
        .mapped_bytes = large_totals.bytes,
    };
    survey_walk(count_block, statistics);
    struct cache_totals caches;
    cache_count_all(&caches);
    statistics->allocations = caches.allocations;
    statistics->frees = caches.frees;
    unsigned index = 0;
    for (struct arena *arena; (arena = lock_next(&index)) != NULL;) {
        statistics->footprint_bytes += heap_footprint(&arena->heap);
        statistics->allocations += arena->allocations;
        statistics->frees += arena->frees;
        statistics->arenas++;
        pthread_mutex_unlock(&arena->lock);
    }
    statistics->allocations += large_totals.made;
    statistics->frees += large_totals.ended;
    statistics->used_blocks += statistics->mapped_blocks;
    statistics->used_bytes += statistics->mapped_bytes;
    statistics->footprint_bytes += statistics->mapped_bytes;
}

size_t survey_peak(void)
{
    size_t bytes = large_totals.peak_bytes;
    unsigned index = 0;
    for (struct arena *arena; (arena = lock_next(&index)) != NULL;) {
        bytes += heap_peak(&arena->heap);
        pthread_mutex_unlock(&arena->lock);
    }
    return bytes;
}

uint64_t survey_system_calls(void)
{
    uint64_t calls = 0;
    unsigned index = 0;
    for (struct arena *arena; (arena = lock_next(&index)) != NULL;) {
        calls += arena->heap.system_calls;
        pthread_mutex_unlock(&arena->lock);
    }
    return calls;
}

int survey_check(struct policy_fault *fault)
{
    int status = 0;
    unsigned index = 0;
    for (struct arena *arena;
         status == 0 && (arena = lock_next(&index)) != NULL;) {
        status = settings.choice.policy->check(&arena->heap, fault);
        pthread_mutex_unlock(&arena->lock);
    }
    return status;
}
