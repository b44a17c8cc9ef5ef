/*
 * record.c -- events while the log is not simply open, and reallocs.
 */
#include "driver/record/preload/record.h"

#include "driver/record/preload/witness.h"

void record_allocation_slowly(enum event_kind kind, void *payload,
                              uint64_t number)
{
    enum log_status status = log_prepare(kind);
    if (status == LOG_OPEN)
        log_allocation(log_current, kind, payload, number);
    else if (status == LOG_VERIFYING)
        witness_allocation(log_current, kind, payload, number);
}

void record_free_slowly(void *payload)
{
    enum log_status status = log_prepare(EVENT_FREE);
    if (status == LOG_OPEN)
        log_release(log_current, EVENT_FREE, payload);
    else if (status == LOG_VERIFYING)
        witness_free(log_current, payload);
}

struct record_move record_move(void *payload)
{
    struct log *log = record_log();
    enum log_status status = log != NULL ? LOG_OPEN : log_prepare(EVENT_MOVE);
    if (status == LOG_VERIFYING)
        return witness_move(log_current, payload);
    return (struct record_move){
        .payload = payload,
        .ticket = status == LOG_OPEN
                      ? log_release(log_current, EVENT_MOVE, payload)
                      : EVENT_NO_TICKET,
    };
}

void record_moved(const struct record_move *move, void *moved, size_t size)
{
    struct log *log = record_log();
    enum log_status status = log != NULL ? LOG_OPEN : log_prepare(EVENT_MOVED);
    if (status == LOG_VERIFYING) {
        witness_moved(log_current, move, moved, size);
    } else if (status == LOG_OPEN) {
        const uint64_t numbers[] = {size, move->ticket};
        log_numbers(log_current, EVENT_MOVED, moved, numbers, 2);
    }
}
