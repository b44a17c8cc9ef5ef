/*
 * soak.c -- everything at once, for as long as is wanted.
 *
 *     soak SECONDS [MIB]      exit 0; or 1 after telling what was wrong
 *
 * Threads take places at random, their own and ones they share, and allocate,
 * resize, free, and verify what each block holds; now and then they flush
 * everything (malloc_trim), check the heap, or fork a child that does the same
 * for a while.  Threads end after some time and others begin.  A line each
 * minute tells resident memory, which must be flat: the most of the last three
 * quarters of the time may exceed the most of the first one by a quarter and
 * MIB, 8 if not told.
 */
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "allocator/include/allocator.h"

#pragma weak heap_check

enum {
    THREADS = 3,
    OWN = 1500,
    SHARED = 1500,
    LIFE = 200000,    /* operations of a thread */
    CHILD_LIFE = 3000 /* of a forked child */
};

struct block {
    size_t size;
    uint64_t fill; /* of all words behind this one */
    uint64_t words[];
};

static _Atomic(struct block *) shared[SHARED];
static atomic_uint_fast64_t operations, seeds;
static atomic_bool over;

/* A macro, so that every reader of the program knows that it ends here. */
#define FAIL(what)                                                             \
    do {                                                                       \
        fprintf(stderr, "soak: %s\n", what);                                   \
        _exit(1);                                                              \
    } while (0)

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static size_t random_size(uint64_t *state)
{
    uint64_t r = next_random(state);
    size_t most = r % 3000 == 0 ? 600000 : r % 50 == 0 ? 30000 : 700;
    return sizeof(struct block) + (size_t)(next_random(state) % most);
}

/* ---- one block ----------------------------------------------------------- */

static struct block *filled(struct block *block, size_t size, uint64_t value)
{
    if (block == NULL) {
        FAIL("no memory");
    }
    block->size = size;
    block->fill = value;
    for (size_t i = 0; i < (size - sizeof *block) / sizeof value; i++) {
        block->words[i] = value;
    }
    return block;
}

/* The first so many bytes are as they were filled. */
static void verify(const struct block *block, size_t size)
{
    for (size_t i = 0; i < (size - sizeof *block) / sizeof block->fill; i++) {
        if (block->words[i] != block->fill) {
            FAIL("a block's contents changed");
        }
    }
}

static struct block *new_zeroed(size_t size)
{
    unsigned char *bytes = calloc(1, size);
    for (size_t i = 0; bytes != NULL && i < size; i++) {
        if (bytes[i] != 0) {
            FAIL("calloc returned bytes that are not zero");
        }
    }
    return (struct block *)bytes;
}

static struct block *new_aligned(size_t size, uint64_t *state)
{
    size_t alignment = (size_t)16 << next_random(state) % 9;
    void *block = memalign(alignment, size);
    if ((uintptr_t)block % alignment != 0) {
        FAIL("memalign returned an address that is not aligned");
    }
    return block;
}

static struct block *new_block(uint64_t *state)
{
    size_t size = random_size(state);
    uint64_t r = next_random(state);
    struct block *block = r % 8 == 0    ? new_zeroed(size)
                          : r % 32 == 1 ? new_aligned(size, state)
                                        : malloc(size);
    return filled(block, size, r);
}

static void end_block(struct block *block)
{
    if (block != NULL) {
        verify(block, block->size);
        free(block);
    }
}

static struct block *resized(struct block *block, uint64_t *state)
{
    size_t old = block->size, size = random_size(state);
    block = realloc(block, size);
    if (block == NULL) {
        FAIL("no memory");
    }
    verify(block, size < old ? size : old);
    return filled(block, size, next_random(state));
}

/* ---- one thread ---------------------------------------------------------- */

static void check(void)
{
    if (heap_check != NULL && heap_check() != 0) {
        FAIL("heap_check failed");
    }
}

static void step(struct block **own, uint64_t *state)
{
    uint64_t r = next_random(state);
    struct block **place = &own[(r >> 8) % OWN];
    if (r % 4 == 0) {
        end_block(atomic_exchange(&shared[(r >> 8) % SHARED],
                                  r % 8 == 0 ? NULL : new_block(state)));
    } else if (*place == NULL) {
        *place = new_block(state);
    } else if (r % 4 == 1) {
        *place = resized(*place, state);
    } else {
        end_block(*place);
        *place = NULL;
    }
}

static void steps(struct block **own, uint64_t *state, uint64_t n)
{
    for (uint64_t i = 0; i < n && !atomic_load(&over); i++) {
        step(own, state);
        uint64_t r = next_random(state) % 65536;
        if (r == 0) {
            malloc_trim(0);
        } else if (r == 1) {
            check();
        }
        atomic_fetch_add_explicit(&operations, 1, memory_order_relaxed);
    }
}

static void fork_child(struct block **own, uint64_t *state)
{
    int status = 1;
    pid_t child = fork();
    if (child == 0) {
        steps(own, state, CHILD_LIFE);
        check();
        _exit(0);
    }
    if (child > 0 && (waitpid(child, &status, 0) != child || status != 0)) {
        FAIL("a child failed");
    }
}

static void *live(void *argument)
{
    uint64_t state = 88172645463325252u + 977 * atomic_fetch_add(&seeds, 1);
    struct block **own = calloc(OWN, sizeof *own);
    if (own == NULL) {
        FAIL("no memory");
    }
    for (int part = 0; part < 4; part++) {
        steps(own, &state, LIFE / 4);
        fork_child(own, &state);
    }
    for (size_t i = 0; i < OWN; i++) {
        end_block(own[i]);
    }
    free(own);
    return argument;
}

/* Threads of its own, one after the other. */
static void *keep_alive(void *argument)
{
    while (!atomic_load(&over)) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, live, NULL) != 0) {
            FAIL("no thread");
        }
        pthread_join(thread, NULL);
    }
    return argument;
}

/* ---- the time ------------------------------------------------------------ */

static long resident_kib(void)
{
    long pages = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%ld %ld", &pages, &resident) != 2) {
        FAIL("no /proc/self/statm");
    }
    fclose(file);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static void watch(long n_seconds, long margin_mib)
{
    long early = 0, late = 0;
    for (long second = 1; second <= n_seconds; second++) {
        nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
        long now = resident_kib();
        long *most = 4 * second <= n_seconds ? &early : &late;
        *most = now > *most ? now : *most;
        if (second % 60 == 0 || second == n_seconds) {
            printf("%ld s: %ju operations, %ld KiB resident\n", second,
                   (uintmax_t)atomic_load(&operations), now);
            fflush(stdout);
        }
    }
    if (n_seconds >= 8 && late > early + early / 4 + 1024 * margin_mib) {
        fprintf(stderr, "soak: %ld KiB at first, %ld KiB later\n", early, late);
        FAIL("resident memory grows");
    }
}

int main(int argc, char **argv)
{
    long n_seconds = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
    long margin_mib = argc > 2 ? strtol(argv[2], NULL, 10) : 8;
    pthread_t keepers[THREADS];
    if (n_seconds < 1) {
        fputs("usage: soak SECONDS [MIB]\n", stderr);
        return 2;
    }
    for (int i = 0; i < THREADS; i++) {
        if (pthread_create(&keepers[i], NULL, keep_alive, NULL) != 0) {
            FAIL("no thread");
        }
    }
    watch(n_seconds, margin_mib);
    atomic_store(&over, true);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(keepers[i], NULL);
    }
    for (size_t i = 0; i < SHARED; i++) {
        end_block(shared[i]);
    }
    check();
    return 0;
}
