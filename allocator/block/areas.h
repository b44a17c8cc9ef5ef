/*
 * areas.h -- objects in mappings of their own, each with the way back.
 *
 * An area is a mapping that its policy fills with objects from below.  The word
 * in front of an object tells its size and how far below its area begins, so
 * that an area learns of the end of each of its objects, and goes back to the
 * system with the last one:
 *
 *   | area 56 | word | payload | word | payload | word | payload |      |
 *   |<------------ distance ------------------------->|         top    end
 *
 *    63          32 31         4  3   2   1 0
 *   +--------------+------------+---+---+----+
 *   | units        | distance   | 0 | U | 00 |
 *   +--------------+------------+---+---+----+
 *
 *   units     of 16 bytes, word included
 *   distance  in units, from the area's start to the payload
 *   U         in use; bits 1 and 0 belong to who owns the payload
 *
 * Objects lie one behind the other up to the top; what is above has never been
 * in use since the area was empty.
 */
#ifndef ALLOCATOR_BLOCK_AREAS_H
#define ALLOCATOR_BLOCK_AREAS_H

#include "allocator/block/block.h"
#include "allocator/block/inspect.h"

struct area {
    uint64_t bytes;          /* of the mapping */
    uint64_t top;            /* offset of the first payload to come */
    uint64_t free;           /* offset of a payload to be had again, 0: none */
    uint32_t live;           /* objects in use */
    uint32_t class;          /* the policy's own */
    uint32_t next, previous; /* pages of a list of areas, 0: none */
    uint64_t unused[2];
};

#define AREA_FIRST ((size_t)64) /* offset of the first payload */

_Static_assert(sizeof(struct area) + sizeof(uint64_t) == AREA_FIRST,
               "payloads align");

enum { AREA_IN_USE = 4 /* U */ };

static inline uint64_t *area_word(const void *payload)
{
    return (uint64_t *)((uintptr_t)payload - sizeof(uint64_t));
}

/* Bytes of an object, its word included. */
static inline size_t area_object_bytes(const void *payload)
{
    return (size_t)(*area_word(payload) >> 32) * BLOCK_UNIT;
}

static inline size_t area_distance(const void *payload)
{
    return *area_word(payload) & 0xfffffff0u;
}

static inline struct area *area_of(const void *payload)
{
    return (struct area *)((uintptr_t)payload - area_distance(payload));
}

static inline void *area_payload(const struct area *area, size_t offset)
{
    return (void *)((uintptr_t)area + offset);
}

/* Bytes of an object for a payload of size; size must not be huge. */
static inline size_t area_bytes_for(size_t size)
{
    return block_bytes_for(size);
}

/* An object of bytes has room above the top. */
static inline bool area_has_room(const struct area *area, size_t bytes)
{
    return bytes <= area->bytes - (area->top - sizeof(uint64_t));
}

/* Areas are named by their page in the heap. */

static inline struct area *area_at(const struct heap *heap, uint32_t page)
{
    return page != 0 ? (struct area *)(heap->base + page * HEAP_PAGE) : NULL;
}

static inline uint32_t area_page(const struct heap *heap,
                                 const struct area *area)
{
    return (uint32_t)(((uintptr_t)area - (uintptr_t)heap->base) / HEAP_PAGE);
}

/* An empty area with room for an object of bytes; NULL when refused. */
struct area *area_map(struct heap *heap, size_t area_bytes, size_t bytes);

void area_unmap(struct heap *heap, struct area *area);

/* An object at the top of an area that has room for it. */
void *area_take(struct area *area, size_t bytes);

/* Resizes the object below the top; false: it is not that one, or no room. */
bool area_resize_last(struct area *area, void *payload, size_t bytes);

/*
 * Verifies one area: its objects fill it up to the top, their distances lead to
 * it, as many are live as it says.  Returns 0, or -1 with *fault filled.
 */
int area_check(const struct area *area, size_t bytes,
               struct block_fault *fault);

#endif
