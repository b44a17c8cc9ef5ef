/*
 * slabs.c -- making slabs, and handing out their objects.
 */
#include "allocator/block/slabs.h"

int slabs_init(struct heap *heap, struct slabs_choice choice)
{
    size_t heads = slab_classes(choice.log2_classes) * sizeof(uint32_t);
    if (pages_init(heap, sizeof(struct slabs_root) + heads) != 0) {
        return -1;
    }
    struct slabs_root *root = slabs_root(heap);
    root->most_bytes = choice.most_bytes;
    root->log2_classes = choice.log2_classes;
    root->least_pages =
        (uint32_t)((choice.slab_bytes + HEAP_PAGE - 1) / HEAP_PAGE);
    root->end = (uint32_t)choice.end;
    return 0;
}

/* ---- slabs with room ----------------------------------------------------- */

static void list_in(struct heap *heap, uint32_t slab)
{
    struct page *entry = page_at(heap, slab);
    uint32_t *head = &slabs_root(heap)->partial[entry->class];
    entry->next = *head;
    entry->previous = 0;
    if (*head != 0) {
        page_at(heap, *head)->previous = slab;
    }
    *head = slab;
}

static void list_out(struct heap *heap, uint32_t slab)
{
    const struct page *entry = page_at(heap, slab);
    if (entry->next != 0) {
        page_at(heap, entry->next)->previous = entry->previous;
    }
    if (entry->previous != 0) {
        page_at(heap, entry->previous)->next = entry->next;
    } else {
        slabs_root(heap)->partial[entry->class] = entry->next;
    }
}

void slabs_reap(struct heap *heap)
{
    struct slabs_root *root = slabs_root(heap);
    for (uint32_t c = 0; c < slab_classes(root->log2_classes); c++) {
        uint32_t slab = root->partial[c];
        if (slab != 0 && page_at(heap, slab)->used == 0) {
            list_out(heap, slab);
            pages_give(heap, slab);
        }
    }
}

/* ---- making slabs -------------------------------------------------------- */

/* A free run, or else one by growth, when nothing that is kept will do. */
static uint32_t take_run(struct heap *heap, size_t bytes, size_t alignment)
{
    size_t n = (bytes + HEAP_PAGE - 1) / HEAP_PAGE;
    size_t multiple = alignment > HEAP_PAGE ? alignment / HEAP_PAGE : 1;
    if (n + multiple > UINT32_MAX) {
        heap_grow(heap, SIZE_MAX & ~(HEAP_PAGE - 1)); /* a certain refusal */
        return 0;
    }
    uint32_t run = pages_find(heap, (uint32_t)n, (uint32_t)multiple);
    if (run == 0 && slabs_root(heap)->end == SLAB_IS_GIVEN_BACK) {
        slabs_reap(heap);
        run = pages_find(heap, (uint32_t)n, (uint32_t)multiple);
    }
    return run != 0 ? run : pages_grow(heap, (uint32_t)n, (uint32_t)multiple);
}

/* Bytes of a slab for objects of a size: see slabs.h. */
static size_t slab_bytes_for(const struct slabs_root *root, size_t object)
{
    size_t bytes = root->least_pages * HEAP_PAGE;
    if (bytes < object) {
        bytes = (object + HEAP_PAGE - 1) & ~(HEAP_PAGE - 1);
    }
    while (bytes % object > bytes / 8) {
        bytes += HEAP_PAGE;
    }
    return bytes;
}

/* Lets the pages behind the first of a slab lead to it. */
static void mark_inner(struct heap *heap, uint32_t slab, uint32_t run)
{
    for (uint32_t i = 1; i < run; i++) {
        page_at(heap, slab + i)->kind = PAGE_INNER;
        page_at(heap, slab + i)->next = slab;
    }
}

/*
 * A new slab of a class, in the list; 0 when refused.  Nothing points into the
 * pages behind the first where all of them are one object.
 */
static uint32_t make_slab(struct heap *heap, uint32_t class, size_t alignment)
{
    struct slabs_root *root = slabs_root(heap);
    size_t object = slab_object_bytes(root, class);
    size_t bytes = slab_bytes_for(root, object);
    uint32_t slab = take_run(heap, bytes, alignment);
    if (slab == 0) {
        return 0;
    }
    uint32_t run = page_at(heap, slab)->run;
    *page_at(heap, slab) = (struct page){.run = run,
                                         .kind = PAGE_SLAB,
                                         .class = (uint16_t) class,
                                         .objects = (uint16_t)(bytes / object),
                                         .free = SLAB_NO_OBJECT};
    if (bytes / object > 1) {
        mark_inner(heap, slab, run);
    }
    list_in(heap, slab);
    return slab;
}

/* ---- objects ------------------------------------------------------------- */

static unsigned char *object_at(const struct heap *heap, uint32_t slab,
                                size_t unit)
{
    return page_address(heap, slab) + unit * BLOCK_UNIT;
}

static void *take_object(struct heap *heap, uint32_t slab)
{
    struct page *entry = page_at(heap, slab);
    size_t object = slab_object_bytes(slabs_root(heap), entry->class);
    size_t unit = entry->free;
    if (unit != SLAB_NO_OBJECT) {
        entry->free = *(uint16_t *)object_at(heap, slab, unit);
    } else {
        unit = entry->fresh++ * (object / BLOCK_UNIT);
    }
    if (++entry->used == entry->objects) {
        list_out(heap, slab);
    }
    return object_at(heap, slab, unit);
}

/* The first class from a size on whose objects lie at the alignment. */
static uint32_t class_for(const struct slabs_root *root, size_t bytes,
                          size_t alignment)
{
    uint32_t log2 = root->log2_classes;
    struct bin bin = bin_of(bin_round_up(bytes, log2), log2);
    uint32_t class = (bin.level << log2) + bin.nth;
    while (slab_object_bytes(root, class) % alignment != 0) {
        class ++;
    }
    return class;
}

void *slabs_take(struct heap *heap, size_t bytes, size_t alignment)
{
    const struct slabs_root *root = slabs_root(heap);
    size_t within = alignment < HEAP_PAGE ? alignment : HEAP_PAGE;
    size_t units = (bytes + BLOCK_UNIT - 1) & ~(BLOCK_UNIT - 1);
    if (units > BLOCK_REACH / 2) {
        return slabs_take_pages(heap, bytes, alignment); /* beyond classes */
    }
    uint32_t class = class_for(root, units, within);
    if (slab_object_bytes(root, class) > root->most_bytes) {
        return slabs_take_pages(heap, bytes, alignment);
    }
    uint32_t slab = alignment <= HEAP_PAGE ? root->partial[class] : 0;
    if (slab == 0) {
        slab = make_slab(heap, class, alignment);
    }
    return slab != 0 ? take_object(heap, slab) : NULL;
}

void *slabs_take_pages(struct heap *heap, size_t bytes, size_t alignment)
{
    uint32_t run = take_run(heap, bytes, alignment);
    return run != 0 ? page_address(heap, run) : NULL;
}

/* An empty slab stays while it is its class's only one with room. */
static bool kept(const struct heap *heap, const struct page *entry)
{
    return slabs_root(heap)->end == SLAB_STAYS ||
           (entry->next == 0 && entry->previous == 0);
}

static void give_object(struct heap *heap, uint32_t slab, void *object)
{
    struct page *entry = page_at(heap, slab);
    size_t offset =
        (size_t)((unsigned char *)object - page_address(heap, slab));
    *(uint16_t *)object = entry->free;
    entry->free = (uint16_t)(offset / BLOCK_UNIT);
    if (entry->used-- == entry->objects) {
        list_in(heap, slab);
    }
    if (entry->used == 0 && !kept(heap, entry)) {
        list_out(heap, slab);
        pages_give(heap, slab);
    }
}

void slabs_give(struct heap *heap, void *object)
{
    uint32_t slab = slab_of(heap, object);
    if (page_at(heap, slab)->kind == PAGE_SLAB) {
        give_object(heap, slab, object);
    } else {
        pages_give(heap, slab);
    }
}

size_t slabs_room(const struct heap *heap, const void *object)
{
    const struct page *entry = page_at(heap, slab_of(heap, object));
    return entry->kind == PAGE_SLAB
               ? slab_object_bytes(slabs_root(heap), entry->class)
               : entry->run * HEAP_PAGE;
}

void slab_map(const struct heap *heap, uint32_t slab, struct slab_map *map)
{
    const struct page *entry = page_at(heap, slab);
    size_t units =
        slab_object_bytes(slabs_root(heap), entry->class) / BLOCK_UNIT;
    for (size_t i = 0; i < SLAB_MOST_OBJECTS / 64; i++) {
        map->used[i] = 0;
    }
    for (size_t i = 0; i < entry->fresh; i++) {
        map->used[i / 64] |= UINT64_C(1) << i % 64;
    }
    for (uint16_t unit = entry->free; unit != SLAB_NO_OBJECT;
         unit = *(uint16_t *)object_at(heap, slab, unit)) {
        map->used[unit / units / 64] &= ~(UINT64_C(1) << unit / units % 64);
    }
}
