/*
 * libc.c -- the C library's malloc as a subject.
 *
 * The hooks only forward, so that a replay costs it the same indirect call as
 * any policy.
 *
 * Its footprint is what the break and the mappings hold, spare room included.
 * But glibc shares one heap with its caller, and what the harness freed there
 * before would serve the replay without being counted:
 *
 *   heap start                                   top            break
 *    | in use | hole | in use | hole | in use ... | spare room ... |
 *               '--------------'--- filled by libc_begin
 *
 * libc_begin gives the spare room back to the system and fills the holes with
 * plugs, in descending sizes, until only fresh memory is handed out.  What is
 * left differs from a fresh process by the threshold above which blocks are
 * mapped: it starts at 128 KiB and rises to the largest mapping ever freed (at
 * most 32 MiB), also by the harness's own frees.
 */
#include "driver/subject/libc.h"

#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

static int libc_init(struct heap *heap, const uint64_t *values)
{
    (void)heap;
    (void)values;
    return 0;
}

static void *libc_malloc(struct heap *heap, size_t size)
{
    (void)heap;
    return malloc(size);
}

static void libc_free(struct heap *heap, void *payload)
{
    (void)heap;
    free(payload);
}

static void *libc_realloc(struct heap *heap, void *payload, size_t size)
{
    (void)heap;
    return realloc(payload, size);
}

static void *libc_memalign(struct heap *heap, size_t alignment, size_t size)
{
    (void)heap;
    return memalign(alignment, size);
}

static size_t libc_usable_size(struct heap *heap, const void *payload)
{
    (void)heap;
    return malloc_usable_size((void *)(uintptr_t)payload);
}

const struct policy libc_policy = {
    .name = "libc",
    .summary = "the C library's own malloc, for reference",
    .init = libc_init,
    .malloc = libc_malloc,
    .free = libc_free,
    .realloc = libc_realloc,
    .memalign = libc_memalign,
    .usable_size = libc_usable_size,
};

/* The default threshold only rises: smaller blocks are not mapped. */
#define MAPPING_LEAST ((size_t)127 << 10)

#define PLUG_LARGEST  ((size_t)64 << 10)
#define PLUG_SMALLEST ((size_t)16)
#define PLUG_STEP     ((size_t)16)   /* chunk sizes differ by it */
#define CLASSES_UP_TO ((size_t)1024) /* sizes that have lists of their own */

/* Free chunks in the thread's cache, which statistics count as in use. */
#define CACHED_AT_MOST ((size_t)512 << 10)

struct plug {
    struct plug *next;
};

/* The state of a process-wide allocator is process-wide by nature. */
static struct plug *plugs;
static size_t held_before; /* by break and mappings, less the spare room */
static size_t held;        /* by both when the statistics were read last, ... */
static char *held_break;   /* ... and where the break was then */

/*
 * Takes holes of at least the size until fresh memory comes, which lies above
 * all holes: in the spare room at the top or in a mapping.  Returns the bytes
 * taken, at most room.
 */
static size_t plug_size(size_t size, const char *top, size_t room)
{
    size_t taken = 0;
    while (taken < room) {
        struct plug *plug = malloc(size);
        if (plug == NULL) {
            break;
        }
        if ((uintptr_t)plug >= (uintptr_t)top && size > CLASSES_UP_TO) {
            free(plug); /* joins the spare room again */
            break;
        }
        plug->next = plugs;
        plugs = plug;
        if ((uintptr_t)plug >= (uintptr_t)top) {
            break;
        }
        taken += size;
    }
    return taken;
}

/* The size after it: half of a large one, one step less of a small one. */
static size_t next_size(size_t size)
{
    return size > CLASSES_UP_TO ? size / 2 : size - PLUG_STEP;
}

static void plug_holes(void)
{
    struct mallinfo2 info = mallinfo2();
    const char *top = (const char *)sbrk(0) - info.keepcost;
    size_t room = info.fordblks - info.keepcost + CACHED_AT_MOST;
    size_t size = PLUG_LARGEST;
    while (size >= PLUG_SMALLEST) {
        room -= plug_size(size, top, room);
        size = next_size(size);
    }
}

/* Returns the spare room at the top. */
static size_t read_statistics(void)
{
    struct mallinfo2 info = mallinfo2();
    held = info.arena + info.hblkhd;
    held_break = sbrk(0);
    return info.keepcost;
}

void libc_begin(void)
{
    malloc_trim(0);
    plug_holes();
    malloc_trim(0);
    size_t spare = read_statistics();
    held_before = held - spare;
}

size_t libc_footprint(size_t largest_bytes)
{
    if (largest_bytes >= MAPPING_LEAST) {
        read_statistics();
    }
    size_t now = held + (size_t)((char *)sbrk(0) - held_break);
    return now > held_before ? now - held_before : 0;
}

void libc_end(void)
{
    while (plugs != NULL) {
        struct plug *next = plugs->next;
        free(plugs);
        plugs = next;
    }
}
