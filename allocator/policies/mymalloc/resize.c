/*
 * resize.c -- changing the size of a block with a word (see resize.h).
 */
#include "allocator/policies/mymalloc/resize.h"

#include "allocator/policies/mymalloc/block.h"
#include "allocator/policies/mymalloc/move.h"
#include "allocator/policies/mymalloc/tables.h"

/* Units of the free block before, 0: it is in use. */
static uint32_t hole_before(const struct heap *heap, uint32_t block)
{
    return *word_of(heap, block) & PREV_IN_USE ? 0 : units_before(heap, block);
}

/* Adds units behind the block, which are there or can be had. */
static bool extend(struct heap *heap, uint32_t block, uint32_t more)
{
    uint32_t end = block + units_of(heap, block);
    if (!my_block_extend(heap, end, more)) {
        return false;
    }
    *word_of(heap, block) += more << SIZE_SHIFT;
    return true;
}

/* Grows the last block before the top. */
static uint32_t grow_at_top(struct heap *heap, uint32_t block, uint32_t have,
                            uint32_t units)
{
    uint32_t hole = hole_before(heap, block);
    uint32_t more = units - have;
    if (hole < have / 2 || hole < 2) {
        return extend(heap, block, more) ? block : 0;
    }
    uint32_t gap = hole < 64 ? 1 : hole / 32;
    if (hole - gap >= units && *word_of(heap, block - hole) & HOLLOW) {
        return 0; /* the rest is not for the top: a new block, cut from it */
    }
    if (more > hole - gap && !my_block_grow_top(heap, more - (hole - gap))) {
        return 0;
    }
    block = my_block_slide(heap, block, gap, units);
    return block != 0 && extend(heap, block, more) ? block : 0;
}

/* In place, or by sliding. */
static uint32_t grow(struct heap *heap, uint32_t block, uint32_t units)
{
    uint32_t have = units_of(heap, block);
    block = my_tables_make_way(heap, block, units - have);
    if (block + have == root_of(heap)->top) {
        return grow_at_top(heap, block, have, units);
    }
    uint32_t room = my_block_room_behind(heap, block + have);
    uint32_t hole = hole_before(heap, block);
    if (have + room < units && (hole == 0 || hole + have + room < units)) {
        return 0;
    }
    if (have + room < units) {
        block = my_block_slide(heap, block, 0, units);
    }
    return block != 0 && extend(heap, block, units - have) ? block : 0;
}

/* Frees a block in use, of which pages may be retired. */
static void give_hollow(struct heap *heap, uint32_t block)
{
    *word_of(heap, block) |= HOLLOW;
    my_block_give(heap, block, units_of(heap, block));
}

/* To a new place, if a plain copy would let the footprint pass its peak. */
static uint32_t move(struct heap *heap, uint32_t block, uint32_t units)
{
    if (tables_of(heap) == NULL ||
        heap_footprint(heap) + units * UNIT <= heap_peak(heap) ||
        !my_move_matters(heap, units_of(heap, block) * UNIT)) {
        return 0;
    }
    tables_keep_up(heap);
    uint32_t moved = my_block_take_bare(heap, units);
    if (moved == 0) {
        return 0;
    }
    if (!my_move_payload(heap, block, moved, units)) {
        give_hollow(heap, moved);
        return 0;
    }
    give_hollow(heap, block);
    return moved;
}

uint32_t my_resize(struct heap *heap, uint32_t block, uint32_t units)
{
    uint32_t have = units_of(heap, block);
    if (units <= have) {
        *word_of(heap, block) -= (have - units) << SIZE_SHIFT;
        my_block_cut(heap, block, have, units);
        return block;
    }
    uint32_t grown = grow(heap, block, units);
    return grown != 0 ? grown : move(heap, block, units);
}
