/*
 * large.c -- mmap, mremap, munmap, and a sealed head (see large.h).
 *
 * An address that no arena owns must have a head before it.  Its seal is
 * verified before the mapping is touched, so that a pointer to the stack or
 * to a static variable is told as an invalid free, not unmapped.  roster.h
 * knows those that were freed.
 */
#include "allocator/preload/large.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "allocator/preload/message.h"
#include "allocator/preload/roster.h"

#define PAGE ((size_t)4096)
#define SALT ((uintptr_t)0x9e3779b97f4a7c15)

_Static_assert(sizeof(struct large) % 16 == 0, "payloads stay aligned");

struct large_totals large_totals;

static uintptr_t seal_of(const struct large *head)
{
    return (((uintptr_t)head->start ^ SALT) + (uintptr_t)head) ^
           (uintptr_t)head->bytes * SALT;
}

static void *refuse(void)
{
    errno = ENOMEM;
    return NULL;
}

/* Lets the system read it, which refuses where nothing is mapped. */
static bool is_readable(const struct large *head)
{
    struct large copy;
    struct iovec here = {&copy, sizeof copy};
    struct iovec there = {(void *)(uintptr_t)head, sizeof copy};
    return process_vm_readv(getpid(), &here, 1, &there, 1, 0) >= 0 ||
           errno != EFAULT;
}

static bool has_head(const void *payload)
{
    const struct large *head = (const struct large *)payload - 1;
    return (uintptr_t)payload % 16 == 0 &&
           (roster_look(payload) == ROSTER_LIVE || is_readable(head)) &&
           head->seal == seal_of(head);
}

/*
 * The head of a live block.  Ends the process when there is none, for a freed
 * block in the words of after.
 */
static struct large *head_of(const void *payload, const char *after)
{
    if (roster_look(payload) == ROSTER_FREED) {
        message_misuse(after, payload);
    }
    if (!has_head(payload)) {
        message_misuse(roster_look(payload) == ROSTER_LIVE ? "underrun"
                                                           : "invalid free",
                       payload);
    }
    return (struct large *)(uintptr_t)payload - 1;
}

/* Writes the head before a payload, which is live from now on. */
static void *make_head(unsigned char *start, size_t bytes, size_t offset)
{
    struct large *head = (struct large *)(start + offset) - 1;
    head->start = start;
    head->bytes = bytes;
    head->seal = seal_of(head);
    roster_note(head + 1, ROSTER_LIVE);
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

/* Adds to a total, and keeps its peak. */
static void count(atomic_size_t *total, atomic_size_t *peak, size_t more)
{
    size_t now = atomic_fetch_add(total, more) + more;
    size_t most = atomic_load(peak);
    while (now > most && !atomic_compare_exchange_weak(peak, &most, now)) {
    }
}

static void count_bytes(size_t more)
{
    count(&large_totals.bytes, &large_totals.peak_bytes, more);
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
    count(&large_totals.blocks, &large_totals.peak_blocks, 1);
    count_bytes(bytes);
    return make_head(start, bytes, (size_t)(first - (uintptr_t)start));
}

void *large_realloc(void *payload, size_t size)
{
    const struct large *head = head_of(payload, "use after free");
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
    /* First, since another thread may get the address at once. */
    roster_note(payload, ROSTER_FREED);
    start = mremap(start, old, bytes, MREMAP_MAYMOVE);
    if (start == MAP_FAILED) {
        roster_note(payload, ROSTER_LIVE);
        return refuse();
    }
    atomic_fetch_add(&large_totals.resized, 1);
    count_bytes(bytes - old);
    return make_head(start, bytes, offset);
}

void large_free(void *payload)
{
    int error = errno;
    const struct large *head = head_of(payload, "double free");
    size_t bytes = head->bytes;
    roster_note(payload, ROSTER_FREED);
    munmap(head->start, bytes);
    errno = error;
    atomic_fetch_add(&large_totals.ended, 1);
    atomic_fetch_sub(&large_totals.blocks, 1);
    atomic_fetch_sub(&large_totals.bytes, bytes);
}

size_t large_usable_size(const void *payload)
{
    const struct large *head = head_of(payload, "use after free");
    return (size_t)(head->start + head->bytes - (const unsigned char *)payload);
}
