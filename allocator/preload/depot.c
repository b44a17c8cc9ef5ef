/*
 * depot.c -- a small stack of batches for each class (depot.h).
 */
#include "allocator/preload/depot.h"

#include <stdatomic.h>

#include "allocator/preload/cache.h"

enum { BATCHES = 16, LOCKS = 16 };

struct shelf {
    atomic_uint used; /* written under the lock, looked at without */
    struct batch {
        uintptr_t list;
        size_t n;
    } batches[BATCHES];
};

static struct shelf shelves[CLASSES + 1];
static struct {
    _Alignas(64) pthread_mutex_t lock;
} locks[LOCKS]; /* each for every sixteenth class */
static struct {
    _Alignas(64) atomic_size_t bytes;
} total;

static size_t bytes_of(size_t class, size_t n)
{
    return class_bytes(class) * n;
}

static pthread_mutex_t *lock_of(size_t class)
{
    return &locks[class % LOCKS].lock;
}

void depot_reset_locks(void)
{
    for (size_t i = 0; i < LOCKS; i++) {
        pthread_mutex_init(lock_of(i), NULL);
    }
}

bool depot_put(size_t class, uintptr_t list, size_t n, size_t most_bytes)
{
    struct shelf *shelf = &shelves[class];
    size_t bytes = bytes_of(class, n);
    if (atomic_load_explicit(&total.bytes, memory_order_relaxed) + bytes >
        most_bytes) {
        return false;
    }
    pthread_mutex_lock(lock_of(class));
    bool has_room = shelf->used < BATCHES;
    if (has_room) {
        shelf->batches[shelf->used++] = (struct batch){list, n};
    }
    pthread_mutex_unlock(lock_of(class));
    if (has_room) {
        atomic_fetch_add_explicit(&total.bytes, bytes, memory_order_relaxed);
    }
    return has_room;
}

size_t depot_take(size_t class, uintptr_t *list)
{
    struct shelf *shelf = &shelves[class];
    struct batch batch = {0, 0};
    if (atomic_load_explicit(&shelf->used, memory_order_relaxed) == 0) {
        return 0;
    }
    pthread_mutex_lock(lock_of(class));
    if (shelf->used != 0) {
        batch = shelf->batches[--shelf->used];
    }
    pthread_mutex_unlock(lock_of(class));
    if (batch.n != 0) {
        *list = batch.list;
        atomic_fetch_sub_explicit(&total.bytes, bytes_of(class, batch.n),
                                  memory_order_relaxed);
    }
    return batch.n;
}

void depot_send_home(size_t class)
{
    uintptr_t list;
    size_t n;
    while ((n = depot_take(class, &list)) != 0) {
        arena_give(class, list, n);
    }
}

void depot_flush(void)
{
    for (size_t class = 1; class <= CLASSES; class ++) {
        depot_send_home(class);
    }
}

void depot_lock(void)
{
    for (size_t i = 0; i < LOCKS; i++) {
        pthread_mutex_lock(lock_of(i));
    }
}

void depot_unlock(void)
{
    for (size_t i = 0; i < LOCKS; i++) {
        pthread_mutex_unlock(lock_of(i));
    }
}
