/*
 * ways_home.c -- where blocks go that another thread frees: to the threads of
 * the arena that they come from, and to no others.
 *
 *     ways_home            exit 0, or 1 after telling what was wrong
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { N = 4000, SIZE = 64 };

static pthread_barrier_t barrier;

static int compare(const void *a, const void *b)
{
    uintptr_t x = *(const uintptr_t *)a, y = *(const uintptr_t *)b;
    return (x > y) - (x < y);
}

static void fill(uintptr_t *blocks)
{
    for (int i = 0; i < N; i++) {
        blocks[i] = (uintptr_t)malloc(SIZE);
    }
    qsort(blocks, N, sizeof *blocks, compare);
}

static void drop(const uintptr_t *blocks)
{
    for (int i = 0; i < N; i++) {
        free((void *)blocks[i]);
    }
}

static int count_common(const uintptr_t *some, const uintptr_t *others)
{
    int n = 0;
    for (int i = 0; i < N; i++) {
        n += bsearch(&some[i], others, N, sizeof *others, compare) != NULL;
    }
    return n;
}

/* Fills its array, and once more after others have had their time. */
static void *fill_twice(void *blocks)
{
    fill(blocks);
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    fill(blocks);
    return NULL;
}

static void *fill_once(void *blocks)
{
    fill(blocks);
    return NULL;
}

int main(void)
{
    static uintptr_t own[N], first[N], others[N];
    pthread_t thread, stranger;

    pthread_barrier_init(&barrier, NULL, 2);
    pthread_create(&thread, NULL, fill_twice, own);
    pthread_barrier_wait(&barrier);
    drop(own);
    for (int i = 0; i < N; i++) {
        first[i] = own[i];
    }
    pthread_create(&stranger, NULL, fill_once, others);
    pthread_join(stranger, NULL);
    pthread_barrier_wait(&barrier);
    pthread_join(thread, NULL);

    int strays = count_common(others, first), back = count_common(own, first);
    if (strays != 0 || back < N / 2) {
        fprintf(stderr, "of %d blocks %d went to a stranger, %d came back\n",
                (int)N, strays, back);
        return 1;
    }
    drop(own);
    drop(others);
    return 0;
}
