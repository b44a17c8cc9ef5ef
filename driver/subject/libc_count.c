/*
 * libc_count.c -- how much memory the C library's malloc holds.
 *
 * Its footprint is what the break and the mappings hold, spare room included.
 * But glibc shares one heap with its caller, and what the harness freed there
 * before would serve the replay without being counted:
 *
 *   heap start                                   top            break
 *    | in use | hole | in use | hole | in use ... | spare room ... |
 *               '--------------'--- filled by begin
 *
 * begin gives the spare room back to the system and fills the holes with
 * plugs, in descending sizes, until only fresh memory is handed out; the rest
 * of the top goes the same way, so that the heap grows in the same steps.
 *
 * mallinfo2 would tell all, but walks every free chunk, which is far too much
 * after each operation.  The break is known without asking malloc; a large
 * block that lies outside the heap's range is a mapping of its own, and the
 * counting hooks add those up:
 *
 *   footprint = break now - break at begin + spare room at begin + mapped
 *
 * glibc also learns: blocks above a threshold are mapped, and the threshold
 * rises from 128 KiB to the largest mapping ever freed (at most 32 MiB; that
 * for trimming to twice as much).  The harness and the libraries it reads
 * traces with free large blocks, too, so the counting hooks set the thresholds
 * back at each start and raise them by glibc's own rule.  That ends glibc's
 * learning for good, so counting belongs into a process of its own.
 *
 * What is left: on 20 of 22 traces that were compared, the peak was to the byte
 * that of a process which does nothing but the replay; on the other two it was
 * off by at most a page.  Pages in front of a mapped payload that is aligned
 * to more than a page are missed.
 */
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#include "driver/subject/libc.h"

/* The threshold never sinks below 128 KiB, which include a chunk's header. */
#define MAPPING_LEAST ((size_t)127 << 10)
#define MAPPING_PAGE  ((size_t)4096)

/* Where both thresholds begin, and the largest mapping that raises it. */
#define THRESHOLD_FIRST ((size_t)128 << 10)
#define THRESHOLD_MOST  ((size_t)32 << 20)

#define CHUNK_HEAD   ((size_t)16)  /* in front of a mapped payload */
#define CHUNK_WORD   ((size_t)8)   /* of the head, what other chunks need */
#define TOP_LEAST    ((size_t)32)  /* room that always stays at the top */
#define THREAD_CACHE ((size_t)640) /* the first thing that malloc allocates */

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
static uintptr_t heap_start; /* of the range that the break ends */
static uintptr_t break_before;
static size_t spare_before;
static size_t mapped;    /* bytes, by the counting hooks */
static size_t threshold; /* above which blocks are mapped, by the same */

static uintptr_t break_now(void)
{
    return (uintptr_t)sbrk(0);
}

/* ---- a heap as good as fresh -------------------------------------------- */

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
    malloc_trim(0);
    struct mallinfo2 info = mallinfo2();
    const char *top = (const char *)sbrk(0) - info.keepcost;
    size_t room = info.fordblks - info.keepcost + CACHED_AT_MOST;
    size_t size = PLUG_LARGEST;
    while (size >= PLUG_SMALLEST) {
        room -= plug_size(size, top, room);
        size = next_size(size);
    }
    malloc_trim(0);
}

static void take_plug(size_t size)
{
    struct plug *plug = malloc(size);
    if (plug != NULL) {
        plug->next = plugs;
        plugs = plug;
    }
}

/* Leaves as little room at the top as malloc allows. */
static void plug_top(void)
{
    struct mallinfo2 info = mallinfo2();
    if (info.keepcost >= 2 * TOP_LEAST) {
        take_plug(info.keepcost - TOP_LEAST - CHUNK_WORD);
    }
}

static void begin(void)
{
    plug_holes();
    plug_top();
    struct mallinfo2 info = mallinfo2();
    break_before = break_now();
    heap_start = break_before - info.arena;
    spare_before = info.keepcost > TOP_LEAST ? info.keepcost - TOP_LEAST : 0;
    mapped = 0;
    take_plug(THREAD_CACHE); /* counts: a fresh process needs it, too */
}

static void end(void)
{
    while (plugs != NULL) {
        struct plug *next = plugs->next;
        free(plugs);
        plugs = next;
    }
}

static size_t footprint(void)
{
    size_t held = break_now() - break_before + spare_before + mapped;
    /* Trimming may have taken more than the replay had brought. */
    return held <= SIZE_MAX / 2 ? held : 0;
}

/* ---- counting hooks ----------------------------------------------------- */

/* Bytes of the mapping that holds the payload alone; 0 where there is none. */
static size_t mapping_of(void *payload)
{
    uintptr_t address = (uintptr_t)payload;
    if (payload == NULL || (address >= heap_start && address < break_now())) {
        return 0;
    }
    size_t usable = malloc_usable_size(payload);
    if (usable < MAPPING_LEAST) {
        return 0;
    }
    return (usable + CHUNK_HEAD + MAPPING_PAGE - 1) / MAPPING_PAGE *
           MAPPING_PAGE;
}

static void set_thresholds(size_t mapping, size_t trimming)
{
    threshold = mapping;
    mallopt(M_MMAP_THRESHOLD, (int)mapping);
    mallopt(M_TRIM_THRESHOLD, (int)trimming);
}

/* A mapping is to be freed: glibc maps only larger ones from then on. */
static void learn(void *payload)
{
    size_t chunk = malloc_usable_size(payload) + CHUNK_HEAD;
    if (chunk > threshold && chunk <= THRESHOLD_MOST) {
        set_thresholds(chunk, 2 * chunk);
    }
}

static void *counting_malloc(struct heap *heap, size_t size)
{
    void *payload = libc_policy.malloc(heap, size);
    mapped += mapping_of(payload);
    return payload;
}

static void counting_free(struct heap *heap, void *payload)
{
    size_t mapping = mapping_of(payload);
    if (mapping != 0) {
        mapped -= mapping;
        learn(payload);
    }
    libc_policy.free(heap, payload);
}

static void *counting_realloc(struct heap *heap, void *payload, size_t size)
{
    if (size == 0) {
        counting_free(heap, payload);
        return NULL;
    }
    size_t before = mapping_of(payload);
    void *moved = libc_policy.realloc(heap, payload, size);
    if (moved != NULL) {
        mapped += mapping_of(moved) - before;
    }
    return moved;
}

static void *counting_memalign(struct heap *heap, size_t alignment, size_t size)
{
    void *payload = libc_policy.memalign(heap, alignment, size);
    mapped += mapping_of(payload);
    return payload;
}

static int counting_init(struct heap *heap, const uint64_t *values)
{
    set_thresholds(THRESHOLD_FIRST, THRESHOLD_FIRST);
    return libc_policy.init(heap, values);
}

static size_t counting_usable_size(struct heap *heap, const void *payload)
{
    return libc_policy.usable_size(heap, payload);
}

static const struct policy counting_policy = {
    .name = "libc",
    .summary = "the C library's own malloc, its mappings counted",
    .init = counting_init,
    .malloc = counting_malloc,
    .free = counting_free,
    .realloc = counting_realloc,
    .memalign = counting_memalign,
    .usable_size = counting_usable_size,
};

const struct foreign libc_foreign = {&counting_policy, begin, footprint, end};
