/*
 * churn.c -- does little but allocate; prints the processor time it took.
 *
 *     churn pairs N    N times malloc and free of 24 bytes: the least that
 *                      two calls can cost
 *     churn random N   N operations on 4096 places: a full one is freed, an
 *                      empty one filled with 16 to 515 bytes
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PLACES = 4096 };

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

static void churn_pairs(long n)
{
    for (long i = 0; i < n; i++) {
        void *volatile block = malloc(24);
        free(block);
    }
}

static void churn_random(long n)
{
    static void *places[PLACES];
    uint32_t state = 1;
    for (long i = 0; i < n; i++) {
        state = state * 1103515245 + 12345;
        void **place = &places[(state >> 16) % PLACES];
        if (*place != NULL) {
            free(*place);
            *place = NULL;
        } else {
            *place = malloc(16 + (state >> 8) % 500);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("usage: churn pairs|random N\n", stderr);
        return 2;
    }
    double begun = now_ns();
    (strcmp(argv[1], "pairs") == 0 ? churn_pairs : churn_random)(atol(argv[2]));
    printf("%.0f\n", now_ns() - begun);
    return 0;
}
