/*
 * load.c -- threads that do nothing but allocate and free (load.h).
 *
 * Each block's first byte is written, as programs do; memory for the pointers
 * comes from the system, so that malloc serves the load alone.
 */
#include "driver/bench/load.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

enum { SIZES = 64 };

/* Each on lines of its own: threads write to them all the time. */
struct worker {
    _Alignas(128) const struct load *load;
    pthread_barrier_t *start;
    void **places;
    uint64_t calls;
};

static void touch(unsigned char *block)
{
    if (block != NULL) {
        *(volatile unsigned char *)block = 1;
    }
}

/* Sizes from 8 to 512 bytes in turns. */
static void run_pairs(struct worker *worker)
{
    for (; worker->calls < worker->load->calls; worker->calls += 2) {
        void *block = malloc(8 + worker->calls / 2 % SIZES * 8);
        touch(block);
        free(block);
    }
}

static void take(void **place, const struct lifetime_step *step)
{
    switch (step->what) {
    case 'f':
        free(*place);
        *place = NULL;
        break;
    case 'r': *place = realloc(*place, step->size); break;
    default: *place = malloc(step->size); break;
    }
    if (step->size != 0) {
        touch(*place);
    }
}

/* Over and over; what is left at the end of each turn is freed. */
static void run_lifetimes(struct worker *worker)
{
    const struct lifetimes *all = worker->load->lifetimes;
    while (worker->calls < worker->load->calls) {
        for (size_t i = 0; i < all->n; i++) {
            take(&worker->places[all->steps[i].place], &all->steps[i]);
        }
        worker->calls += all->n;
        for (size_t i = 0; i < all->n_places; i++) {
            if (worker->places[i] != NULL) {
                free(worker->places[i]);
                worker->places[i] = NULL;
                worker->calls++;
            }
        }
    }
}

static void *run_worker(void *argument)
{
    struct worker *worker = argument;
    pthread_barrier_wait(worker->start);
    if (worker->load->lifetimes != NULL) {
        run_lifetimes(worker);
    } else {
        run_pairs(worker);
    }
    return NULL;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Places for a worker; false without memory. */
static int prepare(struct worker *worker)
{
    const struct lifetimes *all = worker->load->lifetimes;
    size_t n = all != NULL ? all->n_places : 1;
    worker->places =
        mmap(NULL, n * sizeof *worker->places, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    return worker->places != MAP_FAILED;
}

/* The calling thread is the first worker. */
int load_run(const struct load *load, struct load_result *result)
{
    pthread_barrier_t start;
    pthread_t ids[LOAD_THREADS_MOST];
    struct worker workers[LOAD_THREADS_MOST];
    pthread_barrier_init(&start, NULL, load->threads);
    for (unsigned i = 0; i < load->threads; i++) {
        workers[i] = (struct worker){.load = load, .start = &start};
        if (!prepare(&workers[i])) {
            return -1;
        }
    }
    for (unsigned i = 1; i < load->threads; i++) {
        if (pthread_create(&ids[i], NULL, run_worker, &workers[i]) != 0) {
            return -1;
        }
    }
    double begun = now();
    run_worker(&workers[0]);
    result->calls = workers[0].calls;
    for (unsigned i = 1; i < load->threads; i++) {
        pthread_join(ids[i], NULL);
        result->calls += workers[i].calls;
    }
    result->seconds = now() - begun;
    pthread_barrier_destroy(&start);
    return 0;
}
