/*
 * tables.c -- making, renewing and moving the tables (see tables.h).
 */
#include "allocator/policies/mymalloc/tables.h"

#include <string.h>

#include "allocator/policies/mymalloc/bins.h"
#include "allocator/policies/mymalloc/block.h"

_Static_assert(sizeof(struct size_class) == 16, "no padding");

/* How fine the index and how many the classes are, by the heap's size. */
static const struct stage {
    size_t heap_bytes; /* applies from here on */
    uint32_t log_bins;
    uint32_t n_classes;
} stages[] = {
    {(size_t)1 << 20, 5, 65},
    {(size_t)1 << 18, 4, 65},
    {(size_t)1 << 16, 3, 33},
    {0, 1, 17},
};

static const struct stage *stage_of(size_t heap_bytes)
{
    const struct stage *stage = stages;
    while (heap_bytes < stage->heap_bytes) {
        stage++;
    }
    return stage;
}

/* The tables' header for the heap as it is. */
static void plan(const struct heap *heap, struct tables *t)
{
    const struct stage *stage = stage_of(heap->brk);
    uint32_t units = end_unit(heap);
    uint32_t granules = units / GRANULE_UNITS;
    memset(t, 0, sizeof *t);
    t->granules = granules + granules / 4 + 8;
    t->log_bins = stage->log_bins;
    t->n_classes = stage->n_classes;
    t->n_bins = bin_at(units, t->log_bins) + 1;
    uint32_t words = (t->n_bins + BINS_PER_WORD - 1) / BINS_PER_WORD;
    t->occupied_offset =
        (uint32_t)(sizeof *t + t->n_classes * sizeof *t->classes);
    t->bins_offset = t->occupied_offset + words * (uint32_t)sizeof(uint64_t);
    t->map_offset = t->bins_offset + t->n_bins * (uint32_t)sizeof(uint32_t) + 1;
    t->bytes = t->map_offset + t->granules;
}

/* Lists every block of a list in the new tables. */
static void move_list(const struct heap *heap, struct tables *to, uint32_t head)
{
    while (head != 0) {
        uint32_t next = links_of(heap, head)->next;
        my_bins_insert(heap, to, head, units_of(heap, head));
        head = next;
    }
}

static void move_contents(const struct heap *heap, struct tables *to,
                          const struct tables *from)
{
    to->huge = from->huge;
    to->census = from->census;
    to->kept = from->kept;
    to->kept_classes = from->kept_classes;
    memcpy(to->classes, from->classes,
           from->n_classes * sizeof(struct size_class));
    memcpy(tables_map(to), tables_map(from), from->granules);
    for (uint32_t bin = 0; bin < from->n_bins; bin++) {
        move_list(heap, to, tables_bins(from)[bin]);
    }
}

void my_tables_renew(struct heap *heap)
{
    struct root *root = root_of(heap);
    struct tables planned;
    plan(heap, &planned);
    uint32_t block = my_block_take(heap, units_for(planned.bytes));
    if (block == 0) {
        return;
    }
    uint32_t old = root->tables;
    struct tables *to = (struct tables *)address_of(heap, block);
    memset(to, 0, planned.bytes);
    memcpy(to, &planned, sizeof planned);
    if (old != 0) {
        move_contents(heap, to, tables_of(heap));
        root->tables = block;
        my_block_give(heap, old, units_of(heap, old));
    } else {
        move_list(heap, to, root->victim);
        root->victim = 0;
        root->tables = block;
    }
}

void my_tables_lower(struct heap *heap)
{
    uint32_t block = root_of(heap)->tables;
    if (block != 0 && !(*word_of(heap, block) & PREV_IN_USE)) {
        my_block_slide(heap, block, 0);
    }
}

void my_tables_make_way(struct heap *heap, uint32_t end, uint32_t units)
{
    const struct root *root = root_of(heap);
    if (root->tables != end || end == 0) {
        return;
    }
    uint32_t have = units_of(heap, end);
    if (end + have == root->top) {
        my_block_rise(heap, end, units > have / 4 ? units : have / 4);
    }
}
