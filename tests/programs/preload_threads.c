/*
 * preload_threads.c -- threads that allocate, hand over, fork and end, with
 * each block's contents verified before it is freed.
 *
 *     preload_threads            exit 0, or 1 after telling what was wrong
 */
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "allocator/include/allocator.h"

#pragma weak heap_check

enum {
    THREADS = 4,
    PLACES = 512,
    ROUNDS = 60000,
    FORKS = 30,
    SHORT_LIVED = 100
};

struct block {
    size_t size;
    unsigned char fill;
    unsigned char bytes[];
};

static _Atomic(struct block *) exchange[PLACES];
static pthread_key_t late_key;

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "%s\n", what);
    _exit(1);
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Mostly small, now and then an own mapping. */
static size_t random_size(uint64_t *state)
{
    uint64_t r = next_random(state);
    size_t most = r % 1000 == 0 ? 400000 : r % 20 == 0 ? 20000 : 900;
    return sizeof(struct block) + (size_t)(next_random(state) % most);
}

static void fill(struct block *block, size_t size, unsigned char value)
{
    block->size = size;
    block->fill = value;
    memset(block->bytes, value, size - sizeof *block);
}

static void verify(const struct block *block, size_t size)
{
    for (size_t i = 0; i < size - sizeof *block; i++) {
        if (block->bytes[i] != block->fill) {
            fail("a block has changed");
        }
    }
}

static struct block *make(uint64_t *state)
{
    size_t size = random_size(state);
    struct block *block =
        next_random(state) % 16 == 0 ? aligned_alloc(64, size) : malloc(size);
    if (block != NULL) {
        fill(block, size, (unsigned char)next_random(state));
        return block;
    }
    fail("no memory");
}

static struct block *resize(struct block *block, uint64_t *state)
{
    size_t size = random_size(state), old = block->size;
    struct block *resized = realloc(block, size);
    if (resized != NULL) {
        verify(resized, size < old ? size : old);
        fill(resized, size, resized->fill);
        return resized;
    }
    fail("no memory");
}

static void drop(struct block *block)
{
    if (block != NULL) {
        verify(block, block->size);
        free(block);
    }
}

/* Own blocks at random, and some put where another thread frees them. */
static void *stress(void *argument)
{
    uint64_t state = 88172645463325252u + (uintptr_t)argument * 7919;
    struct block *own[PLACES] = {NULL};
    pthread_setspecific(late_key, malloc(50));
    for (int i = 0; i < ROUNDS; i++) {
        size_t at = next_random(&state) % PLACES;
        switch (next_random(&state) % 4) {
        case 0: drop(atomic_exchange(&exchange[at], make(&state))); break;
        case 1:
            if (own[at] != NULL) {
                own[at] = resize(own[at], &state);
                break;
            }
            /* fall through */
        default: drop(own[at]); own[at] = make(&state);
        }
    }
    for (int i = 0; i < PLACES; i++) {
        drop(own[i]);
    }
    return NULL;
}

/* Runs after, or before, the allocator's own end of a thread. */
static void late(void *value)
{
    free(value);
    for (size_t size = 1; size < 5000; size *= 3) {
        free(malloc(size));
    }
}

static void *one_block(void *argument)
{
    (void)argument;
    pthread_setspecific(late_key, malloc(10));
    return malloc(100);
}

static void short_lived(void)
{
    for (int i = 0; i < SHORT_LIVED; i++) {
        pthread_t thread;
        void *block;
        pthread_create(&thread, NULL, one_block, NULL);
        pthread_join(thread, &block);
        free(block);
    }
}

/* In the child of a busy process: allocate in two threads and end. */
static void child(void)
{
    uint64_t state = 12345;
    alarm(30);
    for (int i = 0; i < 2000; i++) {
        drop(make(&state));
    }
    pthread_t thread;
    void *block;
    if (pthread_create(&thread, NULL, one_block, NULL) == 0) {
        pthread_join(thread, &block);
        free(block);
    }
    _exit(heap_check != NULL && heap_check() != 0);
}

static void fork_now(void)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        child();
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) {
        fail("a child failed");
    }
}

int main(void)
{
    pthread_t threads[THREADS];
    alarm(120);
    pthread_key_create(&late_key, late);
    for (uintptr_t i = 0; i < THREADS; i++) {
        pthread_create(&threads[i], NULL, stress, (void *)(i + 1));
    }
    for (int i = 0; i < FORKS; i++) {
        fork_now();
    }
    short_lived();
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    for (int i = 0; i < PLACES; i++) {
        drop(exchange[i]);
    }
    if (heap_check != NULL && heap_check() != 0) {
        fail("the heap is not sound");
    }
    return 0;
}
