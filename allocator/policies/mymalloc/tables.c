/*
 * tables.c -- making, renewing and moving the tables (see tables.h).
 */
#include "allocator/policies/mymalloc/tables.h"

#include <string.h>

#include "allocator/policies/mymalloc/bins.h"
#include "allocator/policies/mymalloc/bits.h"
#include "allocator/policies/mymalloc/block.h"

#define CHUNK_SLACK 4
/* Tables of up to 4 KiB change places with a block. */
#define MOST_CHANGE_UNITS 256u
#define FIRST_CHUNKS      2 /* for the area that the first tables are made for */
/* How fine the index is, by the heap's size. */
static const struct stage {
    size_t heap_bytes; /* applies from here on */
    uint32_t log_bins;
} stages[] = {
    {(size_t)1 << 20, 5},
    {(size_t)1 << 18, 4},
    {(size_t)1 << 16, 3},
    {0, 1},
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
static void plan(const struct heap *heap, uint32_t chunks, struct tables *t)
{
    uint32_t units = end_unit(heap);
    uint32_t granules = units / GRANULE_UNITS;
    memset(t, 0, sizeof *t);
    t->granules = granules + granules / 4 + 8;
    t->log_bins = stage_of(heap->brk)->log_bins;
    t->n_bins = bin_at(units, t->log_bins) + 1;
    uint32_t words = t->n_bins / BINS_PER_WORD + 1;
    uint32_t map_end = (uint32_t)(sizeof *t + t->granules * sizeof t->map[0]);
    t->occupied_offset = (map_end + 7) & ~(uint32_t)7;
    t->bins_offset = t->occupied_offset + words * (uint32_t)sizeof(uint64_t);
    uint32_t bins_end = t->bins_offset + t->n_bins * (uint32_t)sizeof(uint32_t);
    t->chunks_offset = (bins_end + 7) & ~(uint32_t)7;
    t->n_chunks = chunks + chunks / CHUNK_SLACK;
    t->bytes = t->chunks_offset + t->n_chunks * (uint32_t)sizeof(struct chunk);
}

/* Lists every block of a list in the new tables. */
static void move_list(const struct heap *heap, struct tables *to, uint32_t head)
{
    while (head != 0) {
        uint32_t next = links_of(heap, head)->next;
        bins_insert(heap, to, head, units_of(heap, head));
        head = next;
    }
}

/* Lists stay as they are but for the last, where the index is as fine. */
static void move_bins(const struct heap *heap, struct tables *to,
                      const struct tables *from)
{
    uint32_t n = fewer(from->n_bins, to->n_bins) - 1;
    n = from->log_bins == to->log_bins ? n - n % BINS_PER_WORD : 0;
    memcpy(tables_bins(to), tables_bins(from), n * sizeof(uint32_t));
    memcpy(tables_occupied(to), tables_occupied(from),
           n / BINS_PER_WORD * sizeof(uint64_t));
    for (uint32_t bin = n; bin < from->n_bins; bin++) {
        move_list(heap, to, tables_bins(from)[bin]);
    }
}

/* Makes all chunks from the nth on free. */
static void free_chunks_from(struct tables *t, uint32_t n)
{
    t->n_free_chunks = t->n_chunks - n;
    for (uint32_t i = t->n_chunks; i-- > n;) {
        uint32_t place = t->chunks_offset + i * (uint32_t)sizeof(struct chunk);
        struct chunk *chunk = (struct chunk *)((uintptr_t)t + place);
        chunk->starts[0] = t->free_chunks;
        t->free_chunks = place;
    }
}

static uint32_t used_chunks(const struct tables *t)
{
    return t->n_chunks - t->n_free_chunks;
}

/* Moves all chunks that hold something, which the former map lists. */
static void move_chunks(struct tables *to, const struct tables *from)
{
    uint32_t place = to->chunks_offset, left = used_chunks(from);
    for (uint32_t g = 0; left != 0; g++) {
        if (bits_own(from, g)) {
            memcpy((void *)((uintptr_t)to + place),
                   (void *)((uintptr_t)from + from->map[g]),
                   sizeof(struct chunk));
            to->map[g] = place;
            place += (uint32_t)sizeof(struct chunk);
            left--;
        }
    }
}

/* A map of the granules from the nth on, which have no chunks. */
static void empty_map_from(struct tables *t, uint32_t n)
{
    for (uint32_t g = n; g < t->granules; g++) {
        t->map[g] = NO_CHUNK;
    }
}

static void move_contents(const struct heap *heap, struct tables *to,
                          const struct tables *from)
{
    to->huge = from->huge;
    to->kept = from->kept;
    to->victim = from->victim;
    to->look_pages = from->look_pages;
    to->spent_pages = from->spent_pages;
    memcpy(to->lists, from->lists, sizeof to->lists);
    memcpy(to->groups, from->groups, sizeof to->groups);
    uint32_t both = fewer(from->granules, to->granules);
    memcpy(to->map, from->map, both * sizeof from->map[0]);
    empty_map_from(to, both);
    move_chunks(to, from);
    free_chunks_from(to, used_chunks(from));
    move_bins(heap, to, from);
}

void my_tables_renew(struct heap *heap, uint32_t chunks)
{
    struct root *root = root_of(heap);
    struct tables planned;
    const struct tables *now = tables_of(heap);
    if (now != NULL) {
        chunks += used_chunks(now);
    } else if (chunks < FIRST_CHUNKS) {
        chunks = FIRST_CHUNKS;
    }
    plan(heap, chunks, &planned);
    uint32_t block = my_block_take(heap, units_for(planned.bytes));
    if (block == 0) {
        return;
    }
    uint32_t old = root->tables;
    struct tables *to = (struct tables *)address_of(heap, block);
    memcpy(to, &planned, sizeof planned);
    memset(tables_occupied(to), 0, to->chunks_offset - to->occupied_offset);
    bins_end_searches(to);
    if (old != 0) {
        move_contents(heap, to, tables_of(heap));
        root->tables = block;
        my_block_give(heap, old, units_of(heap, old));
    } else {
        empty_map_from(to, 0);
        free_chunks_from(to, 0);
        move_list(heap, to, root->free);
        root->tables = block;
    }
}

void my_tables_lower(struct heap *heap)
{
    uint32_t block = root_of(heap)->tables;
    if (block == 0 || *word_of(heap, block) & PREV_IN_USE) {
        return;
    }
    uint32_t hole = block - units_before(heap, block);
    uint32_t units = units_of(heap, block);
    if (!(*word_of(heap, hole) & HOLLOW) ||
        block + units == root_of(heap)->top) {
        my_block_slide(heap, block, 0, units);
    }
}

/* Moves the tables into a hole; false: there is none that holds them. */
static bool move_into_hole(struct heap *heap)
{
    uint32_t old = root_of(heap)->tables, units = units_of(heap, old);
    uint32_t block = my_block_take_hole(heap, units);
    if (block == 0) {
        return false;
    }
    memcpy(address_of(heap, block), address_of(heap, old),
           tables_of(heap)->bytes);
    root_of(heap)->tables = block;
    my_block_give(heap, old, units);
    return true;
}

/*
 * The tables change places with the block that ends where they begin.  Returns
 * its new place.
 */
static uint32_t change_places(struct heap *heap, uint32_t block)
{
    uint64_t held[MOST_CHANGE_UNITS * UNIT / sizeof(uint64_t)];
    uint32_t bytes = tables_of(heap)->bytes, units = units_of(heap, block);
    uint32_t own = units_of(heap, root_of(heap)->tables), moved = block + own;
    uint32_t prev = *word_of(heap, block) & PREV_IN_USE;
    memcpy(held, tables_of(heap), bytes);
    memmove(address_of(heap, moved), address_of(heap, block),
            units * UNIT - sizeof(uint32_t));
    memcpy(address_of(heap, block), held, bytes);
    *word_of(heap, moved) = word_in_use(units);
    *word_of(heap, block) = own << SIZE_SHIFT | prev | IN_USE;
    root_of(heap)->tables = block;
    return moved;
}

uint32_t my_tables_make_way(struct heap *heap, uint32_t block, uint32_t units)
{
    uint32_t end = block + units_of(heap, block);
    if (root_of(heap)->tables != end || move_into_hole(heap)) {
        return block;
    }
    uint32_t have = units_of(heap, end);
    if (end + have != root_of(heap)->top) {
        return block;
    }
    if (have <= MOST_CHANGE_UNITS && my_block_grow_top(heap, units)) {
        return change_places(heap, block);
    }
    my_block_rise(heap, end, units > have / 4 ? units : have / 4);
    return block;
}
