/*
 * slabs_check.c -- the table page by page, each slab's free objects, all lists.
 */
#include "allocator/block/slabs.h"

/* What is known while going through the table. */
struct search {
    const struct heap *heap;
    const struct slabs_root *root;
    struct block_fault *fault;
    struct block_census free;    /* runs, off which the lists are taken */
    struct block_census partial; /* slabs with room, likewise */
};

static bool table_sound(const struct heap *heap, const struct slabs_root *root)
{
    const struct pages_root *pages = &root->pages;
    size_t heads = slab_classes(root->log2_classes) * sizeof(uint32_t);
    size_t bytes = (size_t)pages->table_room * sizeof(struct page);
    if (pages->table_mapping == 0) {
        return pages->table_offset == sizeof *root + heads &&
               bytes <= HEAP_PAGE - pages->table_offset;
    }
    return pages->table_offset >= heap->brk && bytes <= pages->table_mapping &&
           heap_contains(heap, heap->base + pages->table_offset,
                         pages->table_mapping);
}

static int check_root(const struct heap *heap, struct block_fault *fault)
{
    const struct slabs_root *root = slabs_root(heap);
    if (heap->brk < HEAP_PAGE || root->log2_classes > SLAB_MOST_LOG2 ||
        root->least_pages == 0 ||
        root->least_pages > SLAB_MOST_BYTES / HEAP_PAGE) {
        return block_fail(fault, "root", root, "no root, or choices of none");
    }
    if (!table_sound(heap, root) || root->pages.n > root->pages.table_room ||
        root->pages.n != heap->brk / HEAP_PAGE) {
        return block_fail(fault, "table", root,
                          "%u pages, table of %u at offset %llu", root->pages.n,
                          root->pages.table_room,
                          (unsigned long long)root->pages.table_offset);
    }
    return 0;
}

/* ---- slabs --------------------------------------------------------------- */

static int slab_fail(const struct search *search, uint32_t slab,
                     const char *rule, size_t expected, size_t got)
{
    return block_fail(search->fault, rule, page_address(search->heap, slab),
                      "expected %zu, got %zu", expected, got);
}

/* Free objects lie on boundaries, each once, as many as are not in use. */
static int check_free_objects(struct search *search, uint32_t slab,
                              size_t units)
{
    const struct page *entry = page_at(search->heap, slab);
    struct slab_map seen = {{0}};
    size_t n = 0;
    for (uint16_t unit = entry->free; unit != SLAB_NO_OBJECT; n++) {
        size_t object = unit / units;
        if (unit % units != 0 || object >= entry->fresh ||
            (seen.used[object / 64] >> object % 64 & 1)) {
            return slab_fail(search, slab, "free-object", entry->fresh, object);
        }
        seen.used[object / 64] |= UINT64_C(1) << object % 64;
        unit = *(const uint16_t *)(page_address(search->heap, slab) +
                                   unit * BLOCK_UNIT);
    }
    if (n + entry->used != entry->fresh) {
        return slab_fail(search, slab, "objects-in-use", entry->fresh - n,
                         entry->used);
    }
    return 0;
}

/* They lead to the slab where something can point to them. */
static int check_inner_pages(struct search *search, uint32_t slab)
{
    const struct page *entry = page_at(search->heap, slab);
    uint32_t first = entry->objects > 1 ? 1 : entry->run - 1;
    for (uint32_t i = first != 0 ? first : 1; i < entry->run; i++) {
        const struct page *inner = page_at(search->heap, slab + i);
        if (inner->kind != PAGE_INNER ||
            (entry->objects > 1 && inner->next != slab)) {
            return slab_fail(search, slab + i, "inner-page", slab, inner->next);
        }
    }
    return 0;
}

static int check_slab(struct search *search, uint32_t slab)
{
    const struct page *entry = page_at(search->heap, slab);
    if (entry->class >= slab_classes(search->root->log2_classes) ||
        entry->class == 0) {
        return slab_fail(search, slab, "slab-class", 1, entry->class);
    }
    size_t object = slab_object_bytes(search->root, entry->class);
    size_t most = entry->run * HEAP_PAGE / object;
    if (entry->objects != most || most > SLAB_MOST_OBJECTS ||
        entry->fresh > most || entry->used > entry->fresh) {
        return slab_fail(search, slab, "slab-counts", most, entry->objects);
    }
    if (check_inner_pages(search, slab) != 0) {
        return -1;
    }
    if (entry->used < entry->objects) {
        search->partial.count++;
        search->partial.fingerprint += block_hash(slab);
    }
    return check_free_objects(search, slab, object / BLOCK_UNIT);
}

/* ---- runs ---------------------------------------------------------------- */

static int check_free_run(struct search *search, uint32_t page)
{
    const struct page *entry = page_at(search->heap, page);
    const struct page *last = page_at(search->heap, page + entry->run - 1);
    if (last->kind != PAGE_FREE || last->run != entry->run) {
        return slab_fail(search, page, "end-of-free-run", entry->run,
                         last->run);
    }
    if (page_at(search->heap, page - 1)->kind == PAGE_FREE) {
        return slab_fail(search, page, "uncoalesced-runs", 0, entry->run);
    }
    search->free.count++;
    search->free.fingerprint += block_hash(page);
    return 0;
}

static int check_run(struct search *search, uint32_t page)
{
    const struct page *entry = page_at(search->heap, page);
    size_t left = search->root->pages.n - page;
    if (entry->run == 0 || entry->run > left) {
        return slab_fail(search, page, "run-leads-astray", left, entry->run);
    }
    switch (entry->kind) {
    case PAGE_FREE: return check_free_run(search, page);
    case PAGE_SLAB: return check_slab(search, page);
    case PAGE_WHOLE: break;
    default:
        return slab_fail(search, page, "page-kind", PAGE_WHOLE, entry->kind);
    }
    if (entry->run > 1 &&
        page_at(search->heap, page + entry->run - 1)->kind != PAGE_INNER) {
        return slab_fail(search, page, "end-of-run", PAGE_INNER, PAGE_FREE);
    }
    return 0;
}

static int check_runs(struct search *search)
{
    uint32_t page = 1;
    while (page < search->root->pages.n) {
        if (check_run(search, page) != 0) {
            return -1;
        }
        page += page_at(search->heap, page)->run;
    }
    return 0;
}

/* ---- lists --------------------------------------------------------------- */

/* What belongs in a list. */
struct list {
    uint32_t head;
    enum page_kind kind;
    uint32_t least, most; /* pages of a run, or class of a slab */
};

static int check_list(struct search *search, struct list list,
                      struct block_census *census)
{
    uint32_t before = 0;
    for (uint32_t page = list.head; page != 0;) {
        if (page >= search->root->pages.n) {
            return slab_fail(search, before, "list-link", search->root->pages.n,
                             page);
        }
        const struct page *entry = page_at(search->heap, page);
        uint32_t place = list.kind == PAGE_SLAB ? entry->class : entry->run;
        if (entry->kind != list.kind || place < list.least ||
            place > list.most) {
            return slab_fail(search, page, "wrong-list", list.least, place);
        }
        if (entry->previous != before) {
            return slab_fail(search, page, "list-link-back", before,
                             entry->previous);
        }
        if (census->count-- == 0) {
            return slab_fail(search, page, "list-too-long", 0, 1);
        }
        census->fingerprint -= block_hash(page);
        before = page;
        page = entry->next;
    }
    return 0;
}

static int check_free_lists(struct search *search)
{
    const struct pages_root *pages = &search->root->pages;
    for (uint32_t k = 0; k < PAGES_LISTS; k++) {
        struct list list = {pages->heads[k], PAGE_FREE, k + 1,
                            k + 1 < PAGES_LISTS ? k + 1 : UINT32_MAX};
        if ((pages->bits >> k & 1) != (list.head != 0)) {
            return slab_fail(search, 0, "list-bits", list.head != 0,
                             pages->bits >> k & 1);
        }
        if (check_list(search, list, &search->free) != 0) {
            return -1;
        }
    }
    return 0;
}

static int check_slab_lists(struct search *search)
{
    for (uint32_t c = 0; c < slab_classes(search->root->log2_classes); c++) {
        struct list list = {search->root->partial[c], PAGE_SLAB, c, c};
        if (check_list(search, list, &search->partial) != 0) {
            return -1;
        }
    }
    return 0;
}

int slabs_check(const struct heap *heap, struct block_fault *fault)
{
    struct search search = {
        .heap = heap, .root = slabs_root(heap), .fault = fault};
    if (check_root(heap, fault) != 0 || check_runs(&search) != 0 ||
        check_free_lists(&search) != 0 || check_slab_lists(&search) != 0) {
        return -1;
    }
    if (search.free.count != 0 || search.free.fingerprint != 0) {
        return slab_fail(&search, 0, "free-run-in-no-list", 0,
                         search.free.count);
    }
    if (search.partial.count != 0 || search.partial.fingerprint != 0) {
        return slab_fail(&search, 0, "slab-in-no-list", 0,
                         search.partial.count);
    }
    return 0;
}
