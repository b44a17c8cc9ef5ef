/*
 * move.c -- copying piece by piece (see move.h).
 */
#include "allocator/policies/mymalloc/move.h"

#include <string.h>

#include "allocator/policies/mymalloc/hollow.h"

/* Blocks of so many bytes, and of such a part of the footprint, matter. */
#define LEAST_BYTES (8 * HEAP_PAGE)
#define LEAST_SHARE ((size_t)32)
/* A piece is such a part of the block, but no less than these. */
#define PIECE_SHARE ((size_t)16)
#define LEAST_PIECE (2 * HEAP_PAGE)
/* Pages at the ends of what was copied that cannot be retired. */
#define ENDS (3 * HEAP_PAGE)

struct move {
    unsigned char *from, *to; /* payloads */
    size_t bytes;             /* to be copied */
    size_t whole;             /* of the new place */
    unsigned char *given;     /* what can be retired of the old place */
    unsigned char *given_end;
    size_t mark; /* the footprint stays below */
};

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* How much a is above b, if it is. */
static size_t excess(size_t a, size_t b)
{
    return a > b ? a - b : 0;
}

bool my_move_matters(const struct heap *heap, size_t bytes)
{
    return bytes >= larger(LEAST_BYTES, heap_footprint(heap) / LEAST_SHARE);
}

/*
 * Where what may be retired begins with so much copied: not in the part of the
 * new place that is accessible by then.
 */
static unsigned char *given_from(const struct move *move, size_t copied)
{
    unsigned char *end = move->to + copied;
    return move->to < move->from && move->given < end ? end : move->given;
}

/* Bytes that the footprint may grow by where so many are retired. */
static size_t need(const struct heap *heap, const struct move *move,
                   size_t retired)
{
    if (!my_move_matters(heap, move->bytes)) {
        return retired;
    }
    const unsigned char *from = given_from(move, move->whole);
    size_t given =
        from < move->given_end ? (size_t)(move->given_end - from) : 0;
    size_t piece = larger(move->bytes / PIECE_SHARE, LEAST_PIECE);
    return smaller(retired, excess(retired, given) + piece + ENDS);
}

/* Sets the mark and asks for memory up to there; whether it is granted. */
static bool ask(struct heap *heap, struct move *move)
{
    size_t retired = heap_retired_bytes(heap, move->to, move->whole);
    size_t bytes = need(heap, move, retired);
    my_hollow_yield(heap, bytes);
    size_t footprint = heap_footprint(heap);
    move->mark = larger(heap_peak(heap), footprint + bytes);
    bytes = smaller(move->mark - footprint, retired);
    return bytes == 0 || heap_allows(heap, bytes);
}

/* Retires what was copied of the old place. */
static void retire_copied(struct heap *heap, const struct move *move,
                          size_t copied)
{
    unsigned char *start = given_from(move, copied);
    unsigned char *end = move->from + copied;
    end = end < move->given_end ? end : move->given_end;
    if (start < end) {
        heap_retire(heap, start, (size_t)(end - start));
    }
}

/* How far the new place can be restored with so much of it copied. */
static size_t within_reach(struct heap *heap, const struct move *move,
                           size_t copied)
{
    size_t left =
        heap_retired_bytes(heap, move->to + copied, move->whole - copied);
    if (left > excess(move->mark, heap_footprint(heap))) {
        retire_copied(heap, move, copied);
    }
    size_t room = excess(move->mark, heap_footprint(heap));
    if (left <= room) {
        return move->whole;
    }
    size_t start = (size_t)(move->to - heap->base);
    return (start + copied + room) / HEAP_PAGE * HEAP_PAGE - start;
}

/* Copies on up to end of the new place, which is accessible. */
static void copy_up_to(const struct move *move, size_t copied, size_t end)
{
    end = smaller(end, move->bytes);
    if (copied < end) {
        memmove(move->to + copied, move->from + copied, end - copied);
    }
}

/*
 * Restores and copies as far as that goes, which is the end unless the system
 * does not take pages.  Then the rest is asked for, or all is as it was.
 */
static bool carry_out(struct heap *heap, const struct move *move)
{
    size_t copied = 0, end;
    while (copied < move->whole &&
           (end = within_reach(heap, move, copied)) > copied) {
        heap_recall(heap, move->to + copied, end - copied);
        copy_up_to(move, copied, end);
        copied = end;
    }
    if (heap_restore(heap, move->to + copied, move->whole - copied) == 0) {
        copy_up_to(move, copied, move->whole);
        return true;
    }
    heap_recall(heap, move->given, (size_t)(move->given_end - move->given));
    memmove(move->from, move->to, smaller(copied, move->bytes));
    return false;
}

bool my_move_payload(struct heap *heap, uint32_t block, uint32_t place,
                     uint32_t units)
{
    uint32_t have = units_of(heap, block);
    struct move move = {.from = address_of(heap, block),
                        .to = address_of(heap, place),
                        .bytes = have * UNIT - sizeof(uint32_t),
                        .whole = units * UNIT,
                        .given = hollow_start(heap, block)};
    move.given_end = move.given + hollow_room(have);
    return ask(heap, &move) && carry_out(heap, &move);
}
