/*
 * leaks.c -- in place of the search for leaks, which would read all of the
 * sanitizer's shadow, 100 TiB of it.
 */
#include "allocator/preload/debug/leaks.h"

size_t leaks_tell(void)
{
    return 0;
}
