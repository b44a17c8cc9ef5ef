/*
 * depot.c -- for each arena a small stack of batches of each class (depot.h).
 */
#include "allocator/preload/depot.h"

#include <stdatomic.h>

enum { BATCHES = 16, LOCKS = 4 };

#define MOST_BYTES ((size_t)1 << 20)

struct shelf {
    atomic_uint used; /* written under the lock, looked at without */
    struct batch {
        uintptr_t list;
        size_t n;
    } batches[BATCHES];
};

static struct depot {
    struct {
        _Alignas(64) pthread_mutex_t lock;
    } locks[LOCKS]; /* each for every fourth class */
    struct shelf shelves[CLASSES + 1];
    _Alignas(64) atomic_size_t bytes;
} depots[ARENA_MOST];

static struct depot *depot_of(const struct arena *arena)
{
    return &depots[arena - arenas.arena];
}

static size_t bytes_of(size_t class, size_t n)
{
    return class_bytes(class) * n;
}

static pthread_mutex_t *lock_of(struct depot *depot, size_t class)
{
    return &depot->locks[class % LOCKS].lock;
}

/* Whether it may hold so many bytes more. */
static bool has_room(struct depot *depot, const struct arena *arena,
                     size_t bytes)
{
    size_t most = atomic_load_explicit(&arena->footprint, memory_order_relaxed);
    most = most < MOST_BYTES ? most : MOST_BYTES;
    return atomic_load_explicit(&depot->bytes, memory_order_relaxed) + bytes <=
           most;
}

bool depot_put(struct arena *arena, size_t class, uintptr_t list, size_t n)
{
    struct depot *depot = depot_of(arena);
    struct shelf *shelf = &depot->shelves[class];
    if (!has_room(depot, arena, bytes_of(class, n))) {
        return false;
    }
    pthread_mutex_lock(lock_of(depot, class));
    bool put = shelf->used < BATCHES;
    if (put) {
        shelf->batches[shelf->used++] = (struct batch){list, n};
    }
    pthread_mutex_unlock(lock_of(depot, class));
    if (put) {
        atomic_fetch_add_explicit(&depot->bytes, bytes_of(class, n),
                                  memory_order_relaxed);
    }
    return put;
}

size_t depot_take(struct arena *arena, size_t class, uintptr_t *list)
{
    struct depot *depot = depot_of(arena);
    struct shelf *shelf = &depot->shelves[class];
    struct batch batch = {0, 0};
    if (atomic_load_explicit(&shelf->used, memory_order_relaxed) == 0) {
        return 0;
    }
    pthread_mutex_lock(lock_of(depot, class));
    if (shelf->used != 0) {
        batch = shelf->batches[--shelf->used];
    }
    pthread_mutex_unlock(lock_of(depot, class));
    if (batch.n != 0) {
        *list = batch.list;
        atomic_fetch_sub_explicit(&depot->bytes, bytes_of(class, batch.n),
                                  memory_order_relaxed);
    }
    return batch.n;
}

void depot_send_home(struct arena *arena, size_t class)
{
    uintptr_t list;
    size_t n;
    while ((n = depot_take(arena, class, &list)) != 0) {
        arena_give(class, list, n);
    }
}

void depots_flush(void)
{
    for (unsigned i = 0; i < arenas.n; i++) {
        for (size_t class = 1; class <= CLASSES; class ++) {
            depot_send_home(&arenas.arena[i], class);
        }
    }
}

static void for_each_lock(int (*function)(pthread_mutex_t *))
{
    for (unsigned i = 0; i < arenas.n; i++) {
        for (size_t k = 0; k < LOCKS; k++) {
            function(&depots[i].locks[k].lock);
        }
    }
}

void depots_lock(void)
{
    for_each_lock(pthread_mutex_lock);
}

void depots_unlock(void)
{
    for_each_lock(pthread_mutex_unlock);
}

static int make_lock(pthread_mutex_t *lock)
{
    return pthread_mutex_init(lock, NULL);
}

void depots_reset_locks(void)
{
    for_each_lock(make_lock);
}
