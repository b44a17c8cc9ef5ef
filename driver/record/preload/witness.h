/*
 * witness.h -- what --verify knows about the heap, apart from the log.
 *
 * Each block carries the size that was asked for at its own end, so that the
 * live bytes are known without addresses, tickets or the converter:
 *
 *     | payload | unused | size | mark | generation |
 *     ^                  ^ usable size - 24
 *
 * The totals are kept under a lock, in which the ticket is drawn too: a
 * sample of them in the log says what was live at exactly that ticket.
 */
#ifndef DRIVER_RECORD_PRELOAD_WITNESS_H
#define DRIVER_RECORD_PRELOAD_WITNESS_H

#include "driver/record/preload/log.h"
#include "driver/record/preload/real.h"

/* Wraps an allocator so that each block carries its size. */
const struct real_allocator *witness_allocator(
    const struct real_allocator *wrapped);

/* As log_event, log_move and log_moved, while the log is verifying. */
uint64_t witness_event(struct log *log, enum event_kind kind,
                       const void *payload, uint64_t number);
struct log_move witness_move(struct log *log, const void *payload);
void witness_moved(struct log *log, const struct log_move *move,
                   const void *moved, size_t size);

#endif
