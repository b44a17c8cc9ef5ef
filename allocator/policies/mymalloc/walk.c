/*
 * walk.c -- every block in address order (see inspect.h).
 *
 *   root | block | block | run: word, slots ..., tail | block | ... | top
 *
 * A run shows as its word (metadata, 4 bytes), its slots, and what is left
 * behind the last slot (metadata, 12 bytes or more).
 */
#include "allocator/policies/mymalloc/free_slots.h"
#include "allocator/policies/mymalloc/huge.h"
#include "allocator/policies/mymalloc/inspect.h"
#include "allocator/policies/mymalloc/kept.h"

struct walk {
    const struct heap *heap;
    struct kept kept;
    policy_visit_fn *visit;
    void *context;
};

/* Shows bytes from address on that hold no payload. */
static int show(const struct walk *w, enum block_kind kind, const void *address,
                size_t bytes)
{
    struct block_info block = {kind, address, bytes, NULL, 0};
    return bytes != 0 ? w->visit(w->context, &block) : 0;
}

static int show_slot(const struct walk *w, const void *slot, size_t bytes)
{
    struct block_info block = {BLOCK_USED, slot, bytes, slot, bytes};
    return w->visit(w->context, &block);
}

static int walk_slots(const struct walk *w, uint32_t run)
{
    uint32_t units = run_units(*word_of(w->heap, run));
    uint32_t class = run_class(*word_of(w->heap, run));
    struct free_slots free_slots;
    my_free_slots_find(w->heap, run, &free_slots);
    for (uint32_t i = 0; i < run_slots(units, class); i++) {
        const void *slot = address_of(w->heap, run + i * class);
        size_t bytes = class * UNIT;
        bool is_free = free_slots_has(&free_slots, i) ||
                       my_kept_has(&w->kept, run + i * class);
        int status = is_free ? show(w, BLOCK_FREE, slot, bytes)
                             : show_slot(w, slot, bytes);
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

static int walk_run(const struct walk *w, uint32_t run)
{
    const unsigned char *word = (unsigned char *)word_of(w->heap, run);
    uint32_t units = run_units(*word_of(w->heap, run));
    uint32_t class = run_class(*word_of(w->heap, run));
    size_t slots = run_slots(units, class) * class * UNIT;
    int status = show(w, BLOCK_METADATA, word, sizeof(uint32_t));
    if (status == 0) {
        status = walk_slots(w, run);
    }
    if (status == 0) {
        status = show(w, BLOCK_METADATA, word + sizeof(uint32_t) + slots,
                      units * UNIT - slots - sizeof(uint32_t));
    }
    return status;
}

static int walk_block(const struct walk *w, uint32_t unit)
{
    const uint32_t *word = word_of(w->heap, unit);
    size_t bytes = units_of(w->heap, unit) * UNIT;
    if (!(*word & IN_USE) || my_kept_has(&w->kept, unit)) {
        return show(w, BLOCK_FREE, word, bytes);
    }
    if (unit == root_of(w->heap)->tables) {
        return show(w, BLOCK_METADATA, word, bytes);
    }
    struct block_info block = {BLOCK_USED, word, bytes, word + 1,
                               bytes - sizeof *word};
    return w->visit(w->context, &block);
}

/* The mapping with the lowest address above a given one, or NULL. */
static const struct huge *next_huge(const struct tables *tables,
                                    const struct huge *above)
{
    const struct huge *next = NULL;
    for (const struct huge *h = tables->huge; h != NULL; h = h->next) {
        if (h > above && (next == NULL || h < next)) {
            next = h;
        }
    }
    return next;
}

static int walk_huge(const struct walk *w, const struct huge *huge)
{
    const unsigned char *payload = (const unsigned char *)(huge + 1);
    struct block_info block = {BLOCK_USED, huge->start, huge->bytes, payload,
                               huge_usable(huge)};
    return w->visit(w->context, &block);
}

static int walk_mappings(const struct walk *w)
{
    const struct tables *tables = tables_of(w->heap);
    const struct huge *huge = tables != NULL ? next_huge(tables, NULL) : NULL;
    int status = 0;
    while (huge != NULL && status == 0) {
        status = walk_huge(w, huge);
        huge = next_huge(tables, huge);
    }
    return status;
}

int my_walk(struct heap *heap, policy_visit_fn *visit, void *context)
{
    struct walk w = {.heap = heap, .visit = visit, .context = context};
    my_kept_collect(heap, &w.kept);
    const struct root *root = root_of(heap);
    const struct tables *tables = tables_of(heap);
    int status = show(&w, BLOCK_METADATA, root, sizeof *root);
    for (uint32_t unit = 1; status == 0 && unit < root->top;) {
        if (tables != NULL && map_starts(tables, unit)) {
            status = walk_run(&w, unit);
            unit += run_units(*word_of(heap, unit));
        } else {
            status = walk_block(&w, unit);
            unit += units_of(heap, unit);
        }
    }
    if (status == 0) {
        status = show(&w, BLOCK_METADATA, word_of(heap, root->top),
                      sizeof(uint32_t));
    }
    if (status == 0) {
        status = show(&w, BLOCK_FREE, address_of(heap, root->top),
                      (end_unit(heap) - root->top) * UNIT);
    }
    return status != 0 ? status : walk_mappings(&w);
}
