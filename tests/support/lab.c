/*
 * lab.c -- operations on a policy, each judged against the live set.
 */
#include "tests/support/lab.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum lab_outcome lab_wrong(struct lab *lab, const char *format, ...)
{
    if (lab->why[0] == '\0') {
        int used =
            snprintf(lab->why, sizeof lab->why,
                     "operation %llu: ", (unsigned long long)lab->operations);
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(lab->why + used, sizeof lab->why - (size_t)used, format,
                  arguments);
        va_end(arguments);
    }
    return LAB_WRONG;
}

static uint64_t next_random(uint64_t *state)
{
    uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

uint64_t lab_random(struct lab *lab, uint64_t n)
{
    return next_random(&lab->random) % n;
}

static enum lab_outcome start(struct lab *lab, const struct variant *variant,
                              uint64_t seed)
{
    lab->n_live = 0;
    lab->random = seed;
    lab->trail = 0;
    lab->operations = 0;
    return lab->policy->init(&lab->heap, variant->values) == 0 ? LAB_DONE
                                                               : LAB_REFUSED;
}

enum lab_outcome lab_open(struct lab *lab, const struct variant *variant,
                          const struct heap_options *options, uint64_t seed)
{
    memset(lab, 0, sizeof *lab);
    lab->policy = variant->policy;
    struct heap_options strict = {.limit_bytes = 0};
    if (options != NULL) {
        strict = *options;
    }
    strict.retirement = HEAP_AT_ONCE;
    if (heap_init(&lab->heap, &strict) != 0) {
        return lab_wrong(lab, "heap_init failed");
    }
    return start(lab, variant, seed);
}

void lab_close(struct lab *lab)
{
    heap_destroy(&lab->heap);
    free(lab->live);
    memset(lab, 0, sizeof *lab);
}

enum lab_outcome lab_reset(struct lab *lab, const struct variant *variant,
                           uint64_t seed)
{
    heap_reset(&lab->heap);
    return start(lab, variant, seed);
}

/* ---- contents ----------------------------------------------------------- */

/* Bytes [8i, 8i + 8) of a block are this word, the last ones cut. */
static uint64_t word_of(uint64_t pattern, size_t i)
{
    return (pattern ^ i) * UINT64_C(0x9e3779b97f4a7c15);
}

enum { MOST_FILLED = 1 << 20 };

static void fill(struct lab *lab, struct lab_block *block)
{
    block->pattern = next_random(&lab->random);
    block->usable = lab->policy->usable_size(&lab->heap, block->payload);
    block->filled = block->usable < MOST_FILLED ? block->usable : MOST_FILLED;
    uint64_t *words = (uint64_t *)block->payload;
    size_t n = block->filled / 8, rest = block->filled % 8;
    for (size_t i = 0; i < n; i++) {
        words[i] = word_of(block->pattern, i);
    }
    uint64_t last = word_of(block->pattern, n);
    memcpy(words + n, &last, rest);
}

/* The first bytes still hold the block's pattern, wherever they are now. */
static enum lab_outcome verify_bytes(struct lab *lab,
                                     const struct lab_block *block,
                                     const unsigned char *payload, size_t bytes)
{
    const uint64_t *words = (const uint64_t *)payload;
    size_t n = bytes / 8, i = 0;
    while (i < n && words[i] == word_of(block->pattern, i)) {
        i++;
    }
    uint64_t last = word_of(block->pattern, n);
    if (i < n || memcmp(words + n, &last, bytes % 8) != 0) {
        return lab_wrong(lab,
                         "block at offset %#zx of %zu bytes: contents lost "
                         "within 8 bytes of %zu",
                         (size_t)(payload - lab->heap.base), block->size,
                         i * 8);
    }
    return LAB_DONE;
}

enum lab_outcome lab_verify_contents(struct lab *lab)
{
    for (size_t i = 0; i < lab->n_live; i++) {
        struct lab_block *block = &lab->live[i];
        if (verify_bytes(lab, block, block->payload, block->filled) !=
            LAB_DONE) {
            return LAB_WRONG;
        }
    }
    return LAB_DONE;
}

/* ---- the live set ------------------------------------------------------- */

/* Index of the first live block at or above address. */
static size_t position(const struct lab *lab, const unsigned char *address)
{
    size_t low = 0, high = lab->n_live;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (lab->live[middle].payload < address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void drop(struct lab *lab, size_t index)
{
    lab->n_live--;
    memmove(&lab->live[index], &lab->live[index + 1],
            (lab->n_live - index) * sizeof *lab->live);
}

/* Judges a payload just handed out. */
static enum lab_outcome judge(struct lab *lab, const unsigned char *payload,
                              size_t alignment, size_t size)
{
    size_t usable = lab->policy->usable_size(&lab->heap, payload);
    if ((uintptr_t)payload % HEAP_ALIGNMENT != 0 ||
        (alignment != 0 && (uintptr_t)payload % alignment != 0)) {
        return lab_wrong(lab, "%p is not aligned to %zu", (const void *)payload,
                         alignment);
    }
    if (usable < size) {
        return lab_wrong(lab, "usable size %zu of a request of %zu", usable,
                         size);
    }
    if (!heap_contains(&lab->heap, payload, usable)) {
        return lab_wrong(lab, "%p with %zu bytes is outside the heap",
                         (const void *)payload, usable);
    }
    size_t i = position(lab, payload);
    if ((i < lab->n_live && payload + usable > lab->live[i].payload) ||
        (i < lab->n_live && payload == lab->live[i].payload) ||
        (i > 0 &&
         lab->live[i - 1].payload + lab->live[i - 1].usable > payload)) {
        return lab_wrong(lab, "%p with %zu bytes overlaps a live block",
                         (const void *)payload, usable);
    }
    return LAB_DONE;
}

/* Takes a payload into the live set. */
static enum lab_outcome add(struct lab *lab, unsigned char *payload,
                            size_t alignment, size_t size)
{
    if (judge(lab, payload, alignment, size) != LAB_DONE) {
        return LAB_WRONG;
    }
    if (lab->n_live == lab->room) {
        lab->room = lab->room != 0 ? 2 * lab->room : 64;
        lab->live = realloc(lab->live, lab->room * sizeof *lab->live);
        if (lab->live == NULL) {
            abort();
        }
    }
    size_t i = position(lab, payload);
    memmove(&lab->live[i + 1], &lab->live[i],
            (lab->n_live - i) * sizeof *lab->live);
    lab->n_live++;
    lab->live[i] = (struct lab_block){.payload = payload, .size = size};
    fill(lab, &lab->live[i]);
    lab->trail = lab->trail * 31 + (uint64_t)(payload - lab->heap.base);
    return LAB_DONE;
}

/* ---- operations --------------------------------------------------------- */

/*
 * NULL is right only where memory was refused, where no heap could hold size
 * bytes, or for nothing at all.
 */
static enum lab_outcome judge_null(struct lab *lab, uint64_t refusals,
                                   size_t size)
{
    if (size == 0) {
        return LAB_DONE;
    }
    if (lab->heap.refusals == refusals && size <= lab->heap.reserved) {
        return lab_wrong(lab, "NULL for %zu bytes, though nothing was refused",
                         size);
    }
    return LAB_REFUSED;
}

enum lab_outcome lab_alloc(struct lab *lab, size_t alignment, size_t size)
{
    if (lab->why[0] != '\0') {
        return LAB_WRONG;
    }
    lab->operations++;
    uint64_t refusals = lab->heap.refusals;
    unsigned char *payload =
        alignment == 0 ? lab->policy->malloc(&lab->heap, size)
                       : lab->policy->memalign(&lab->heap, alignment, size);
    size_t span = size <= SIZE_MAX - alignment ? size + alignment : SIZE_MAX;
    return payload == NULL ? judge_null(lab, refusals, size == 0 ? 0 : span)
                           : add(lab, payload, alignment, size);
}

enum lab_outcome lab_realloc(struct lab *lab, size_t index, size_t size)
{
    if (lab->why[0] != '\0') {
        return LAB_WRONG;
    }
    lab->operations++;
    struct lab_block old = lab->live[index];
    if (verify_bytes(lab, &old, old.payload, old.filled) != LAB_DONE) {
        return LAB_WRONG;
    }
    uint64_t refusals = lab->heap.refusals;
    unsigned char *moved = lab->policy->realloc(&lab->heap, old.payload, size);
    if (moved == NULL && size != 0) {
        return judge_null(lab, refusals, size);
    }
    drop(lab, index);
    if (size == 0) {
        return moved == NULL
                   ? LAB_DONE
                   : lab_wrong(lab, "realloc to 0 returned a pointer");
    }
    size_t kept = old.size < size ? old.size : size;
    if (verify_bytes(lab, &old, moved, kept < old.filled ? kept : old.filled) !=
        LAB_DONE) {
        return LAB_WRONG;
    }
    return add(lab, moved, 0, size);
}

enum lab_outcome lab_free(struct lab *lab, size_t index)
{
    if (lab->why[0] != '\0') {
        return LAB_WRONG;
    }
    lab->operations++;
    struct lab_block block = lab->live[index];
    if (verify_bytes(lab, &block, block.payload, block.filled) != LAB_DONE) {
        return LAB_WRONG;
    }
    drop(lab, index);
    lab->policy->free(&lab->heap, block.payload);
    return LAB_DONE;
}

enum lab_outcome lab_alloc_batch(struct lab *lab, size_t size, size_t n)
{
    void *payloads[LAB_BATCH];
    uint64_t refusals = lab->heap.refusals;
    size_t got = lab->policy->malloc_batch(&lab->heap, size, n, payloads);
    enum lab_outcome outcome =
        got < n ? judge_null(lab, refusals, size) : LAB_DONE;
    for (size_t i = 0; i < got && outcome != LAB_WRONG; i++) {
        outcome =
            add(lab, payloads[i], 0, size) == LAB_WRONG ? LAB_WRONG : outcome;
    }
    return outcome;
}

enum lab_outcome lab_free_batch(struct lab *lab, size_t n)
{
    void *payloads[LAB_BATCH];
    n = n < lab->n_live ? n : lab->n_live;
    for (size_t i = 0; i < n; i++) {
        size_t index = lab_random(lab, lab->n_live);
        struct lab_block block = lab->live[index];
        if (verify_bytes(lab, &block, block.payload, block.filled) !=
            LAB_DONE) {
            return LAB_WRONG;
        }
        payloads[i] = block.payload;
        drop(lab, index);
    }
    lab->policy->free_batch(&lab->heap, payloads, n);
    return LAB_DONE;
}

enum lab_outcome lab_free_all(struct lab *lab)
{
    while (lab->n_live > 0) {
        if (lab_free(lab, lab_random(lab, lab->n_live)) != LAB_DONE) {
            return LAB_WRONG;
        }
    }
    return LAB_DONE;
}

/* Mostly small, sometimes a page or so, rarely large, now and then none. */
static size_t random_size(struct lab *lab)
{
    switch (lab_random(lab, 16)) {
    case 0: return lab_random(lab, 4);
    case 1: return lab_random(lab, 40000);
    case 2:
    case 3:
    case 4: return lab_random(lab, 3000);
    case 5: return (size_t)16 << lab_random(lab, 6);
    default: return 1 + lab_random(lab, 130);
    }
}

static enum lab_outcome random_resize(struct lab *lab)
{
    size_t index = lab_random(lab, lab->n_live);
    size_t size = lab->live[index].size;
    switch (lab_random(lab, 4)) {
    case 0: size = random_size(lab); break;
    case 1: size -= lab_random(lab, size + 1); break;
    default: size += lab_random(lab, size + 32); break;
    }
    return lab_realloc(lab, index, size);
}

enum lab_outcome lab_step(struct lab *lab, size_t most_live)
{
    /* Long waves of growing and shrinking reach full and empty heaps. */
    bool shrinking = lab->operations / (most_live + 1) % 3 == 2;
    uint64_t dice = lab_random(lab, 100);
    if (lab->n_live == 0 ||
        (lab->n_live < most_live && dice < (shrinking ? 20 : 50))) {
        bool aligned = lab_random(lab, 12) == 0;
        size_t alignment = (size_t)1 << lab_random(lab, 13);
        return lab_alloc(lab, aligned ? alignment : 0, random_size(lab));
    }
    if (dice < 70) {
        return random_resize(lab);
    }
    return lab_free(lab, lab_random(lab, lab->n_live));
}

enum lab_outcome lab_stream(struct lab *lab, size_t n, size_t most_live)
{
    for (size_t i = 0; i < n; i++) {
        enum lab_outcome outcome = lab_step(lab, most_live);
        if (lab_verify(lab) != LAB_DONE) {
            return LAB_WRONG;
        }
        if (outcome == LAB_REFUSED || i % 64 == 63) {
            lab_verify_contents(lab);
        }
    }
    return lab_verify_contents(lab);
}
