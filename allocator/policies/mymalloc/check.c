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

#include "allocator/policies/mymalloc/bins.h"
#include "allocator/policies/mymalloc/free_slots.h"
#include "allocator/policies/mymalloc/huge.h"
#include "allocator/policies/mymalloc/inspect.h"
#include "allocator/policies/mymalloc/kept.h"

struct census {
    const struct heap *heap;
    const struct tables *tables;
    struct policy_fault *fault;
    uint32_t free_blocks;
    uint32_t map_bytes; /* of the map that are not 0 */
    uint32_t last_granule;
    uint32_t tight; /* blocks with that flag */
    bool tables_seen;
    struct kept kept;
    uint32_t kept_met;
    uint32_t runs[MAX_CLASSES];
    uint32_t listed[MAX_CLASSES];
    uint32_t counted[MAX_CLASSES];
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
    uint32_t words = (t->n_bins + BINS_PER_WORD - 1) / BINS_PER_WORD;
    if (t->n_classes > MAX_CLASSES || t->log_bins > 8 ||
        t->occupied_offset != sizeof *t + t->n_classes * sizeof *t->classes ||
        t->bins_offset != t->occupied_offset + words * sizeof(uint64_t) ||
        t->map_offset != t->bins_offset + t->n_bins * sizeof(uint32_t) + 1 ||
        t->bytes != t->map_offset + t->granules ||
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
    uint32_t next = *word_of(heap, block + units);
    if (!(next & IN_USE) && units + (next >> SIZE_SHIFT) < MAX_BLOCK_UNITS) {
        return broken(c, "free-neighbours", word_of(heap, block),
                      "the block behind is free too");
    }
    return 0;
}

/* A kept object lies in the list of its class, whose sizes it serves. */
static int check_kept(struct census *c, uint32_t unit, uint32_t class,
                      bool is_slot)
{
    const struct size_class *entry = &c->tables->classes[class];
    uint32_t kept = is_slot ? entry->slots : entry->blocks;
    c->kept_met++;
    while (kept != 0 && kept != unit) {
        kept = *cache_link(c->heap, kept);
    }
    return kept == unit ? 0
                        : broken(c, "kept-list", address_of(c->heap, unit),
                                 "not in a list of class %u", class);
}

static int check_used(struct census *c, uint32_t block, uint32_t units)
{
    uint32_t word = *word_of(c->heap, block);
    if (block == root_of(c->heap)->tables) {
        c->tables_seen = true;
    }
    c->tight += (word & TIGHT) != 0;
    if (word & COUNTED) {
        uint32_t class = units - (word & TIGHT ? 1 : 0);
        if (c->tables == NULL || class >= c->tables->n_classes) {
            return broken(c, "class-count", word_of(c->heap, block),
                          "%u units are too many to be counted", units);
        }
        c->counted[class]++;
        if (my_kept_has(&c->kept, block)) {
            return check_kept(c, block, class, word & TIGHT);
        }
    }
    return 0;
}

static int check_block(struct census *c, uint32_t block, uint32_t *units)
{
    uint32_t word = *word_of(c->heap, block);
    *units = word >> SIZE_SHIFT;
    if (*units == 0 || *units > root_of(c->heap)->top - block) {
        return broken(c, "block-past-top", word_of(c->heap, block),
                      "%u units, %u are left to the top", *units,
                      root_of(c->heap)->top - block);
    }
    return word & IN_USE ? check_used(c, block, *units)
                         : check_free(c, block, *units);
}

/* ---- runs ---------------------------------------------------------------- */

/* Kept slots of a run are live as it sees it. */
static int check_kept_slots(struct census *c, uint32_t run, uint32_t units,
                            const struct free_slots *set)
{
    uint32_t class = run_class(*word_of(c->heap, run));
    for (uint32_t i = 0; i < run_slots(units, class); i++) {
        uint32_t slot = run + i * class;
        if (my_kept_has(&c->kept, slot) && !free_slots_has(set, i) &&
            check_kept(c, slot, class, true) != 0) {
            return -1;
        }
    }
    return 0;
}

static int check_run_shape(struct census *c, uint32_t run, uint32_t units)
{
    const struct run_tail *tail = run_tail(c->heap, run);
    uint32_t class = run_class(*word_of(c->heap, run));
    if (class == 0 || class >= c->tables->n_classes) {
        return broken(c, "run-shape", word_of(c->heap, run), "class %u", class);
    }
    uint32_t slots = run_slots(units, class);
    struct free_slots set;
    if (slots == 0 || tail->threaded > slots ||
        !my_free_slots_find(c->heap, run, &set)) {
        return broken(c, "run-shape", word_of(c->heap, run),
                      "list of free slots broken");
    }
    if (tail->live + set.listed != tail->threaded || tail->live == 0) {
        return broken(c, "run-shape", word_of(c->heap, run),
                      "%u slots live, %u listed, %u threaded", tail->live,
                      set.listed, tail->threaded);
    }
    if (!tail->listed && (set.listed != 0 || tail->threaded != slots)) {
        return broken(c, "class-list", word_of(c->heap, run),
                      "has free slots but is not listed");
    }
    return check_kept_slots(c, run, units, &set);
}

/* The map's bytes for the run at unit. */
static int check_map(struct census *c, uint32_t run, uint32_t units)
{
    const uint8_t *map = tables_map(c->tables);
    uint32_t first = run / GRANULE_UNITS, last = last_granule(run, units);
    if (last >= c->tables->granules) {
        return broken(c, "map", word_of(c->heap, run), "does not reach so far");
    }
    for (uint32_t i = first; i <= last; i++) {
        uint32_t distance = i - first + MAP_FAR;
        bool new_start = map[i] != 0 && map[i] <= MAP_FAR;
        if (i > first && map[i] != distance && !(i == last && new_start)) {
            return broken(c, "map", map + i, "expected %u, found %u", distance,
                          map[i]);
        }
        if (c->map_bytes == 0 || i > c->last_granule) {
            c->map_bytes++;
            c->last_granule = i;
        }
    }
    return 0;
}

static int check_run(struct census *c, uint32_t run, uint32_t *units)
{
    *units = run_units(*word_of(c->heap, run));
    if (*units < 2 || *units > root_of(c->heap)->top - run) {
        return broken(c, "block-past-top", word_of(c->heap, run),
                      "run of %u units, %u are left to the top", *units,
                      root_of(c->heap)->top - run);
    }
    if (check_run_shape(c, run, *units) != 0 ||
        check_map(c, run, *units) != 0) {
        return -1;
    }
    uint32_t class = run_class(*word_of(c->heap, run));
    c->runs[class]++;
    c->listed[class] += run_tail(c->heap, run)->listed;
    return 0;
}

/* All blocks: sizes lead to the top, flags tell of the block before. */
static int check_blocks(struct census *c)
{
    uint32_t units = 0, prev = PREV_IN_USE;
    for (uint32_t block = 1; block < root_of(c->heap)->top; block += units) {
        uint32_t word = *word_of(c->heap, block);
        if ((word & PREV_IN_USE) != prev) {
            return broken(c, "previous-flag", word_of(c->heap, block),
                          "expected %u, found %u", prev, word & PREV_IN_USE);
        }
        bool is_run = c->tables != NULL && map_starts(c->tables, block);
        if ((is_run ? check_run(c, block, &units)
                    : check_block(c, block, &units)) != 0) {
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
    return unit >= 1 && unit < root_of(c->heap)->top;
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
    uint32_t met = 0, victim = root_of(c->heap)->victim;
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

static int check_class_list(const struct census *c, uint32_t class)
{
    uint32_t met = 0, previous = 0;
    for (uint32_t run = c->tables->classes[class].head; run != 0; met++) {
        if (!plausible(c, run) || !map_starts(c->tables, run) ||
            met >= c->listed[class]) {
            return broken(c, "class-list", NULL, "class %u leads to unit %u",
                          class, run);
        }
        const struct run_tail *tail = run_tail(c->heap, run);
        if (run_class(*word_of(c->heap, run)) != class || !tail->listed ||
            tail->previous != previous) {
            return broken(c, "class-list", tail, "wrong class or links");
        }
        previous = run;
        run = tail->next;
    }
    return met == c->listed[class]
               ? 0
               : broken(c, "class-list", NULL, "class %u: %u listed, %u met",
                        class, c->listed[class], met);
}

static int check_classes(const struct census *c)
{
    for (uint32_t i = 1; i < c->tables->n_classes; i++) {
        const struct size_class *entry = &c->tables->classes[i];
        if ((entry->runs != UINT16_MAX && entry->runs != c->runs[i]) ||
            entry->census != c->counted[i]) {
            return broken(c, "class-count", entry,
                          "class %u: %u runs, %u counted; found %u, %u", i,
                          entry->runs, entry->census, c->runs[i],
                          c->counted[i]);
        }
        bool kept = entry->slots != 0 || entry->blocks != 0;
        if (kept && !(c->tables->kept_classes >> (i - 1) & 1)) {
            return broken(c, "kept-list", entry, "class %u has no bit", i);
        }
        if (check_class_list(c, i) != 0) {
            return -1;
        }
    }
    uint32_t found = 0;
    for (uint32_t i = 0; i < c->tables->granules; i++) {
        found += tables_map(c->tables)[i] != 0;
    }
    return found == c->map_bytes
               ? 0
               : broken(c, "map", NULL, "%u bytes set, %u expected", found,
                        c->map_bytes);
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

/* Without tables the word at top counts the tight blocks. */
static int check_tight(const struct census *c)
{
    const uint32_t *word = word_of(c->heap, root_of(c->heap)->top);
    return *word >> SIZE_SHIFT == c->tight
               ? 0
               : broken(c, "top-word", word, "counts %u tight blocks, %u live",
                        *word >> SIZE_SHIFT, c->tight);
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
    if (!my_kept_collect(heap, &c.kept)) {
        return broken(&c, "kept-list", c.tables, "lists broken, or not %u",
                      c.tables->kept);
    }
    if (check_blocks(&c) != 0 || check_bins(&c) != 0) {
        return -1;
    }
    if (c.tables == NULL) {
        return check_tight(&c);
    }
    if (!c.tables_seen) {
        return broken(&c, "tables", c.tables, "not in a block in use");
    }
    if (c.kept_met != c.kept.n) {
        return broken(&c, "kept-list", NULL, "%u kept, %u of them live",
                      c.kept.n, c.kept_met);
    }
    return check_classes(&c) != 0 ? -1 : check_huge(&c);
}
