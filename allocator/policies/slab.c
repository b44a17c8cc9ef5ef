/*
 * slab.c -- objects of fixed sizes without headers: slab, segregated-storage.
 *
 * Both cut runs of pages into objects of one size class (block/slabs.h):
 *
 *   | root, table of pages 4096 | 48 48 48 48 ... | 320 320 .. | 5 pages | ...
 *                                     slab             slab      whole run
 *
 *   slab                a slab whose objects are all free goes back to the
 *                       pages, save one for each class, and is merged there;
 *                       what is kept is reaped before the heap grows.  Objects
 *                       beyond 4096 bytes are runs of pages
 *   segregated-storage  memory stays with its class for ever, and every size
 *                       has one: no splitting, no coalescing, no search
 *
 * A slab's alignment is a page's, so that objects of a class that is a multiple
 * of an alignment have it: memalign needs no gaps.
 *
 *   malloc, free  O(1), besides making a slab
 *   footprint     4 KB for root and table; no header at all for an object
 *   worst case    one live object in each slab; with segregated-storage also a
 *                 program that moves on to other sizes: the sum over all sizes
 *                 of what was live at its own peak
 *
 * Sources: J. Bonwick, The Slab Allocator: An Object-Caching Kernel Memory
 * Allocator, USENIX Summer 1994 (without constructors and colours); Wilson et
 * al., Dynamic Storage Allocation (1995), section 3.6, simple segregated
 * storage.
 */
#include <string.h>

#include "allocator/block/slabs.h"
#include "allocator/policies/tagged.h"

#define SLAB_LARGEST ((size_t)4096) /* larger ones are runs of pages */

enum option { OPTION_CLASSES, OPTION_SLAB };

/* A word's place is the logarithm of the number that it tells. */
static const struct policy_option options[] = {
    [OPTION_CLASSES] = {.name = "classes",
                        .summary = "size classes for each doubling",
                        .words = {"1", "2", "4", "8"},
                        .initial = 2},
    [OPTION_SLAB] = {.name = "slab",
                     .summary = "least size of a slab, in bytes",
                     .least = HEAP_PAGE,
                     .most = SLAB_MOST_BYTES,
                     .initial = HEAP_PAGE},
    {0},
};

static int slab_init(struct heap *heap, const uint64_t *values)
{
    return slabs_init(heap,
                      (struct slabs_choice){(uint32_t)values[OPTION_CLASSES],
                                            values[OPTION_SLAB], SLAB_LARGEST,
                                            SLAB_IS_GIVEN_BACK});
}

static int storage_init(struct heap *heap, const uint64_t *values)
{
    return slabs_init(
        heap, (struct slabs_choice){(uint32_t)values[OPTION_CLASSES],
                                    values[OPTION_SLAB], SIZE_MAX, SLAB_STAYS});
}

static void *take(struct heap *heap, size_t size, size_t alignment)
{
    if (size > heap->reserved || alignment > heap->reserved) {
        return NULL;
    }
    return size <= slabs_root(heap)->most_bytes
               ? slabs_take(heap, size + (size == 0), alignment)
               : slabs_take_pages(heap, size, alignment);
}

static void *slab_malloc(struct heap *heap, size_t size)
{
    return take(heap, size, HEAP_ALIGNMENT);
}

static void *slab_memalign(struct heap *heap, size_t alignment, size_t size)
{
    return take(heap, size,
                alignment < HEAP_ALIGNMENT ? HEAP_ALIGNMENT : alignment);
}

static void slab_free(struct heap *heap, void *payload)
{
    if (payload != NULL) {
        slabs_give(heap, payload);
    }
}

static size_t slab_usable_size(struct heap *heap, const void *payload)
{
    return slabs_room(heap, payload);
}

/* A run of pages may grow and shrink; an object stays while half is used. */
static bool fits_in_place(struct heap *heap, void *payload, size_t size)
{
    size_t room = slabs_room(heap, payload);
    uint32_t run = slab_of(heap, payload);
    if (page_at(heap, run)->kind == PAGE_SLAB ||
        size <= slabs_root(heap)->most_bytes) {
        return size <= room && size >= room / 2;
    }
    size_t pages = (size + HEAP_PAGE - 1) / HEAP_PAGE;
    return pages <= UINT32_MAX && pages_resize(heap, run, (uint32_t)pages);
}

static void *slab_realloc(struct heap *heap, void *payload, size_t size)
{
    if (payload == NULL) {
        return slab_malloc(heap, size);
    }
    if (size == 0) {
        slab_free(heap, payload);
        return NULL;
    }
    if (size > heap->reserved) {
        return NULL;
    }
    if (fits_in_place(heap, payload, size)) {
        return payload;
    }
    size_t room = slabs_room(heap, payload);
    void *moved = slab_malloc(heap, size);
    if (moved == NULL) {
        return size <= room ? payload : NULL;
    }
    memcpy(moved, payload, size < room ? size : room);
    slab_free(heap, payload);
    return moved;
}

static int slab_check(struct heap *heap, struct policy_fault *fault)
{
    struct block_fault found;
    return slabs_check(heap, &found) == 0 ? 0 : tagged_report(&found, fault);
}

/* ---- walk ---------------------------------------------------------------- */

static int visit_piece(policy_visit_fn *visit, void *context,
                       enum block_kind kind, const void *address, size_t bytes)
{
    struct block_info info = {.kind = kind, .address = address, .bytes = bytes};
    if (kind == BLOCK_USED) {
        info.payload = address;
        info.payload_bytes = bytes;
    }
    return visit(context, &info);
}

static int walk_slab(const struct heap *heap, uint32_t slab,
                     policy_visit_fn *visit, void *context)
{
    const struct page *entry = page_at(heap, slab);
    size_t object = slab_object_bytes(slabs_root(heap), entry->class);
    const unsigned char *at = page_address(heap, slab);
    struct slab_map map;
    slab_map(heap, slab, &map);
    int status = 0;
    for (size_t i = 0; status == 0 && i < entry->objects; i++) {
        bool used = map.used[i / 64] >> i % 64 & 1;
        status = visit_piece(visit, context, used ? BLOCK_USED : BLOCK_FREE,
                             at + i * object, object);
    }
    size_t bytes = entry->objects * object;
    size_t rest = entry->run * HEAP_PAGE - bytes;
    return status != 0 || rest == 0
               ? status
               : visit_piece(visit, context, BLOCK_METADATA, at + bytes, rest);
}

static int walk_run(const struct heap *heap, uint32_t page,
                    policy_visit_fn *visit, void *context)
{
    const struct page *entry = page_at(heap, page);
    switch (entry->kind) {
    case PAGE_SLAB: return walk_slab(heap, page, visit, context);
    case PAGE_FREE:
        return visit_piece(visit, context, BLOCK_FREE, page_address(heap, page),
                           entry->run * HEAP_PAGE);
    default:
        return visit_piece(visit, context, BLOCK_USED, page_address(heap, page),
                           entry->run * HEAP_PAGE);
    }
}

static int slab_walk(struct heap *heap, policy_visit_fn *visit, void *context)
{
    const struct pages_root *root = pages_root(heap);
    int status =
        visit_piece(visit, context, BLOCK_METADATA, heap->base, HEAP_PAGE);
    for (uint32_t page = 1; status == 0 && page < root->n;
         page += page_at(heap, page)->run) {
        status = walk_run(heap, page, visit, context);
    }
    return status != 0 || root->table_mapping == 0
               ? status
               : visit_piece(visit, context, BLOCK_METADATA, page_at(heap, 0),
                             root->table_mapping);
}

static void slab_trim(struct heap *heap)
{
    slabs_reap(heap);
    pages_trim(heap);
}

const struct policy slab_policy = {
    .name = "slab",
    .summary = "slabs of objects of one size, given back when empty",
    .options = options,
    .init = slab_init,
    .malloc = slab_malloc,
    .free = slab_free,
    .realloc = slab_realloc,
    .memalign = slab_memalign,
    .usable_size = slab_usable_size,
    .check = slab_check,
    .walk = slab_walk,
    .trim = slab_trim,
};

const struct policy segregated_storage_policy = {
    .name = "segregated-storage",
    .summary = "every size has a class, memory never leaves it, all O(1)",
    .options = options,
    .init = storage_init,
    .malloc = slab_malloc,
    .free = slab_free,
    .realloc = slab_realloc,
    .memalign = slab_memalign,
    .usable_size = slab_usable_size,
    .check = slab_check,
    .walk = slab_walk,
};
