/*
 * blame.h -- tell a fault with its surroundings.  For the oracle's own files.
 */
#ifndef DRIVER_REPLAY_BLAME_H
#define DRIVER_REPLAY_BLAME_H

#include "driver/replay/oracle.h"

/* Room for an address in words: "heap+0x12345678" or "0x7f...". */
#define BLAME_ADDRESS_ROOM 32

/* An address as people read it: from the heap's base where it lies in it. */
const char *blame_address(const struct oracle *oracle, const void *address,
                          char text[BLAME_ADDRESS_ROOM]);

/* What is known of a live slot. */
struct fault_block blame_slot(const struct oracle *oracle, uint32_t slot);

/*
 * Completes oracle->fault, whose rule and detail are set: the operation, the
 * payload concerned and its neighbours.  Returns ORACLE_FAULT.
 */
enum oracle_verdict blame_block(struct oracle *oracle, uint64_t op,
                                const struct fault_block *block);

/* As blame_block, for a payload that an operation has just made. */
enum oracle_verdict blame_new(struct oracle *oracle, uint64_t op,
                              const void *payload);

/* As blame_block, for a live slot. */
enum oracle_verdict blame_live(struct oracle *oracle, uint64_t op,
                               uint32_t slot);

/*
 * As blame_block, where no payload of the caller is concerned: only tells what
 * lives around the address, which may be NULL.
 */
enum oracle_verdict blame_at(struct oracle *oracle, uint64_t op,
                             const void *address);

#endif
