/*
 * sites.h -- who allocated how much: samples, summed up by call stack.
 *
 *   stack.h    number of a stack --> site: blocks and bytes, live and in all
 *   ledger.h   sampled live block --> its site
 *
 * Everything under the lock of profile.c.
 */
#ifndef ALLOCATOR_PRELOAD_WATCH_SITES_H
#define ALLOCATOR_PRELOAD_WATCH_SITES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/preload/debug/stack.h"

/* Of samples, as they were taken. */
struct site_count {
    uint64_t blocks, bytes;
};

struct site {
    uint32_t stack;
    uint32_t next; /* in the chain of its hash, 0: none */
    struct site_count live, all;
};

/* Prepares the tables. */
void sites_open(void);

/* A sampled block came to life. */
void sites_add(const struct stack *stack, const void *payload, size_t size);

/* A block's life ended; nothing happens where it was no sample. */
void sites_remove(const void *payload);

/* Whether it may be a sample, without any lock; no false "no". */
bool sites_may_have(const void *payload);

/* All sites, sites_count() of them. */
struct site *sites_all(void);
size_t sites_count(void);

/* Sum over all sites. */
struct site sites_total(void);

#endif
