/*
 * planted.c -- the constellations, and what they bring about.
 */
#include "tests/broken/planted.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver/replay/oracle.h"

/* ---- what the heap is like ----------------------------------------------- */

static struct sound_header *first_block(const struct heap *heap)
{
    return (struct sound_header *)(void *)(heap->base +
                                           sizeof(struct sound_root));
}

/* The next block, or NULL at the break. */
static struct sound_header *next_block(const struct heap *heap,
                                       const struct sound_header *header)
{
    unsigned char *next = (unsigned char *)(uintptr_t)header + header->bytes;
    return next < heap->base + heap->brk ? (struct sound_header *)(void *)next
                                         : NULL;
}

static struct sound_header *block_before(const struct heap *heap,
                                         const struct sound_header *header)
{
    struct sound_header *before = NULL;
    struct sound_header *at = first_block(heap);
    while (at != header) {
        before = at;
        at = next_block(heap, at);
    }
    return before;
}

static bool is_free(const struct sound_header *header)
{
    return header != NULL && header->tag == SOUND_FREE;
}

static bool is_large(const struct sound_header *header)
{
    return header->bytes >= PLANTED_LARGE;
}

static size_t count_free(const struct heap *heap)
{
    size_t n = 0;
    for (uint64_t at = sound_root(heap)->first_free; at != 0; n++) {
        at = *sound_link((struct sound_header *)(void *)(heap->base + at));
    }
    return n;
}

/* A large block that is about to be freed. */
static struct sound_header *large(void *payload)
{
    struct sound_header *header =
        payload != NULL ? sound_header(payload) : NULL;
    return header != NULL && is_large(header) ? header : NULL;
}

/* ---- misdeeds ------------------------------------------------------------ */

/* A live block behind a large one goes with it, if it is not large itself. */
static void greedy_free(struct heap *heap, void *payload)
{
    struct sound_header *header = large(payload);
    struct sound_header *next =
        header != NULL ? next_block(heap, header) : NULL;
    if (next != NULL && !is_free(next) && next->bytes < 1000) {
        header->bytes += next->bytes;
    }
    sound_free(heap, payload);
}

/* Moves only half of a large block. */
static void *halving_realloc(struct heap *heap, void *payload, size_t size)
{
    struct sound_header *header = large(payload);
    size_t half = header != NULL ? header->bytes / 2 : 0;
    unsigned char *moved = sound_realloc(heap, payload, size);
    if (header != NULL && moved != payload && moved != NULL) {
        memset(moved + half, 0, 16);
    }
    return moved;
}

/* What was handed out last, again, when three holes are there to choose. */
static void *doubling_malloc(struct heap *heap, size_t size)
{
    uint64_t last = sound_root(heap)->last;
    return size >= PLANTED_LARGE && last != 0 && count_free(heap) >= 3
               ? heap->base + last
               : sound_malloc(heap, size);
}

static int *volatile nowhere = (int *)16;

/* Joins with both neighbours through a wild pointer. */
static void crashing_free(struct heap *heap, void *payload)
{
    struct sound_header *header = large(payload);
    if (header != NULL && is_free(next_block(heap, header)) &&
        is_free(block_before(heap, header))) {
        *(volatile int *)nowhere = 1;
    }
    sound_free(heap, payload);
}

/* Goes round in circles behind a free neighbour. */
static void circling_free(struct heap *heap, void *payload)
{
    struct sound_header *header = large(payload);
    while (header != NULL && is_free(block_before(heap, header))) {
        usleep(1000);
    }
    sound_free(heap, payload);
}

/* Gives up where a large block is to be made much smaller. */
static void *leaving_realloc(struct heap *heap, void *payload, size_t size)
{
    if (size != 0 && large(payload) != NULL && size < PLANTED_LARGE / 4) {
        exit(7);
    }
    return sound_realloc(heap, payload, size);
}

/* Code that cannot be reached is, when the last byte of a hole is taken. */
static void *asserting_malloc(struct heap *heap, size_t size)
{
    size_t before = count_free(heap);
    void *payload = sound_malloc(heap, size);
    if (size >= PLANTED_LARGE && count_free(heap) < before) {
        __builtin_trap();
    }
    return payload;
}

/* Sees no hole behind the first one that is too small. */
static void *short_sighted_malloc(struct heap *heap, size_t size)
{
    uint64_t first = sound_root(heap)->first_free;
    bool hidden =
        first != 0 &&
        ((struct sound_header *)(void *)(heap->base + first))->bytes < 500;
    return hidden && size >= PLANTED_LARGE ? NULL : sound_malloc(heap, size);
}

/* A payload between two multiples of 16 where there are two holes. */
static void *shifting_malloc(struct heap *heap, size_t size)
{
    bool shift = size >= PLANTED_LARGE && count_free(heap) >= 2;
    unsigned char *payload = sound_malloc(heap, size);
    return shift && payload != NULL ? payload + 8 : payload;
}

/* Writes a footer where the next block's payload is. */
static void scribbling_free(struct heap *heap, void *payload)
{
    struct sound_header *header = large(payload);
    struct sound_header *next =
        header != NULL ? next_block(heap, header) : NULL;
    if (next != NULL && !is_free(next) && next->bytes > 600) {
        memset((unsigned char *)(next + 1) + 512, 0, 8);
    }
    sound_free(heap, payload);
}

/* To a depth that no stack has room for. */
__attribute__((noinline)) static size_t descend(volatile size_t *depth)
{
    volatile size_t here = *depth + 1;
    return here == SIZE_MAX ? 0 : descend(&here) + here;
}

/* Searches five holes by recursion. */
static void *deep_malloc(struct heap *heap, size_t size)
{
    volatile size_t depth = 0;
    if (size >= PLANTED_LARGE && count_free(heap) >= 5) {
        depth = descend(&depth);
    }
    return sound_malloc(heap, size + depth);
}

/* Forgets to put a large block into the list while another is there. */
static void losing_free(struct heap *heap, void *payload)
{
    struct sound_header *header = large(payload);
    if (header != NULL && count_free(heap) > 0) {
        header->tag = SOUND_FREE;
    } else {
        sound_free(heap, payload);
    }
}

const struct planted planted[] = {
    {"greedy-free", {.free = greedy_free}, VERDICT_FAULT, RULE_WALK_MISSING, 0},
    {"halving-realloc",
     {.realloc = halving_realloc},
     VERDICT_FAULT,
     RULE_REALLOC_LOST,
     0},
    {"doubling-malloc",
     {.malloc = doubling_malloc},
     VERDICT_FAULT,
     RULE_TWICE,
     0},
    {"crashing-free", {.free = crashing_free}, VERDICT_CRASHED, "", SIGSEGV},
    {"circling-free", {.free = circling_free}, VERDICT_HUNG, "", 0},
    {"leaving-realloc", {.realloc = leaving_realloc}, VERDICT_EXITED, "", 0},
    {"asserting-malloc",
     {.malloc = asserting_malloc},
     VERDICT_CRASHED,
     "",
     SIGILL},
    {"short-sighted-malloc",
     {.malloc = short_sighted_malloc},
     VERDICT_FAULT,
     RULE_NULL,
     0},
    {"shifting-malloc",
     {.malloc = shifting_malloc},
     VERDICT_FAULT,
     RULE_MISALIGNED,
     0},
    {"scribbling-free",
     {.free = scribbling_free},
     VERDICT_FAULT,
     RULE_CONTENTS,
     0},
    {"deep-malloc", {.malloc = deep_malloc}, VERDICT_CRASHED, "", SIGSEGV},
    {"losing-free", {.free = losing_free}, VERDICT_FAULT, "uncoalesced", 0},
    {.name = NULL},
};

const struct planted *planted_named(const char *name)
{
    const struct planted *bug = planted;
    while (strcmp(bug->name, name) != 0) {
        bug++;
    }
    return bug;
}

struct policy planted_policy(const struct planted *bug)
{
    struct policy policy = sound_policy;
    policy.name = bug->name;
    policy.malloc = bug->hooks.malloc ? bug->hooks.malloc : policy.malloc;
    policy.free = bug->hooks.free ? bug->hooks.free : policy.free;
    policy.realloc = bug->hooks.realloc ? bug->hooks.realloc : policy.realloc;
    return policy;
}
