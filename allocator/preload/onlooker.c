/*
 * onlooker.c -- starts the library at its first call, and ends it (onlooker.h).
 */
#include "allocator/preload/onlooker.h"

#include "allocator/preload/cache.h"
#include "allocator/preload/debug/debug.h"
#include "allocator/preload/perturb.h"
#include "allocator/preload/serve.h"
#include "allocator/preload/settings.h"
#include "allocator/preload/watch/profile.h"
#include "allocator/preload/watch/watch.h"

/* The onlooker once the library has started; NULL: none, or still starting. */
static const struct onlooker *start(void);

static void *first_malloc(enum call call, size_t alignment, size_t size)
{
    const struct onlooker *next = start();
    return next != NULL ? next->malloc(call, alignment, size)
                        : serve_memalign(alignment, size);
}

static void *first_calloc(size_t size)
{
    const struct onlooker *next = start();
    return next != NULL ? next->calloc(size) : serve_calloc(size);
}

static void *first_realloc(enum call call, void *payload, size_t size)
{
    const struct onlooker *next = start();
    return next != NULL ? next->realloc(call, payload, size)
                        : serve_realloc(payload, size);
}

static void first_free(enum call call, void *payload)
{
    const struct onlooker *next = start();
    if (next != NULL) {
        next->free(call, payload);
    } else {
        serve_free(payload);
    }
}

static const struct onlooker first = {first_malloc, first_calloc, first_realloc,
                                      first_free};

const struct onlooker *_Atomic onlooker = &first;

static const struct onlooker *start(void)
{
    cache_get();
    const struct onlooker *now = onlooker_now();
    return now != &first ? now : NULL;
}

static bool watch_wanted(void)
{
    return settings.stats || settings.trace_file.text[0] != '\0';
}

void onlooker_choose(void)
{
    const struct onlooker *chosen = NULL;
    if (settings.profile.text[0] != '\0') {
        profile_open();
        chosen = &profile;
    }
    if (watch_wanted()) {
        watch_open();
        chosen = &watch; /* which tells the profile as well */
    }
    atomic_store_explicit(&onlooker, chosen, memory_order_relaxed);
    if (settings.perturb != 0) {
        perturb_set(settings.perturb);
    }
}

static __attribute__((constructor)) void begin_process(void)
{
    cache_get();
    settings_pass_on();
}

/* As late as a library hears of the end: after main and atexit's functions. */
static __attribute__((destructor)) void end_process(void)
{
    if (onlooker_now() != NULL) {
        watch_close();
    }
    if (settings.debug != DEBUG_OFF) {
        debug_close();
    }
}
