/*
 * generator.c -- what families emit, counted and handed on.
 */
#include "driver/generate/family.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- operations -------------------------------------------------------- */

static void emit(struct generator *generator, struct op op)
{
    struct emitter *emitter = generator->emitter;
    generator->emitted++;
    emitter->n_ops++;
    if (emitter->put != NULL) {
        emitter->put(emitter->context, op);
    }
}

/* A block of old bytes now has so many; 0 of none. */
static void count(struct generator *generator, uint64_t old, uint64_t size)
{
    struct emitter *emitter = generator->emitter;
    struct tally_sums *now = &emitter->now;
    struct tally_sums *peak = &emitter->peak;
    now->payload += size - old;
    now->headed += tally_headed(size, size > 0) - tally_headed(old, old > 0);
    tally_raise(&peak->payload, now->payload);
    tally_raise(&peak->headed, now->headed);
}

struct block new_block(struct generator *generator, uint64_t size)
{
    struct emitter *emitter = generator->emitter;
    struct block block = {.size = size, .id = emitter->n_ids};
    if (emitter->n_ids == UINT32_MAX - 1) {
        emitter->failed = EOVERFLOW;
        return block;
    }
    emitter->n_ids++;
    generator->live++;
    count(generator, 0, size);
    emit(generator,
         (struct op){.kind = OP_ALLOC, .id = block.id, .size = size});
    return block;
}

void resize_block(struct generator *generator, struct block *block,
                  uint64_t size)
{
    count(generator, block->size, size);
    block->size = size;
    emit(generator,
         (struct op){.kind = OP_REALLOC, .id = block->id, .size = size});
}

void free_block(struct generator *generator, struct block block)
{
    generator->live--;
    count(generator, block.size, 0);
    emit(generator, (struct op){.kind = OP_FREE, .id = block.id});
}

/* ---- random numbers ---------------------------------------------------- */

uint64_t draw_power(struct generator *generator, uint64_t small, uint64_t large,
                    uint64_t tail)
{
    uint64_t low = small;
    while (low <= large / 2 && draw_chance(generator, tail)) {
        low *= 2;
    }
    uint64_t high = 2 * low - 1;
    return draw_between(generator, low, high < large ? high : large);
}

/* ---- the life of a generator ------------------------------------------- */

int generate_fail(struct generate_error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    return -1;
}

int generate_fail_memory(struct generate_error *error, uint64_t blocks)
{
    return generate_fail(error,
                         "expected memory for %" PRIu64 " blocks, got \"%s\"",
                         blocks, strerror(ENOMEM));
}

int generator_open(struct generator *generator,
                   const struct generate_params *params,
                   struct emitter *emitter, struct generate_error *error)
{
    const struct trace_family *family = params->family;
    *generator = (struct generator){.params = params, .emitter = emitter};
    prng_seed(&generator->prng, params->seed);
    generator->state = calloc(1, family->state_bytes + 1);
    if (generator->state == NULL) {
        return generate_fail_memory(error, 0);
    }
    return family->begin == NULL ? 0 : family->begin(generator, error);
}

/* What is live has to be freed, too. */
bool generator_is_done(const struct generator *generator)
{
    return generator->finished || generator->emitter->failed != 0 ||
           generator->emitted + generator->live >= generator->params->ops;
}

void generator_step(struct generator *generator)
{
    generator->params->family->step(generator);
}

void generator_close(struct generator *generator)
{
    if (generator->state != NULL) {
        generator->params->family->end(generator);
    }
    free(generator->state);
    generator->state = NULL;
}
