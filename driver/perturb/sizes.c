/*
 * sizes.c -- see sizes.h.
 */
#include "driver/perturb/sizes.h"

#include <stdbool.h>
#include <stdlib.h>

__extension__ typedef unsigned __int128 wide;

enum { PPM = 1000000 };

static int compare(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static bool sizes_a_block(const struct op *op)
{
    return op->kind != OP_FREE && op->kind != OP_TOUCH && op->size != 0;
}

/* The distinct sizes in ascending order; there is room for all. */
static size_t collect(const struct trace *trace, uint64_t *sizes)
{
    size_t n = 0;
    for (size_t i = 0; i < trace->n_ops; i++) {
        if (sizes_a_block(&trace->ops[i])) {
            sizes[n++] = trace->ops[i].size;
        }
    }
    qsort(sizes, n, sizeof *sizes, compare);
    size_t distinct = 0;
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || sizes[i] != sizes[i - 1]) {
            sizes[distinct++] = sizes[i];
        }
    }
    return distinct;
}

static uint64_t reach(uint64_t size, uint32_t jitter_ppm)
{
    uint64_t bytes = (uint64_t)((wide)size * jitter_ppm / PPM);
    return jitter_ppm > 0 && bytes == 0 ? 1 : bytes;
}

static uint64_t least(uint64_t size, uint32_t jitter_ppm)
{
    uint64_t bytes = reach(size, jitter_ppm);
    return bytes < size ? size - bytes : 1;
}

/* There are larger ones, which need room above. */
static uint64_t most(uint64_t size, uint32_t jitter_ppm, size_t n_larger)
{
    uint64_t bytes = reach(size, jitter_ppm);
    uint64_t room = UINT64_MAX - n_larger - size;
    return size + (bytes < room ? bytes : room);
}

/* Moves each up to where it is above the one before. */
static void spread(uint64_t *sizes, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (sizes[i] <= sizes[i - 1]) {
            sizes[i] = sizes[i - 1] + 1;
        }
    }
}

int size_map_make(struct size_map *map, const struct trace *trace,
                  uint32_t jitter_ppm, struct prng *prng)
{
    *map = (struct size_map){.n = 0};
    map->from = calloc(trace->n_ops + 1, sizeof *map->from);
    if (map->from == NULL) {
        return -1;
    }
    map->n = collect(trace, map->from);
    map->to = calloc(map->n + 1, sizeof *map->to);
    if (map->to == NULL) {
        size_map_free(map);
        return -1;
    }
    for (size_t i = 0; i < map->n; i++) {
        map->to[i] =
            prng_between(prng, least(map->from[i], jitter_ppm),
                         most(map->from[i], jitter_ppm, map->n - 1 - i));
    }
    qsort(map->to, map->n, sizeof *map->to, compare);
    spread(map->to, map->n);
    return 0;
}

uint64_t size_map_get(const struct size_map *map, uint64_t size)
{
    const uint64_t *at =
        bsearch(&size, map->from, map->n, sizeof *map->from, compare);
    return at == NULL ? size : map->to[at - map->from];
}

void size_map_free(struct size_map *map)
{
    free(map->from);
    free(map->to);
    *map = (struct size_map){.n = 0};
}
