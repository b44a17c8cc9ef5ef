/*
 * lab.h -- a policy on a heap, with a live set of the test's own beside it.
 *
 * Every operation is judged at once: alignment, bounds, usable size, contents.
 * lab_verify demands the policy's check to pass, its walk to cover the heap
 * exactly and to name the live blocks, no more and no fewer, and each of them
 * to be sound.  The first objection stays in why; everything after it is
 * refused as LAB_WRONG.
 */
#ifndef TESTS_SUPPORT_LAB_H
#define TESTS_SUPPORT_LAB_H

#include "tests/support/variant.h"

/* One live block; its bytes follow from pattern. */
struct lab_block {
    unsigned char *payload;
    size_t size;   /* as asked for */
    size_t usable; /* as the policy says */
    size_t filled; /* bytes that hold the pattern: all usable, up to 1 MiB */
    uint64_t pattern;
};

struct lab {
    const struct policy *policy;
    struct heap heap;
    struct lab_block *live; /* ascending addresses */
    size_t n_live;
    size_t room;
    uint64_t random; /* state of the generator */
    uint64_t trail;  /* a hash of all payload offsets handed out so far */
    uint64_t operations;
    char why[256]; /* empty: nothing wrong so far */
};

enum lab_outcome {
    LAB_DONE,
    LAB_REFUSED, /* NULL, and the heap had refused or the size is too large */
    LAB_WRONG
};

/*
 * Opens a heap and inits the policy on it.  options may be NULL.  Returns
 * LAB_REFUSED when the policy's init fails; the lab is to be closed anyway.
 */
enum lab_outcome lab_open(struct lab *lab, const struct variant *variant,
                          const struct heap_options *options, uint64_t seed);

void lab_close(struct lab *lab);

/* Empties heap and live set and inits again with the same variant. */
enum lab_outcome lab_reset(struct lab *lab, const struct variant *variant,
                           uint64_t seed);

/* Alignment 0 means malloc. */
enum lab_outcome lab_alloc(struct lab *lab, size_t alignment, size_t size);
enum lab_outcome lab_realloc(struct lab *lab, size_t index, size_t size);
enum lab_outcome lab_free(struct lab *lab, size_t index);

/* n <= LAB_BATCH blocks, or live blocks at random, in one call of the hook. */
#define LAB_BATCH ((size_t)32)
enum lab_outcome lab_alloc_batch(struct lab *lab, size_t size, size_t n);
enum lab_outcome lab_free_batch(struct lab *lab, size_t n);

/* Frees all that is live, in random order. */
enum lab_outcome lab_free_all(struct lab *lab);

/* One operation at random, with n live blocks at most. */
enum lab_outcome lab_step(struct lab *lab, size_t most_live);

/*
 * check passes, walk covers the heap and agrees with the live set, and where
 * there is is_sound, it has no objection to any block of that.
 */
enum lab_outcome lab_verify(struct lab *lab);

/* Every byte of every live block is as it was left. */
enum lab_outcome lab_verify_contents(struct lab *lab);

/* n steps, each verified; contents now and then and at the end. */
enum lab_outcome lab_stream(struct lab *lab, size_t n, size_t most_live);

/* Keeps the objection, unless there is one already; returns LAB_WRONG. */
__attribute__((format(printf, 2, 3))) enum lab_outcome lab_wrong(
    struct lab *lab, const char *format, ...);

/* A number from 0 to n - 1. */
uint64_t lab_random(struct lab *lab, uint64_t n);

#endif
