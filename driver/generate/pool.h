/*
 * pool.h -- the live blocks of a family, to be drawn at random or in order.
 *
 *     blocks  | b0 | b1 | ... | b(n-1) | room ...    16 bytes each
 *
 * Drawing at random fills the gap with the last one: constant time.  As a
 * queue it goes round: the oldest is at `first`, which only pool_shift moves.
 */
#ifndef DRIVER_GENERATE_POOL_H
#define DRIVER_GENERATE_POOL_H

#include "driver/generate/family.h"

struct pool {
    struct block *blocks;
    uint64_t room;
    uint64_t n;
    uint64_t first; /* of a queue; else 0 */
};

/* Room for so many blocks.  Returns 0, or -1 with *error filled. */
int pool_open(struct pool *pool, uint64_t room, struct generate_error *error);

/* Frees the blocks that are live, the last one first, and the array. */
void pool_close(struct pool *pool, struct generator *generator);

static inline bool pool_is_full(const struct pool *pool)
{
    return pool->n == pool->room;
}

/* Adds a new block; the pool is not full.  Returns where it lies. */
struct block *pool_add(struct pool *pool, struct generator *generator,
                       uint64_t size);

/* Any block; the pool is not empty. */
struct block *pool_any(struct pool *pool, struct generator *generator);

/* Each frees a block of a pool that is not empty: any, the newest, ... */
void pool_free_any(struct pool *pool, struct generator *generator);
void pool_free_last(struct pool *pool, struct generator *generator);

/* ... and the oldest, of a pool that is used as a queue only. */
void pool_free_first(struct pool *pool, struct generator *generator);

#endif
