/*
 * quick.c -- giving kept blocks back (see quick.h).
 */
#include "allocator/policies/mymalloc/quick.h"

#include "allocator/policies/mymalloc/block.h"

/* Returns how many; a link is read before the block becomes another's. */
static uint32_t flush_list(struct heap *heap, uint32_t list)
{
    struct tables *tables = tables_of(heap);
    uint32_t block = tables->quick[list], units = list + QUICK_LEAST_UNITS;
    uint32_t n = 0;
    tables->quick[list] = 0;
    for (; block != 0; n++) {
        uint32_t next = *kept_link(heap, block);
        tables->kept -= units;
        tables_count(heap, units, false);
        my_block_give(heap, block, units);
        block = next;
    }
    return n;
}

void my_quick_flush(struct heap *heap)
{
    struct tables *tables = tables_of(heap);
    uint32_t n = 0;
    for (uint32_t list = 0; list < QUICK_LISTS; list++) {
        n += flush_list(heap, list);
    }
    if (tables->direct != 0 || tables->hits < n) {
        tables->direct = DIRECT;
    }
    tables->hits = 0;
}
