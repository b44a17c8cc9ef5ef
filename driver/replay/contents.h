/*
 * contents.h -- verify live payloads.  For the oracle's own files.
 */
#ifndef DRIVER_REPLAY_CONTENTS_H
#define DRIVER_REPLAY_CONTENTS_H

#include "driver/replay/oracle.h"

/* The key of the pattern with which a block is filled. */
uint64_t contents_key(const struct oracle *oracle,
                      const struct live_block *block);

/* Verifies all of a live slot's payload; op is the one under way. */
enum oracle_verdict contents_verify(struct oracle *oracle, uint64_t op,
                                    uint32_t slot);

/* As contents_verify, for the bytes [from, to). */
enum oracle_verdict contents_verify_range(struct oracle *oracle, uint64_t op,
                                          uint32_t slot, size_t from,
                                          size_t to);

/*
 * Blames the byte at offset at of a live slot's payload, which should read as
 * block was did.  Returns ORACLE_FAULT.
 */
enum oracle_verdict contents_wrong(struct oracle *oracle, uint64_t op,
                                   uint32_t slot, const char *rule,
                                   const struct live_block *was, size_t at);

#endif
