/*
 * pages.c -- taking, giving and growing runs of pages.
 */
#include "allocator/block/pages.h"

#include <string.h>

int pages_init(struct heap *heap, size_t root_bytes)
{
    if (heap_grow(heap, HEAP_PAGE) == NULL) {
        return -1;
    }
    memset(heap->base, 0, HEAP_PAGE);
    struct pages_root *root = pages_root(heap);
    root->table_offset = root_bytes;
    root->table_room =
        (uint32_t)((HEAP_PAGE - root_bytes) / sizeof(struct page));
    root->n = 1;
    *page_at(heap, 0) = (struct page){.run = 1, .kind = PAGE_ROOT};
    return 0;
}

/* ---- free runs ----------------------------------------------------------- */

static uint32_t list_of(uint32_t run)
{
    return run < PAGES_LISTS ? run - 1 : PAGES_LISTS - 1;
}

static void list_in(struct heap *heap, uint32_t page, uint32_t run)
{
    struct pages_root *root = pages_root(heap);
    uint32_t *head = &root->heads[list_of(run)];
    page_at(heap, page + run - 1)->kind = PAGE_FREE;
    page_at(heap, page + run - 1)->run = run;
    *page_at(heap, page) =
        (struct page){.run = run, .next = *head, .kind = PAGE_FREE};
    if (*head != 0) {
        page_at(heap, *head)->previous = page;
    }
    *head = page;
    root->bits |= UINT32_C(1) << list_of(run);
}

static void list_out(struct heap *heap, uint32_t page)
{
    struct pages_root *root = pages_root(heap);
    const struct page *entry = page_at(heap, page);
    uint32_t list = list_of(entry->run);
    if (entry->next != 0) {
        page_at(heap, entry->next)->previous = entry->previous;
    }
    if (entry->previous != 0) {
        page_at(heap, entry->previous)->next = entry->next;
    } else {
        root->heads[list] = entry->next;
        if (entry->next == 0) {
            root->bits &= ~(UINT32_C(1) << list);
        }
    }
}

/* The free run that ends below a page, or 0. */
static uint32_t free_below(const struct heap *heap, uint32_t page)
{
    const struct page *last = page_at(heap, page - 1);
    return last->kind == PAGE_FREE ? page - last->run : 0;
}

/* Whether a free run begins there. */
static bool free_at(const struct heap *heap, uint32_t page)
{
    return page < pages_root(heap)->n && page_at(heap, page)->kind == PAGE_FREE;
}

void pages_give(struct heap *heap, uint32_t page)
{
    uint32_t run = page_at(heap, page)->run, below = free_below(heap, page);
    if (free_at(heap, page + run)) {
        list_out(heap, page + run);
        run += page_at(heap, page + run)->run;
    }
    if (below != 0) {
        list_out(heap, below);
        run += page - below;
        page = below;
    }
    list_in(heap, page, run);
}

/* ---- taking -------------------------------------------------------------- */

/* Marks a run as one block in use. */
static void mark_whole(struct heap *heap, uint32_t page, uint32_t run)
{
    page_at(heap, page + run - 1)->kind = PAGE_INNER;
    *page_at(heap, page) = (struct page){.run = run, .kind = PAGE_WHOLE};
}

/* Pages from one to the next at the alignment. */
static uint32_t gap_to(const struct heap *heap, uint32_t page,
                       uint32_t alignment)
{
    uintptr_t at = (uintptr_t)page_address(heap, page) / HEAP_PAGE;
    return (uint32_t)(-at & (alignment - 1));
}

/* Makes a run of [page, page + run), which is in no list; frees the rest. */
static uint32_t carve(struct heap *heap, uint32_t page, uint32_t run,
                      uint32_t n, uint32_t alignment)
{
    uint32_t gap = gap_to(heap, page, alignment);
    if (gap != 0) {
        list_in(heap, page, gap);
    }
    if (run > gap + n) {
        list_in(heap, page + gap + n, run - gap - n);
    }
    mark_whole(heap, page + gap, n);
    return page + gap;
}

uint32_t pages_find(struct heap *heap, uint32_t n, uint32_t alignment)
{
    const struct pages_root *root = pages_root(heap);
    uint32_t bits = root->bits & UINT32_MAX << list_of(n);
    for (; bits != 0; bits &= bits - 1) {
        uint32_t page = root->heads[__builtin_ctz(bits)];
        for (; page != 0; page = page_at(heap, page)->next) {
            uint32_t run = page_at(heap, page)->run;
            if (run >= n && run - n >= gap_to(heap, page, alignment)) {
                list_out(heap, page);
                return carve(heap, page, run, n, alignment);
            }
        }
    }
    return 0;
}

/* ---- growth -------------------------------------------------------------- */

/* Makes room for the entries of n pages; false when refused. */
static bool table_reserve(struct heap *heap, size_t n)
{
    struct pages_root *root = pages_root(heap);
    if (n <= root->table_room) {
        return true;
    }
    size_t room = 2 * (size_t)root->table_room;
    room = room < n ? n : room;
    size_t bytes =
        (room * sizeof(struct page) + HEAP_PAGE - 1) & ~(HEAP_PAGE - 1);
    unsigned char *table = heap_map(heap, bytes);
    if (table == NULL) {
        return false;
    }
    memcpy(table, page_at(heap, 0), root->n * sizeof(struct page));
    if (root->table_mapping != 0) {
        heap_unmap(heap, heap->base + root->table_offset, root->table_mapping);
    }
    root->table_offset = (uint64_t)(table - heap->base);
    root->table_mapping = bytes;
    root->table_room = (uint32_t)(bytes / sizeof(struct page));
    return true;
}

/* Adds pages at the break, unmarked; false when refused. */
static bool extend(struct heap *heap, size_t pages)
{
    size_t n = pages_root(heap)->n + pages;
    if (heap_grow(heap, pages * HEAP_PAGE) == NULL) {
        return false;
    }
    if (!table_reserve(heap, n)) {
        heap_shrink(heap, pages * HEAP_PAGE);
        return false;
    }
    pages_root(heap)->n = (uint32_t)n;
    return true;
}

uint32_t pages_grow(struct heap *heap, uint32_t n, uint32_t alignment)
{
    uint32_t end = pages_root(heap)->n, last = free_below(heap, end);
    uint32_t start = last != 0 ? last : end;
    size_t run = (size_t)gap_to(heap, start, alignment) + n;
    size_t have = end - start;
    if (run > have && !extend(heap, run - have)) {
        return 0;
    }
    if (last != 0) {
        list_out(heap, last);
    }
    return carve(heap, start, (uint32_t)(run > have ? run : have), n,
                 alignment);
}

static void shrink_run(struct heap *heap, uint32_t page, uint32_t n)
{
    uint32_t run = page_at(heap, page)->run;
    mark_whole(heap, page + n, run - n);
    mark_whole(heap, page, n);
    pages_give(heap, page + n);
}

bool pages_resize(struct heap *heap, uint32_t page, uint32_t n)
{
    uint32_t run = page_at(heap, page)->run, above = page + run;
    if (n < run) {
        shrink_run(heap, page, n);
    }
    if (n <= run) {
        return true;
    }
    uint32_t spare = free_at(heap, above) ? page_at(heap, above)->run : 0;
    if (run + spare < n && (above + spare != pages_root(heap)->n ||
                            !extend(heap, n - run - spare))) {
        return false;
    }
    if (spare != 0) {
        list_out(heap, above);
    }
    if (run + spare > n) {
        list_in(heap, page + n, run + spare - n);
    }
    mark_whole(heap, page, n);
    return true;
}

void pages_trim(struct heap *heap)
{
    struct pages_root *root = pages_root(heap);
    uint32_t last = free_below(heap, root->n);
    if (last != 0) {
        list_out(heap, last);
        heap_shrink(heap, (root->n - last) * HEAP_PAGE);
        root->n = last;
    }
}
