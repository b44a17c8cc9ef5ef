/*
 * run.c -- where runs come from and go to (see run.h).
 */
#include "allocator/policies/mymalloc/run.h"

#include <string.h>

#include "allocator/policies/mymalloc/bins.h"
#include "allocator/policies/mymalloc/block.h"
#include "allocator/policies/mymalloc/cache.h"

/* Bytes of the first run, and how much larger each further one is. */
#define BASE_BYTES 128u
#define STEP_BYTES 32u
/* A run has at least so many slots; one that fills a hole, so many. */
#define LEAST_SLOTS      4u
#define LEAST_HOLE_SLOTS 2u
/* A full run grows by 1/8 of its slots. */
#define EXTENSION_SHARE 8u
/* A class gets runs when so many of its blocks live, one small block in 8. */
#define LEAST_CENSUS 8u
#define CENSUS_SHARE 8u
/* The map does not allow a run where the block lies. */
#define REFUSED UINT32_MAX

/* Bytes of slots that are threaded at a time. */
#define BATCH_BYTES ((uint32_t)512)

static struct size_class *class_of(const struct heap *heap, uint32_t class)
{
    return &tables_of(heap)->classes[class];
}

static void list_run(const struct heap *heap, uint32_t run)
{
    struct run_tail *tail = run_tail(heap, run);
    struct size_class *class = class_of(heap, run_class(*word_of(heap, run)));
    tail->next = class->head;
    tail->previous = 0;
    tail->listed = 1;
    if (class->head != 0) {
        run_tail(heap, class->head)->previous = run;
    }
    class->head = run;
}

static void unlist_run(const struct heap *heap, uint32_t run)
{
    struct run_tail *tail = run_tail(heap, run);
    if (tail->next != 0) {
        run_tail(heap, tail->next)->previous = tail->previous;
    }
    if (tail->previous != 0) {
        run_tail(heap, tail->previous)->next = tail->next;
    } else {
        class_of(heap, run_class(*word_of(heap, run)))->head = tail->next;
    }
    tail->listed = 0;
}

/* Threads a batch of untouched slots into the empty list; false: none left. */
static bool thread_slots(const struct heap *heap, uint32_t run)
{
    uint32_t *word = word_of(heap, run);
    struct run_tail *tail = run_tail(heap, run);
    uint32_t class = run_class(*word);
    uint32_t fresh = run_slots(run_units(*word), class) - tail->threaded;
    uint32_t batch = BATCH_BYTES / UNIT / class;
    batch = batch == 0 ? 1 : batch;
    if (fresh == 0) {
        return false;
    }
    batch = batch < fresh ? batch : fresh;
    uint32_t offset = tail->threaded * class; /* of the first, from the run */
    tail->threaded = (tail->threaded + batch) & 1023;
    *word = (*word & ~RUN_FREE_MASK) | (offset + 1) << RUN_FREE_SHIFT;
    for (; batch > 1; batch--) {
        *slot_link(heap, run + offset) = (uint16_t)(offset + class + 1);
        offset += class;
    }
    *slot_link(heap, run + offset) = 0;
    return true;
}

/* Units that the class's next run should have. */
static uint32_t wanted_units(const struct size_class *entry, uint32_t class)
{
    uint32_t bytes = BASE_BYTES + STEP_BYTES * entry->runs;
    uint32_t slots = bytes / (uint32_t)UNIT / class;
    if (slots < LEAST_SLOTS) {
        slots = LEAST_SLOTS;
    }
    uint32_t most = (RUN_MAX_UNITS - 1) / class;
    return (slots < most ? slots : most) * class + 1;
}

/* Makes the full run, unlisted or at its list's front, larger in place. */
static bool extend_run(struct heap *heap, uint32_t run)
{
    uint32_t word = *word_of(heap, run);
    uint32_t units = run_units(word);
    uint32_t class = run_class(word);
    struct run_tail tail = *run_tail(heap, run);
    uint32_t room = my_block_room_behind(heap, run + units);
    bool at_top = run + units == root_of(heap)->top;
    uint32_t most = wanted_units(class_of(heap, class), class);
    if (most < units || (!at_top && room < class)) {
        return false;
    }
    uint32_t slots = 1 + run_slots(units, class) / EXTENSION_SHARE;
    uint32_t more = slots * class;
    if (!at_top && more > room) {
        more = room / class * class;
    }
    if (units + more > RUN_MAX_UNITS ||
        !map_reaches(tables_of(heap), run, units + more) ||
        !my_block_extend(heap, run + units, more)) {
        return false;
    }
    my_map_set(heap, tables_of(heap), run, units, units + more);
    *word_of(heap, run) += more << RUN_SIZE_SHIFT;
    *run_tail(heap, run) = tail;
    return true;
}

/* A block for a run of up to wanted units; its size in *units.  0: none. */
static uint32_t take_run_block(struct heap *heap, uint32_t class,
                               uint32_t wanted, uint32_t *units, bool grow)
{
    if (grow) {
        *units = wanted;
        return my_block_take(heap, wanted);
    }
    uint32_t block = my_block_take_hole(heap, wanted);
    *units = wanted;
    if (block == 0) {
        block =
            my_block_take_largest(heap, LEAST_HOLE_SLOTS * class + 1, wanted);
        if (block != 0) {
            *units = units_of(heap, block);
            uint32_t fit = run_slots(*units, class) * class + 1;
            my_block_cut(heap, block, *units, fit);
            *units = fit;
        }
    }
    return block;
}

/* A new run at the front of its class's list; 0: none can be had. */
static uint32_t start_run(struct heap *heap, uint32_t class, bool grow)
{
    uint32_t units;
    uint32_t wanted = wanted_units(class_of(heap, class), class);
    uint32_t run = take_run_block(heap, class, wanted, &units, grow);
    if (run == 0) {
        return 0;
    }
    const struct tables *tables = tables_of(heap);
    if (!my_map_allows(tables, run, units)) {
        my_block_give(heap, run, units);
        return REFUSED;
    }
    *word_of(heap, run) = (*word_of(heap, run) & (PREV_IN_USE | IN_USE)) |
                          units << RUN_SIZE_SHIFT | class << RUN_CLASS_SHIFT;
    my_map_set(heap, tables, run, 0, units);
    *run_tail(heap, run) = (struct run_tail){0};
    list_run(heap, run);
    thread_slots(heap, run);
    struct size_class *entry = class_of(heap, class);
    entry->runs = (uint16_t)(entry->runs + (entry->runs != UINT16_MAX));
    return run;
}

/* Whether the class has runs, or enough live objects to start one. */
static bool deserves_run(const struct heap *heap, uint32_t class)
{
    const struct size_class *entry = class_of(heap, class);
    return entry->runs != 0 ||
           (entry->census >= LEAST_CENSUS &&
            entry->census * CENSUS_SHARE >= tables_of(heap)->census);
}

/* A run of the class with a slot ready, at the front of the list; or 0. */
static uint32_t ready_run(struct heap *heap, uint32_t class)
{
    uint32_t run;
    while ((run = class_of(heap, class)->head) != 0) {
        if (run_free(*word_of(heap, run)) != 0 || thread_slots(heap, run)) {
            return run;
        }
        uint32_t next = run_tail(heap, run)->next;
        if (next == 0 && extend_run(heap, run)) {
            continue;
        }
        unlist_run(heap, run);
    }
    return 0;
}

/* A block of its own for an object of the class, from a hole; or NULL. */
static void *take_single(struct heap *heap, size_t size)
{
    uint32_t block = my_block_take_hole(heap, units_for(size));
    if (block == 0) {
        return NULL;
    }
    my_census_enter(heap, block, size);
    return address_of(heap, block);
}

/* An object from what the heap has, without letting it grow; or NULL. */
static void *refill_from_holes(struct heap *heap, uint32_t class, size_t size)
{
    uint32_t run = ready_run(heap, class);
    if (run == 0 && deserves_run(heap, class)) {
        run = start_run(heap, class, false);
    } else if (run == 0) {
        return take_single(heap, size);
    }
    if (run == REFUSED) {
        return take_single(heap, size);
    }
    return run != 0 ? run_pop(heap, run) : NULL;
}

void *my_run_refill(struct heap *heap, uint32_t class, size_t size)
{
    if (tables_outgrown(heap, tables_of(heap))) {
        my_tables_renew(heap);
    }
    void *object = refill_from_holes(heap, class, size);
    if (object == NULL && my_cache_flush(heap)) {
        object = refill_from_holes(heap, class, size);
    }
    if (object != NULL) {
        return object;
    }
    if (deserves_run(heap, class)) {
        uint32_t run = start_run(heap, class, true);
        if (run != 0 && run != REFUSED) {
            return run_pop(heap, run);
        }
    }
    uint32_t block = my_block_take_top(heap, units_for(size));
    if (block == 0) {
        return NULL;
    }
    my_census_enter(heap, block, size);
    return address_of(heap, block);
}

static void release_run(struct heap *heap, uint32_t run)
{
    uint32_t units = run_units(*word_of(heap, run));
    struct size_class *entry = class_of(heap, run_class(*word_of(heap, run)));
    if (run_tail(heap, run)->listed) {
        unlist_run(heap, run);
    }
    entry->runs = (uint16_t)(entry->runs - (entry->runs != UINT16_MAX));
    my_map_set(heap, tables_of(heap), run, units, 0);
    my_block_give(heap, run, units);
}

void my_run_free(struct heap *heap, uint32_t run, uint32_t slot)
{
    uint32_t *word = word_of(heap, run);
    struct run_tail *tail = run_tail(heap, run);
    *slot_link(heap, slot) = (uint16_t)run_free(*word);
    *word = (*word & ~RUN_FREE_MASK) | (slot - run + 1) << RUN_FREE_SHIFT;
    tail->live--;
    if (tail->live == 0) {
        release_run(heap, run);
    } else if (!tail->listed) {
        list_run(heap, run);
    }
}

void my_census_enter(struct heap *heap, uint32_t block, size_t size)
{
    struct tables *tables = tables_of(heap);
    uint32_t class = class_for(size);
    if (tables == NULL || class >= tables->n_classes ||
        tables->classes[class].census == UINT16_MAX) {
        return;
    }
    tables->classes[class].census++;
    tables->census++;
    *word_of(heap, block) |= COUNTED | (is_tight(size) ? TIGHT : 0);
}

void my_census_leave(struct heap *heap, uint32_t block)
{
    uint32_t *word = word_of(heap, block);
    uint32_t class = census_class(*word);
    tables_of(heap)->classes[class].census--;
    tables_of(heap)->census--;
    *word &= ~(COUNTED | TIGHT);
}
