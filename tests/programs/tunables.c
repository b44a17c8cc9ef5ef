/*
 * tunables.c -- prints what glibc's settings did to the malloc in use.
 *
 *     tunables [mallopt | mapped]
 *
 * mallopt calls it with M_PERTURB and M_ARENA_MAX; mapped prints no bytes, some
 * of which are not there once they are freed.
 *
 *   fresh, freed, cleared, grown   a byte of such memory, in hexadecimal
 *   mapped                         whether 64 KiB are a mapping
 *   arenas                         of four threads
 */
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/include/allocator.h"

#pragma weak heap_stats

static void print_bytes(size_t size)
{
    unsigned char *volatile p = malloc(size), *volatile q;
    /* cppcheck-suppress uninitdata ; that is what is asked */
    unsigned char fresh = p[size - 1];
    free(p);
    /* cppcheck-suppress deallocuse ; likewise */
    unsigned char freed = p[size - 1];
    q = calloc(1, size);
    unsigned char cleared = q[size - 1];
    /* cppcheck-suppress memleakOnRealloc */
    q = realloc(q, 3 * size);
    printf("fresh %02x freed %02x cleared %02x %02x grown %02x\n", fresh, freed,
           cleared, q[0], q[3 * size - 1]);
    free(q);
}

static void *allocate(void *barrier)
{
    free(malloc(100));
    pthread_barrier_wait(barrier);
    return NULL;
}

static void print_arenas(void)
{
    enum { THREADS = 4 };
    struct heap_statistics statistics;
    pthread_t threads[THREADS];
    pthread_barrier_t barrier;
    pthread_barrier_init(&barrier, NULL, THREADS);
    for (int i = 0; i < THREADS; i++) {
        pthread_create(&threads[i], NULL, allocate, &barrier);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    heap_stats(&statistics);
    printf("arenas %zu\n", statistics.arenas);
}

static int is(int argc, char **argv, const char *word)
{
    return argc == 2 && strcmp(argv[1], word) == 0;
}

int main(int argc, char **argv)
{
    if (is(argc, argv, "mallopt")) {
        mallopt(M_PERTURB, 0xa5);
        mallopt(M_ARENA_MAX, 1);
    }
    for (size_t size = 24; size < 65536 && !is(argc, argv, "mapped");
         size *= 41) {
        print_bytes(size);
    }
    char *volatile block = malloc(65536);
    printf("mapped %zu\n", mallinfo2().hblks);
    free(block);
    print_arenas();
    return 0;
}
