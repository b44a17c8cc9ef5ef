/*
 * heap.h -- the only door to memory.
 *
 * A heap is one reservation of address space.  Policies take memory from it in
 * two ways: they move its break, as sbrk does, and they ask for separate page
 * mappings, as mmap does.  Mappings are placed at the high end of the same
 * reservation, so one subtraction turns any address into an offset.
 *
 *   base            base + brk                                base + reserved
 *    |  contiguous  |  ... nothing, inaccessible ...  | map | gap | map |
 *    '--> heap_grow                                heap_map <--'
 *       '--' heap_retire
 *
 *   footprint = brk - retired + mapped
 *                                 (what utilization divides by, at its peak)
 *
 * Whole pages of the contiguous part that hold nothing can be retired: they are
 * the system's until they are restored.
 *
 * A limit makes both refuse as the operating system would.  The reservation
 * costs no memory until it is touched; what lies beyond the high-water mark of
 * the break is inaccessible in steps (of HEAP_COMMIT_STEP by default), so that
 * a wild pointer faults.
 *
 * Not thread safe: one heap, one thread.
 */
#ifndef ALLOCATOR_HEAP_HEAP_H
#define ALLOCATOR_HEAP_HEAP_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/heap/claim.h"
#include "allocator/heap/ranges.h"

#define HEAP_ALIGNMENT       ((size_t)16)
#define HEAP_PAGE            ((size_t)4096)
#define HEAP_COMMIT_STEP     ((size_t)1 << 20)
#define HEAP_DEFAULT_RESERVE ((size_t)64 << 30)
#define HEAP_MOST_RESERVE    ((size_t)16 << 40) /* fits beside a shadow */

/* Whether another process that maps the heap's file sees what is written. */
enum heap_visibility { HEAP_PRIVATE, HEAP_SHARED };

/*
 * How the system gets retired pages.  Lazily (private heaps only): it takes
 * them when it wants memory, as MADV_FREE says, and restoring costs no system
 * call.  At once: they are gone and who touches them faults; for judges, so
 * that nobody gains by pretending.
 */
enum heap_retirement { HEAP_LAZILY, HEAP_AT_ONCE };

struct heap_options {
    size_t reserve_bytes; /* address space; 0: HEAP_DEFAULT_RESERVE */
    size_t limit_bytes;   /* footprint may not pass this; 0: the reservation */
    enum heap_visibility visibility;
    size_t commit_step_bytes; /* 0: HEAP_COMMIT_STEP; a multiple of HEAP_PAGE */
    enum heap_retirement retirement;
    void *shadow; /* for heap_init_at: where a byte for each CLAIM_RATIO bytes
                     of the heap is to be claimed with them; NULL: nowhere */
};

/* Asked before each growth, mapping or restoring when set; true: it fails. */
typedef bool heap_refuse_fn(void *context, size_t bytes);

/*
 * Policies read base, brk, mapped and retired, and to check and walk what they
 * mapped, mappings; everything else belongs to heap.c.
 */
struct heap {
    unsigned char *base;
    size_t brk;             /* bytes of the contiguous part */
    size_t mapped;          /* bytes of all mappings */
    size_t retired;         /* bytes of the contiguous part given back */
    size_t ready;           /* the break may move up to here unasked */
    size_t past_peak;       /* largest footprint before a decrease */
    size_t limit;           /* largest footprint allowed */
    size_t reserved;        /* bytes of address space */
    size_t committed;       /* accessible bytes from base, >= brk */
    size_t past_brk;        /* what lies below was in use, beyond brk too */
    size_t commit_step;     /* committed grows by multiples of it */
    size_t mappings_floor;  /* offset of the lowest mapping ever made */
    uint64_t refusals;      /* of memory, since reset */
    size_t refused_bytes;   /* size of the last one refused */
    uint64_t system_calls;  /* since init, those of init not counted */
    heap_refuse_fn *refuse; /* NULL: only the limit refuses */
    void *refuse_context;
    struct heap_ranges mappings;
    struct heap_ranges retired_pages;
    enum heap_retirement retirement;
    int fd;          /* memfd of a HEAP_SHARED heap, else -1 */
    bool is_claimed; /* page by page, where none is reserved */
    struct claim_shadow shadow;
};

/*
 * Reserves the address space.  options may be NULL for the defaults.
 * Returns 0, or -1 with errno set; the heap then needs no destroy.
 */
int heap_init(struct heap *heap, const struct heap_options *options);

/*
 * The same at address, a multiple of HEAP_PAGE, and nothing is reserved: pages
 * are mapped as the heap grows, which is refused where something else is.  For
 * a range that nobody else uses.
 */
int heap_init_at(struct heap *heap, const struct heap_options *options,
                 void *address);

/* Gives back all address space and memory.  A zeroed heap is accepted. */
void heap_destroy(struct heap *heap);

/*
 * Forgets all growth and all mappings.  Pages of the contiguous part stay
 * resident (so that repeated replays are warm) with unspecified contents.
 */
void heap_reset(struct heap *heap);

/* Bytes taken from the system now. */
static inline size_t heap_footprint(const struct heap *heap)
{
    return heap->brk - heap->retired + heap->mapped;
}

/*
 * The largest footprint since init or reset.  Growth keeps no account of it,
 * so that it costs nothing: whatever lessens the footprint does.
 */
static inline size_t heap_peak(const struct heap *heap)
{
    size_t footprint = heap_footprint(heap);
    return footprint > heap->past_peak ? footprint : heap->past_peak;
}

/*
 * For heap_grow alone: asks whoever may refuse and makes pages accessible.
 * Returns 0, or -1 when growth is refused.
 */
int heap_make_room(struct heap *heap, size_t bytes);

/*
 * Moves the break up by bytes, a multiple of HEAP_ALIGNMENT, and returns the
 * first new byte, or NULL when refused.  Contents are unspecified.
 *
 * Inline, and one comparison as long as nobody has to be asked: some policies
 * grow at each allocation.
 */
static inline void *heap_grow(struct heap *heap, size_t bytes)
{
    assert(bytes % HEAP_ALIGNMENT == 0);
    if (bytes > heap->ready - heap->brk && heap_make_room(heap, bytes) != 0) {
        return NULL;
    }
    void *start = heap->base + heap->brk;
    heap->brk += bytes;
    return start;
}

/*
 * The same, but the whole pages of what is new are retired from the first: they
 * count, and may be touched, when they are restored.
 */
void *heap_grow_retired(struct heap *heap, size_t bytes);

/*
 * Moves the break down by bytes <= brk, a multiple of HEAP_ALIGNMENT, but not
 * into the middle of a retired page.  What lay retired beyond it is retired no
 * more.
 */
void heap_shrink(struct heap *heap, size_t bytes);

/*
 * Gives the system the pages back that were accessible beyond the break; they
 * stay accessible, with unspecified contents, unless they were claimed. Returns
 * how many bytes of address space those are.
 */
size_t heap_release_spare(struct heap *heap);

/*
 * Where the contiguous part was never written to since the system gave it:
 * from this offset on memory is zero.
 */
static inline size_t heap_touched(const struct heap *heap)
{
    return heap->brk > heap->past_brk ? heap->brk : heap->past_brk;
}

/*
 * Gives the system the whole pages inside [address, address + bytes) of the
 * contiguous part back; their contents are lost, and they still count in the
 * footprint.  Returns the bytes of those that were not retired.
 */
size_t heap_release(struct heap *heap, const void *address, size_t bytes);

/*
 * Retires the whole pages inside [address, address + bytes) of the contiguous
 * part: their contents are lost, they leave the footprint, and nobody may touch
 * them.  Returns the bytes that were not retired before, fewer where the
 * system refuses: such pages lose their contents, too, and nothing else.
 */
size_t heap_retire(struct heap *heap, const void *address, size_t bytes);

/*
 * Restores the retired ones of the pages that [address, address + bytes) of the
 * contiguous part touches: they count again and may be touched, with contents
 * unspecified.  Returns 0, or -1 when refused as a growth is, with nothing
 * changed.
 */
int heap_restore(struct heap *heap, const void *address, size_t bytes);

/*
 * Asks whether the footprint may grow by so many bytes, for who is going to
 * recall pages and does not want to be refused half-way; nothing changes.
 */
bool heap_allows(struct heap *heap, size_t bytes);

/*
 * As heap_restore, but asks nobody: the footprint stays within what
 * heap_allows said yes to, or what it was since the pages were retired.
 */
void heap_recall(struct heap *heap, const void *address, size_t bytes);

/* Bytes of [address, address + bytes) of the contiguous part now retired. */
static inline size_t heap_retired_bytes(const struct heap *heap,
                                        const void *address, size_t bytes)
{
    size_t offset = (size_t)((const unsigned char *)address - heap->base);
    return heap->retired == 0
               ? 0
               : ranges_overlap(&heap->retired_pages, offset, offset + bytes);
}

/*
 * Makes a zeroed mapping of at least bytes (> 0, rounded up to whole pages)
 * whose address is a multiple of HEAP_PAGE.  Returns NULL when refused.
 */
void *heap_map(struct heap *heap, size_t bytes);

/*
 * Gives back the pages [address, address + bytes), both multiples of
 * HEAP_PAGE, which must lie inside one mapping: all of it, one of its ends or
 * a piece of its middle.  Returns 0, or -1 if they do not.
 */
int heap_unmap(struct heap *heap, void *address, size_t bytes);

/*
 * Whether all of [address, address + bytes) lies in memory that the heap has
 * handed out: below the break and not retired, or inside one mapping.
 */
bool heap_contains(const struct heap *heap, const void *address, size_t bytes);

/*
 * Lowers the limit to bytes, at least the footprint, where it is higher; for
 * good.  For a policy whose links reach no further.
 */
void heap_lower_limit(struct heap *heap, size_t bytes);

/* Makes memory be refused when refuse says so; NULL ends that. */
void heap_set_refusal(struct heap *heap, heap_refuse_fn *refuse, void *context);

/* One past the last byte of the contiguous part. */
static inline unsigned char *heap_top(const struct heap *heap)
{
    return heap->base + heap->brk;
}

#endif
