/*
 * generate.c -- the classic synthetic families.
 *
 * Each family is a loop over rounds; a round is written as the operations
 * that one would draw on a board.  Ids are never used twice, so that slots
 * come in order of first appearance.
 *
 * The patterns are those that course allocators have been tested with since
 * Bryant and O'Hallaron, "Computer Systems: A Programmer's Perspective",
 * chapter 9; made here from their description.
 */
#include "driver/trace/generate.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "driver/trace/build.h"
#include "driver/trace/prng.h"

/* What a family's loop works with. */
struct sheet {
    struct trace_builder builder;
    const struct generate_params *params;
    struct prng prng;
    uint32_t next_id;
};

static uint32_t new_block(struct sheet *sheet, uint64_t size)
{
    uint32_t id = sheet->next_id++;
    build_append(&sheet->builder,
                 (struct op){.kind = OP_ALLOC, .id = id, .size = size});
    return id;
}

static void free_block(struct sheet *sheet, uint32_t id)
{
    build_append(&sheet->builder, (struct op){.kind = OP_FREE, .id = id});
}

static void resize_block(struct sheet *sheet, uint32_t id, uint64_t size)
{
    build_append(&sheet->builder,
                 (struct op){.kind = OP_REALLOC, .id = id, .size = size});
}

static uint64_t random_size(struct sheet *sheet)
{
    return prng_between(&sheet->prng, sheet->params->small_bytes,
                        sheet->params->large_bytes);
}

/* How many rounds come nearest to the operations asked for from below. */
static uint64_t rounds(const struct sheet *sheet, uint64_t ops_per_round)
{
    uint64_t n = sheet->params->ops / ops_per_round;
    return n == 0 ? 1 : n;
}

/* A dozen operations to follow by hand: a hole, what fits it, a move. */
static void make_short(struct sheet *sheet)
{
    for (uint64_t i = rounds(sheet, 12); i > 0; i--) {
        uint32_t a = new_block(sheet, random_size(sheet));
        uint32_t b = new_block(sheet, random_size(sheet));
        uint32_t c = new_block(sheet, random_size(sheet));
        free_block(sheet, b);
        uint32_t d = new_block(sheet, random_size(sheet));
        resize_block(sheet, c, random_size(sheet));
        free_block(sheet, a);
        uint32_t e = new_block(sheet, random_size(sheet));
        resize_block(sheet, d, random_size(sheet));
        free_block(sheet, d);
        free_block(sheet, c);
        free_block(sheet, e);
    }
}

/* Two neighbours are freed; a block of both their sizes follows. */
static void make_coalescing(struct sheet *sheet)
{
    uint64_t size = sheet->params->small_bytes;
    for (uint64_t i = rounds(sheet, 6); i > 0; i--) {
        uint32_t left = new_block(sheet, size);
        uint32_t right = new_block(sheet, size);
        free_block(sheet, left);
        free_block(sheet, right);
        uint32_t both = new_block(sheet, 2 * size);
        free_block(sheet, both);
    }
}

/*
 * Small and large blocks alternate; all the large ones are freed, and each
 * hole is too small for what is wanted then: small + large bytes.
 */
static void make_binary(struct sheet *sheet)
{
    uint64_t small = sheet->params->small_bytes;
    uint64_t large = sheet->params->large_bytes;
    uint32_t pairs = (uint32_t)rounds(sheet, 6);
    for (uint32_t i = 0; i < pairs; i++) {
        new_block(sheet, small);
        new_block(sheet, large);
    }
    for (uint32_t i = 0; i < pairs; i++) {
        free_block(sheet, 2 * i + 1);
    }
    for (uint32_t i = 0; i < pairs; i++) {
        new_block(sheet, small + large);
    }
    for (uint32_t i = 0; i < pairs; i++) {
        free_block(sheet, 2 * i);
        free_block(sheet, 2 * pairs + i);
    }
}

/* The live blocks of the random family, in no order. */
struct pool {
    uint32_t *ids;
    uint64_t n;
};

static uint32_t pool_draw(struct pool *pool, struct prng *prng)
{
    uint64_t at = prng_below(prng, pool->n);
    uint32_t id = pool->ids[at];
    pool->ids[at] = pool->ids[--pool->n];
    return id;
}

/*
 * Half of the operations allocate, uniformly between small and large; after
 * each, a coin decides whether any one live block dies.  The rest dies last.
 */
static void make_random(struct sheet *sheet)
{
    uint64_t allocations = rounds(sheet, 2);
    struct pool pool = {.ids = calloc(allocations, sizeof *pool.ids)};
    if (pool.ids == NULL) {
        sheet->builder.failed = ENOMEM;
        return;
    }
    for (uint64_t i = 0; i < allocations; i++) {
        pool.ids[pool.n++] = new_block(sheet, random_size(sheet));
        if (prng_below(&sheet->prng, 2) == 0) {
            free_block(sheet, pool_draw(&pool, &sheet->prng));
        }
    }
    while (pool.n > 0) {
        free_block(sheet, pool_draw(&pool, &sheet->prng));
    }
    free(pool.ids);
}

/*
 * One block grows by a step that is a quarter of its first size, a small one
 * standing behind it each time; only the newest small one is kept.
 */
static void make_realloc(struct sheet *sheet)
{
    uint64_t large = sheet->params->large_bytes;
    uint64_t step = large / 4 + 1;
    uint32_t growing = new_block(sheet, large);
    uint32_t guard = new_block(sheet, sheet->params->small_bytes);
    uint64_t steps = rounds(sheet, 3);
    for (uint64_t i = 1; i <= steps; i++) {
        resize_block(sheet, growing, large + i * step);
        uint32_t next = new_block(sheet, sheet->params->small_bytes);
        free_block(sheet, guard);
        guard = next;
    }
    free_block(sheet, guard);
    free_block(sheet, growing);
}

/* As realloc, but by few bytes at a time: most steps could stay in place. */
static void make_realloc2(struct sheet *sheet)
{
    uint64_t size = sheet->params->large_bytes;
    uint32_t growing = new_block(sheet, size);
    uint32_t guard = new_block(sheet, sheet->params->small_bytes);
    for (uint64_t i = rounds(sheet, 3); i > 0; i--) {
        size += 5;
        resize_block(sheet, growing, size);
        uint32_t next = new_block(sheet, sheet->params->small_bytes);
        free_block(sheet, guard);
        guard = next;
    }
    free_block(sheet, guard);
    free_block(sheet, growing);
}

typedef void family_fn(struct sheet *sheet);

/* In the order of trace_families. */
static family_fn *const makers[] = {make_short,   make_coalescing, make_binary,
                                    make_binary,  make_random,     make_realloc,
                                    make_realloc2};

const struct trace_family trace_families[] = {
    {"short",
     "a dozen operations of small to large bytes, to follow by hand",
     USES_OPS | USES_SEED | USES_SMALL | USES_LARGE,
     {12, 1, 16, 4096}},
    {"coalescing",
     "two blocks of small bytes die, one of twice that follows",
     USES_OPS | USES_SMALL,
     {14400, 0, 4095, 0}},
    {"binary",
     "small and large alternate, large die, small + large follow",
     USES_OPS | USES_SMALL | USES_LARGE,
     {12000, 0, 64, 448}},
    {"binary2",
     "as binary, with blocks of few bytes",
     USES_OPS | USES_SMALL | USES_LARGE,
     {24000, 0, 16, 112}},
    {"random",
     "sizes uniform from small to large, deaths at random",
     USES_OPS | USES_SEED | USES_SMALL | USES_LARGE,
     {10000, 1, 1, 32768}},
    {"realloc",
     "one block grows by a quarter of large between small ones",
     USES_OPS | USES_SMALL | USES_LARGE,
     {6000, 0, 128, 512}},
    {"realloc2",
     "one block of large grows by 5 bytes between small ones",
     USES_OPS | USES_SMALL | USES_LARGE,
     {14400, 0, 16, 4092}},
    {NULL, NULL, 0, {0, 0, 0, 0}},
};

_Static_assert(sizeof makers / sizeof makers[0] + 1 ==
                   sizeof trace_families / sizeof trace_families[0],
               "one maker for each family");

const struct trace_family *trace_family_find(const char *name)
{
    for (const struct trace_family *f = trace_families; f->name; f++) {
        if (strcmp(f->name, name) == 0) {
            return f;
        }
    }
    return NULL;
}

static bool in_range(const struct trace_family *family,
                     const struct generate_params *params)
{
    bool two_sizes = (family->uses & USES_LARGE) != 0;
    return params->ops >= 1 && params->ops <= GENERATE_MAX_OPS &&
           params->small_bytes >= 1 &&
           params->small_bytes <= GENERATE_MAX_BYTES &&
           (!two_sizes || (params->large_bytes >= params->small_bytes &&
                           params->large_bytes <= GENERATE_MAX_BYTES));
}

int generate_trace(const struct trace_family *family,
                   const struct generate_params *params, struct trace *trace)
{
    if (!in_range(family, params)) {
        errno = EINVAL;
        return -1;
    }
    struct sheet sheet = {.params = params};
    prng_seed(&sheet.prng, params->seed);
    makers[family - trace_families](&sheet);
    return build_finish(&sheet.builder, family->name, trace);
}
