/*
 * lazy.c -- large zeroed arrays that cost nothing until they are touched.
 */
#include "driver/replay/lazy.h"

#include <sys/mman.h>

void *lazy_open(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        return NULL;
    }
    madvise(memory, bytes, MADV_HUGEPAGE);
    return memory;
}

void lazy_clear(void *memory, size_t bytes)
{
    madvise(memory, bytes, MADV_DONTNEED);
}

void lazy_close(void *memory, size_t bytes)
{
    if (memory != NULL) {
        munmap(memory, bytes);
    }
}
