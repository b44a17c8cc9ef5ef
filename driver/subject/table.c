/*
 * table.c -- anonymous mappings as tables.
 */
#include "driver/subject/table.h"

#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>

/* mmap refuses to map nothing. */
static size_t bytes_of(size_t n, size_t item_bytes)
{
    return n > 0 ? n * item_bytes : item_bytes;
}

void *table_open(size_t n, size_t item_bytes)
{
    if (n > SIZE_MAX / item_bytes) {
        errno = ENOMEM;
        return NULL;
    }
    void *table = mmap(NULL, bytes_of(n, item_bytes), PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    return table != MAP_FAILED ? table : NULL;
}

void table_close(void *table, size_t n, size_t item_bytes)
{
    if (table != NULL) {
        munmap(table, bytes_of(n, item_bytes));
    }
}
