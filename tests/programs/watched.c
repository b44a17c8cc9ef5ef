/*
 * watched.c -- known calls, for what the library writes down of them.
 *
 *     watched             as many calls of each function as verify below says
 *     watched fork        a block, a fork, another block in the child
 *     watched threads     two threads in turns
 *     watched sites       100,000 blocks of 100 bytes by hot_site, of which one
 *                         in four stays, and 1000 of 1000 by cold_site
 */
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* No compiler may see what becomes of the blocks. */
static void *volatile block;

static void call_each(void)
{
    void *aligned = NULL;
    block = memalign(64, 2000);
    for (int i = 0; i < 3; i++) {
        block = valloc(3000);
        free(block);
    }
    block = pvalloc(5000);
    /* cppcheck-suppress memleakOnRealloc */
    block = reallocarray(block, 3, 100);
    /* cppcheck-suppress memleakOnRealloc */
    block = realloc(block, 200000);
    /* cppcheck-suppress memleakOnRealloc */
    block = realloc(block, 400000);
    free(block);
    if (posix_memalign(&aligned, 128, 1500) == 0) {
        free(aligned);
    }
    block = aligned_alloc(32, 1600);
    block = calloc(7, 11);
    block = reallocarray(NULL, SIZE_MAX / 2, 1);
}

static int fork_with_blocks(void)
{
    int status = 1;
    void *volatile kept = malloc(1111);
    pid_t child = fork();
    if (child == 0) {
        free(kept);
        block = malloc(2222);
        _exit(0);
    }
    waitpid(child, &status, 0);
    block = malloc(3333);
    return status;
}

static void *free_and_allocate(void *argument)
{
    free(argument);
    block = malloc(4444);
    return NULL;
}

static int take_turns(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, free_and_allocate, malloc(3333)) != 0) {
        return 1;
    }
    pthread_join(thread, NULL);
    free(block);
    return 0;
}

static __attribute__((noinline)) void hot_site(int i)
{
    block = malloc(100);
    if (i % 4 != 0) {
        free(block);
    }
}

static __attribute__((noinline)) void cold_site(void)
{
    block = calloc(10, 100);
    free(block);
}

static void *visit_sites(void *argument)
{
    for (int i = 0; i < 100000; i++) {
        hot_site(i);
        if (i % 100 == 0) {
            cold_site();
        }
    }
    return argument;
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";
    if (strcmp(mode, "fork") == 0) {
        return fork_with_blocks();
    }
    if (strcmp(mode, "sites") == 0) {
        visit_sites(NULL);
        return 0;
    }
    if (strcmp(mode, "threads") == 0) {
        return take_turns();
    }
    call_each();
    return 0;
}
