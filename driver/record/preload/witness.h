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

#include "driver/record/preload/real.h"
#include "driver/record/preload/record.h"

/* Wraps an allocator so that each block carries its size. */
const struct real_allocator *witness_allocator(
    const struct real_allocator *wrapped);

/* As the functions of record.h, while the log is verifying. */
void witness_allocation(struct log *log, enum event_kind kind, void *payload,
                        uint64_t number);
void witness_free(struct log *log, void *payload);
struct record_move witness_move(struct log *log, void *payload);
void witness_moved(struct log *log, const struct record_move *move, void *moved,
                   size_t size);

#endif
