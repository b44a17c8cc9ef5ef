/*
 * walks.c -- walks and checks that do not say what is.
 *
 * Each lies from its tenth call on, which is after operation 8: the first one
 * is for the heap that init made.
 */
#include "tests/broken/broken.h"

#define FROM_CALL 10
#define CAUGHT_AT 8

/* Passes each block on, changed by alter, which counts the blocks in seen. */
struct filter {
    policy_visit_fn *visit;
    void *context;
    int (*alter)(struct filter *filter, struct block_info *block);
    int seen; /* blocks so far */
    int used; /* used blocks so far */
};

static int pass_on(struct filter *filter, const struct block_info *block)
{
    return filter->visit(filter->context, block);
}

static int filter_block(void *context, const struct block_info *block)
{
    struct filter *filter = context;
    struct block_info altered = *block;
    filter->seen++;
    filter->used += block->kind == BLOCK_USED;
    return filter->alter(filter, &altered);
}

static int filtered_walk(struct heap *heap, policy_visit_fn *visit,
                         void *context,
                         int (*alter)(struct filter *, struct block_info *))
{
    if (++sound_root(heap)->calls < FROM_CALL) {
        return sound_walk(heap, visit, context);
    }
    struct filter filter = {visit, context, alter, 0, 0};
    return sound_walk(heap, filter_block, &filter);
}

/* Defines a walk that passes on what the body makes of each block. */
#define WALK(prefix)                                                           \
    static int prefix##_alter(struct filter *filter,                           \
                              struct block_info *block);                       \
    static int prefix##_walk(struct heap *heap, policy_visit_fn *visit,        \
                             void *context)                                    \
    {                                                                          \
        return filtered_walk(heap, visit, context, prefix##_alter);            \
    }                                                                          \
    static int prefix##_alter(struct filter *filter, struct block_info *block)

WALK(hiding)
{
    if (filter->used == 2 && block->kind == BLOCK_USED) {
        block->kind = BLOCK_FREE;
    }
    return pass_on(filter, block);
}

WALK(inventing)
{
    block->kind = block->kind == BLOCK_FREE ? BLOCK_USED : block->kind;
    return pass_on(filter, block);
}

WALK(skipping)
{
    return filter->seen == 3 ? 0 : pass_on(filter, block);
}

WALK(repeating)
{
    return filter->seen == 3 && pass_on(filter, block) != 0
               ? 1
               : pass_on(filter, block);
}

WALK(enlarging)
{
    block->bytes += filter->seen == 3 ? (size_t)1 << 20 : 0;
    return pass_on(filter, block);
}

WALK(emptying)
{
    block->bytes = filter->seen == 3 ? 0 : block->bytes;
    return pass_on(filter, block);
}

WALK(short_paying)
{
    block->payload_bytes -= filter->used == 2 ? 16 : 0;
    return pass_on(filter, block);
}

WALK(displacing)
{
    if (block->kind == BLOCK_USED && filter->used == 2) {
        block->payload = (const unsigned char *)block->payload + 16;
    }
    return pass_on(filter, block);
}

WALK(crumbling)
{
    struct block_info crumb = {.kind = BLOCK_METADATA, .bytes = 1};
    const unsigned char *at = block->address;
    int status = 0;
    for (size_t i = 0; status == 0 && i < block->bytes; i++) {
        crumb.address = at + i;
        status = pass_on(filter, &crumb);
    }
    return status;
}

WALK(ending)
{
    return filter->seen > 3 ? 0 : pass_on(filter, block);
}

/* Does not stop when it is told to. */
WALK(unstoppable)
{
    block->address = (const unsigned char *)block->address - 16;
    pass_on(filter, block);
    return 0;
}

static int objecting_walk(struct heap *heap, policy_visit_fn *visit,
                          void *context)
{
    int status = sound_walk(heap, visit, context);
    return sound_due(heap, FROM_CALL) ? 7 : status;
}

static int silent_check(struct heap *heap, struct policy_fault *fault)
{
    (void)fault;
    return sound_due(heap, FROM_CALL) ? -1 : 0;
}

const struct broken broken_walks[] = {
    BROKEN("walk-hides-live-block", walk, hiding_walk, RULE_WALK_MISSING,
           CAUGHT_AT),
    BROKEN("walk-invents-used-block", walk, inventing_walk, RULE_WALK_UNKNOWN,
           CAUGHT_AT),
    BROKEN("walk-leaves-gap", walk, skipping_walk, RULE_WALK_GAP, CAUGHT_AT),
    BROKEN("walk-repeats-block", walk, repeating_walk, RULE_WALK_OVERLAP,
           CAUGHT_AT),
    BROKEN("walk-passes-the-break", walk, enlarging_walk, RULE_WALK_OUTSIDE,
           CAUGHT_AT),
    BROKEN("walk-block-without-bytes", walk, emptying_walk, RULE_WALK_OUTSIDE,
           CAUGHT_AT),
    BROKEN("walk-payload-too-short", walk, short_paying_walk, RULE_WALK_SIZE,
           CAUGHT_AT),
    BROKEN("walk-payload-elsewhere", walk, displacing_walk, RULE_WALK_PAYLOAD,
           CAUGHT_AT),
    BROKEN("walk-in-crumbs", walk, crumbling_walk, RULE_WALK_ENDLESS,
           CAUGHT_AT),
    BROKEN("walk-ends-early", walk, ending_walk, RULE_WALK_INCOMPLETE,
           CAUGHT_AT),
    BROKEN("walk-goes-back-for-ever", walk, unstoppable_walk, RULE_WALK_OVERLAP,
           CAUGHT_AT),
    BROKEN("walk-returns-nonzero", walk, objecting_walk, RULE_WALK_STATUS,
           CAUGHT_AT),
    BROKEN("check-names-no-rule", check, silent_check, RULE_CHECK, CAUGHT_AT),
    BROKEN_END,
};
