/*
 * witness.c -- sizes kept inside the blocks, totals sampled into the log.
 *
 * Blocks from elsewhere (the time before, a fork's parent) are told by their
 * mark or generation and do not count, as the converter does not know them.
 * Costs two system calls an event, for signals must not find the lock taken.
 */
#include "driver/record/preload/witness.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "driver/record/preload/system.h"

#define SAMPLE_EVERY 16 /* events */

struct trailer {
    uint64_t size;
    uint64_t mark;       /* MARK ^ address of the payload */
    uint64_t generation; /* process that counted the block; 0: none */
};

#define MARK UINT64_C(0x9a6e1fd3c4b58207)

static const struct real_allocator *next;

/* Where the trailer lies; NULL where a block is too small to have one. */
static unsigned char *trailer_of(const void *payload)
{
    size_t usable = next->malloc_usable_size((void *)payload);
    if (usable < sizeof(struct trailer))
        return NULL;
    return (unsigned char *)payload + usable - sizeof(struct trailer);
}

static bool read_trailer(const void *payload, struct trailer *trailer)
{
    const unsigned char *at = trailer_of(payload);
    if (at == NULL)
        return false;
    memcpy(trailer, at, sizeof *trailer);
    return trailer->mark == (MARK ^ (uintptr_t)payload);
}

/* False where there is no room: allocators may not know usable sizes yet. */
static bool write_trailer(void *payload, size_t size, uint64_t generation)
{
    struct trailer trailer = {size, MARK ^ (uintptr_t)payload, generation};
    unsigned char *at = trailer_of(payload);
    if (at == NULL)
        return false;
    memcpy(at, &trailer, sizeof trailer);
    return true;
}

/* ---- the wrapped allocator ---------------------------------------------- */

static bool enlarged(size_t size, size_t *bytes)
{
    if (__builtin_add_overflow(size, sizeof(struct trailer), bytes)) {
        errno = ENOMEM;
        return false;
    }
    return true;
}

static void *wrapped_malloc(size_t size)
{
    size_t bytes;
    void *payload = enlarged(size, &bytes) ? next->malloc(bytes) : NULL;
    if (payload != NULL)
        write_trailer(payload, size, 0);
    return payload;
}

static void *wrapped_calloc(size_t count, size_t size)
{
    size_t wanted, bytes;
    if (__builtin_mul_overflow(count, size, &wanted)) {
        errno = ENOMEM;
        return NULL;
    }
    void *payload = enlarged(wanted, &bytes) ? next->calloc(1, bytes) : NULL;
    if (payload != NULL)
        write_trailer(payload, wanted, 0);
    return payload;
}

static void *wrapped_realloc(void *payload, size_t size)
{
    size_t bytes;
    if (payload != NULL && size == 0) {
        payload = next->realloc(payload, 0);
        if (payload == NULL)
            return NULL; /* glibc's way; others answer an empty block */
    }
    void *moved = enlarged(size, &bytes) ? next->realloc(payload, bytes) : NULL;
    if (moved != NULL)
        write_trailer(moved, size, 0);
    return moved;
}

static void wrapped_free(void *payload)
{
    next->free(payload);
}

static void *aligned(void *(*obtain)(size_t alignment, size_t bytes),
                     size_t alignment, size_t size)
{
    size_t bytes;
    void *payload = enlarged(size, &bytes) ? obtain(alignment, bytes) : NULL;
    if (payload != NULL)
        write_trailer(payload, size, 0);
    return payload;
}

static void *wrapped_memalign(size_t alignment, size_t size)
{
    return aligned(next->memalign, alignment, size);
}

static void *wrapped_aligned_alloc(size_t alignment, size_t size)
{
    return aligned(next->aligned_alloc, alignment, size);
}

static int wrapped_posix_memalign(void **payload, size_t alignment, size_t size)
{
    size_t bytes;
    if (!enlarged(size, &bytes))
        return ENOMEM;
    int problem = next->posix_memalign(payload, alignment, bytes);
    if (problem == 0 && *payload != NULL)
        write_trailer(*payload, size, 0);
    return problem;
}

/* What was asked for: the program may use all that it is told. */
static size_t wrapped_usable_size(void *payload)
{
    struct trailer trailer;
    if (payload == NULL)
        return 0;
    if (read_trailer(payload, &trailer))
        return trailer.size;
    return next->malloc_usable_size(payload);
}

const struct real_allocator *witness_allocator(
    const struct real_allocator *wrapped)
{
    static const struct real_allocator wrapper = {
        .malloc = wrapped_malloc,
        .calloc = wrapped_calloc,
        .realloc = wrapped_realloc,
        .free = wrapped_free,
        .memalign = wrapped_memalign,
        .aligned_alloc = wrapped_aligned_alloc,
        .posix_memalign = wrapped_posix_memalign,
        .malloc_usable_size = wrapped_usable_size,
    };
    next = wrapped;
    return &wrapper;
}

/* ---- totals -------------------------------------------------------------- */

static uint64_t generation(const struct log *log)
{
    return log->header->pid;
}

static sigset_t lock(struct log *log)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (atomic_exchange_explicit(&log->witness_lock, 1,
                                    memory_order_acquire) != 0)
        system_nap();
    return before;
}

static void unlock(struct log *log, sigset_t before)
{
    atomic_store_explicit(&log->witness_lock, 0, memory_order_release);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void sample(struct log *log)
{
    if (log->until_sample-- != 0)
        return;
    log->until_sample = SAMPLE_EVERY - 1;
    const uint64_t numbers[] = {log->live_blocks, log->live_bytes,
                                log->live_empty};
    log_numbers(log, EVENT_SAMPLE, NULL, numbers, 3);
}

static void count(struct log *log, void *payload, uint64_t size)
{
    if (!write_trailer(payload, size, generation(log))) {
        log->header->unwitnessed++;
        return;
    }
    log->live_bytes += size;
    log->live_blocks++;
    log->live_empty += size == 0;
}

static void uncount(struct log *log, uint64_t size)
{
    log->live_bytes -= size;
    log->live_blocks--;
    log->live_empty -= size == 0;
}

/* Ends a block's being counted. */
static struct record_move take(struct log *log, void *payload)
{
    struct trailer trailer;
    struct record_move taken = {.ticket = EVENT_NO_TICKET, .payload = payload};
    if (read_trailer(payload, &trailer) &&
        trailer.generation == generation(log)) {
        taken.counted = true;
        taken.old_size = trailer.size;
        write_trailer(payload, trailer.size, 0);
    }
    return taken;
}

void witness_allocation(struct log *log, enum event_kind kind, void *payload,
                        uint64_t number)
{
    sigset_t before = lock(log);
    if (log_allocation(log, kind, payload, number) != EVENT_NO_TICKET) {
        count(log, payload, number & EVENT_SIZE_MASK);
        sample(log);
    }
    unlock(log, before);
}

void witness_free(struct log *log, void *payload)
{
    sigset_t before = lock(log);
    if (log_release(log, EVENT_FREE, payload) != EVENT_NO_TICKET) {
        struct record_move taken = take(log, payload);
        if (taken.counted)
            uncount(log, taken.old_size);
        sample(log);
    }
    unlock(log, before);
}

struct record_move witness_move(struct log *log, void *payload)
{
    sigset_t before = lock(log);
    struct record_move move = {.ticket = EVENT_NO_TICKET};
    uint64_t ticket = log_release(log, EVENT_MOVE, payload);
    if (ticket != EVENT_NO_TICKET) {
        move = take(log, payload);
        move.ticket = ticket;
    }
    unlock(log, before);
    return move;
}

void witness_moved(struct log *log, const struct record_move *move, void *moved,
                   size_t size)
{
    const uint64_t numbers[] = {size, move->ticket};
    sigset_t before = lock(log);
    if (moved == NULL && move->counted) /* failed: the old block is left */
        write_trailer(move->payload, move->old_size, generation(log));
    if (log_numbers(log, EVENT_MOVED, moved, numbers, 2) != EVENT_NO_TICKET &&
        moved != NULL) {
        if (move->counted)
            uncount(log, move->old_size);
        count(log, moved, size);
        sample(log);
    }
    unlock(log, before);
}
