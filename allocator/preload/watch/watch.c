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
#include "allocator/preload/watch/profile.h"
#include "allocator/preload/watch/tally.h"
#include "allocator/preload/watch/trace.h"

/* The lock holds while memory changes hands. */
static struct {
    pthread_mutex_t lock;
    struct ledger ledger; /* all live blocks, by their numbers in the trace */
    struct tally tally;
    bool forked; /* the trace is not yet this process's own */
} books = {.lock = PTHREAD_MUTEX_INITIALIZER};

void watch_open(void)
{
    if (settings.trace_file.text[0] != '\0') {
        trace_open(&settings.trace_file);
    }
}

/* A child's trace begins with the blocks that it inherited. */
static void reopen(void)
{
    books.forked = false;
    watch_open();
    for (size_t i = 0; i < books.ledger.room; i++) {
        struct ledger_entry *entry = &books.ledger.entries[i];
        if (entry->payload != NULL) {
            entry->number = trace_malloc(HEAP_ALIGNMENT, entry->size);
        }
    }
}

static void enter(enum call call)
{
    pthread_mutex_lock(&books.lock);
    if (books.forked) {
        reopen();
    }
    books.tally.calls[call]++;
}

static void leave(void)
{
    pthread_mutex_unlock(&books.lock);
}

/* A block that came to life. */
static void begin(const void *payload, size_t size, uint64_t number)
{
    struct ledger_entry entry = {payload, size, number};
    if (ledger_add(&books.ledger, entry)) {
        tally_add(&books.tally, size);
    }
    if (settings.profile.text[0] != '\0') {
        profile_add(payload, size);
    }
}

static void refuse(void)
{
    books.tally.refused++;
}

/* A block whose life ended; its number in the trace. */
static uint64_t end(struct ledger_entry *entry)
{
    uint64_t number = entry->number;
    profile_remove(entry->payload);
    tally_remove(&books.tally, entry->size);
    ledger_remove(&books.ledger, entry);
    return number;
}

static void *watch_malloc(enum call call, size_t alignment, size_t size)
{
    enter(call);
    void *payload = serve_memalign(alignment, size);
    if (payload != NULL) {
        begin(payload, size, trace_malloc(alignment, size));
    } else {
        refuse();
    }
    leave();
    return payload;
}

static void *watch_calloc(size_t size)
{
    enter(CALL_CALLOC);
    void *payload = serve_calloc(size);
    if (payload != NULL) {
        begin(payload, size, trace_calloc(size));
    } else {
        refuse();
    }
    leave();
    return payload;
}

/* Blocks that are not known, as those of the time before, are of no account. */
static void forget(const void *payload)
{
    struct ledger_entry *entry = ledger_find(&books.ledger, payload);
    if (entry != NULL) {
        trace_free(end(entry));
    }
}

static void note_move(const void *payload, const void *moved, size_t size)
{
    struct ledger_entry *entry = ledger_find(&books.ledger, payload);
    if (entry == NULL) {
        begin(moved, size, trace_malloc(HEAP_ALIGNMENT, size));
        return;
    }
    uint64_t number = end(entry);
    trace_realloc(number, size);
    begin(moved, size, number);
}

static void *watch_realloc(enum call call, void *payload, size_t size)
{
    enter(call);
    void *moved = serve_realloc(payload, size);
    if (moved != NULL) {
        note_move(payload, moved, size);
    } else if (payload != NULL && size == 0) {
        forget(payload);
    } else {
        refuse();
    }
    leave();
    return moved;
}

static void watch_free(enum call call, void *payload)
{
    enter(call);
    forget(payload);
    serve_free(payload);
    leave();
}

const struct onlooker watch = {watch_malloc, watch_calloc, watch_realloc,
                               watch_free};

void watch_close(void)
{
    profile_close();
    if (!settings.stats && settings.trace_file.text[0] == '\0') {
        return;
    }
    pthread_mutex_lock(&books.lock);
    trace_close(books.tally.peak_bytes);
    if (settings.stats) {
        tally_print(&books.tally);
    }
    pthread_mutex_unlock(&books.lock);
}

void watch_lock(void)
{
    pthread_mutex_lock(&books.lock);
    profile_lock();
}

void watch_unlock(void)
{
    profile_unlock();
    pthread_mutex_unlock(&books.lock);
}

void watch_reset_locks(void)
{
    pthread_mutex_init(&books.lock, NULL);
    profile_reset_lock();
}

void watch_begin_child(void)
{
    trace_forget();
    books.forked = settings.trace_file.text[0] != '\0';
}
