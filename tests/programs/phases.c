/*
 * phases.c -- programs whose blocks could lie where others were; each prints
 * the footprint in KiB after its first phase and after all.
 *
 *     phases        blocks of one size first, then of another
 *     phases pass   the same blocks round and round: one thread allocates,
 *                   another frees
 *     phases sizes  beside them one block at a time, each of another size
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/include/allocator.h"

#pragma weak heap_stats

enum { BYTES = 900000, FIRST = 100, SECOND = 200, ROUNDS = 40 };
enum { LEAST = 300, MOST = 32000, STEP = 50 };

static void *blocks[BYTES / FIRST];

static void tell(const char *when)
{
    struct heap_statistics now = {0};
    if (heap_stats != NULL) {
        heap_stats(&now);
    }
    printf("%s %zu\n", when, now.footprint_bytes >> 10);
}

static void fill(int size)
{
    for (int i = 0; i < BYTES / size; i++) {
        blocks[i] = malloc((size_t)size);
    }
}

static void *empty(void *size)
{
    for (int i = 0; i < BYTES / *(int *)size; i++) {
        free(blocks[i]);
    }
    return NULL;
}

static void change_size(void)
{
    int size = FIRST;
    fill(size);
    tell("first");
    empty(&size);
    fill(SECOND);
    tell("second");
}

static void pass(void)
{
    int size = FIRST;
    for (int i = 0; i < ROUNDS; i++) {
        pthread_t thread;
        fill(size);
        if (i == 0) {
            tell("first");
        }
        if (pthread_create(&thread, NULL, empty, &size) != 0) {
            abort();
        }
        pthread_join(thread, NULL);
    }
    tell("second");
}

static void vary(void)
{
    fill(FIRST);
    tell("first");
    for (int size = LEAST; size <= MOST; size += STEP) {
        void *volatile block = malloc((size_t)size);
        free(block);
    }
    tell("second");
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "pass") == 0) {
        pass();
    } else if (argc > 1) {
        vary();
    } else {
        change_size();
    }
    return 0;
}
