/*
 * cells.h -- a row of cells with two links each, for policies that keep lists
 * of what is in use.
 *
 *   base                                                              break
 *    | root | cell           | cell           | cell           | ...    |
 *           | links  bytes U | links  bytes U | links  bytes U |
 *
 *   +--------+----------+-----------------+=====================+
 *   | next   | previous | bytes     U | 0 | payload             |
 *   +--------+----------+-----------------+=====================+
 *   '----- 32 bits -----'     64 bits
 *
 *   U  in use; bits 1 and 0 belong to who owns the payload
 *
 * A cell costs 16 bytes; its size, header included, is a multiple of 16, and 32
 * at least.  Cells follow each other without gaps, so that the row can be
 * walked without any list.  What the links lead to is the policy's affair: they
 * count units of 16 bytes from base, 0 is none, and reach over 64 GiB.
 */
#ifndef ALLOCATOR_BLOCK_CELLS_H
#define ALLOCATOR_BLOCK_CELLS_H

#include "allocator/block/block.h"
#include "allocator/block/inspect.h"

struct cell {
    uint32_t next, previous;
    uint64_t word; /* bytes | flags */
};

enum { CELL_IN_USE = 4 /* U */ };

#define CELL_HEADER   sizeof(struct cell)
#define CELL_SMALLEST (CELL_HEADER + BLOCK_UNIT)

_Static_assert(CELL_HEADER == BLOCK_UNIT, "payloads align");

static inline size_t cell_bytes(const struct cell *cell)
{
    return (size_t)(cell->word & ~BLOCK_FLAGS);
}

static inline bool cell_in_use(const struct cell *cell)
{
    return (cell->word & CELL_IN_USE) != 0;
}

static inline struct cell *cell_of(const void *payload)
{
    return (struct cell *)((uintptr_t)payload - CELL_HEADER);
}

/* Bytes of the payload. */
static inline size_t cell_room(const struct cell *cell)
{
    return cell_bytes(cell) - CELL_HEADER;
}

/* Bytes of the cell that a payload of size needs; size must not be huge. */
static inline size_t cell_bytes_for(size_t size)
{
    size_t bytes = (size + CELL_HEADER + BLOCK_UNIT - 1) & ~BLOCK_FLAGS;
    return bytes < CELL_SMALLEST ? CELL_SMALLEST : bytes;
}

static inline struct cell *cell_above(const struct cell *cell)
{
    return (struct cell *)((uintptr_t)cell + cell_bytes(cell));
}

static inline struct cell *cell_at(const struct heap *heap, uint32_t link)
{
    return link != 0 ? (struct cell *)(heap->base + link * BLOCK_UNIT) : NULL;
}

static inline uint32_t cell_link(const struct heap *heap,
                                 const struct cell *cell)
{
    return (uint32_t)(((uintptr_t)cell - (uintptr_t)heap->base) / BLOCK_UNIT);
}

/* Prepares an empty heap with a zeroed root; 0, or -1 when refused. */
int cells_init(struct heap *heap, size_t root_bytes);

/* A cell of bytes at the break, unlinked and free; NULL when refused. */
struct cell *cells_add(struct heap *heap, size_t bytes);

/* Makes the last cell of the row larger; false when it is not the last one. */
bool cells_extend(struct heap *heap, struct cell *cell, size_t bytes);

/* ---- lists --------------------------------------------------------------- */

/* Puts a cell in front of a doubly linked list. */
void cell_push(struct heap *heap, uint32_t *head, struct cell *cell);

/* Takes a cell out of the doubly linked list that begins at head. */
void cell_unlink(struct heap *heap, uint32_t *head, struct cell *cell);

/* ---- checks -------------------------------------------------------------- */

/* Free cells and those in use, in this order. */
struct cell_census {
    size_t count[2];
    uint64_t fingerprint[2]; /* sums of block_hash */
};

/* Verifies that cells tile the heap behind the root, and counts them. */
int cells_check(const struct heap *heap, size_t root_bytes,
                struct cell_census *census, struct block_fault *fault);

/* What the cells of a list have in common. */
struct cell_list {
    uint32_t head;
    bool in_use, doubly;
    size_t least, most; /* bytes of a cell */
};

/* Verifies a list and takes its cells off the census. */
int cells_check_list(const struct heap *heap, struct cell_list list,
                     struct cell_census *census, struct block_fault *fault);

/* After all lists: verifies that no cell is in none. */
int cells_check_listed(const struct cell_census *census,
                       struct block_fault *fault);

#endif
