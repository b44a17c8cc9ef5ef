/*
 * place.c -- blocks of an arena with guard bytes, or pages (place.h).
 */
#include "allocator/preload/debug/place.h"

#include <errno.h>
#include <sys/mman.h>

#include "allocator/heap/claim.h"
#include "allocator/preload/arena.h"
#include "allocator/preload/debug/fill.h"
#include "allocator/preload/debug/room.h"
#include "allocator/preload/settings.h"

#define PAGES_MOST ((size_t)1 << 42)

/* A mapping each; the usual vm.max_map_count is 65530 for all. */
#define LIVE_MOST ((size_t)60000)

static struct arena *arena;

static struct {
    struct room room; /* of which blocks claim their pages */
    size_t used;      /* of its addresses */
    size_t live;      /* blocks */
} pages;

int place_open(void)
{
    arena = arena_next();
    if (settings.debug >= DEBUG_PAGES) {
        room_open(&pages.room, PAGES_MOST);
        pages.used = ROOM_PAGE;
    }
    return arena != NULL ? 0 : -1;
}

static size_t round_up(size_t n, size_t multiple)
{
    return (n + multiple - 1) & ~(multiple - 1);
}

static bool take_block(struct record *record)
{
    size_t alignment = record->alignment;
    size_t before = alignment > FILL_GUARD ? alignment : FILL_GUARD;
    size_t bytes = before + round_up(record->size, 16) + FILL_GUARD;
    size_t dirty;
    unsigned char *start =
        arena_malloc(arena, alignment, bytes, STATE_OTHER, &dirty);
    if (start == NULL) {
        return false;
    }
    record->start = start;
    record->bytes = bytes;
    record->payload = start + before;
    return true;
}

/* Where no alignment was asked for: that of an object which fills the block. */
static size_t alignment_for(size_t size)
{
    static const unsigned char least[] = {[DEBUG_PAGES] = 8,
                                          [DEBUG_PAGES_EXACT] = 2,
                                          [DEBUG_PAGES_ODD] = 1,
                                          [DEBUG_PAGES_BELOW] = HEAP_ALIGNMENT};
    size_t alignment = HEAP_ALIGNMENT;
    while (size % alignment != 0 && alignment > least[settings.debug]) {
        alignment /= 2;
    }
    return alignment;
}

/* Offsets within the room; the end is a page's. */
struct span {
    size_t payload, end;
};

static struct span span_of(const struct record *record)
{
    size_t size = record->size, first = pages.used;
    bool below = settings.debug == DEBUG_PAGES_BELOW;
    size_t alignment =
        record->alignment != 0 ? record->alignment : alignment_for(size);
    if (below || alignment > ROOM_PAGE) {
        size_t base = (uintptr_t)pages.room.start % alignment;
        size_t payload = round_up(first + base, alignment) - base;
        return (struct span){payload, round_up(payload + size, ROOM_PAGE)};
    }
    size_t end = first + round_up(size, ROOM_PAGE);
    return (struct span){(end - size) & ~(alignment - 1), end};
}

static bool take_pages(struct record *record)
{
    size_t left = pages.room.most - pages.used;
    if (pages.live == LIVE_MOST || record->size > left / 2 ||
        record->alignment > left / 2 - record->size) {
        return false;
    }
    struct span span = span_of(record);
    size_t start = span.payload & ~(ROOM_PAGE - 1);
    if (span.end + ROOM_PAGE > pages.room.most ||
        !claim_pages(pages.room.start + start, span.end - start)) {
        return false;
    }
    pages.used = span.end + ROOM_PAGE;
    record->payload = pages.room.start + span.payload;
    record->start = pages.room.start + start;
    record->bytes = pages.used - start;
    pages.live++;
    return true;
}

bool place_take(struct record *record)
{
    int error = errno;
    bool taken =
        record->size <= PTRDIFF_MAX - 2 * ROOM_PAGE &&
        record->alignment <= PTRDIFF_MAX - 2 * ROOM_PAGE - record->size &&
        (take_pages(record) || take_block(record));
    errno = error;
    return taken;
}

bool place_has_pages(const struct record *record)
{
    return (uintptr_t)record->start - (uintptr_t)pages.room.start <
           pages.room.most;
}

unsigned char *place_end(const struct record *record)
{
    return record->start + record->bytes -
           (place_has_pages(record) ? ROOM_PAGE : 0);
}

void place_retire(const struct record *record)
{
    if (!place_has_pages(record)) {
        return;
    }
    pages.live--;
    if (place_end(record) > record->start) {
        munmap(record->start, (size_t)(place_end(record) - record->start));
    }
}

void place_give(const struct record *record)
{
    if (!place_has_pages(record)) {
        arena_free(record->start);
    }
}

bool place_offset(const void *address, size_t *offset)
{
    uintptr_t in_pages = (uintptr_t)address - (uintptr_t)pages.room.start;
    uintptr_t in_arena = (uintptr_t)address - (uintptr_t)arenas.base;
    bool has_pages = in_pages < pages.room.most;
    *offset = has_pages ? in_pages : in_arena;
    return has_pages || arena_in_slices(address);
}

size_t place_footprint(void)
{
    return heap_footprint(&arena->heap) + pages.used;
}
