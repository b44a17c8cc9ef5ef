/*
 * row.h -- a tagged heap told as the row of its blocks.
 *
 * "u32 f96" is a block of 32 bytes in use below a free one of 96.  A block has
 * 8 bytes more than its payload, rounded up to 16.  What goes wrong ends the
 * test.
 */
#ifndef TESTS_SUPPORT_ROW_H
#define TESTS_SUPPORT_ROW_H

#include "allocator/block/block.h"
#include "tests/support/variant.h"

struct row {
    struct heap heap;
    const struct policy *policy;
};

/* A heap with a policy named as users do. */
void row_open(struct row *row, const char *name);

/* The same, where the heap takes limit_bytes at most; 0: no limit. */
void row_open_limited(struct row *row, const char *name, size_t limit_bytes);

void row_close(struct row *row);

/* The payload of a new block of bytes, filled with 0x5a. */
void *row_take(struct row *row, size_t bytes);

/* A payload of size bytes, filled with 0x5a. */
void *row_fill(struct row *row, size_t size);

/* payloads[0] to payloads[n - 1] of size bytes each. */
void row_fill_all(struct row *row, unsigned char **payloads, size_t n,
                  size_t size);

void row_give(struct row *row, void *payload);

/* payloads[0], payloads[1], ... of blocks of these sizes, up to a 0. */
void row_take_all(struct row *row, unsigned char **payloads,
                  const size_t *bytes);

#define ROW_TAKE(row, payloads, ...)                                           \
    row_take_all(row, payloads, (const size_t[]){__VA_ARGS__, 0})

/*
 * n blocks of these sizes, one above the other, of which those at 1, 3, 5, ...
 * are given back again; the heap is then sound.
 */
void row_take_with_holes(struct row *row, struct block **blocks,
                         const size_t *bytes, size_t n);

/* The heap is sound and looks like this. */
void row_expect(struct row *row, const char *blocks);

/* The heap is sound. */
void row_expect_sound(struct row *row);

/* The heap is not: check names this rule, and tells more. */
void row_expect_rule(struct row *row, const char *rule);

/* The same of this rule and this address. */
void row_expect_fault(struct row *row, const char *rule, const void *address);

#endif
