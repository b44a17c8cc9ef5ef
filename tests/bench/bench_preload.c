/*
 * bench_preload.c -- libmymalloc.so against the C library's malloc.
 *
 * The program runs itself without and with the library in turns; each run
 * prints the wall time of one operation (a malloc or a free), and the medians
 * of five turns are compared.  With two threads, both do the whole work: as
 * fast as one thread means twice the operations in the same time.
 *
 *     pairs   malloc and free of 24 bytes at once
 *     small   4096 places at random: a full one is freed, an empty one filled
 *             with 16 to 515 bytes
 *     mixed   likewise, one in eight from 1 to 32 KiB
 *     handed  places are shared: blocks are mostly freed by the other thread
 */
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PLACES = 4096, TURNS = 5, OPS = 4000000, THREADS_MOST = 2 };

typedef void *_Atomic place;

static place shared[PLACES];

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static size_t size_small(uint64_t r)
{
    return 16 + r % 500;
}

static size_t size_mixed(uint64_t r)
{
    return (r & 7) == 0 ? 1024 + (r >> 3) % 31744 : 16 + (r >> 3) % 500;
}

static void *filled(size_t size)
{
    char *block = malloc(size);
    if (block == NULL) {
        abort();
    }
    block[0] = 1;
    return block;
}

static void churn(place *places, uint64_t seed, size_t (*size)(uint64_t))
{
    uint64_t state = seed;
    for (int i = 0; i < OPS; i++) {
        uint64_t r = next_random(&state);
        place *p = &places[r % PLACES];
        void *old = atomic_exchange_explicit(p, NULL, memory_order_acq_rel);
        if (old != NULL) {
            free(old);
        } else {
            free(atomic_exchange_explicit(p, filled(size(r >> 16)),
                                          memory_order_acq_rel));
        }
    }
}

static void pairs(uint64_t seed)
{
    (void)seed;
    for (int i = 0; i < OPS / 2; i++) {
        void *volatile block = malloc(24);
        free(block);
    }
}

static void own_places(uint64_t seed, size_t (*size)(uint64_t))
{
    place *places = calloc(PLACES, sizeof *places);
    if (places == NULL) {
        abort();
    }
    churn(places, seed, size);
    for (size_t i = 0; i < PLACES; i++) {
        free(places[i]);
    }
    free(places);
}

static void small(uint64_t seed)
{
    own_places(seed, size_small);
}

static void mixed(uint64_t seed)
{
    own_places(seed, size_mixed);
}

static void handed(uint64_t seed)
{
    churn(shared, seed, size_small);
}

static const struct {
    const char *name;
    void (*run)(uint64_t seed);
} works[] = {
    {"pairs", pairs}, {"small", small}, {"mixed", mixed}, {"handed", handed}};

enum { N_WORKS = sizeof works / sizeof *works };

static int work_index;

static void *run_thread(void *argument)
{
    works[work_index].run(88172645463325252u + 977 * (uintptr_t)argument);
    return NULL;
}

/* Prints the wall time per operation and thread. */
static int run_work(const char *name, int n_threads)
{
    pthread_t threads[THREADS_MOST];
    while (work_index < N_WORKS - 1 &&
           strcmp(works[work_index].name, name) != 0) {
        work_index++;
    }
    double begun = now_ns();
    for (int i = 0; i < n_threads; i++) {
        if (pthread_create(&threads[i], NULL, run_thread,
                           (void *)(uintptr_t)i) != 0) {
            return 1;
        }
    }
    for (int i = 0; i < n_threads; i++) {
        pthread_join(threads[i], NULL);
    }
    printf("%.3f\n", (now_ns() - begun) / OPS);
    return 0;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The figure that a run prints; negative when it fails. */
static double run_once(const char *preload, const char *name, int n_threads)
{
    char self[PATH_MAX] = "", command[3 * PATH_MAX];
    double ns = -1;
    if (readlink("/proc/self/exe", self, sizeof self - 1) < 0) {
        return -1;
    }
    snprintf(command, sizeof command, "LD_PRELOAD=%s %s %s %d", preload, self,
             name, n_threads);
    FILE *pipe = popen(command, "r");
    if (pipe == NULL || fscanf(pipe, "%lf", &ns) != 1) {
        ns = -1;
    }
    return pipe != NULL && pclose(pipe) == 0 ? ns : -1;
}

static int compare(const char *library, const char *name, int n_threads)
{
    double libc[TURNS], ours[TURNS];
    for (int i = 0; i < TURNS; i++) {
        libc[i] = run_once("", name, n_threads);
        ours[i] = run_once(library, name, n_threads);
    }
    qsort(libc, TURNS, sizeof *libc, compare_doubles);
    qsort(ours, TURNS, sizeof *ours, compare_doubles);
    if (libc[0] < 0 || ours[0] < 0) {
        fprintf(stderr, "bench_preload: %s: a run failed\n", name);
        return -1;
    }
    printf("%-8s %7d %10.1f %10.1f %9.2fx\n", name, n_threads, libc[TURNS / 2],
           ours[TURNS / 2], libc[TURNS / 2] / ours[TURNS / 2]);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3) {
        return run_work(argv[1], atoi(argv[2]));
    }
    const char *build = getenv("BUILD");
    char library[PATH_MAX];
    snprintf(library, sizeof library, "%s/libmymalloc.so",
             build != NULL ? build : "build/release");
    puts("libmymalloc.so against libc: wall ns per operation of a thread\n\n"
         "work     threads       libc   mymalloc     speed");
    for (int n_threads = 1; n_threads <= THREADS_MOST; n_threads++) {
        for (int i = 0; i < N_WORKS; i++) {
            if (compare(library, works[i].name, n_threads) != 0) {
                return 1;
            }
        }
    }
    return 0;
}
