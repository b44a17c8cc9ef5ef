/*
 * log.h -- the event file of this process, appended to without locks.
 *
 * A ticket is drawn with one addition and is the index of the event's first
 * slot in a shared mapping of the file.  The mapping is far larger than the
 * file; whoever draws a ticket beyond what the file has room for enlarges it.
 *
 * All state of a process lies in pages that a fork empties: whoever allocates
 * first in the child finds them blank and opens a file for the child,
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
#include <sys/single_threaded.h>

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
    _Atomic uint32_t growing; /* a thread is enlarging the file */
    uint64_t *slots;
    uint64_t small_limit;
    _Atomic uint64_t ready;   /* slots that the file has room for */
    uint64_t max_slots;       /* limit or what the mapping holds */
    _Atomic uint64_t skipped; /* operations seen while skipping */
    struct events_header *header;

    _Alignas(64) _Atomic uint64_t next_ticket;

    /* Of witness.c, under its lock. */
    _Alignas(64) _Atomic uint32_t witness_lock;
    uint32_t until_sample;
    uint64_t live_bytes;
    uint64_t live_blocks;
    uint64_t live_empty; /* blocks of size 0 */

    char path[4096]; /* to open the file again when it must grow */
};

/* This process's log; NULL before the first event. */
extern struct log *_Atomic log_current;

/* Number of this thread, from 1; 0 before its first event. */
extern _Thread_local unsigned log_thread;

/* The log of this process; opens its file at first use.  NULL: none. */
struct log *log_open(void);

/*
 * Asks, in any state but LOG_OPEN, whether an event of this kind is to be
 * recorded: counts what is skipped, opens what is not open yet.
 */
enum log_status log_prepare(enum event_kind kind);

/* The file has no room for slots up to end: enlarges it, or stops the log. */
bool log_grow(struct log *log, uint64_t end);

/* Gives this thread its number. */
unsigned log_name_thread(void);

/*
 * Adds to the next ticket and returns what it was.  With one thread only a
 * signal can come between, and no signal divides an instruction: it need not
 * be a locked one, which costs three times as much.
 */
static inline uint64_t log_add(_Atomic uint64_t *next, uint64_t count)
{
#if defined(__x86_64__)
    if (__libc_single_threaded) {
        __asm__ volatile("xaddq %0, %1"
                         : "+r"(count), "+m"(*next)
                         :
                         : "memory", "cc");
        return count;
    }
#endif
    return atomic_fetch_add_explicit(next, count, memory_order_acq_rel);
}

/* Draws count tickets in a row; EVENT_NO_TICKET when the log has stopped. */
static inline uint64_t log_draw(struct log *log, unsigned count)
{
    uint64_t ticket = log_add(&log->next_ticket, count);
    if (__builtin_expect(ticket + count > log->ready, 0) &&
        !log_grow(log, ticket + count))
        return EVENT_NO_TICKET;
    return ticket;
}

/* Stores the first slot of an event, which makes it count. */
static inline void log_store(struct log *log, uint64_t ticket, uint64_t first)
{
    __atomic_store_n(&log->slots[ticket], first, __ATOMIC_RELEASE);
}

static inline unsigned log_thread_number(void)
{
    unsigned thread = log_thread;
    return __builtin_expect(thread != 0, 1) ? thread : log_name_thread();
}

/*
 * The four events, into an open log; they return the ticket.  number: a
 * size, with the binary logarithm of an alignment above EVENT_SIZE_BITS.
 */
static inline uint64_t log_allocation(struct log *log, enum event_kind kind,
                                      const void *payload, uint64_t number)
{
    uint64_t size = number & EVENT_SIZE_MASK;
    unsigned count = size < log->small_limit ? 1 : 2;
    uint64_t ticket = log_draw(log, count);
    if (__builtin_expect(ticket == EVENT_NO_TICKET, 0))
        return ticket;
    if (count == 1) {
        log_store(log, ticket,
                  event_first(EVENT_SMALL, (uintptr_t)payload, size));
    } else {
        log->slots[ticket + 1] = event_number(number);
        log_store(log, ticket,
                  event_first(kind, (uintptr_t)payload, log_thread_number()));
    }
    return ticket;
}

/* kind: EVENT_FREE or EVENT_MOVE. */
static inline uint64_t log_release(struct log *log, enum event_kind kind,
                                   const void *payload)
{
    uint64_t ticket = log_draw(log, 1);
    if (__builtin_expect(ticket != EVENT_NO_TICKET, 1))
        log_store(log, ticket,
                  event_first(kind, (uintptr_t)payload, log_thread_number()));
    return ticket;
}

/* An event with several numbers; never small. */
uint64_t log_numbers(struct log *log, enum event_kind kind, const void *payload,
                     const uint64_t *numbers, unsigned count);

#endif
