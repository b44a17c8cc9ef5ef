/*
 * quick.c -- giving kept blocks back (see quick.h).
 */
#include "allocator/policies/mymalloc/quick.h"

#include "allocator/policies/mymalloc/block.h"

/* A link is read before the block becomes another's. */
static void flush_list(struct heap *heap, uint32_t list)
{
    struct tables *tables = tables_of(heap);
    uint32_t block = tables->quick[list], units = list + QUICK_LEAST_UNITS;
    tables->quick[list] = 0;
    while (block != 0) {
        uint32_t next = *kept_link(heap, block);
        tables->kept -= units;
        tables_count(heap, units, false);
        my_block_give(heap, block, units);
        block = next;
    }
}

void my_quick_flush(struct heap *heap)
{
    for (uint32_t list = 0; list < QUICK_LISTS; list++) {
        flush_list(heap, list);
    }
}
