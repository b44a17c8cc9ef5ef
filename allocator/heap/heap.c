/*
 * heap.c -- a heap inside one reservation of address space, or where nobody
 * else is (claim.h).
 *
 * The contiguous part is made accessible in steps and stays so until destroy;
 * mappings get and lose their pages one by one, as mmap and munmap would.
 * A new mapping takes the highest gap that fits, found by one scan from the
 * top.  What retired pages cost is a system call for each range when they go
 * lazily; at once it is two, and one more to restore them.
 */
#include "allocator/heap/heap.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t round_up(size_t bytes, size_t unit)
{
    return (bytes + unit - 1) / unit * unit;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/*
 * Sets how far beyond brk the break may move unasked: over accessible pages,
 * as far as the limit lets it, and nowhere while somebody wants to be asked.
 */
static void update_ready(struct heap *heap, size_t brk)
{
    heap->ready = heap->refuse != NULL
                      ? brk
                      : smaller(heap->committed,
                                heap->limit - heap->mapped + heap->retired);
}

/* Before the footprint shrinks. */
static void note_peak(struct heap *heap)
{
    heap->past_peak = heap_peak(heap);
}

/* A file without a name that backs a shared heap; -1 for a private one. */
static int open_backing(const struct heap *heap, enum heap_visibility how)
{
    if (how == HEAP_PRIVATE) {
        return -1;
    }
    int fd = memfd_create("heap", MFD_CLOEXEC);
    if (fd >= 0 && ftruncate(fd, (off_t)heap->reserved) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* All but where the heap lies; 0 or -1. */
static int set_up(struct heap *heap, const struct heap_options *options)
{
    memset(heap, 0, sizeof *heap);
    heap->reserved = options->reserve_bytes != 0 ? options->reserve_bytes
                                                 : HEAP_DEFAULT_RESERVE;
    if (heap->reserved > SIZE_MAX - HEAP_PAGE) {
        errno = ENOMEM;
        return -1;
    }
    heap->reserved = round_up(heap->reserved, HEAP_PAGE);
    heap->limit = options->limit_bytes != 0
                      ? smaller(options->limit_bytes, heap->reserved)
                      : heap->reserved;
    heap->retirement = options->visibility == HEAP_PRIVATE ? options->retirement
                                                           : HEAP_AT_ONCE;
    heap->mappings_floor = heap->reserved;
    heap->commit_step = options->commit_step_bytes != 0
                            ? options->commit_step_bytes
                            : HEAP_COMMIT_STEP;
    heap->fd = -1;
    return 0;
}

static int reserve(struct heap *heap)
{
    int flags = MAP_NORESERVE |
                (heap->fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED);
    void *base = mmap(NULL, heap->reserved, PROT_NONE, flags, heap->fd, 0);
    heap->base = base != MAP_FAILED ? base : NULL;
    return heap->base != NULL ? 0 : -1;
}

int heap_init(struct heap *heap, const struct heap_options *options)
{
    static const struct heap_options defaults = {.reserve_bytes = 0};
    options = options != NULL ? options : &defaults;
    if (set_up(heap, options) != 0) {
        return -1;
    }
    heap->fd = open_backing(heap, options->visibility);
    if (heap->fd < 0 && options->visibility == HEAP_SHARED) {
        return -1;
    }
    if (reserve(heap) == 0) {
        return 0;
    }
    int error = errno;
    if (heap->fd >= 0) {
        close(heap->fd);
    }
    errno = error;
    return -1;
}

int heap_init_at(struct heap *heap, const struct heap_options *options,
                 void *address)
{
    if (set_up(heap, options) != 0) {
        return -1;
    }
    heap->base = address;
    heap->is_claimed = true;
    heap->shadow.base = options->shadow;
    heap->shadow.high = heap->reserved / CLAIM_RATIO;
    return 0;
}

/* Gives back what was claimed, and nothing beside it. */
static void unclaim(struct heap *heap)
{
    munmap(heap->base, heap->committed);
    for (size_t i = 0; i < heap->mappings.n; i++) {
        const struct heap_range *mapping = &heap->mappings.at[i];
        munmap(heap->base + mapping->offset, mapping->bytes);
    }
    claim_shadow_end(&heap->shadow, heap->reserved);
}

void heap_destroy(struct heap *heap)
{
    if (heap->base == NULL) {
        return;
    }
    if (heap->is_claimed) {
        unclaim(heap);
    } else {
        munmap(heap->base, heap->reserved);
    }
    if (heap->fd >= 0) {
        close(heap->fd);
    }
    ranges_free(&heap->mappings);
    ranges_free(&heap->retired_pages);
    memset(heap, 0, sizeof *heap);
    heap->fd = -1;
}

/* Gives the memory of a range back, which then reads as zero; 0 or -1. */
static int drop_pages(struct heap *heap, size_t offset, size_t bytes)
{
    heap->system_calls++;
    return madvise(heap->base + offset, bytes,
                   heap->fd < 0 ? MADV_DONTNEED : MADV_REMOVE);
}

/* Lets a range be accessed, or not (PROT_NONE); 0 or -1. */
static int protect(struct heap *heap, size_t offset, size_t bytes, int access)
{
    heap->system_calls++;
    return mprotect(heap->base + offset, bytes, access);
}

/* Drops the pages of a range and makes it inaccessible; 0 or -1. */
static int discard(struct heap *heap, size_t offset, size_t bytes)
{
    return drop_pages(heap, offset, bytes) == 0
               ? protect(heap, offset, bytes, PROT_NONE)
               : -1;
}

/* Makes a range accessible for the first time; 0 or -1. */
static int open_pages(struct heap *heap, size_t offset, size_t bytes)
{
    if (heap->is_claimed) {
        heap->system_calls++;
        return claim_pages(heap->base + offset, bytes) ? 0 : -1;
    }
    return protect(heap, offset, bytes, PROT_READ | PROT_WRITE);
}

/* As if the range had never been opened. */
static void close_pages(struct heap *heap, size_t offset, size_t bytes)
{
    if (heap->is_claimed) {
        heap->system_calls++;
        munmap(heap->base + offset, bytes);
    } else {
        discard(heap, offset, bytes);
    }
}

/* Lets the system have a range of the contiguous part; 0 or -1. */
static int give_up(struct heap *heap, size_t offset, size_t bytes)
{
    if (heap->retirement == HEAP_AT_ONCE) {
        return discard(heap, offset, bytes);
    }
    heap->system_calls++;
    return madvise(heap->base + offset, bytes, MADV_FREE);
}

/* The opposite; 0 or -1. */
static int take_back(struct heap *heap, size_t offset, size_t bytes)
{
    return heap->retirement == HEAP_AT_ONCE
               ? protect(heap, offset, bytes, PROT_READ | PROT_WRITE)
               : 0;
}

/*
 * Ends the retirement of all pages in [start, end), which divides no range of
 * them.  Access alone comes back, which the system has no reason to refuse: no
 * mapping is divided, and the memory was accounted for when it was first
 * accessible.
 */
static void forget_retired(struct heap *heap, size_t start, size_t end)
{
    size_t bytes = ranges_overlap(&heap->retired_pages, start, end);
    if (bytes != 0) {
        take_back(heap, start, end - start);
        ranges_cut(&heap->retired_pages, start, end);
        heap->retired -= bytes;
    }
}

void heap_reset(struct heap *heap)
{
    heap->past_brk = heap_touched(heap);
    forget_retired(heap, 0, heap->committed);
    for (size_t i = 0; i < heap->mappings.n; i++) {
        const struct heap_range *mapping = &heap->mappings.at[i];
        close_pages(heap, mapping->offset, mapping->bytes);
    }
    heap->mappings.n = 0;
    heap->mappings_floor = heap->reserved;
    heap->brk = heap->mapped = heap->past_peak = 0;
    update_ready(heap, 0);
    heap->refusals = heap->refused_bytes = 0;
}

static void *refused(struct heap *heap, size_t bytes)
{
    heap->refusals++;
    heap->refused_bytes = bytes;
    return NULL;
}

/* Whether the limit, or who tests failure, lets the footprint grow so far. */
static bool allowed(const struct heap *heap, size_t bytes)
{
    return bytes <= heap->limit - heap_footprint(heap) &&
           (heap->refuse == NULL || !heap->refuse(heap->refuse_context, bytes));
}

/* Makes the contiguous part accessible up to brk; 0 or -1. */
static int commit(struct heap *heap, size_t brk)
{
    size_t end =
        smaller(round_up(brk, heap->commit_step), heap->mappings_floor);
    if (!claim_shadow_up_to(&heap->shadow, end) ||
        open_pages(heap, heap->committed, end - heap->committed) != 0) {
        return -1;
    }
    heap->committed = end;
    return 0;
}

/* Before the break moves up by bytes, of which so many count; 0 or -1. */
static int make_room(struct heap *heap, size_t bytes, size_t counted)
{
    if (!allowed(heap, counted) || bytes > heap->mappings_floor - heap->brk) {
        refused(heap, bytes);
        return -1;
    }
    size_t brk = heap->brk + bytes;
    if (brk > heap->committed && commit(heap, brk) != 0) {
        refused(heap, bytes);
        return -1;
    }
    update_ready(heap, brk);
    return 0;
}

int heap_make_room(struct heap *heap, size_t bytes)
{
    return make_room(heap, bytes, bytes);
}

void heap_shrink(struct heap *heap, size_t bytes)
{
    assert(bytes % HEAP_ALIGNMENT == 0 && bytes <= heap->brk &&
           heap_retired_bytes(heap, heap_top(heap) - bytes, 1) == 0);
    note_peak(heap);
    heap->past_brk = heap_touched(heap);
    heap->brk -= bytes;
    forget_retired(heap, heap->brk / HEAP_PAGE * HEAP_PAGE, heap->committed);
    update_ready(heap, heap->brk);
}

size_t heap_release_spare(struct heap *heap)
{
    size_t used = round_up(heap->brk, HEAP_PAGE);
    size_t spare = heap->committed - used;
    if (spare != 0 && heap->is_claimed) {
        close_pages(heap, used, spare);
        heap->committed = used;
        update_ready(heap, heap->brk);
    } else if (spare != 0) {
        drop_pages(heap, used, spare);
    }
    heap->past_brk = used;
    return spare;
}

/* The whole pages below the break inside a range; false: there are none. */
static bool whole_pages(const struct heap *heap, const void *address,
                        size_t bytes, size_t *start, size_t *end)
{
    size_t offset = (size_t)((const unsigned char *)address - heap->base);
    *start = round_up(offset, HEAP_PAGE);
    *end = smaller(offset + bytes, heap->brk) / HEAP_PAGE * HEAP_PAGE;
    return *start < *end;
}

size_t heap_release(struct heap *heap, const void *address, size_t bytes)
{
    size_t start, end;
    if (!whole_pages(heap, address, bytes, &start, &end)) {
        return 0;
    }
    drop_pages(heap, start, end - start);
    return end - start - ranges_overlap(&heap->retired_pages, start, end);
}

/* Retires pages of which none is retired; 0 or -1. */
static int retire(struct heap *heap, size_t start, size_t end)
{
    if (ranges_reserve(&heap->retired_pages) != 0 ||
        give_up(heap, start, end - start) != 0) {
        return -1;
    }
    note_peak(heap);
    ranges_join(&heap->retired_pages, start, end);
    heap->retired += end - start;
    update_ready(heap, heap->brk);
    return 0;
}

size_t heap_retire(struct heap *heap, const void *address, size_t bytes)
{
    size_t before = heap->retired, start, last;
    bool any = whole_pages(heap, address, bytes, &start, &last);
    for (size_t end = last; any && start < last; start = end, end = last) {
        if (!ranges_gap(&heap->retired_pages, &start, &end) ||
            retire(heap, start, end) != 0) {
            break;
        }
    }
    return heap->retired - before;
}

/* Lets nobody touch pages beyond the break, if that is how they retire. */
static int keep_out(struct heap *heap, size_t start, size_t bytes)
{
    return heap->retirement == HEAP_AT_ONCE
               ? protect(heap, start, bytes, PROT_NONE)
               : 0;
}

void *heap_grow_retired(struct heap *heap, size_t bytes)
{
    size_t brk = heap->brk, start = round_up(brk, HEAP_PAGE);
    size_t end = (brk + bytes) / HEAP_PAGE * HEAP_PAGE;
    size_t pages = start < end ? end - start : 0;
    if (ranges_reserve(&heap->retired_pages) != 0) {
        return refused(heap, bytes);
    }
    if (make_room(heap, bytes, bytes - pages) != 0) {
        return NULL;
    }
    if (pages != 0) {
        if (keep_out(heap, start, pages) != 0) {
            return refused(heap, bytes);
        }
        ranges_join(&heap->retired_pages, start, end);
        heap->retired += pages;
    }
    heap->brk += bytes;
    update_ready(heap, heap->brk);
    return heap->base + brk;
}

/* The pages that a range touches. */
static void touched_pages(const struct heap *heap, const void *address,
                          size_t bytes, size_t *start, size_t *end)
{
    size_t offset = (size_t)((const unsigned char *)address - heap->base);
    *start = offset / HEAP_PAGE * HEAP_PAGE;
    *end = round_up(smaller(offset + bytes, heap->brk), HEAP_PAGE);
}

int heap_restore(struct heap *heap, const void *address, size_t bytes)
{
    size_t start, end;
    touched_pages(heap, address, bytes, &start, &end);
    bytes = ranges_overlap(&heap->retired_pages, start, end);
    if (bytes == 0) {
        return 0;
    }
    if (!allowed(heap, bytes) || ranges_reserve(&heap->retired_pages) != 0 ||
        take_back(heap, start, end - start) != 0) {
        refused(heap, bytes);
        return -1;
    }
    ranges_cut(&heap->retired_pages, start, end);
    heap->retired -= bytes;
    update_ready(heap, heap->brk);
    return 0;
}

bool heap_allows(struct heap *heap, size_t bytes)
{
    if (allowed(heap, bytes)) {
        return true;
    }
    refused(heap, bytes);
    return false;
}

void heap_recall(struct heap *heap, const void *address, size_t bytes)
{
    size_t start, end;
    touched_pages(heap, address, bytes, &start, &end);
    forget_retired(heap, start, end);
    update_ready(heap, heap->brk);
}

static void update_floor(struct heap *heap)
{
    heap->mappings_floor =
        heap->mappings.n != 0 ? heap->mappings.at[0].offset : heap->reserved;
}

/*
 * The highest gap of bytes between the committed part and the reservation's
 * end.  Returns the index at which the mapping belongs, its offset in *offset,
 * or SIZE_MAX where no gap is large enough.
 */
static size_t find_gap(const struct heap *heap, size_t bytes, size_t *offset)
{
    const struct heap_range *mappings = heap->mappings.at;
    size_t ceiling = heap->reserved;
    for (size_t i = heap->mappings.n + 1; i-- > 0;) {
        size_t floor = i > 0 ? range_end(&mappings[i - 1]) : heap->committed;
        if (ceiling - floor >= bytes) {
            *offset = ceiling - bytes;
            return i;
        }
        if (i > 0) {
            ceiling = mappings[i - 1].offset;
        }
    }
    return SIZE_MAX;
}

void *heap_map(struct heap *heap, size_t bytes)
{
    if (bytes == 0 || bytes > SIZE_MAX - HEAP_PAGE) {
        return refused(heap, bytes);
    }
    bytes = round_up(bytes, HEAP_PAGE);
    struct heap_range mapping = {0, bytes};
    size_t index = SIZE_MAX;
    if (allowed(heap, bytes) && ranges_reserve(&heap->mappings) == 0) {
        index = find_gap(heap, bytes, &mapping.offset);
    }
    if (index == SIZE_MAX ||
        !claim_shadow_from(&heap->shadow, mapping.offset) ||
        open_pages(heap, mapping.offset, bytes) != 0) {
        return refused(heap, bytes);
    }
    ranges_insert(&heap->mappings, index, mapping);
    heap->mapped += bytes;
    update_floor(heap);
    update_ready(heap, heap->brk);
    return heap->base + mapping.offset;
}

int heap_unmap(struct heap *heap, void *address, size_t bytes)
{
    size_t offset = (size_t)((unsigned char *)address - heap->base);
    size_t index = ranges_behind(&heap->mappings, offset);
    if (index == heap->mappings.n || bytes == 0 || offset % HEAP_PAGE != 0 ||
        bytes % HEAP_PAGE != 0) {
        return -1;
    }
    const struct heap_range *m = &heap->mappings.at[index];
    if (offset < m->offset || bytes > m->bytes ||
        offset - m->offset > m->bytes - bytes ||
        ranges_reserve(&heap->mappings) != 0) {
        return -1;
    }
    ranges_cut(&heap->mappings, offset, offset + bytes);
    close_pages(heap, offset, bytes);
    note_peak(heap);
    heap->mapped -= bytes;
    update_floor(heap);
    update_ready(heap, heap->brk);
    return 0;
}

bool heap_contains(const struct heap *heap, const void *address, size_t bytes)
{
    uintptr_t start = (uintptr_t)address, base = (uintptr_t)heap->base;
    if (start < base || start - base >= heap->reserved) {
        return false;
    }
    size_t offset = start - base;
    if (offset < heap->brk) {
        return bytes <= heap->brk - offset &&
               heap_retired_bytes(heap, address, bytes) == 0;
    }
    size_t index = ranges_behind(&heap->mappings, offset);
    if (index == heap->mappings.n || offset < heap->mappings.at[index].offset) {
        return false;
    }
    return bytes <= range_end(&heap->mappings.at[index]) - offset;
}

void heap_lower_limit(struct heap *heap, size_t bytes)
{
    assert(bytes >= heap_footprint(heap));
    heap->limit = smaller(heap->limit, bytes);
    update_ready(heap, heap->brk);
}

void heap_set_refusal(struct heap *heap, heap_refuse_fn *refuse, void *context)
{
    heap->refuse = refuse;
    heap->refuse_context = context;
    update_ready(heap, heap->brk);
}
