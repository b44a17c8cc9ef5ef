/*
 * pool.c -- pools of a fixed number of objects of one size.
 *
 * A program makes a pool for so many objects of such a size.  A trace does not
 * tell, so that every size, rounded up to a class, gets pools of `objects`
 * objects as it needs them, filled up to whole pages; a pool goes when its last
 * object is freed, unless it is the only one of its class that has room.
 * Requests beyond 64 KB get a mapping of their own.
 *
 *   root    | pools with room, by class |
 *                  '--> pool <-> pool
 *
 *   pool    | head 56 | object | object | free | object | free | not used yet |
 *                       free list ------->'- next ------>'
 *   object  | units, distance 8 | payload |
 *
 * Objects are not linked up front: those behind the top follow when the free
 * list is empty (Kenwright).  An object has 8 bytes by which its pool is found,
 * since free is not told which it is (areas.h).
 *
 *   malloc, free  O(1), a mapping now and then
 *   worst case    one live object in each pool; a pool for a single object
 *
 * Source: B. Kenwright, Fast Efficient Fixed-Size Memory Pool: No Loops and No
 * Overhead, Computation Tools 2012.
 */
#include "allocator/block/bins.h"
#include "allocator/policies/mapped.h"

enum {
    LOG2_CLASSES = 2,
    CLASSES = (BINS_LEVELS - LOG2_CLASSES) << LOG2_CLASSES,
    NO_CLASS = CLASSES /* of pools for one object */
};

#define LARGEST ((size_t)1 << 16) /* object of a pool, with its word */

struct pools {
    uint64_t objects; /* of a pool, at least */
    uint32_t unused[2];
    uint32_t with_room[CLASSES]; /* pages of pools */
};

_Static_assert(sizeof(struct pools) % HEAP_ALIGNMENT == 0, "brk aligns");

static struct pools *pools(const struct heap *heap)
{
    return (struct pools *)heap->base;
}

static uint32_t class_of(size_t bytes)
{
    struct bin bin = bin_of(bytes, LOG2_CLASSES);
    return (bin.level << LOG2_CLASSES) + bin.nth;
}

static void list_in(struct heap *heap, struct area *pool)
{
    uint32_t *head = &pools(heap)->with_room[pool->class];
    pool->next = *head;
    pool->previous = 0;
    if (*head != 0) {
        area_at(heap, *head)->previous = area_page(heap, pool);
    }
    *head = area_page(heap, pool);
}

static void list_out(struct heap *heap, const struct area *pool)
{
    uint32_t *forth = pool->previous != 0
                          ? &area_at(heap, pool->previous)->next
                          : &pools(heap)->with_room[pool->class];
    *forth = pool->next;
    if (pool->next != 0) {
        area_at(heap, pool->next)->previous = pool->previous;
    }
}

/* A pool for objects of bytes, in its list. */
static struct area *new_pool(struct heap *heap, size_t bytes)
{
    struct area *pool =
        area_map(heap, AREA_FIRST + pools(heap)->objects * bytes, bytes);
    if (pool != NULL) {
        pool->class = class_of(bytes);
        list_in(heap, pool);
    }
    return pool;
}

static bool full(const struct area *pool, size_t bytes)
{
    return pool->free == 0 && !area_has_room(pool, bytes);
}

static void *take_freed(struct area *pool)
{
    void *payload = area_payload(pool, pool->free);
    pool->free = *(uint64_t *)payload;
    *area_word(payload) |= AREA_IN_USE;
    pool->live++;
    return payload;
}

/* What no pool has objects for. */
static void *take_alone(struct heap *heap, size_t bytes)
{
    struct area *area = area_map(heap, 0, bytes);
    if (area == NULL) {
        return NULL;
    }
    area->class = NO_CLASS;
    return area_take(area, bytes);
}

static void *take(struct heap *heap, size_t size)
{
    size_t bytes = bin_round_up(area_bytes_for(size), LOG2_CLASSES);
    if (bytes > LARGEST) {
        return take_alone(heap, area_bytes_for(size));
    }
    struct area *pool = area_at(heap, pools(heap)->with_room[class_of(bytes)]);
    if (pool == NULL) {
        pool = new_pool(heap, bytes);
        if (pool == NULL) {
            return NULL;
        }
    }
    void *payload = pool->free != 0 ? take_freed(pool) : area_take(pool, bytes);
    if (full(pool, bytes)) {
        list_out(heap, pool);
    }
    return payload;
}

static void give_to_pool(struct heap *heap, struct area *pool, void *own)
{
    bool was_full = full(pool, area_object_bytes(own));
    *(uint64_t *)own = pool->free;
    pool->free = area_distance(own);
    if (was_full) {
        list_in(heap, pool);
    }
    if (pool->live == 0 && (pool->next != 0 || pool->previous != 0)) {
        list_out(heap, pool);
        area_unmap(heap, pool);
    }
}

static void give(struct heap *heap, void *own)
{
    struct area *area = area_of(own);
    *area_word(own) &= ~(uint64_t)(PLAIN_FLAGS | AREA_IN_USE);
    area->live--;
    if (area->class == NO_CLASS) {
        area_unmap(heap, area);
    } else {
        give_to_pool(heap, area, own);
    }
}

/* An object keeps its size; what is alone has the rest of its pages. */
static bool resize(struct heap *heap, void *own, size_t size)
{
    size_t bytes = area_bytes_for(size);
    (void)heap;
    return bytes <= area_object_bytes(own) ||
           (area_of(own)->class == NO_CLASS &&
            area_resize_last(area_of(own), own, bytes));
}

static const struct plain_store store = {take, give, mapped_room, resize};

PLAIN_HOOKS(pool, store)

static const struct policy_option options[] = {
    {.name = "objects",
     .summary = "objects of a pool, at least",
     .least = 1,
     .most = 1024,
     .initial = 8},
    {0},
};

static int pool_init(struct heap *heap, const uint64_t *values)
{
    if (mapped_init(heap, sizeof(struct pools)) != 0) {
        return -1;
    }
    pools(heap)->objects = values[0];
    return 0;
}

/* ---- check --------------------------------------------------------------- */

/* All objects of a pool have one size; those that are free are in its list. */
static int check_pool(const struct area *pool, struct policy_fault *fault)
{
    size_t dead = 0, first = area_object_bytes(area_payload(pool, AREA_FIRST));
    for (size_t offset = AREA_FIRST; offset < pool->top; offset += first) {
        const void *payload = area_payload(pool, offset);
        if (area_object_bytes(payload) != first ||
            class_of(first) != pool->class) {
            return plain_fail(fault, "object-size", area_word(payload),
                              "%zu bytes in a pool of class %u",
                              area_object_bytes(payload), pool->class);
        }
        dead += !(*area_word(payload) & AREA_IN_USE);
    }
    size_t listed = 0;
    for (uint64_t at = pool->free; at != 0; listed++) {
        bool inside = at >= AREA_FIRST && at < pool->top &&
                      (at - AREA_FIRST) % first == 0;
        if (!inside || listed == dead ||
            *area_word(area_payload(pool, at)) & AREA_IN_USE) {
            return plain_fail(fault, "free-object", pool,
                              "its list leads to no free object at offset %llu",
                              (unsigned long long)at);
        }
        at = *(const uint64_t *)area_payload(pool, at);
    }
    return listed == dead
               ? 0
               : plain_fail(fault, "free-object", pool,
                            "%zu of %zu free objects are in its list", listed,
                            dead);
}

/* Follows a list of pools; their number, or -1. */
static int64_t check_list(const struct heap *heap, uint32_t class,
                          struct policy_fault *fault)
{
    int64_t n = 0;
    uint32_t before = 0;
    for (uint32_t page = pools(heap)->with_room[class]; page != 0; n++) {
        const struct area *pool = area_at(heap, page);
        if (!heap_contains(heap, pool, HEAP_PAGE) || pool->class != class ||
            pool->previous != before || n == (int64_t)heap->mappings.n) {
            plain_fail(fault, "list-of-pools", pool,
                       "page %u in the list of class %u, from page %u", page,
                       class, before);
            return -1;
        }
        before = page;
        page = pool->next;
    }
    return n;
}

static int check_lists(const struct heap *heap, int64_t expected,
                       struct policy_fault *fault)
{
    int64_t found = 0;
    for (uint32_t class = 0; class < CLASSES; class ++) {
        int64_t n = check_list(heap, class, fault);
        if (n < 0) {
            return -1;
        }
        found += n;
    }
    return found == expected
               ? 0
               : plain_fail(fault, "list-of-pools", heap->base,
                            "%lld of %lld pools with room are in lists",
                            (long long)found, (long long)expected);
}

static int pool_check(struct heap *heap, struct policy_fault *fault)
{
    int64_t with_room = 0;
    if (mapped_check_areas(heap, fault) != 0) {
        return -1;
    }
    for (size_t i = 0; i < heap->mappings.n; i++) {
        const struct area *pool = mapped_at(heap, i);
        if (pool->class == NO_CLASS) {
            continue;
        }
        if (pool->top == AREA_FIRST) {
            return plain_fail(fault, "pool-never-used", pool,
                              "no object was ever taken from it");
        }
        if (check_pool(pool, fault) != 0) {
            return -1;
        }
        size_t bytes = area_object_bytes(area_payload(pool, AREA_FIRST));
        with_room += !full(pool, bytes);
    }
    return check_lists(heap, with_room, fault);
}

const struct policy pool_policy = {
    .name = "pool",
    .summary = "pools of one size, made as needed: a trace announces none",
    .options = options,
    .init = pool_init,
    .malloc = pool_malloc,
    .free = pool_free,
    .realloc = pool_realloc,
    .memalign = pool_memalign,
    .usable_size = pool_usable_size,
    .check = pool_check,
    .walk = mapped_walk_areas,
};
