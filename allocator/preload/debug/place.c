/*
 * place.c -- blocks of an arena with guard bytes, or pages (place.h).
 */
#include "allocator/preload/debug/place.h"

#include <errno.h>
#include <sys/mman.h>

#include "allocator/preload/arena.h"
#include "allocator/preload/debug/fill.h"
#include "allocator/preload/debug/room.h"
#include "allocator/preload/settings.h"

#define PAGES_MOST ((size_t)1 << 44)

/* Two mappings each; the usual vm.max_map_count is 65530 for all. */
#define LIVE_MOST ((size_t)30000)

static struct arena *arena;

static struct {
    unsigned char *base;
    size_t bytes, used; /* all of it is inaccessible beyond */
    size_t live;        /* blocks */
} pages;

int place_open(void)
{
    arena = arena_next();
    if (settings.debug >= DEBUG_PAGES) {
        pages.bytes = PAGES_MOST;
        pages.base = room_reserve(&pages.bytes, PROT_NONE);
        pages.bytes = pages.base != NULL ? pages.bytes : 0;
        pages.used = pages.bytes != 0 ? ROOM_PAGE : 0;
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

/* Offsets within the reservation; the end is a page's. */
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
        size_t base = (uintptr_t)pages.base % alignment;
        size_t payload = round_up(first + base, alignment) - base;
        return (struct span){payload, round_up(payload + size, ROOM_PAGE)};
    }
    size_t end = first + round_up(size, ROOM_PAGE);
    return (struct span){(end - size) & ~(alignment - 1), end};
}

static bool take_pages(struct record *record)
{
    size_t left = pages.bytes - pages.used;
    if (pages.live == LIVE_MOST || record->size > left / 2 ||
        record->alignment > left / 2 - record->size) {
        return false;
    }
    struct span span = span_of(record);
    size_t start = span.payload & ~(ROOM_PAGE - 1);
    if (span.end + ROOM_PAGE > pages.bytes ||
        mprotect(pages.base + start, span.end - start,
                 PROT_READ | PROT_WRITE) != 0) {
        return false;
    }
    pages.used = span.end + ROOM_PAGE;
    record->payload = pages.base + span.payload;
    record->start = pages.base + start;
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
    return (uintptr_t)record->start - (uintptr_t)pages.base < pages.bytes;
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
        mmap(record->start, (size_t)(place_end(record) - record->start),
             PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED,
             -1, 0);
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
    uintptr_t in_pages = (uintptr_t)address - (uintptr_t)pages.base;
    uintptr_t in_arena = (uintptr_t)address - (uintptr_t)arenas.base;
    bool has_pages = in_pages < pages.bytes;
    *offset = has_pages ? in_pages : in_arena;
    return has_pages || arena_in_slices(address);
}

size_t place_footprint(void)
{
    return heap_footprint(&arena->heap) + pages.used;
}
