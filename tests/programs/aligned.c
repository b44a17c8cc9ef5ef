/*
 * aligned.c -- where blocks of all sizes lie.
 *
 *     aligned LEAST      exit 0; or 1 after telling an address that is wrong
 *
 * malloc's blocks are aligned as an object is that fills them, to LEAST bytes
 * at least and to 16 at most; the others as they were asked for.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { SIZES = 200, MOST = 16, ASKED_MOST = 8192 };

static size_t due(size_t size, size_t least)
{
    size_t alignment = MOST;
    while (alignment > least && size % alignment != 0) {
        alignment /= 2;
    }
    return alignment;
}

/* Frees the block; whether it was aligned so. */
static int is_aligned(void *block, size_t size, size_t alignment)
{
    uintptr_t address = (uintptr_t)block;
    free(block);
    if (address == 0 || address % alignment != 0) {
        printf("%zu bytes at %#jx: expected a multiple of %zu\n", size,
               (uintmax_t)address, alignment);
        return 0;
    }
    return 1;
}

int main(int argc, char **argv)
{
    size_t least = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
    int well = least != 0;
    for (size_t size = 1; size <= SIZES; size++) {
        well &= is_aligned(malloc(size), size, due(size, least));
        well &= is_aligned(calloc(1, size), size, due(size, least));
        well &= is_aligned(realloc(malloc(1), size), size, due(size, least));
        for (size_t asked = MOST; asked <= ASKED_MOST; asked *= 2) {
            well &= is_aligned(aligned_alloc(asked, size), size, asked);
        }
    }
    return !well;
}
