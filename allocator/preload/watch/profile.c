/*
 * profile.c -- which blocks are samples (profile.h).
 */
#include "allocator/preload/watch/profile.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "allocator/preload/message.h"
#include "allocator/preload/serve.h"
#include "allocator/preload/settings.h"
#include "allocator/preload/watch/profile_files.h"
#include "allocator/preload/watch/sites.h"

static struct {
    pthread_mutex_t lock;
    bool open;
    char path[PATH_MAX];
    atomic_uint threads;
} state = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Counts down to the next sample. */
static __thread struct {
    uint64_t random; /* state of the generator, 0: not begun */
    int64_t left;    /* bytes */
} countdown;

/* splitmix64: Steele, Lea, Flood, OOPSLA 2014. */
static uint64_t next_random(void)
{
    uint64_t x = countdown.random += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* log2 of a number from 1 to 2, one binary digit at each squaring. */
static double fraction_of_log2(double x)
{
    double log = 0;
    for (double digit = 0.5; digit > 1e-6; digit /= 2) {
        x *= x;
        if (x >= 2) {
            x /= 2;
            log += digit;
        }
    }
    return log;
}

/* Exponential with the mean that the setting says: -ln(u) for u in (0, 1]. */
static int64_t draw_distance(void)
{
    const double ln2 = 0.69314718055994531;
    uint64_t random = next_random() | 1;
    int zeros = __builtin_clzll(random);
    double mantissa = (double)(random << zeros) / 9223372036854775808.0;
    double log2 = zeros + 1 - fraction_of_log2(mantissa);
    double bytes = log2 * ln2 * (double)settings.profile_bytes;
    return bytes < 4e18 ? (int64_t)bytes : INT64_MAX;
}

/* Each thread its own, the same in each run of a program of one thread. */
static void begin_thread(void)
{
    countdown.random = (uint64_t)atomic_fetch_add(&state.threads, 1) +
                       UINT64_C(88172645463325252);
    countdown.left = draw_distance();
}

void profile_open(void)
{
    sites_open();
    state.open = file_name_expand(&settings.profile, state.path);
    if (!state.open) {
        message_tell("warning: MALLOC_PROFILE=%.600s: the name is too long\n",
                     settings.profile.text);
    }
}

static __attribute__((noinline)) void take_sample(const void *payload,
                                                  size_t size)
{
    struct stack stack;
    countdown.left = draw_distance();
    stack_take(&stack);
    pthread_mutex_lock(&state.lock);
    sites_add(&stack, payload, size);
    pthread_mutex_unlock(&state.lock);
}

void profile_add(const void *payload, size_t size)
{
    if (__builtin_expect(countdown.random == 0, 0)) {
        begin_thread();
    }
    countdown.left -= (int64_t)size;
    if (__builtin_expect(countdown.left < 0, 0) && state.open) {
        take_sample(payload, size);
    }
}

void profile_remove(const void *payload)
{
    if (__builtin_expect(sites_may_have(payload), 0) && state.open) {
        pthread_mutex_lock(&state.lock);
        sites_remove(payload);
        pthread_mutex_unlock(&state.lock);
    }
}

void profile_close(void)
{
    if (state.open) {
        pthread_mutex_lock(&state.lock);
        profile_write(state.path);
        pthread_mutex_unlock(&state.lock);
    }
}

void profile_lock(void)
{
    pthread_mutex_lock(&state.lock);
}

void profile_unlock(void)
{
    pthread_mutex_unlock(&state.lock);
}

void profile_reset_lock(void)
{
    pthread_mutex_init(&state.lock, NULL);
    if (state.open) {
        state.open = file_name_expand(&settings.profile, state.path);
    }
}

/* ---- the onlooker -------------------------------------------------------- */

static void *look_at_malloc(enum call call, size_t alignment, size_t size)
{
    (void)call;
    void *payload = serve_memalign(alignment, size);
    if (payload != NULL) {
        profile_add(payload, size);
    }
    return payload;
}

static void *look_at_calloc(size_t size)
{
    void *payload = serve_calloc(size);
    if (payload != NULL) {
        profile_add(payload, size);
    }
    return payload;
}

/* Where nothing was to be had the block stays, but is no sample any more. */
static void *look_at_realloc(enum call call, void *payload, size_t size)
{
    (void)call;
    profile_remove(payload);
    void *moved = serve_realloc(payload, size);
    if (moved != NULL) {
        profile_add(moved, size);
    }
    return moved;
}

static void look_at_free(enum call call, void *payload)
{
    (void)call;
    profile_remove(payload);
    serve_free(payload);
}

const struct onlooker profile = {look_at_malloc, look_at_calloc,
                                 look_at_realloc, look_at_free};
