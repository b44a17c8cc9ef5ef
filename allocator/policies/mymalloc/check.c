/*
 * check.c -- every invariant of a heap (see inspect.h).
 *
 * One pass over the blocks in address order proves their shape and counts;
 * then the lists are followed, no further than the counts allow, and must come
 * to the same numbers.  What the pass has proved is trusted, nothing else.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "allocator/policies/mymalloc/areas.h"
#include "allocator/policies/mymalloc/bins.h"
#include "allocator/policies/mymalloc/hollow.h"
#include "allocator/policies/mymalloc/huge.h"
#include "allocator/policies/mymalloc/inspect.h"
#include "allocator/policies/mymalloc/pool.h"

struct census {
    const struct heap *heap;
    const struct tables *tables;
    struct policy_fault *fault;
    uint32_t free_blocks;
    size_t retired; /* bytes inside hollow blocks */
    bool tables_seen;
    uint32_t starts, hole_bits; /* met in areas */
    uint32_t holes[GROUPS];     /* met, without end marks */
};

__attribute__((format(printf, 4, 5))) static int broken(const struct census *c,
                                                        const char *rule,
                                                        const void *address,
                                                        const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    snprintf(c->fault->rule, sizeof c->fault->rule, "%s", rule);
    c->fault->address = address;
    vsnprintf(c->fault->detail, sizeof c->fault->detail, format, arguments);
    va_end(arguments);
    return -1;
}

/* Whether a block's word, its end below and links above can be read. */
static bool accessible(const struct census *c, uint32_t block)
{
    size_t bytes = 2 * sizeof(uint32_t) + sizeof(struct links);
    return heap_retired_bytes(c->heap, word_of(c->heap, block) - 1, bytes) == 0;
}

/* ---- the root and the tables ------------------------------------------- */

static int check_root(const struct census *c)
{
    const struct root *root = root_of(c->heap);
    if (c->heap->brk < UNIT || root->top < 1 || root->top > end_unit(c->heap)) {
        return broken(c, "root-beyond-break", root, "top %u, break at %u",
                      root->top, end_unit(c->heap));
    }
    uint32_t word = *word_of(c->heap, root->top);
    if ((word & FLAGS) != (PREV_IN_USE | IN_USE)) {
        return broken(c, "top-word", word_of(c->heap, root->top),
                      "expected flags 3, found %u", word & FLAGS);
    }
    return 0;
}

static int check_tables_shape(const struct census *c)
{
    const struct tables *t = c->tables;
    uint32_t block = root_of(c->heap)->tables;
    if (block >= root_of(c->heap)->top) {
        return broken(c, "tables", t, "lie above the top");
    }
    uint32_t words = t->n_bins / BINS_PER_WORD + 1;
    size_t map_end = sizeof *t + t->granules * sizeof t->map[0];
    if (t->log_bins > 8 || t->occupied_offset != (map_end + 7) / 8 * 8 ||
        t->bins_offset != t->occupied_offset + words * sizeof(uint64_t) ||
        t->chunks_offset !=
            (t->bins_offset + t->n_bins * sizeof(uint32_t) + 7) / 8 * 8 ||
        t->bytes != t->chunks_offset + t->n_chunks * sizeof(struct chunk) ||
        units_for(t->bytes) > units_of(c->heap, block)) {
        return broken(c, "tables", t, "parts do not add up");
    }
    return 0;
}

/* ---- blocks in address order -------------------------------------------- */

static int check_free(struct census *c, uint32_t block, uint32_t units)
{
    const struct heap *heap = c->heap;
    uint32_t end = units_before(heap, block + units);
    c->free_blocks++;
    if (end != units) {
        return broken(c, "free-end", word_of(heap, block),
                      "%u units, but its end says %u", units, end);
    }
    if (block + units == root_of(heap)->top) {
        return broken(c, "free-neighbours", word_of(heap, block),
                      "%u free units touch the top", units);
    }
    if (*word_of(heap, block) & HOLLOW) {
        c->retired += heap_retired_bytes(heap, hollow_start(heap, block),
                                         hollow_room(units));
    }
    uint32_t next = *word_of(heap, block + units);
    if (!(next & IN_USE) && units + (next >> SIZE_SHIFT) < MAX_BLOCK_UNITS) {
        return broken(c, "free-neighbours", word_of(heap, block),
                      "the block behind is free too");
    }
    return 0;
}

/* A block from its word; *next: behind it. */
static int check_block(struct census *c, uint32_t block, uint32_t *next)
{
    uint32_t word = *word_of(c->heap, block), units = word >> SIZE_SHIFT;
    if (units == 0 || units > root_of(c->heap)->top - block) {
        return broken(c, "block-past-top", word_of(c->heap, block),
                      "%u units, %u are left to the top", units,
                      root_of(c->heap)->top - block);
    }
    if (block == root_of(c->heap)->tables) {
        c->tables_seen = true;
    }
    *next = block + units;
    if (!accessible(c, *next)) {
        return broken(c, "hollow", word_of(c->heap, block),
                      "%u units lead into a retired page", units);
    }
    if (word & IN_USE) {
        return word & HOLLOW ? broken(c, "hollow", word_of(c->heap, block),
                                      "a block in use has the flag")
                             : 0;
    }
    return check_free(c, block, units);
}

/* ---- chunks and areas ---------------------------------------------------- */

static bool is_chunk(const struct tables *t, uint32_t place)
{
    return place >= t->chunks_offset && place < t->bytes &&
           (place - t->chunks_offset) % sizeof(struct chunk) == 0;
}

/*
 * Chunks are used or free, and so many of each as there should be; that of
 * granules without small objects has no bits.
 */
static int check_chunks(const struct census *c)
{
    static const struct chunk none;
    const struct tables *t = c->tables;
    uint32_t used = 0, n_free = 0;
    if (memcmp(&t->none, &none, sizeof none) != 0) {
        return broken(c, "chunks", &t->none, "no granule's has bits");
    }
    for (uint32_t g = 0; g < t->granules; g++) {
        used += bits_own(t, g);
        if (bits_own(t, g) && !is_chunk(t, t->map[g])) {
            return broken(c, "map", &t->map[g], "granule %u: no chunk at %u", g,
                          t->map[g]);
        }
    }
    for (uint32_t place = t->free_chunks; place != 0; n_free++) {
        if (!is_chunk(t, place) || n_free >= t->n_free_chunks) {
            return broken(c, "chunks", t, "free list leads to %u", place);
        }
        const unsigned char *chunk = (const unsigned char *)t + place;
        place =
            (uint32_t)((const struct chunk *)(const void *)chunk)->starts[0];
    }
    return n_free == t->n_free_chunks && used + n_free == t->n_chunks
               ? 0
               : broken(c, "chunks", t, "%u used, %u free, of %u", used, n_free,
                        t->n_chunks);
}

/* A hole of an area: its size, told at both ends, leads to the next start. */
static int check_hole(struct census *c, uint32_t unit, uint32_t next)
{
    const struct hole *hole = hole_of(c->heap, unit);
    if (hole->units != next - unit || hole->group >= GROUPS) {
        return broken(c, "hole", hole, "%u units, group %u, %u to the next",
                      hole->units, hole->group, next - unit);
    }
    if (hole_before(c->heap, c->tables, next) != unit) {
        return broken(c, "hole-end", hole, "%u units, but its end says %u",
                      hole->units, *hole_end(c->heap, next));
    }
    c->holes[hole->group]++;
    c->hole_bits += hole->units > 1;
    return 0;
}

/* Objects and holes lead to an end mark below the top. */
static int check_area(struct census *c, uint32_t area, uint32_t *behind)
{
    for (uint32_t unit = area;;) {
        bool is_hole = bits_is_hole(c->tables, unit);
        c->starts++;
        c->hole_bits += is_hole;
        if (is_hole && area_ends(c->heap, unit)) {
            *behind = unit + 1;
            return unit != area ? 0
                                : broken(c, "area", word_of(c->heap, unit),
                                         "has nothing but its end");
        }
        uint32_t next = my_bits_next(c->tables, unit);
        if (next >= root_of(c->heap)->top || !accessible(c, next) ||
            (!is_hole && next - unit > SMALL_MOST_UNITS)) {
            return broken(c, "area", address_of(c->heap, unit),
                          "next start at %u, top at %u", next,
                          root_of(c->heap)->top);
        }
        if (is_hole && check_hole(c, unit, next) != 0) {
            return -1;
        }
        unit = next;
    }
}

/* No bits but those of areas. */
static int check_bits(const struct census *c)
{
    uint32_t starts = 0, holes = 0;
    for (uint32_t g = 0; g < c->tables->granules; g++) {
        const struct chunk *chunk = bits_chunk(c->tables, g * GRANULE_UNITS);
        for (size_t i = 0; i < GRANULE_UNITS / 64; i++) {
            starts += (uint32_t)__builtin_popcountll(chunk->starts[i]);
            holes += (uint32_t)__builtin_popcountll(chunk->holes[i]);
        }
    }
    return starts == c->starts && holes == c->hole_bits
               ? 0
               : broken(c, "bits", NULL, "%u starts, %u holes, found %u, %u",
                        starts, holes, c->starts, c->hole_bits);
}

/* All blocks: sizes lead to the top, flags tell of the block before. */
static int check_blocks(struct census *c)
{
    uint32_t prev = PREV_IN_USE;
    for (uint32_t block = 1, next = 0; block < root_of(c->heap)->top;
         block = next) {
        uint32_t word = *word_of(c->heap, block);
        if ((word & PREV_IN_USE) != prev) {
            return broken(c, "previous-flag", word_of(c->heap, block),
                          "expected %u, found %u", prev, word & PREV_IN_USE);
        }
        bool is_area = c->tables != NULL && bits_is_start(c->tables, block) &&
                       word >> SIZE_SHIFT == 0;
        if ((is_area ? check_area(c, block, &next)
                     : check_block(c, block, &next)) != 0) {
            return -1;
        }
        prev = word & IN_USE ? PREV_IN_USE : 0;
    }
    return 0;
}

/* ---- lists --------------------------------------------------------------- */

/* Whether unit is a block that can be looked at. */
static bool plausible(const struct census *c, uint32_t unit)
{
    return unit >= 1 && unit < root_of(c->heap)->top && accessible(c, unit);
}

/* Follows a list of free blocks; counts them in *met. */
static int check_list(const struct census *c, uint32_t head, uint32_t bin,
                      uint32_t *met)
{
    uint32_t previous = 0;
    for (uint32_t block = head; block != 0; ++*met) {
        if (!plausible(c, block) || *word_of(c->heap, block) & IN_USE ||
            *met >= c->free_blocks) {
            return broken(c, "bin-list", NULL, "bin %u leads to unit %u", bin,
                          block);
        }
        if (links_of(c->heap, block)->previous != previous) {
            return broken(c, "bin-list", word_of(c->heap, block),
                          "previous is not %u", previous);
        }
        if (c->tables != NULL &&
            bin_of(c->tables, units_of(c->heap, block)) != bin) {
            return broken(c, "bin-list", word_of(c->heap, block),
                          "%u units in bin %u", units_of(c->heap, block), bin);
        }
        previous = block;
        block = links_of(c->heap, block)->next;
    }
    return 0;
}

static int check_bins(const struct census *c)
{
    uint32_t met = 0;
    uint32_t victim =
        c->tables == NULL ? root_of(c->heap)->free : c->tables->victim;
    if (c->tables == NULL) {
        if (check_list(c, victim, 0, &met) != 0) {
            return -1;
        }
    } else if (victim != 0) {
        if (!plausible(c, victim) || *word_of(c->heap, victim) & IN_USE) {
            return broken(c, "bin-list", NULL, "the victim is not free");
        }
        met++;
    }
    for (uint32_t i = 0; c->tables != NULL && i < c->tables->n_bins; i++) {
        uint32_t head = tables_bins(c->tables)[i];
        uint64_t bits = tables_occupied(c->tables)[i / BINS_PER_WORD];
        if ((head != 0) != (bits >> i % BINS_PER_WORD & 1)) {
            return broken(c, "bin-bits", NULL, "bin %u, head %u", i, head);
        }
        if (check_list(c, head, i, &met) != 0) {
            return -1;
        }
    }
    if (met != c->free_blocks) {
        return broken(c, "free-lost", NULL, "%u free blocks, %u listed",
                      c->free_blocks, met);
    }
    return 0;
}

/* Whether unit is a hole of the group that has a size of the list. */
static bool is_hole_of(const struct census *c, uint32_t unit, uint32_t group,
                       uint32_t bin)
{
    return plausible(c, unit) && bits_is_start(c->tables, unit) &&
           bits_is_hole(c->tables, unit) &&
           hole_of(c->heap, unit)->group == group &&
           holes_bin(hole_of(c->heap, unit)->units) == bin;
}

static int check_holes(const struct census *c, uint32_t group, uint32_t bin,
                       uint32_t *met)
{
    uint32_t previous = 0;
    uint32_t unit = c->tables->groups[group].holes[bin];
    bool occupied = c->tables->groups[group].occupied >> bin & 1;
    if (occupied != (unit != 0)) {
        return broken(c, "hole-list", NULL, "group %u, bit of list %u", group,
                      bin);
    }
    for (; unit != 0; unit = hole_of(c->heap, unit)->next) {
        if (!is_hole_of(c, unit, group, bin) || ++*met > c->holes[group] ||
            hole_of(c->heap, unit)->previous != previous) {
            return broken(c, "hole-list", NULL, "group %u, list %u, unit %u",
                          group, bin, unit);
        }
        previous = unit;
    }
    return 0;
}

static int check_group(const struct census *c, uint32_t group)
{
    const struct group *g = &c->tables->groups[group];
    uint32_t met = 0;
    for (uint32_t bin = 0; bin < HOLE_BINS; bin++) {
        if (check_holes(c, group, bin, &met) != 0) {
            return -1;
        }
    }
    if (g->victim != 0) {
        met++;
        if (!is_hole_of(c, g->victim, group,
                        holes_bin(hole_of(c->heap, g->victim)->units))) {
            return broken(c, "hole-list", NULL, "the victim %u is no hole",
                          g->victim);
        }
    }
    return met == c->holes[group]
               ? 0
               : broken(c, "hole-lost", g, "group %u: %u holes, %u listed",
                        group, c->holes[group], met);
}

/* Kept objects are objects, of their lists' sizes, each once. */
static int check_kept(const struct census *c, struct heap *heap)
{
    bool sound;
    uint32_t marks = my_pool_mark(heap, &sound);
    my_pool_unmark(heap, marks);
    return sound && marks == c->tables->kept
               ? 0
               : broken(c, "kept-list", NULL, "%u kept, %u met",
                        c->tables->kept, marks);
}

static int check_huge(const struct census *c)
{
    const struct huge *previous = NULL;
    size_t bytes = 0;
    for (const struct huge *h = c->tables->huge; h != NULL; h = h->next) {
        if (!heap_contains(c->heap, h, sizeof *h) || h->previous != previous ||
            !heap_contains(c->heap, h->start, h->bytes)) {
            return broken(c, "huge-list", h, "not in a mapping, or mislinked");
        }
        bytes += h->bytes;
        if (bytes > c->heap->mapped) {
            break;
        }
        previous = h;
    }
    return bytes == c->heap->mapped
               ? 0
               : broken(c, "huge-list", NULL, "%zu bytes mapped, %zu listed",
                        c->heap->mapped, bytes);
}

int my_check(struct heap *heap, struct policy_fault *fault)
{
    struct census c = {.heap = heap, .fault = fault};
    if (check_root(&c) != 0) {
        return -1;
    }
    c.tables = tables_of(heap);
    if (c.tables != NULL && check_tables_shape(&c) != 0) {
        return -1;
    }
    if (c.tables != NULL && check_chunks(&c) != 0) {
        return -1;
    }
    if (check_blocks(&c) != 0 || check_bins(&c) != 0) {
        return -1;
    }
    if (c.retired != heap->retired) {
        return broken(&c, "hollow", NULL,
                      "%zu bytes are retired, %zu inside hollow blocks",
                      heap->retired, c.retired);
    }
    if (c.tables == NULL) {
        return 0;
    }
    if (!c.tables_seen) {
        return broken(&c, "tables", c.tables, "not in a block in use");
    }
    for (uint32_t group = 0; group < GROUPS; group++) {
        if (check_group(&c, group) != 0) {
            return -1;
        }
    }
    return check_bits(&c) != 0 || check_kept(&c, heap) != 0 ? -1
                                                            : check_huge(&c);
}
