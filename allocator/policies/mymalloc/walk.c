/*
 * walk.c -- every block in address order (see inspect.h).
 *
 *   root | block | block | area: head, objects, holes, fresh | block | ... |
 * top
 *
 * An area shows as its word (metadata), its objects and holes, and its end mark
 * (metadata).  Objects that are kept for the next
 * request show as free: they carry marks for as long as the walk takes, with
 * their list's link beneath.
 */
#include "allocator/policies/mymalloc/areas.h"
#include "allocator/policies/mymalloc/huge.h"
#include "allocator/policies/mymalloc/inspect.h"
#include "allocator/policies/mymalloc/pool.h"

#define WORD sizeof(uint32_t)

struct walk {
    const struct heap *heap;
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

static int show_object(const struct walk *w, const void *object, size_t bytes)
{
    struct block_info block = {BLOCK_USED, object, bytes, object, bytes};
    return w->visit(w->context, &block);
}

/* An area from its word to its end mark; *unit: behind it. */
static int walk_area(const struct walk *w, uint32_t *unit)
{
    const struct tables *tables = tables_of(w->heap);
    int status = show(w, BLOCK_METADATA, word_of(w->heap, *unit), WORD);
    for (uint32_t next; status == 0; *unit = next) {
        const void *object = address_of(w->heap, *unit);
        if (bits_is_hole(tables, *unit) && area_ends(w->heap, *unit)) {
            ++*unit;
            return show(w, BLOCK_METADATA, object, UNIT - WORD);
        }
        next = my_bits_next(tables, *unit);
        size_t bytes = (next - *unit) * UNIT;
        status = bits_is_hole(tables, *unit)
                     ? show(w, BLOCK_FREE, object, bytes)
                     : show_object(w, object, bytes);
    }
    return status;
}

static int walk_block(const struct walk *w, uint32_t *next)
{
    uint32_t unit = *next;
    const uint32_t *word = word_of(w->heap, unit);
    size_t bytes = units_of(w->heap, unit) * UNIT;
    *next += units_of(w->heap, unit);
    if (!(*word & IN_USE)) {
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

static int walk_blocks(const struct walk *w)
{
    const struct root *root = root_of(w->heap);
    const struct tables *tables = tables_of(w->heap);
    int status = show(w, BLOCK_METADATA, root, sizeof *root);
    for (uint32_t unit = 1; status == 0 && unit < root->top;) {
        status = tables != NULL && bits_is_start(tables, unit)
                     ? walk_area(w, &unit)
                     : walk_block(w, &unit);
    }
    if (status == 0) {
        status = show(w, BLOCK_METADATA, word_of(w->heap, root->top), WORD);
    }
    if (status == 0) {
        status = show(w, BLOCK_FREE, address_of(w->heap, root->top),
                      (end_unit(w->heap) - root->top) * UNIT);
    }
    return status;
}

int my_walk(struct heap *heap, policy_visit_fn *visit, void *context)
{
    struct walk w = {.heap = heap, .visit = visit, .context = context};
    bool sound;
    uint32_t marks = my_pool_mark(heap, &sound);
    int status = walk_blocks(&w);
    my_pool_unmark(heap, marks);
    return status != 0 ? status : walk_mappings(&w);
}
