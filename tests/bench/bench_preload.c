/*
 * bench_preload.c -- libmymalloc.so against the C library's malloc and those
 * that are installed of jemalloc, mimalloc and tcmalloc.
 *
 * Each work runs in a process of its own, under each malloc in turns; it prints
 * the wall time of one operation (a malloc or a free), and medians of the turns
 * are compared.  With two threads, both do the whole work: as fast as one
 * thread means twice the operations in the same time.
 *
 *     pairs   malloc and free of 24 bytes at once
 *     small   4096 places at random: a full one is freed, an empty one filled
 *             with 16 to 515 bytes
 *     mixed   likewise, one in eight from 1 to 32 KiB
 *     handed  places are shared: blocks are mostly freed by the other thread
 *     passed  one thread allocates, the other frees
 *     larson  places are inherited by a new thread every 20,000 operations
 *             (P. Larson, M. Krishnan, Memory Allocation for Long-Running
 *             Server Applications, ISMM 1998)
 *     *.rep   sizes and lifetimes of a trace (bench_alloc --sizes)
 */
#include <limits.h>
#include <pthread.h>
#include <sched.h>
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

/* A ring: a place is filled when it is empty, and emptied when it is full. */
static void passed(uint64_t seed)
{
    static atomic_uint roles;
    int frees = atomic_fetch_add(&roles, 1) % 2 == 1;
    uint64_t state = seed;
    for (int i = 0; i < OPS / 2; i++) {
        place *p = &shared[i % PLACES];
        void *block = frees ? NULL : filled(size_small(next_random(&state)));
        while ((atomic_load_explicit(p, memory_order_acquire) != NULL) !=
               frees) {
            sched_yield();
        }
        if (frees) {
            block = atomic_load_explicit(p, memory_order_relaxed);
        }
        atomic_store_explicit(p, frees ? NULL : block, memory_order_release);
        if (frees) {
            free(block);
        }
    }
}

enum { GENERATIONS = OPS / 20000 };

static void *one_generation(void *argument)
{
    place *places = argument;
    uint64_t state = 88172645463325252u + (uintptr_t)places;
    for (int i = 0; i < OPS / GENERATIONS / 2; i++) {
        uint64_t r = next_random(&state);
        free(atomic_exchange_explicit(&places[r % PLACES],
                                      filled(size_small(r >> 16)),
                                      memory_order_acq_rel));
    }
    return NULL;
}

static void larson(uint64_t seed)
{
    (void)seed;
    place *places = calloc(PLACES, sizeof *places);
    pthread_t thread;
    for (int i = 0; places != NULL && i < GENERATIONS; i++) {
        if (pthread_create(&thread, NULL, one_generation, places) != 0) {
            abort();
        }
        pthread_join(thread, NULL);
    }
    free(places);
}

static const struct {
    const char *name;
    void (*run)(uint64_t seed);
    int threads_least;
} works[] = {{"pairs", pairs, 1},   {"small", small, 1},
             {"mixed", mixed, 1},   {"handed", handed, 1},
             {"passed", passed, 2}, {"larson", larson, 1}};

enum { N_WORKS = sizeof works / sizeof *works };

static const char *const traces[] = {
    "bash-script", "cc1",          "gtk-window",   "perl-strings",
    "python-json", "redis-server", "sqlite-insert"};

enum { N_TRACES = sizeof traces / sizeof *traces };

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

/* ---- the mallocs --------------------------------------------------------- */

static struct rival {
    const char *name, *file; /* no file: the C library's */
    char path[PATH_MAX];     /* what is preloaded; empty: nothing */
    int absent;
} rivals[] = {
    {.name = "libc"},
    {.name = "mymalloc", .file = "libmymalloc.so"},
    {.name = "jemalloc", .file = "libjemalloc.so.2"},
    {.name = "mimalloc", .file = "libmimalloc.so.2"},
    {.name = "tcmalloc", .file = "libtcmalloc_minimal.so.4"},
};

enum { LIBC, OURS, N_RIVALS = sizeof rivals / sizeof *rivals };

static const char *build(void)
{
    const char *folder = getenv("BUILD");
    return folder != NULL ? folder : "build/release";
}

static void find(struct rival *rival)
{
    static const char *const folders[] = {
        "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64",
        "/usr/lib", "/usr/local/lib"};
    rival->absent = 1;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        snprintf(rival->path, sizeof rival->path, "%s/%s", folders[i],
                 rival->file);
        if (access(rival->path, R_OK) == 0) {
            rival->absent = 0;
            return;
        }
    }
    printf("%s is not installed, left out\n", rival->file);
}

static void find_all(void)
{
    snprintf(rivals[OURS].path, sizeof rivals[OURS].path, "%s/%s", build(),
             rivals[OURS].file);
    for (int i = OURS + 1; i < N_RIVALS; i++) {
        find(&rivals[i]);
    }
}

/* ---- one row ------------------------------------------------------------- */

/* The figure behind mark that a command prints; negative when it fails. */
static double run_once(const struct rival *rival, const char *arguments,
                       const char *mark)
{
    char command[3 * PATH_MAX], line[512] = "";
    double ns = -1;
    snprintf(command, sizeof command, "LD_PRELOAD=%s %s", rival->path,
             arguments);
    FILE *pipe = popen(command, "r");
    if (pipe != NULL && fgets(line, sizeof line, pipe) != NULL) {
        const char *at = strstr(line, mark);
        ns = at != NULL ? strtod(at + strlen(mark), NULL) : -1;
    }
    return pipe != NULL && pclose(pipe) == 0 ? ns : -1;
}

/* Medians of each malloc's turns; 0, or -1 when a run failed. */
static int measure(const char *arguments, const char *mark,
                   double medians[N_RIVALS])
{
    double ns[N_RIVALS][TURNS];
    for (int turn = 0; turn < TURNS; turn++) {
        for (int i = 0; i < N_RIVALS; i++) {
            ns[i][turn] =
                rivals[i].absent ? 0 : run_once(&rivals[i], arguments, mark);
        }
    }
    for (int i = 0; i < N_RIVALS; i++) {
        qsort(ns[i], TURNS, sizeof **ns, compare_doubles);
        medians[i] = ns[i][TURNS / 2];
        if (ns[i][0] < 0) {
            fprintf(stderr, "bench_preload: %s: a run under %s failed\n",
                    arguments, rivals[i].name);
            return -1;
        }
    }
    return 0;
}

static int compare(const char *name, int n_threads, const char *arguments,
                   const char *mark)
{
    double medians[N_RIVALS];
    if (measure(arguments, mark, medians) != 0) {
        return -1;
    }
    printf("%-14s %7d %9.1f", name, n_threads, medians[LIBC]);
    for (int i = OURS; i < N_RIVALS; i++) {
        if (rivals[i].absent) {
            printf("%10s", "-");
        } else {
            printf("%9.2fx", medians[LIBC] / medians[i]);
        }
    }
    puts("");
    fflush(stdout);
    return 0;
}

static int compare_work(int work, int n_threads)
{
    char self[PATH_MAX] = "", arguments[2 * PATH_MAX];
    if (n_threads < works[work].threads_least) {
        return 0;
    }
    if (readlink("/proc/self/exe", self, sizeof self - 1) < 0) {
        return -1;
    }
    snprintf(arguments, sizeof arguments, "%s %s %d", self, works[work].name,
             n_threads);
    return compare(works[work].name, n_threads, arguments, "");
}

static int compare_trace(const char *trace, int n_threads)
{
    char arguments[PATH_MAX];
    snprintf(arguments, sizeof arguments,
             "%s/bench_alloc --sizes traces/%s.rep --threads %d", build(),
             trace, n_threads);
    return compare(trace, n_threads, arguments, "ns_per_call=");
}

int main(int argc, char **argv)
{
    int status = 0;
    if (argc == 3) {
        return run_work(argv[1], atoi(argv[2]));
    }
    find_all();
    puts("\nwall ns per operation of a thread under libc; others times as "
         "fast\n\n"
         "work           threads      libc  mymalloc  jemalloc  mimalloc  "
         "tcmalloc");
    for (int n = 1; n <= THREADS_MOST; n++) {
        for (int i = 0; status == 0 && i < N_WORKS; i++) {
            status = compare_work(i, n);
        }
        for (int i = 0; status == 0 && i < N_TRACES; i++) {
            status = compare_trace(traces[i], n);
        }
    }
    return status != 0;
}
