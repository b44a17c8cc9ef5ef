/*
 * log.h -- the event file of this process, appended to without locks.
 *
 * A ticket is drawn with one atomic addition and is the index of the event's
 * slot in a shared mapping of the file.  The mapping is far larger than the
 * file; whoever draws a ticket beyond what the file has room for enlarges it.
 * No step waits for another thread, so a signal may interrupt any of them.
 *
 * All state of a process lies in one page that a fork empties: whoever
 * allocates first in the child finds it blank and opens a file for the child,
 * whichever way it was forked.
 *
 *   UNOPENED --> OPENING --> SKIPPING --> OPEN or VERIFYING --> STOPPED
 *                    '--------> STOPPED: no recording wanted, or no space
 */
#ifndef DRIVER_RECORD_PRELOAD_LOG_H
#define DRIVER_RECORD_PRELOAD_LOG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "driver/record/events.h"

enum log_status {
    LOG_UNOPENED, /* 0: what a fork leaves */
    LOG_OPENING,
    LOG_SKIPPING,  /* counts operations up to --start-after */
    LOG_OPEN,      /* records */
    LOG_VERIFYING, /* records through witness.c */
    LOG_STOPPED
};

struct log {
    _Atomic uint32_t status;
    _Atomic uint64_t skipped; /* operations seen while skipping */
    struct event *events;     /* slot 0 */
    struct events_header *header;
    uint64_t max_slots;     /* limit or what the mapping holds */
    _Atomic uint64_t ready; /* slots that the file has room for */
    char path[4096];        /* to open it again when it must grow */
    _Alignas(64) _Atomic uint64_t next_ticket;

    /* Of witness.c, under its lock. */
    _Alignas(64) _Atomic uint32_t witness_lock;
    uint32_t until_sample;
    uint64_t live_bytes;
    uint64_t live_blocks;
    uint64_t live_empty; /* blocks of size 0 */
};

/* This process's log; NULL before the first event. */
extern struct log *_Atomic log_current;

extern _Thread_local unsigned log_thread;

/* The file has no room for slots up to end: enlarges it, or stops the log. */
bool log_grow(struct log *log, uint64_t end);

/* As log_event, in any state of the log. */
uint64_t log_event_slowly(enum event_kind kind, const void *payload,
                          uint64_t number);

/* Number of a thread, from 1, given to it at its first event. */
unsigned log_name_thread(void);

/* The state of this process; opens its file at first use.  NULL: none. */
struct log *log_open(void);

/* Draws count tickets in a row; EVENT_NO_TICKET when the log has stopped. */
static inline uint64_t log_draw(struct log *log, unsigned count)
{
    uint64_t ticket = atomic_fetch_add_explicit(&log->next_ticket, count,
                                                memory_order_acq_rel);
    if (__builtin_expect(ticket + count > log->ready, 0) &&
        !log_grow(log, ticket + count))
        return EVENT_NO_TICKET;
    return ticket;
}

/* Fills the slot of a ticket; its first word last, which makes it count. */
static inline void log_store(struct log *log, uint64_t ticket,
                             enum event_kind kind, uint64_t address,
                             uint64_t number)
{
    unsigned thread = log_thread;
    if (__builtin_expect(thread == 0, 0))
        thread = log_name_thread();
    struct event *event = log->events + ticket;
    event->size = number;
    __atomic_store_n(&event->what, event_what(kind, address, thread),
                     __ATOMIC_RELEASE);
}

/*
 * Records one event of one slot.  number: a size, with the binary logarithm
 * of an alignment above its EVENT_NUMBER_BITS.
 * Returns its ticket, or EVENT_NO_TICKET when it was not recorded.
 */
static inline uint64_t log_event(enum event_kind kind, const void *payload,
                                 uint64_t number)
{
    struct log *log = atomic_load_explicit(&log_current, memory_order_relaxed);
    if (__builtin_expect(log == NULL || log->status != LOG_OPEN, 0))
        return log_event_slowly(kind, payload, number);
    uint64_t ticket = log_draw(log, 1);
    if (__builtin_expect(ticket != EVENT_NO_TICKET, 1))
        log_store(log, ticket, kind, (uintptr_t)payload, number);
    return ticket;
}

/* A realloc that is under way. */
struct log_move {
    uint64_t ticket;   /* of its EVENT_MOVE */
    bool counted;      /* the witness knew the old block: */
    uint64_t old_size; /* what was asked for it */
};

/* Before the realloc of payload. */
struct log_move log_move(const void *payload);

/* After it: moved is NULL where the realloc failed. */
void log_moved(const struct log_move *move, const void *moved, size_t size);

#endif
