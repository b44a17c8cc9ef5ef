/*
 * traffic.c -- the ways of lists and batches (traffic.h).
 */
#include "allocator/preload/traffic.h"

#include <errno.h>

#include "allocator/preload/depot.h"
#include "allocator/preload/verify.h"

/* Steps of the arena's growth: a part of it, and so many bytes. */
#define HEAVY_SHARE 512
#define HEAVY_LEAST ((size_t)1 << 10)
#define LIGHT_SHARE 64
#define LIGHT_LEAST ((size_t)8 << 10)

/* The part of the arena that is fetched at once. */
#define BATCH_SHARE 256

/* Classes that begin with no list may use such a part of spare_bytes more. */
#define LARGE_SHARE 2

/* What the list of a class may hold without more ado; 0: nothing. */
static uint16_t first_most(size_t class)
{
    size_t n = CACHE_FIRST_BYTES / class_bytes(class);
    return (uint16_t)(n < ARENA_BATCH ? n : ARENA_BATCH);
}

/* What lists of such classes hold beyond their first bounds. */
static size_t *grown_of(struct cache *cache, size_t class)
{
    return first_most(class) != 0 ? &cache->grown_bytes
                                  : &cache->grown_large_bytes;
}

void traffic_begin(struct cache *cache)
{
    for (size_t class = 1; class <= CLASSES; class ++) {
        cache->bins[class].batch = 1;
    }
}

/* ---- lists --------------------------------------------------------------- */

/* Takes the whole list out of a bin. */
static size_t take_list(struct cache_bin *bin, uintptr_t *list)
{
    size_t n = cache_length(bin);
    *list = bin->head;
    bin->head = 0;
    cache_count(&bin->counts, -(uint_fast64_t)n);
    return n;
}

/* The same with the spare list. */
static size_t take_spare(struct cache_bin *bin, uintptr_t *list)
{
    unsigned n = atomic_load_explicit(&bin->n_spare, memory_order_relaxed);
    *list = bin->spare;
    bin->spare = 0;
    atomic_store_explicit(&bin->n_spare, 0, memory_order_relaxed);
    return n;
}

/* Gives a list of n blocks back to their arenas. */
static void give_back(struct cache *cache, size_t class, uintptr_t list,
                      size_t n)
{
    if (n != 0) {
        cache_count(&cache->returns, 1);
        cache_count(&cache->returned, n);
        arena_give(class, list, n);
    }
}

static void send_spare_home(struct cache *cache, size_t class)
{
    uintptr_t list;
    size_t n = take_spare(&cache->bins[class], &list);
    give_back(cache, class, list, n);
}

/* The class is fetched one by one again, but its list stays as long. */
static void send_lists_home(struct cache *cache, size_t class)
{
    struct cache_bin *bin = &cache->bins[class];
    uintptr_t list;
    size_t n = take_list(bin, &list);
    give_back(cache, class, list, n);
    send_spare_home(cache, class);
    bin->batch = 1;
}

/* The class begins anew. */
static void send_home(struct cache *cache, size_t class)
{
    struct cache_bin *bin = &cache->bins[class];
    send_lists_home(cache, class);
    if (bin->most > first_most(class)) {
        *grown_of(cache, class) -=
            class_bytes(class) * (size_t)(bin->most - first_most(class));
        bin->most = first_most(class);
    }
}

void traffic_empty(struct cache *cache)
{
    for (size_t class = 1; class <= CLASSES; class ++) {
        send_home(cache, class);
    }
}

/* ---- in ------------------------------------------------------------------ */

static size_t footprint_of(const struct arena *arena)
{
    return atomic_load_explicit(&arena->footprint, memory_order_relaxed);
}

static void send_heavy_home(struct cache *cache)
{
    for (size_t class = CACHE_LIGHT + 1; class <= CLASSES; class ++) {
        const struct cache_bin *bin = &cache->bins[class];
        if (bin->head != 0 || bin->spare != 0) {
            send_lists_home(cache, class);
            depot_send_home(cache->arena, class);
        }
    }
}

/* Sends home what was not needed since the last time. */
static void review_light(struct cache *cache)
{
    for (size_t class = 1; class <= CACHE_LIGHT; class ++) {
        struct cache_bin *bin = &cache->bins[class];
        size_t length = cache_length(bin);
        uint32_t taken = (uint32_t)(atomic_load(&bin->counts) / CACHE_TAKEN);
        uint32_t lately = taken - cache->taken_then[class];
        cache->taken_then[class] = taken;
        if (lately < length / 2) {
            send_home(cache, class);
            depot_send_home(cache->arena, class);
        } else if (lately < length) {
            send_spare_home(cache, class);
        }
    }
}

/* Whether the arena has grown so much beyond *then, which is now if so. */
static bool has_grown(const struct arena *arena, size_t *then, size_t share,
                      size_t least)
{
    size_t now = footprint_of(arena);
    bool grown = now > *then + *then / share + least;
    if (grown) {
        *then = now;
    }
    return grown;
}

static void review_at_times(struct cache *cache)
{
    const struct arena *arena = cache->arena;
    if (has_grown(arena, &cache->heavy_then, HEAVY_SHARE, HEAVY_LEAST)) {
        send_heavy_home(cache);
    }
    if (has_grown(arena, &cache->light_then, LIGHT_SHARE, LIGHT_LEAST)) {
        review_light(cache);
    }
}

/* Lets the next one be twice as long, up to a list and a part of the arena. */
static void lengthen_batch(struct cache *cache, size_t class)
{
    struct cache_bin *bin = &cache->bins[class];
    uint16_t first = first_most(class);
    size_t most = bin->most > first ? bin->most : first;
    size_t part = footprint_of(cache->arena) / BATCH_SHARE / class_bytes(class);
    size_t n = 2 * (size_t)bin->batch;
    if (n <= ARENA_BATCH && n <= most && n <= part) {
        bin->batch = (uint16_t)n;
    }
}

/* Blocks from outside the cache. */
static size_t fetch(struct cache *cache, size_t class)
{
    struct cache_bin *bin = &cache->bins[class];
    size_t n = depot_take(cache->arena, class, &bin->head);
    if (n == 0) {
        review_at_times(cache);
        n = arena_take(cache->arena, class, bin->batch, &bin->head);
        cache_count(&cache->fills, 1);
        lengthen_batch(cache, class);
    }
    cache_count(&cache->filled, n);
    return n;
}

bool cache_fill(struct cache *cache, size_t class)
{
    struct cache_bin *bin = &cache->bins[class];
    int error = errno;
    if (bin->head != 0 || cache_length(bin) != 0) {
        verify_blame(class, bin->head);
    }
    size_t n = take_spare(bin, &bin->head);
    if (n == 0) {
        n = fetch(cache, class);
    }
    errno = error;
    cache_count(&bin->counts, n);
    return n != 0;
}

/* ---- out ----------------------------------------------------------------- */

/* What lists may hold beyond their bounds of an arena's memory. */
static size_t spare_bytes(const struct arena *arena)
{
    size_t bytes = footprint_of(arena) / CACHE_SHARE;
    return bytes < CACHE_GROWN_MOST ? bytes : CACHE_GROWN_MOST;
}

/* What a list may hold that is still short: one block more at first. */
static uint16_t begin(const struct cache_bin *bin, uint16_t first)
{
    size_t n = cache_length(bin);
    n += 1 + n / 4;
    return n < first ? (uint16_t)n : first;
}

/* Lets a bin that overflows hold twice as much, within bounds; whether. */
static bool lengthen(struct cache *cache, size_t class)
{
    struct cache_bin *bin = &cache->bins[class];
    size_t n = bin->most != 0 ? bin->most : 1;
    size_t share = first_most(class) != 0 ? 1 : LARGE_SHARE;
    size_t more = class_bytes(class) * n;
    if (n > CACHE_MOST / 2 ||
        *grown_of(cache, class) + more > spare_bytes(cache->arena) / share) {
        return false;
    }
    bin->most = (uint16_t)(bin->most + n);
    *grown_of(cache, class) += more;
    return true;
}

/* Whether the depot takes a list of n blocks. */
static bool pass_on(size_t class, uintptr_t list, size_t n)
{
    return depot_put(arena_of(verify_link(class, list, NULL)), class, list, n);
}

/* A list of n blocks leaves for the depot, or for home. */
static void send_away(struct cache *cache, size_t class, uintptr_t list,
                      size_t n)
{
    if (n != 0 && pass_on(class, list, n)) {
        cache_count(&cache->returned, n);
    } else {
        give_back(cache, class, list, n);
    }
}

/* The list becomes the spare one, which leaves. */
static void turn_over(struct cache *cache, size_t class)
{
    struct cache_bin *bin = &cache->bins[class];
    uintptr_t spare;
    int error = errno;
    size_t n = take_spare(bin, &spare);
    send_away(cache, class, spare, n);
    errno = error;
    n = take_list(bin, &bin->spare);
    atomic_store_explicit(&bin->n_spare, (unsigned)n, memory_order_relaxed);
}

bool cache_make_room(struct cache *cache, size_t class)
{
    struct cache_bin *bin = &cache->bins[class];
    if (bin->most < first_most(class)) {
        bin->most = begin(bin, first_most(class));
        return true;
    }
    if (!lengthen(cache, class) && bin->most != 0) {
        turn_over(cache, class);
    }
    return false;
}
