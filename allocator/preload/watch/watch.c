/*
 * watch.c -- lock, serve, write down, unlock (watch.h).
 */
#include "allocator/preload/watch/watch.h"

#include <errno.h>
#include <pthread.h>

#include "allocator/heap/heap.h"
#include "allocator/preload/serve.h"
#include "allocator/preload/settings.h"
#include "allocator/preload/watch/ledger.h"
#include "allocator/preload/watch/tally.h"

/* The lock holds while memory changes hands. */
static struct {
    pthread_mutex_t lock;
    struct ledger ledger; /* all live blocks */
    struct tally tally;
} books = {.lock = PTHREAD_MUTEX_INITIALIZER};

bool watch_wanted(void)
{
    return settings.stats;
}

static void enter(enum call call)
{
    pthread_mutex_lock(&books.lock);
    books.tally.calls[call]++;
}

static void leave(void)
{
    pthread_mutex_unlock(&books.lock);
}

/* A block that came to life; NULL: was refused. */
static void begin(const void *payload, size_t size)
{
    if (payload == NULL) {
        books.tally.refused++;
        return;
    }
    struct ledger_entry entry = {.payload = payload, .size = size};
    if (ledger_add(&books.ledger, entry)) {
        tally_add(&books.tally, size);
    }
}

/* A block whose life ended; unknown ones are of no account. */
static void end(const void *payload)
{
    struct ledger_entry *entry = ledger_find(&books.ledger, payload);
    if (entry != NULL) {
        tally_remove(&books.tally, entry->size);
        ledger_remove(&books.ledger, entry);
    }
}

static void *watch_malloc(enum call call, size_t alignment, size_t size)
{
    enter(call);
    void *payload = serve_memalign(alignment, size);
    begin(payload, size);
    leave();
    return payload;
}

static void *watch_calloc(size_t size)
{
    enter(CALL_CALLOC);
    void *payload = serve_calloc(size);
    begin(payload, size);
    leave();
    return payload;
}

static void *watch_realloc(enum call call, void *payload, size_t size)
{
    enter(call);
    void *moved = serve_realloc(payload, size);
    if (moved != NULL || size == 0) {
        end(payload);
    }
    if (moved != NULL || size != 0 || payload == NULL) {
        begin(moved, size);
    }
    leave();
    return moved;
}

static void watch_free(enum call call, void *payload)
{
    enter(call);
    end(payload);
    serve_free(payload);
    leave();
}

const struct onlooker watch = {watch_malloc, watch_calloc, watch_realloc,
                               watch_free};

/* As late as a library hears of the end. */
static __attribute__((destructor)) void finish(void)
{
    if (onlooker_now() != &watch) {
        return;
    }
    pthread_mutex_lock(&books.lock);
    if (settings.stats) {
        tally_print(&books.tally);
    }
    pthread_mutex_unlock(&books.lock);
}

void watch_before_fork(void)
{
    pthread_mutex_lock(&books.lock);
}

void watch_after_fork(void)
{
    pthread_mutex_unlock(&books.lock);
}

void watch_after_fork_in_child(void)
{
    pthread_mutex_init(&books.lock, NULL);
}
