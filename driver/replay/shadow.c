/*
 * shadow.c -- mark, unmark and scan the owners of granules.
 *
 * Each range is cut at the borders of chunks: its first and last part go
 * granule by granule, what lies between chunk by chunk.  Small ranges are one
 * part nearly always.
 */
#include "driver/replay/shadow.h"

#include <stdbool.h>
#include <string.h>

#include "driver/replay/lazy.h"

#define PER_CHUNK (SHADOW_CHUNK / SHADOW_GRANULE)

int shadow_open(struct shadow *shadow, size_t reserved_bytes)
{
    size_t chunks = reserved_bytes / SHADOW_CHUNK + 1;
    memset(shadow, 0, sizeof *shadow);
    shadow->chunks_bytes = chunks * sizeof *shadow->chunks;
    shadow->owners_bytes = chunks * PER_CHUNK * sizeof *shadow->owners;
    shadow->chunks = lazy_open(shadow->chunks_bytes);
    if (shadow->chunks == NULL) {
        return -1;
    }
    shadow->owners = lazy_open(shadow->owners_bytes);
    if (shadow->owners == NULL) {
        lazy_close(shadow->chunks, shadow->chunks_bytes);
        return -1;
    }
    return 0;
}

void shadow_close(struct shadow *shadow)
{
    lazy_close(shadow->owners, shadow->owners_bytes);
    lazy_close(shadow->chunks, shadow->chunks_bytes);
    memset(shadow, 0, sizeof *shadow);
}

void shadow_clear(struct shadow *shadow)
{
    lazy_clear(shadow->owners, shadow->owners_bytes);
    lazy_clear(shadow->chunks, shadow->chunks_bytes);
}

/* A range in granules, cut at the borders of chunks. */
struct part {
    size_t chunk;
    size_t first, end; /* granules */
    bool whole;        /* the part is the chunk */
};

/* The part of [granule, end) that begins it. */
static inline struct part part_at(size_t granule, size_t end)
{
    size_t chunk = granule / PER_CHUNK;
    size_t border = (chunk + 1) * PER_CHUNK;
    struct part part = {chunk, granule, end < border ? end : border, false};
    part.whole = part.end - part.first == PER_CHUNK;
    return part;
}

static inline size_t end_granule(size_t to)
{
    return (to + SHADOW_GRANULE - 1) / SHADOW_GRANULE;
}

static inline uint32_t scan(const uint32_t *owners, size_t first, size_t end)
{
    while (first < end && owners[first] == 0) {
        first++;
    }
    return first < end ? owners[first] : 0;
}

uint32_t shadow_find(const struct shadow *shadow, size_t from, size_t to)
{
    size_t end = end_granule(to), granule = from / SHADOW_GRANULE;
    while (granule < end) {
        struct part part = part_at(granule, end);
        const struct shadow_chunk *chunk = &shadow->chunks[part.chunk];
        uint32_t owner = chunk->owner;
        if (owner == 0 && chunk->granules != 0) {
            owner = scan(shadow->owners, part.first, part.end);
        }
        if (owner != 0) {
            return owner;
        }
        granule = part.end;
    }
    return 0;
}

void shadow_own(struct shadow *shadow, size_t from, size_t to, uint32_t owner)
{
    size_t end = end_granule(to), granule = from / SHADOW_GRANULE;
    while (granule < end) {
        struct part part = part_at(granule, end);
        struct shadow_chunk *chunk = &shadow->chunks[part.chunk];
        if (part.whole) {
            chunk->owner = owner;
        } else {
            chunk->granules += (uint32_t)(part.end - part.first);
            for (size_t i = part.first; i < part.end; i++) {
                shadow->owners[i] = owner;
            }
        }
        granule = part.end;
    }
}

void shadow_disown(struct shadow *shadow, size_t from, size_t to)
{
    size_t end = end_granule(to), granule = from / SHADOW_GRANULE;
    while (granule < end) {
        struct part part = part_at(granule, end);
        struct shadow_chunk *chunk = &shadow->chunks[part.chunk];
        if (part.whole) {
            chunk->owner = 0;
        } else {
            chunk->granules -= (uint32_t)(part.end - part.first);
            memset(&shadow->owners[part.first], 0,
                   (part.end - part.first) * sizeof *shadow->owners);
        }
        granule = part.end;
    }
}
