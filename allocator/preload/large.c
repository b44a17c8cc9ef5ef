/*
 * large.c -- mmap, mremap, munmap, and a sealed head (see large.h).
 *
 * An address that no arena owns must have a head before it.  Its seal is
 * verified before the mapping is touched, so that a pointer to the stack or
 * to a static variable is told as an invalid free, not unmapped.
 */
#include "allocator/preload/large.h"

#include <errno.h>
#include <sys/mman.h>

#include "allocator/preload/message.h"

#define PAGE ((size_t)4096)
#define SALT ((uintptr_t)0x9e3779b97f4a7c15)

_Static_assert(sizeof(struct large) % 16 == 0, "payloads stay aligned");

struct large_totals large_totals;

static uintptr_t seal_of(const struct large *head)
{
    return ((uintptr_t)head->start ^ SALT) + (uintptr_t)head;
}

static void *refuse(void)
{
    errno = ENOMEM;
    return NULL;
}

/* The head of a live block; ends the process when there is none. */
static struct large *head_of(const void *payload)
{
    struct large *head = (struct large *)(uintptr_t)payload - 1;
    if ((uintptr_t)payload % 16 != 0 || head->seal != seal_of(head)) {
        message_misuse("invalid free", payload);
    }
    return head;
}

/* Writes the head before a payload; the payload. */
static void *make_head(unsigned char *start, size_t bytes, size_t offset)
{
    struct large *head = (struct large *)(start + offset) - 1;
    head->start = start;
    head->bytes = bytes;
    head->seal = seal_of(head);
    return head + 1;
}

/* Bytes of a mapping with so many before the payload; 0: impossible. */
static size_t mapping_bytes(size_t offset, size_t size)
{
    size_t most = PTRDIFF_MAX - PAGE;
    if (offset > most || size > most - offset) {
        return 0;
    }
    return (offset + size + PAGE - 1) & ~(PAGE - 1);
}

static void count_bytes(size_t more)
{
    size_t now = atomic_fetch_add(&large_totals.bytes, more) + more;
    size_t peak = atomic_load(&large_totals.peak_bytes);
    while (now > peak && !atomic_compare_exchange_weak(&large_totals.peak_bytes,
                                                       &peak, now)) {
    }
}

void *large_malloc(size_t alignment, size_t size)
{
    size_t room = sizeof(struct large);
    if (alignment > room) {
        room = alignment < PAGE ? alignment : alignment + PAGE;
    }
    size_t bytes = mapping_bytes(room, size);
    if (bytes == 0) {
        return refuse();
    }
    unsigned char *start = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED) {
        return refuse();
    }
    uintptr_t first = (uintptr_t)start + sizeof(struct large);
    first = (first + alignment - 1) & ~(uintptr_t)(alignment - 1);
    atomic_fetch_add(&large_totals.made, 1);
    atomic_fetch_add(&large_totals.blocks, 1);
    count_bytes(bytes);
    return make_head(start, bytes, (size_t)(first - (uintptr_t)start));
}

void *large_realloc(void *payload, size_t size)
{
    const struct large *head = head_of(payload);
    unsigned char *start = head->start;
    size_t old = head->bytes;
    size_t offset = (size_t)((unsigned char *)payload - start);
    size_t bytes = mapping_bytes(offset, size);
    if (bytes == 0) {
        return refuse();
    }
    if (bytes == old) {
        return payload;
    }
    start = mremap(start, old, bytes, MREMAP_MAYMOVE);
    if (start == MAP_FAILED) {
        return refuse();
    }
    atomic_fetch_add(&large_totals.resized, 1);
    count_bytes(bytes - old);
    return make_head(start, bytes, offset);
}

void large_free(void *payload)
{
    const struct large *head = head_of(payload);
    size_t bytes = head->bytes;
    int error = errno;
    munmap(head->start, bytes);
    errno = error;
    atomic_fetch_add(&large_totals.ended, 1);
    atomic_fetch_sub(&large_totals.blocks, 1);
    atomic_fetch_sub(&large_totals.bytes, bytes);
}

size_t large_usable_size(const void *payload)
{
    const struct large *head = head_of(payload);
    return (size_t)(head->start + head->bytes - (const unsigned char *)payload);
}
