/*
 * cache.c -- start of the library, begin and end of threads, and what all
 * caches did together (cache.h).
 *
 * The library starts with the first call of any of its functions, which the
 * dynamic linker makes before any constructor has run.  Nothing here may
 * allocate before the arenas are made; what the C library might allocate
 * (keys, fork handlers) is asked for after that.
 *
 * Fork: the handlers are the first that the process registers, therefore the
 * last to run before and the first after it.  In the child the caches of the
 * threads that do not exist there are lost.  A process with one thread takes no
 * lock: a signal's handler may fork, as POSIX allows it to, while the thread is
 * in the middle of malloc and holds one.
 */
#include "allocator/preload/cache.h"

#include <errno.h>
#include <sys/mman.h>

#include "allocator/preload/debug/debug.h"
#include "allocator/preload/depot.h"
#include "allocator/preload/onlooker.h"
#include "allocator/preload/settings.h"
#include "allocator/preload/traffic.h"
#include "allocator/preload/watch/watch.h"

struct cache cache_none;
__thread struct cache_mine cache_mine = {&cache_none, &cache_none};
static __thread bool ended; /* this thread gave its cache back */

static struct {
    pthread_mutex_t lock;
    atomic_bool started;
    bool failed;
    bool has_key;
    pthread_key_t key; /* its destructor tells when a thread ends */
    struct cache *all, *idle;
    unsigned char *page; /* where new caches come from */
    size_t page_left;
} caches = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool debugs(void)
{
    return settings.debug != DEBUG_OFF;
}

/*
 * The C library's fork takes the lock of stdio's list of streams after these
 * handlers, and fflush(NULL) waits under it for a stream whose reader may be
 * waiting for us.  So it is taken first; it is recursive.  The child's copy is
 * free, as fork leaves it.
 */
extern void _IO_list_lock(void) __attribute__((weak));
extern void _IO_list_unlock(void) __attribute__((weak));
extern void _IO_list_resetlock(void) __attribute__((weak));

/* Whether the process has one thread; newer C libraries know. */
extern char __libc_single_threaded __attribute__((weak));

static __thread bool forks_alone; /* this thread's fork took no lock */

static void call(void (*function)(void))
{
    if (function != NULL) {
        function();
    }
}

static void lock_all(void)
{
    call(_IO_list_lock);
    if (onlooker_now() != NULL) {
        watch_lock();
    }
    pthread_mutex_lock(&caches.lock);
    if (debugs()) {
        debug_lock();
    }
    depots_lock();
    arenas_lock();
}

static void unlock_all(void)
{
    arenas_unlock();
    depots_unlock();
    if (debugs()) {
        debug_unlock();
    }
    pthread_mutex_unlock(&caches.lock);
    if (onlooker_now() != NULL) {
        watch_unlock();
    }
    call(_IO_list_unlock);
}

static void reset_all_locks(void)
{
    arenas_reset_locks();
    depots_reset_locks();
    if (debugs()) {
        debug_reset_lock();
    }
    pthread_mutex_init(&caches.lock, NULL);
    if (onlooker_now() != NULL) {
        watch_reset_locks();
    }
    call(_IO_list_resetlock);
}

static void before_fork(void)
{
    forks_alone =
        &__libc_single_threaded != NULL && __libc_single_threaded != 0;
    if (!forks_alone) {
        lock_all();
    }
}

static void after_fork(void)
{
    if (!forks_alone) {
        unlock_all();
    }
}

static void after_fork_in_child(void)
{
    if (!forks_alone) {
        reset_all_locks();
    }
    if (debugs()) {
        debug_begin_child();
    }
    if (onlooker_now() != NULL) {
        watch_begin_child();
    }
}

/* The destructor of the key. */
static void end_thread(void *value)
{
    struct cache *cache = value;
    cache_mine = (struct cache_mine){&cache_none, &cache_none};
    ended = true;
    traffic_empty(cache);
    pthread_mutex_lock(&caches.lock);
    cache->next_idle = caches.idle;
    caches.idle = cache;
    pthread_mutex_unlock(&caches.lock);
}

/* Starts the library once; whether it can serve. */
static bool start(void)
{
    if (atomic_load_explicit(&caches.started, memory_order_acquire)) {
        return !caches.failed;
    }
    bool mine = false;
    pthread_mutex_lock(&caches.lock);
    if (!caches.started) {
        settings_read();
        caches.failed = arenas_make() != 0 || (debugs() && debug_open() != 0);
        depots_reset_locks();
        onlooker_choose();
        atomic_store_explicit(&caches.started, true, memory_order_release);
        mine = true;
    }
    pthread_mutex_unlock(&caches.lock);
    if (mine && !caches.failed) {
        pthread_atfork(before_fork, after_fork, after_fork_in_child);
        caches.has_key = pthread_key_create(&caches.key, end_thread) == 0;
    }
    return !caches.failed;
}

/* An empty structure from pages of its own; under the lock. */
static struct cache *carve(void)
{
    enum {
        PAGES_BYTES = 64 << 10,
        ROOM = (sizeof(struct cache) + 63) / 64 * 64
    };
    if (caches.page_left < ROOM) {
        void *page = mmap(NULL, PAGES_BYTES, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED) {
            return NULL;
        }
        caches.page = page;
        caches.page_left = PAGES_BYTES;
    }
    struct cache *cache = (struct cache *)caches.page;
    caches.page += ROOM;
    caches.page_left -= ROOM;
    traffic_begin(cache);
    cache->next = caches.all;
    caches.all = cache;
    return cache;
}

static struct cache *take_structure(void)
{
    pthread_mutex_lock(&caches.lock);
    struct cache *cache = caches.idle;
    if (cache != NULL) {
        caches.idle = cache->next_idle;
    } else {
        cache = carve();
    }
    pthread_mutex_unlock(&caches.lock);
    return cache;
}

/* Lets the calling thread use the cache. */
static void adopt(struct cache *cache)
{
    cache_mine.own = cache;
    if (onlooker_now() == NULL) {
        cache_mine.quick = cache;
    }
    if (caches.has_key) {
        pthread_setspecific(caches.key, cache);
    }
}

struct cache *cache_get(void)
{
    if (cache_mine.own != &cache_none) {
        return cache_mine.own;
    }
    int error = errno;
    struct cache *cache = NULL;
    if (start() && cache_mine.own == &cache_none && !ended && !debugs()) {
        cache = take_structure();
    }
    if (cache != NULL && cache->arena == NULL) {
        cache->arena = arena_next();
    }
    if (cache != NULL && cache->arena != NULL) {
        adopt(cache);
    }
    errno = error;
    return cache_mine.own != &cache_none ? cache_mine.own : NULL;
}

void cache_flush(void)
{
    if (cache_mine.own != &cache_none) {
        traffic_empty(cache_mine.own);
    }
    depots_flush();
}

/* What went in and out of a cache follows from what is in it now. */
static void count_one(struct cache *cache, struct cache_totals *totals)
{
    uint64_t taken = 0, kept = 0;
    for (size_t class = 1; class <= CLASSES; class ++) {
        uint64_t counts = atomic_load(&cache->bins[class].counts);
        taken += counts / CACHE_TAKEN;
        kept += counts % CACHE_TAKEN + atomic_load(&cache->bins[class].n_spare);
    }
    totals->allocations += taken;
    totals->frees += kept + taken + atomic_load(&cache->returned) -
                     atomic_load(&cache->filled);
    totals->fills += atomic_load(&cache->fills);
    totals->returns += atomic_load(&cache->returns);
}

void cache_count_all(struct cache_totals *totals)
{
    *totals = (struct cache_totals){0};
    pthread_mutex_lock(&caches.lock);
    for (struct cache *cache = caches.all; cache != NULL; cache = cache->next) {
        count_one(cache, totals);
    }
    pthread_mutex_unlock(&caches.lock);
}
