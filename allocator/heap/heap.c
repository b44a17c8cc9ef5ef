/*
 * heap.c -- a heap inside one reservation of address space.
 *
 * The contiguous part is made accessible in steps and stays so until destroy;
 * mappings get and lose their pages one by one, as mmap and munmap would.
 * Mappings are kept as an array sorted by offset: a new one takes the highest
 * gap that fits, found by one scan from the top.
 */
#include "allocator/heap/heap.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* As many mappings as Linux allows a process by default. */
#define MAX_MAPPINGS ((size_t)65530)

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
                      : smaller(heap->committed, heap->limit - heap->mapped);
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

int heap_init(struct heap *heap, const struct heap_options *options)
{
    return heap_init_at(heap, options, NULL);
}

int heap_init_at(struct heap *heap, const struct heap_options *options,
                 void *address)
{
    static const struct heap_options defaults = {0, 0, HEAP_PRIVATE, 0};
    if (options == NULL) {
        options = &defaults;
    }
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
    heap->fd = open_backing(heap, options->visibility);
    if (heap->fd < 0 && options->visibility == HEAP_SHARED) {
        return -1;
    }
    int flags = MAP_NORESERVE |
                (heap->fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED);
    flags |= address != NULL ? MAP_FIXED : 0;
    void *base = mmap(address, heap->reserved, PROT_NONE, flags, heap->fd, 0);
    if (base == MAP_FAILED) {
        int error = errno;
        if (heap->fd >= 0) {
            close(heap->fd);
        }
        errno = error;
        return -1;
    }
    heap->base = base;
    heap->mappings_floor = heap->reserved;
    heap->commit_step = options->commit_step_bytes != 0
                            ? options->commit_step_bytes
                            : HEAP_COMMIT_STEP;
    return 0;
}

void heap_destroy(struct heap *heap)
{
    if (heap->base == NULL) {
        return;
    }
    munmap(heap->base, heap->reserved);
    if (heap->fd >= 0) {
        close(heap->fd);
    }
    if (heap->mappings != NULL) {
        munmap(heap->mappings, heap->mappings_room * sizeof *heap->mappings);
    }
    memset(heap, 0, sizeof *heap);
    heap->fd = -1;
}

/* Drops the pages of a range and makes it inaccessible. */
static void discard(struct heap *heap, size_t offset, size_t bytes)
{
    void *address = heap->base + offset;
    heap->system_calls += 2;
    madvise(address, bytes, heap->fd < 0 ? MADV_DONTNEED : MADV_REMOVE);
    mprotect(address, bytes, PROT_NONE);
}

void heap_reset(struct heap *heap)
{
    heap->past_brk = heap_touched(heap);
    for (size_t i = 0; i < heap->n_mappings; i++) {
        discard(heap, heap->mappings[i].offset, heap->mappings[i].bytes);
    }
    heap->n_mappings = 0;
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
    heap->system_calls++;
    if (mprotect(heap->base + heap->committed, end - heap->committed,
                 PROT_READ | PROT_WRITE) != 0) {
        return -1;
    }
    heap->committed = end;
    return 0;
}

int heap_make_room(struct heap *heap, size_t bytes)
{
    if (!allowed(heap, bytes) || bytes > heap->mappings_floor - heap->brk) {
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

void heap_shrink(struct heap *heap, size_t bytes)
{
    assert(bytes % HEAP_ALIGNMENT == 0 && bytes <= heap->brk);
    note_peak(heap);
    heap->past_brk = heap_touched(heap);
    heap->brk -= bytes;
    update_ready(heap, heap->brk);
}

static void drop_pages(struct heap *heap, void *address, size_t bytes)
{
    heap->system_calls++;
    madvise(address, bytes, heap->fd < 0 ? MADV_DONTNEED : MADV_REMOVE);
}

size_t heap_release_spare(struct heap *heap)
{
    size_t used = round_up(heap->brk, HEAP_PAGE);
    size_t spare = heap->committed - used;
    if (spare != 0) {
        drop_pages(heap, heap->base + used, spare);
    }
    heap->past_brk = used;
    return spare;
}

size_t heap_release(struct heap *heap, const void *address, size_t bytes)
{
    size_t offset = (size_t)((const unsigned char *)address - heap->base);
    size_t start = round_up(offset, HEAP_PAGE);
    size_t end = (offset + bytes) / HEAP_PAGE * HEAP_PAGE;
    if (start >= end) {
        return 0;
    }
    drop_pages(heap, heap->base + start, end - start);
    return end - start;
}

/* Index of the first mapping that ends behind offset. */
static size_t mapping_behind(const struct heap *heap, size_t offset)
{
    size_t low = 0, high = heap->n_mappings;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct heap_mapping *m = &heap->mappings[middle];
        if (m->offset + m->bytes <= offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/*
 * Makes the table of mappings a page, or twice as large; 0 or -1.  It comes
 * straight from the system: malloc may be what this heap serves.
 */
static int double_table(struct heap *heap)
{
    size_t old = heap->mappings_room * sizeof *heap->mappings;
    size_t bytes = old != 0 ? 2 * old : HEAP_PAGE;
    void *table = old != 0 ? mremap(heap->mappings, old, bytes, MREMAP_MAYMOVE)
                           : mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (table == MAP_FAILED) {
        return -1;
    }
    heap->mappings = table;
    heap->mappings_room = bytes / sizeof *heap->mappings;
    return 0;
}

/* Makes room for one more entry at index; 0 or -1. */
static int insert_mapping(struct heap *heap, size_t index,
                          struct heap_mapping mapping)
{
    if (heap->n_mappings == MAX_MAPPINGS) {
        return -1;
    }
    if (heap->n_mappings == heap->mappings_room && double_table(heap) != 0) {
        return -1;
    }
    memmove(&heap->mappings[index + 1], &heap->mappings[index],
            (heap->n_mappings - index) * sizeof *heap->mappings);
    heap->mappings[index] = mapping;
    heap->n_mappings++;
    return 0;
}

static void remove_mapping(struct heap *heap, size_t index)
{
    heap->n_mappings--;
    memmove(&heap->mappings[index], &heap->mappings[index + 1],
            (heap->n_mappings - index) * sizeof *heap->mappings);
}

static void update_floor(struct heap *heap)
{
    heap->mappings_floor =
        heap->n_mappings != 0 ? heap->mappings[0].offset : heap->reserved;
}

/*
 * The highest gap of bytes between the committed part and the reservation's
 * end.  Returns the index at which the mapping belongs, its offset in *offset,
 * or SIZE_MAX where no gap is large enough.
 */
static size_t find_gap(const struct heap *heap, size_t bytes, size_t *offset)
{
    size_t ceiling = heap->reserved;
    for (size_t i = heap->n_mappings + 1; i-- > 0;) {
        size_t floor = heap->committed;
        if (i > 0) {
            floor = heap->mappings[i - 1].offset + heap->mappings[i - 1].bytes;
        }
        if (ceiling - floor >= bytes) {
            *offset = ceiling - bytes;
            return i;
        }
        if (i > 0) {
            ceiling = heap->mappings[i - 1].offset;
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
    struct heap_mapping mapping = {0, bytes};
    size_t index = SIZE_MAX;
    if (allowed(heap, bytes)) {
        index = find_gap(heap, bytes, &mapping.offset);
    }
    if (index == SIZE_MAX || insert_mapping(heap, index, mapping) != 0) {
        return refused(heap, bytes);
    }
    void *address = heap->base + mapping.offset;
    heap->system_calls++;
    if (mprotect(address, bytes, PROT_READ | PROT_WRITE) != 0) {
        remove_mapping(heap, index);
        return refused(heap, bytes);
    }
    heap->mapped += bytes;
    update_floor(heap);
    update_ready(heap, heap->brk);
    return address;
}

int heap_unmap(struct heap *heap, void *address, size_t bytes)
{
    size_t offset = (size_t)((unsigned char *)address - heap->base);
    size_t index = mapping_behind(heap, offset);
    if (index == heap->n_mappings || bytes == 0 || offset % HEAP_PAGE != 0 ||
        bytes % HEAP_PAGE != 0) {
        return -1;
    }
    struct heap_mapping *m = &heap->mappings[index];
    if (offset < m->offset || bytes > m->bytes ||
        offset - m->offset > m->bytes - bytes) {
        return -1;
    }
    size_t before = offset - m->offset;
    struct heap_mapping after = {offset + bytes, m->bytes - bytes - before};
    if (before != 0 && after.bytes != 0 &&
        insert_mapping(heap, index + 1, after) != 0) {
        return -1;
    }
    m = &heap->mappings[index]; /* insertion may have moved the array */
    if (before != 0) {
        m->bytes = before;
    } else if (after.bytes != 0) {
        *m = after;
    } else {
        remove_mapping(heap, index);
    }
    discard(heap, offset, bytes);
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
        return bytes <= heap->brk - offset;
    }
    size_t index = mapping_behind(heap, offset);
    if (index == heap->n_mappings || offset < heap->mappings[index].offset) {
        return false;
    }
    const struct heap_mapping *m = &heap->mappings[index];
    return bytes <= m->bytes - (offset - m->offset);
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
