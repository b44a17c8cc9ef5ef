/*
 * shadow.h -- who owns which part of the heap.
 *
 * The reservation is divided into granules of 16 bytes.  Payloads are aligned
 * to 16, so no two of them share a granule, and two ranges overlap exactly
 * when they share one.  One 32-bit owner per granule answers "does this range
 * hit anything, and what?" by one scan of a quarter of its length in memory,
 * whatever shape the overlap has.
 *
 *   heap    | 16 | 16 | 16 | 16 | ...             one granule each
 *   owners  |  0 |  7 |  7 |  0 | ...             slot + 1; 0: nobody
 *   chunks  | owner, granules owned |             one entry per 64 KiB
 *
 * A chunk that lies wholly inside one range is owned as a whole, and its
 * granules are not touched: marking a block of many gigabytes writes 8 bytes
 * for each 64 KiB.  A chunk with no owned granule is skipped by a scan.
 *
 * Both arrays are reserved without committing memory, so that a 64 GiB heap
 * costs what its used part does: a quarter of it at most.
 */
#ifndef DRIVER_REPLAY_SHADOW_H
#define DRIVER_REPLAY_SHADOW_H

#include <stddef.h>
#include <stdint.h>

#define SHADOW_GRANULE ((size_t)16)
#define SHADOW_CHUNK   ((size_t)65536)

struct shadow_chunk {
    uint32_t owner;    /* of the whole chunk, or 0 */
    uint32_t granules; /* owned one by one */
};

struct shadow {
    uint32_t *owners;
    struct shadow_chunk *chunks;
    size_t owners_bytes; /* of address space */
    size_t chunks_bytes;
};

/*
 * For offsets 0 .. reserved_bytes inclusive (a payload of no bytes may lie at
 * the end).  Returns 0, or -1 with errno set; it then needs no close.
 */
int shadow_open(struct shadow *shadow, size_t reserved_bytes);

/* A zeroed shadow is accepted. */
void shadow_close(struct shadow *shadow);

/* Nobody owns anything. */
void shadow_clear(struct shadow *shadow);

/*
 * The first owner met in [from, to), or 0.  from is a multiple of the
 * granule; a granule belongs to the range when any byte of it does.
 */
uint32_t shadow_find(const struct shadow *shadow, size_t from, size_t to);

/* Makes owner own the range, of which nobody owns anything. */
void shadow_own(struct shadow *shadow, size_t from, size_t to, uint32_t owner);

/* Undoes shadow_own of exactly this range. */
void shadow_disown(struct shadow *shadow, size_t from, size_t to);

/* The owner of the granule at offset, or 0. */
static inline uint32_t shadow_at(const struct shadow *shadow, size_t offset)
{
    uint32_t whole = shadow->chunks[offset / SHADOW_CHUNK].owner;
    return whole != 0 ? whole : shadow->owners[offset / SHADOW_GRANULE];
}

#endif
