/*
 * pool.c -- an array of blocks.
 */
#include "driver/generate/pool.h"

#include <stdlib.h>

int pool_open(struct pool *pool, uint64_t room, struct generate_error *error)
{
    pool->blocks = calloc(room, sizeof *pool->blocks);
    if (pool->blocks == NULL) {
        return generate_fail_memory(error, room);
    }
    pool->room = room;
    return 0;
}

void pool_close(struct pool *pool, struct generator *generator)
{
    while (pool->n > 0) {
        pool_free_last(pool, generator);
    }
    free(pool->blocks);
    pool->blocks = NULL;
}

/* The i-th from the oldest. */
static struct block *at(struct pool *pool, uint64_t i)
{
    uint64_t place = pool->first + i;
    return &pool->blocks[place < pool->room ? place : place - pool->room];
}

struct block *pool_add(struct pool *pool, struct generator *generator,
                       uint64_t size)
{
    struct block *place = at(pool, pool->n++);
    *place = new_block(generator, size);
    return place;
}

struct block *pool_any(struct pool *pool, struct generator *generator)
{
    return at(pool, draw_below(generator, pool->n));
}

void pool_free_any(struct pool *pool, struct generator *generator)
{
    struct block *drawn = pool_any(pool, generator);
    struct block block = *drawn;
    *drawn = *at(pool, --pool->n);
    free_block(generator, block);
}

void pool_free_last(struct pool *pool, struct generator *generator)
{
    free_block(generator, *at(pool, --pool->n));
}

void pool_free_first(struct pool *pool, struct generator *generator)
{
    free_block(generator, *at(pool, 0));
    pool->first = pool->first + 1 == pool->room ? 0 : pool->first + 1;
    pool->n--;
}
