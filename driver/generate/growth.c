/*
 * growth.c -- containers that grow by a factor as elements come.
 *
 * Vectors grow in one block each, by realloc or by allocate, copy and free.
 * Hash tables have an array that doubles when three quarters are used, beside
 * nodes and keys that stay where they are (Knuth, TAOCP 3, 6.4); when a table
 * has reached its last entry, it dies in the order of its buckets, which is
 * none.
 */
#include <stdlib.h>

#include "driver/generate/families.h"
#include "driver/generate/pool.h"

/* ---- vectors ----------------------------------------------------------- */

enum { SMALL, LARGE, LIVE, TAIL, FACTOR, MOVED };

struct vector {
    struct block block; /* of size 0: there is none */
    uint64_t goal;      /* beyond this size it dies */
};

struct vectors {
    struct vector *all;
};

static uint64_t value(const struct generator *g, int which)
{
    return g->params->values[which];
}

static int begin_vectors(struct generator *g, struct generate_error *error)
{
    struct vectors *state = g->state;
    state->all = calloc(value(g, LIVE), sizeof *state->all);
    return state->all != NULL ? 0 : generate_fail_memory(error, value(g, LIVE));
}

static void grow_vector(struct generator *g, struct block *block, uint64_t size)
{
    if (draw_chance(g, value(g, MOVED))) {
        struct block old = *block;
        *block = new_block(g, size);
        free_block(g, old);
    } else {
        resize_block(g, block, size);
    }
}

static void step_vectors(struct generator *g)
{
    struct vectors *state = g->state;
    struct vector *vector = &state->all[draw_below(g, value(g, LIVE))];
    uint64_t old = vector->block.size;
    /* Sizes are below 2^38 and factors below 2^10: no overflow. */
    uint64_t size = old * value(g, FACTOR) / 100 + 1;
    if (old == 0) {
        vector->goal =
            draw_power(g, value(g, SMALL), value(g, LARGE), value(g, TAIL));
        vector->block = new_block(g, value(g, SMALL));
    } else if (size > vector->goal) {
        free_block(g, vector->block);
        vector->block.size = 0;
    } else {
        grow_vector(g, &vector->block, size);
    }
}

static void end_vectors(struct generator *g)
{
    struct vectors *state = g->state;
    for (uint64_t i = 0; state->all != NULL && i < value(g, LIVE); i++) {
        if (state->all[i].block.size != 0) {
            free_block(g, state->all[i].block);
        }
    }
    free(state->all);
}

const struct trace_family family_vectors = {
    .name = "vectors",
    .summary = "arrays that grow by a factor, sizes by a power law",
    .ops = 20000,
    .seeded = true,
    .params = {PARAM_SMALL("first size of each", 32),
               PARAM_LARGE("largest size", 1048576),
               PARAM_LIVE("vectors at once", 200), PARAM_TAIL(75),
               PARAM_COUNT("factor", "new size as percentage of the old", 150,
                           101, 1000),
               PARAM_PERCENT("moved", "share that is copied, not reallocated",
                             50)},
    .state_bytes = sizeof(struct vectors),
    .begin = begin_vectors,
    .step = step_vectors,
    .end = end_vectors,
};

/* ---- hash -------------------------------------------------------------- */

enum { ENTRIES = 2, TABLES, NODE };
enum { FIRST_BUCKETS = 8, BUCKET_BYTES = 8 };

struct table {
    struct block buckets;
    struct pool nodes; /* each followed by its key in `keys` */
    struct pool keys;
    uint64_t goal; /* with so many entries it dies */
};

struct tables {
    struct table *all;
};

static int open_table(struct generator *g, struct table *table,
                      struct generate_error *error)
{
    table->goal = draw_between(g, 1, value(g, ENTRIES));
    return pool_open(&table->nodes, value(g, ENTRIES), error) == 0 &&
                   pool_open(&table->keys, value(g, ENTRIES), error) == 0
               ? 0
               : -1;
}

static int begin_hash(struct generator *g, struct generate_error *error)
{
    struct tables *state = g->state;
    state->all = calloc(value(g, TABLES), sizeof *state->all);
    if (state->all == NULL) {
        return generate_fail_memory(error, value(g, TABLES));
    }
    for (uint64_t i = 0; i < value(g, TABLES); i++) {
        if (open_table(g, &state->all[i], error) != 0) {
            return -1;
        }
    }
    return 0;
}

/* The new array is filled from the old one before that dies. */
static void rehash(struct generator *g, struct table *table)
{
    struct block old = table->buckets;
    table->buckets = new_block(g, 2 * old.size);
    free_block(g, old);
}

static void insert(struct generator *g, struct table *table)
{
    if (table->nodes.n == 0) {
        table->buckets = new_block(g, FIRST_BUCKETS * BUCKET_BYTES);
    }
    pool_add(&table->keys, g,
             draw_power(g, value(g, SMALL), value(g, LARGE), 50));
    pool_add(&table->nodes, g, value(g, NODE));
    if (table->nodes.n > table->buckets.size / BUCKET_BYTES / 4 * 3) {
        rehash(g, table);
    }
}

static void clear_table(struct generator *g, struct table *table)
{
    bool any = table->nodes.n > 0;
    while (table->nodes.n > 0) {
        pool_free_any(&table->keys, g);
        pool_free_any(&table->nodes, g);
    }
    if (any) {
        free_block(g, table->buckets);
    }
}

static void step_hash(struct generator *g)
{
    struct tables *state = g->state;
    struct table *table = &state->all[draw_below(g, value(g, TABLES))];
    insert(g, table);
    if (table->nodes.n >= table->goal) {
        clear_table(g, table);
        table->goal = draw_between(g, 1, value(g, ENTRIES));
    }
}

static void end_hash(struct generator *g)
{
    struct tables *state = g->state;
    for (uint64_t i = 0; state->all != NULL && i < value(g, TABLES); i++) {
        clear_table(g, &state->all[i]);
        pool_close(&state->all[i].nodes, g);
        pool_close(&state->all[i].keys, g);
    }
    free(state->all);
}

const struct trace_family family_hash = {
    .name = "hash",
    .summary = "tables that double and rehash, with nodes and keys",
    .ops = 20000,
    .seeded = true,
    .params = {PARAM_SMALL("least size of a key", 8),
               PARAM_LARGE("largest size of a key", 256),
               PARAM_COUNT("entries", "most entries of a table", 2000, 1,
                           FAMILY_MOST_LIVE / 16),
               PARAM_COUNT("tables", "number of tables", 6, 1, 1000),
               PARAM_BYTES("node", "size of a node", 40)},
    .state_bytes = sizeof(struct tables),
    .begin = begin_hash,
    .step = step_hash,
    .end = end_hash,
};
