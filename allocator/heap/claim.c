/*
 * claim.c -- mmap where nothing is (claim.h).
 */
#include "allocator/heap/claim.h"

#include <errno.h>
#include <sys/mman.h>

bool claim_pages(void *address, size_t bytes)
{
    void *start =
        mmap(address, bytes, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE,
             -1, 0);
    if (start != address && start != MAP_FAILED) {
        /* An old kernel (before 4.17) that took the address as a wish. */
        munmap(start, bytes);
        errno = EEXIST;
    }
    return start == address;
}

/* A huge page would cost more than the whole map mostly does. */
static bool claim_part(const struct claim_shadow *shadow, size_t from,
                       size_t to)
{
    if (!claim_pages(shadow->base + from, to - from)) {
        return false;
    }
    madvise(shadow->base + from, to - from, MADV_NOHUGEPAGE);
    return true;
}

bool claim_shadow_up_to(struct claim_shadow *shadow, size_t bytes)
{
    size_t wanted =
        (bytes / CLAIM_RATIO + CLAIM_STEP) / CLAIM_STEP * CLAIM_STEP;
    wanted = wanted < shadow->high ? wanted : shadow->high;
    if (shadow->base != NULL && wanted > shadow->low) {
        if (!claim_part(shadow, shadow->low, wanted)) {
            return false;
        }
        shadow->low = wanted;
    }
    return true;
}

bool claim_shadow_from(struct claim_shadow *shadow, size_t offset)
{
    size_t wanted = offset / CLAIM_RATIO / CLAIM_STEP * CLAIM_STEP;
    wanted = wanted > shadow->low ? wanted : shadow->low;
    if (shadow->base != NULL && wanted < shadow->high) {
        if (!claim_part(shadow, wanted, shadow->high)) {
            return false;
        }
        shadow->high = wanted;
    }
    return true;
}

void claim_shadow_end(struct claim_shadow *shadow, size_t bytes)
{
    if (shadow->base != NULL) {
        munmap(shadow->base, shadow->low);
        munmap(shadow->base + shadow->high, bytes / CLAIM_RATIO - shadow->high);
    }
}
