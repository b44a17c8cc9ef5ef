/*
 * record.h -- what the exported functions tell of each call.
 *
 * Straight into an open log; by way of the log's other states otherwise.
 */
#ifndef DRIVER_RECORD_PRELOAD_RECORD_H
#define DRIVER_RECORD_PRELOAD_RECORD_H

#include "driver/record/preload/log.h"

/* A realloc that is under way. */
struct record_move {
    uint64_t ticket;   /* of its EVENT_MOVE */
    void *payload;     /* the old block */
    bool counted;      /* the witness knew the old block: */
    uint64_t old_size; /* what was asked for it */
};

/* The same in any state of the log. */
void record_allocation_slowly(enum event_kind kind, void *payload,
                              uint64_t number);
void record_free_slowly(void *payload);

/* The log where it is open, or NULL. */
static inline struct log *record_log(void)
{
    struct log *log = atomic_load_explicit(&log_current, memory_order_relaxed);
    return __builtin_expect(log != NULL && log->status == LOG_OPEN, 1) ? log
                                                                       : NULL;
}

/* After the block was obtained; number as in log_allocation. */
static inline void record_allocation(enum event_kind kind, void *payload,
                                     uint64_t number)
{
    struct log *log = record_log();
    if (log != NULL)
        log_allocation(log, kind, payload, number);
    else
        record_allocation_slowly(kind, payload, number);
}

/* Before the block is given back. */
static inline void record_free(void *payload)
{
    struct log *log = record_log();
    if (log != NULL)
        log_release(log, EVENT_FREE, payload);
    else
        record_free_slowly(payload);
}

/* Before the realloc of payload. */
struct record_move record_move(void *payload);

/* After it: moved is NULL where the realloc failed. */
void record_moved(const struct record_move *move, void *moved, size_t size);

#endif
