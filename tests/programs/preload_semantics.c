/*
 * preload_semantics.c -- what the standard says of malloc and its kin, asked
 * of whatever allocator the program runs with.
 *
 *     preload_semantics          exit 0, or 1 after telling what was not so
 *     preload_semantics MODE     does what its name says: double-free,
 *                                double-free-large, interior-free, stack-free,
 *                                dump, stats
 */
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "allocator/include/allocator.h"

#define MUST(condition)                                                        \
    do {                                                                       \
        if (!(condition)) {                                                    \
            fprintf(stderr, "line %d: not so: %s\n", __LINE__, #condition);    \
            exit(1);                                                           \
        }                                                                      \
    } while (0)

/* Only the library has these. */
#pragma weak heap_stats
#pragma weak heap_check
#pragma weak heap_dump
#pragma weak free_sized
#pragma weak free_aligned_sized
#pragma weak cfree

/* Sizes that no compiler may know. */
static volatile size_t impossible = (size_t)PTRDIFF_MAX + 1;
static volatile size_t half = SIZE_MAX / 2 + 1;
static volatile size_t most = SIZE_MAX, odd = 24, uneven = 48;

/* The debug mode refuses more, and makes no mappings for large blocks. */
static int debugs(void)
{
    return getenv("MALLOC_DEBUG") != NULL;
}

static int is_zero(const unsigned char *bytes, size_t n)
{
    while (n > 0 && bytes[n - 1] == 0) {
        n--;
    }
    return n == 0;
}

static void verify_sizes(void)
{
    for (size_t size = 0; size < 300000; size += size / 7 + 1) {
        unsigned char *p = malloc(size);
        MUST(p != NULL && (uintptr_t)p % 16 == 0);
        MUST(malloc_usable_size(p) >= size);
        memset(p, 0xa5, malloc_usable_size(p));
        errno = 77;
        free(p);
        MUST(errno == 77);
        p = calloc(size, 1);
        MUST(p != NULL && is_zero(p, size));
        free(p);
    }
    free(NULL);
    MUST(malloc_usable_size(NULL) == 0);
}

static void verify_refusals(void)
{
    errno = 0;
    MUST(malloc(impossible) == NULL && errno == ENOMEM);
    errno = 0;
    MUST(malloc(most) == NULL && errno == ENOMEM);
    errno = 0;
    MUST(calloc(half, 2) == NULL && errno == ENOMEM);
    errno = 0;
    MUST(reallocarray(NULL, half, 2) == NULL && errno == ENOMEM);
    char *kept = malloc(10);
    strcpy(kept, "kept");
    errno = 0;
    MUST(realloc(kept, impossible) == NULL && errno == ENOMEM);
    MUST(strcmp(kept, "kept") == 0);
    free(kept);
    errno = 0;
    MUST(pvalloc(most) == NULL && errno == ENOMEM);
    errno = 0;
    MUST(aligned_alloc(64, impossible) == NULL && errno == ENOMEM);
}

static void verify_alignment(void)
{
    for (size_t alignment = 1; alignment <= (size_t)1 << 22; alignment *= 2) {
        for (size_t size = 1; size < 400000; size *= 9) {
            char *p = aligned_alloc(alignment, size);
            MUST(p != NULL && (uintptr_t)p % alignment == 0);
            memset(p, 1, size);
            p = realloc(p, 3 * size);
            MUST(p != NULL && p[size - 1] == 1);
            free(p);
        }
    }
    void *p = NULL;
    errno = 5;
    MUST(posix_memalign(&p, 64, impossible) == ENOMEM && p == NULL);
    MUST(posix_memalign(&p, 4096, 0) == 0 && (uintptr_t)p % 4096 == 0);
    free(p);
    p = valloc(1);
    MUST((uintptr_t)p % 4096 == 0);
    free(p);
    p = pvalloc(4097);
    MUST((uintptr_t)p % 4096 == 0 && malloc_usable_size(p) >= 8192);
    free(p);
}

/* The debug mode ends the process for these. */
static void verify_wrong_alignment(void)
{
    void *p = NULL;
    errno = 5;
    MUST(posix_memalign(&p, 3 * sizeof(void *), 8) == EINVAL && errno == 5);
    MUST(posix_memalign(&p, 4, 8) == EINVAL && p == NULL);
    p = memalign(uneven, 100);
    MUST((uintptr_t)p % 64 == 0);
    free(p);
    errno = 0;
    MUST(aligned_alloc(odd, 48) == NULL && errno == EINVAL);
    errno = 0;
    MUST(memalign(most, 1) == NULL && errno == EINVAL);
}

/* Each pair of sizes, over the borders between cache, arena and mapping. */
static void verify_realloc(void)
{
    static const size_t sizes[] = {1,      16,     17,     1000,
                                   1024,   1025,   9000,   100000,
                                   131071, 131072, 500000, 3000000};
    enum { N = sizeof sizes / sizeof *sizes };
    for (size_t i = 0; i < N * N; i++) {
        size_t from = sizes[i / N], to = sizes[i % N];
        unsigned char *p = malloc(from);
        for (size_t k = 0; k < from; k++) {
            p[k] = (unsigned char)(k * 7 + from);
        }
        p = realloc(p, to);
        MUST(p != NULL && malloc_usable_size(p) >= to);
        for (size_t k = 0; k < from && k < to; k++) {
            MUST(p[k] == (unsigned char)(k * 7 + from));
        }
        memset(p, 1, to);
        MUST(realloc(p, 0) == NULL);
    }
    void *made = realloc(NULL, 5);
    MUST(made != NULL);
    free(made);
}

/* The figures that readers of glibc's XML look for. */
static void verify_info(size_t mapped)
{
    char *text = NULL, expected[80];
    size_t bytes = 0, rest = 0, now = 0, peak = 0;
    FILE *stream = open_memstream(&text, &bytes);
    MUST(malloc_info(0, stream) == 0 && fclose(stream) == 0);
    snprintf(expected, sizeof expected, "<total type=\"mmap\" count=\"%zu\"",
             mapped);
    MUST(strncmp(text, "<malloc version=\"1\">\n", 21) == 0);
    MUST(strcmp(text + bytes - 10, "</malloc>\n") == 0);
    MUST(strstr(text, expected) != NULL);
    const char *at = strstr(text, "<total type=\"rest\"");
    MUST(at != NULL && sscanf(at, "%*[^c]count=\"%zu\"", &rest) == 1);
    at = strstr(text, "<system type=\"current\"");
    MUST(at != NULL && sscanf(at, "%*[^z]ze=\"%zu\"", &now) == 1);
    at = strstr(text, "<system type=\"max\"");
    MUST(at != NULL && sscanf(at, "%*[^z]ze=\"%zu\"", &peak) == 1);
    MUST(now != 0 && now <= peak);
    free(text);
}

/* What only the library promises. */
static void verify_library(void)
{
    struct heap_statistics before, after;
    void *small = malloc(40), *large = malloc(1 << 20);
    heap_stats(&before);
    free_sized(small, 40);
    free_aligned_sized(large, 16, 1 << 20);
    heap_stats(&after);
    MUST(after.frees == before.frees + 2);
    MUST(after.allocations == before.allocations);
    MUST(after.used_blocks == before.used_blocks - 2);
    MUST(after.mapped_blocks == before.mapped_blocks - !debugs());
    MUST(after.allocations - after.frees == after.used_blocks);
    MUST(mallinfo2().hblks == after.mapped_blocks);
    MUST(malloc_info(1, stdout) == -1);
    verify_info(after.mapped_blocks);
    MUST(heap_check() == 0);
    cfree(malloc(100));

    MUST(mallopt(M_MMAP_THRESHOLD, 1 << 20) == 1);
    void *middle = malloc(300000);
    heap_stats(&before);
    MUST(before.mapped_blocks == after.mapped_blocks);
    free(middle);
    MUST(mallopt(M_MMAP_THRESHOLD, 1 << 30) == 0);
    MUST(mallopt(M_MXFAST, 64) == 1 && mallopt(M_MXFAST, 1000) == 0);
    MUST(mallopt(M_MMAP_THRESHOLD, 128 << 10) == 1);
}

/* Many blocks, freed, trimmed: the top goes back. */
static void verify_trim(void)
{
    enum { N = 2000 };
    static void *blocks[N];
    struct heap_statistics before, after;
    for (int i = 0; i < N; i++) {
        blocks[i] = malloc(5000);
    }
    heap_stats(&before);
    for (int i = 0; i < N; i++) {
        free(blocks[i]);
    }
    malloc_trim(0);
    heap_stats(&after);
    MUST(after.footprint_bytes <= before.footprint_bytes);
    MUST(heap_check() == 0);
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";
    void *volatile p = malloc(strcmp(mode, "double-free-large") ? 100 : 5000);
    if (strncmp(mode, "double-free", 11) == 0) {
        free(p);
        free(p);
    } else if (strcmp(mode, "interior-free") == 0) {
        free((char *)p + 32);
    } else if (strcmp(mode, "stack-free") == 0) {
        char place[256] = "";
        p = place + 128 - (uintptr_t)place % 16;
        free(p);
    } else if (strcmp(mode, "dump") == 0) {
        heap_dump();
    } else if (strcmp(mode, "stats") == 0) {
        malloc_stats();
    } else {
        verify_sizes();
        verify_refusals();
        verify_alignment();
        if (!debugs()) {
            verify_wrong_alignment();
        }
        verify_realloc();
        if (heap_stats != NULL) {
            verify_library();
            verify_trim();
        }
        free(p);
    }
    return 0;
}
