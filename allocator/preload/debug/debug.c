/*
 * debug.c -- the life of a block under observation (debug.h).
 *
 *   malloc --> live --free--> quarantine, first in, first out --> its memory
 *                             bounded in bytes and blocks         can be used
 *
 * realloc always moves, so that a stale pointer is found out.
 */
#include "allocator/preload/debug/debug.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "allocator/preload/debug/fault.h"
#include "allocator/preload/debug/fill.h"
#include "allocator/preload/debug/judge.h"
#include "allocator/preload/debug/leaks.h"
#include "allocator/preload/debug/place.h"
#include "allocator/preload/debug/report.h"
#include "allocator/preload/message.h"
#include "allocator/preload/settings.h"

#define QUARANTINE_BYTES  ((size_t)64 << 20)
#define QUARANTINE_BLOCKS ((size_t)1 << 16)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

int debug_open(void)
{
    record_open();
    stack_open();
    if (place_open() != 0) {
        message_tell("error: MALLOC_DEBUG: no memory to begin with\n");
        return -1;
    }
    fill_open();
    message_keep_stream();
    if (settings.debug >= DEBUG_PAGES) {
        fault_watch();
    }
    return 0;
}

void debug_lock(void)
{
    pthread_mutex_lock(&lock);
}

void debug_unlock(void)
{
    pthread_mutex_unlock(&lock);
}

void debug_reset_lock(void)
{
    pthread_mutex_init(&lock, NULL);
}

void debug_begin_child(void)
{
    record_disown();
}

/* ---- blocks; under the lock ---------------------------------------------- */

/* Ends the process unless all is well. */
static void insist(bool well)
{
    if (!well) {
        _exit(MESSAGE_EXIT_MISUSE);
    }
}

/* The oldest freed block is looked at a last time. */
static void release_oldest(const struct stack *now)
{
    struct record *record = record_oldest();
    insist(judge_bytes(record, now));
    place_give(record);
    record_drop_oldest();
}

static struct record *make(size_t alignment, size_t size,
                           const struct stack *now)
{
    struct record *record = record_new();
    if (record == NULL) {
        return NULL;
    }
    record->alignment = alignment;
    record->size = size;
    while (!place_take(record)) {
        if (size > record_totals.held_bytes || record_oldest() == NULL) {
            record_unused(record);
            return NULL;
        }
        release_oldest(now);
    }
    fill_new(record);
    record->allocated = stack_note(now);
    record_add(record);
    return record;
}

static void retire(struct record *record, const struct stack *now)
{
    insist(judge_bytes(record, now));
    record->freed = stack_note(now);
    if (place_has_pages(record)) {
        place_retire(record);
        record_retire(record, 0);
    } else {
        fill_freed(record);
        record_retire(record, record->bytes);
    }
    while (record_totals.held_bytes > QUARANTINE_BYTES ||
           record_totals.freed_blocks > QUARANTINE_BLOCKS) {
        release_oldest(now);
    }
}

static struct record *expect(const void *payload, enum judge_use use,
                             const struct stack *now)
{
    struct record *record = judge_payload(payload, use, now);
    insist(record != NULL);
    return record;
}

/* ---- the functions ------------------------------------------------------- */

static void *refuse(void)
{
    errno = ENOMEM;
    return NULL;
}

void *debug_malloc(size_t alignment, size_t size)
{
    struct stack now;
    stack_take(&now);
    debug_lock();
    struct record *record = make(alignment, size, &now);
    debug_unlock();
    return record != NULL ? record->payload : refuse();
}

void debug_free(void *payload)
{
    struct stack now;
    int error = errno;
    stack_take(&now);
    debug_lock();
    retire(expect(payload, JUDGE_FREE, &now), &now);
    debug_unlock();
    errno = error;
}

void *debug_realloc(void *payload, size_t size)
{
    struct stack now;
    stack_take(&now);
    debug_lock();
    struct record *old = expect(payload, JUDGE_REALLOC, &now);
    insist(judge_bytes(old, &now));
    struct record *record = make(0, size, &now);
    if (record != NULL) {
        memcpy(record->payload, old->payload,
               old->size < size ? old->size : size);
        retire(old, &now);
    }
    debug_unlock();
    return record != NULL ? record->payload : refuse();
}

size_t debug_usable_size(const void *payload)
{
    struct stack now;
    stack_take(&now);
    debug_lock();
    size_t size = expect(payload, JUDGE_SIZE, &now)->size;
    debug_unlock();
    return size;
}

void debug_claim(const void *payload, size_t alignment, size_t size)
{
    struct stack now;
    stack_take(&now);
    debug_lock();
    insist(
        judge_claim(expect(payload, JUDGE_FREE, &now), alignment, size, &now));
    debug_unlock();
}

void debug_refuse(const char *function, const char *problem, size_t argument)
{
    struct stack now;
    char text[REPORT_TEXT];
    stack_take(&now);
    debug_lock();
    snprintf(text, sizeof text, "%zu is %s", argument, problem);
    report_argument(function, text, &now);
    _exit(MESSAGE_EXIT_ARGUMENT);
}

/* ---- the whole heap ------------------------------------------------------ */

/* Calls visit for each block by ascending address; tells where it cannot. */
static void visit_all(void (*visit)(struct record *record, void *context),
                      void *context)
{
    size_t n;
    struct record **sorted = record_sort(&n);
    for (size_t i = 0; i < n; i++) {
        visit(sorted[i], context);
    }
    record_release_sorted();
    if (sorted == NULL) {
        message_tell("warning: no memory to look at all blocks with\n");
    }
}

struct checking {
    const struct stack *now;
    bool well;
};

static void check_block(struct record *record, void *context)
{
    struct checking *checking = context;
    checking->well &= judge_bytes(record, checking->now);
}

/* Tells all damage that was not told before; whether there is any at all. */
static bool check_all(const struct stack *now)
{
    struct checking checking = {.now = now, .well = true};
    visit_all(check_block, &checking);
    return checking.well;
}

int debug_check(void)
{
    struct stack now;
    stack_take(&now);
    debug_lock();
    bool well = check_all(&now);
    debug_unlock();
    return well ? 0 : -1;
}

static void dump_block(struct record *record, void *context)
{
    (void)context;
    report_dump_line(record);
}

static void dump(void)
{
    visit_all(dump_block, NULL);
    report_dump_end();
    message_tell("Summary: allocs=%ju frees=%ju\n",
                 (uintmax_t)record_totals.allocations,
                 (uintmax_t)record_totals.frees);
}

void debug_dump(void)
{
    debug_lock();
    dump();
    debug_unlock();
}

void debug_count(struct heap_statistics *statistics)
{
    debug_lock();
    *statistics = (struct heap_statistics){
        .allocations = record_totals.allocations,
        .frees = record_totals.frees,
        .used_blocks = record_totals.live_blocks,
        .used_bytes = record_totals.live_bytes,
        .free_blocks = record_totals.freed_blocks,
        .free_bytes = record_totals.held_bytes,
        .footprint_bytes = place_footprint(),
        .arenas = 1,
    };
    debug_unlock();
}

/*
 * exit within exit goes on with what is left (output is flushed, other
 * libraries end) and changes the exit code: there is no other way to do both.
 */
void debug_close(void)
{
    debug_lock();
    bool well = check_all(NULL);
    dump();
    well &= leaks_tell() == 0;
    debug_unlock();
    if (!well) {
        exit(MESSAGE_EXIT_MISUSE);
    }
}
