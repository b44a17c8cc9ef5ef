/*
 * roots.c -- exits with a block that one word points to.
 *
 *     roots PLACE      exit 0 (3 under the debug mode, if it calls it a leak)
 *
 * Each function leaves the only pointer in the place that it is named after.
 * The block is made in a frame of its own, and the stack behind is overwritten,
 * so that no copy is left there.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { SIZE = 100, FAR = 1 << 17, DEEP = 1 << 12 };

#define APART __attribute__((noinline))

static char *volatile in_data = (char *)1;
static char *volatile in_bss;
static char *volatile far_array[FAR]; /* 1 MiB */
static __thread char *volatile in_tls;
static pthread_barrier_t kept;

/* Overwrites the stack that functions have left. */
static APART void scrub(void)
{
    volatile uintptr_t dead[2 * DEEP] = {1};
    for (size_t i = 1; i < 2 * DEEP; i++) {
        dead[i] = dead[i - 1];
    }
}

static APART void make(char *volatile *place, size_t offset)
{
    *place = (char *)malloc(SIZE) + offset;
}

static void data(void)
{
    make(&in_data, 0);
}

static void bss(void)
{
    make(&in_bss, 0);
}

static void far_away(void)
{
    make(&far_array[FAR - 1], 0);
}

static void tls(void)
{
    make(&in_tls, 0);
}

static void inside(void)
{
    make(&in_bss, SIZE / 2 + 1);
}

/* As an iterator that has come to the end. */
static void behind(void)
{
    make(&in_bss, SIZE);
}

static void mapping(void)
{
    char *volatile *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    make(page + 100, 0);
}

/* In the last word of a block that is in reach. */
static void block(void)
{
    char *volatile *words = calloc(FAR, sizeof *words);
    in_bss = (char *)words;
    make(&words[FAR - 1], 0);
}

/* A compiler keeps it in a register, which the called function preserves. */
static void in_register(void)
{
    void (*volatile leave)(int) = exit;
    char *held;
    make(&in_bss, 0);
    held = in_bss;
    in_bss = NULL;
    scrub();
    leave(0);
    *held = 1;
}

static void frame(void)
{
    char *volatile local;
    make(&local, 0);
    scrub();
    exit(0);
}

/* ---- of another thread --------------------------------------------------- */

static void *keep_in_frame(void *argument)
{
    char *volatile local;
    make(&local, 0);
    scrub();
    pthread_barrier_wait(&kept);
    pthread_barrier_wait(&kept); /* nobody comes */
    return argument;
}

static void *keep_in_tls(void *argument)
{
    make(&in_tls, 0);
    scrub();
    pthread_barrier_wait(&kept);
    pthread_barrier_wait(&kept);
    return argument;
}

static void *keep_as_value(void *argument)
{
    pthread_key_t key;
    make(&in_tls, 0);
    pthread_key_create(&key, NULL);
    pthread_setspecific(key, in_tls);
    in_tls = NULL;
    scrub();
    pthread_barrier_wait(&kept);
    pthread_barrier_wait(&kept);
    return argument;
}

static void begin(void *(*keep)(void *))
{
    pthread_t thread;
    pthread_barrier_init(&kept, NULL, 2);
    if (pthread_create(&thread, NULL, keep, NULL) == 0) {
        pthread_barrier_wait(&kept);
    }
}

static void thread_frame(void)
{
    begin(keep_in_frame);
}

static void thread_tls(void)
{
    begin(keep_in_tls);
}

static void thread_value(void)
{
    begin(keep_as_value);
}

/* ---- no roots ------------------------------------------------------------ */

static void beyond(void)
{
    make(&in_bss, SIZE + 1);
}

static void below(void)
{
    make(&in_bss, (size_t)-1);
}

static void shared(void)
{
    char *volatile *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    make(page + 100, 0);
}

static void constant(void)
{
    char *volatile *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    make(page + 100, 0);
    mprotect((void *)page, 4096, PROT_READ);
}

static void freed_block(void)
{
    in_bss = malloc(SIZE);
    make((char *volatile *)in_bss, 0);
    free(in_bss);
}

/* All over what exit will call its own, and deeper. */
static APART void die(void)
{
    char *volatile dead[DEEP];
    make(&dead[0], 0);
    for (size_t i = 1; i < DEEP; i++) {
        dead[i] = dead[0];
    }
}

static const struct {
    const char *name;
    void (*leave)(void);
} places[] = {
    {"data", data},
    {"bss", bss},
    {"far", far_away},
    {"tls", tls},
    {"inside", inside},
    {"behind", behind},
    {"mapping", mapping},
    {"block", block},
    {"register", in_register},
    {"frame", frame},
    {"thread-frame", thread_frame},
    {"thread-tls", thread_tls},
    {"thread-value", thread_value},
    {"beyond", beyond},
    {"below", below},
    {"shared", shared},
    {"constant", constant},
    {"freed-block", freed_block},
    {"dead-frame", die},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (argc == 2 && strcmp(argv[1], places[i].name) == 0) {
            places[i].leave();
            if (places[i].leave != die) {
                scrub();
            }
            return 0;
        }
    }
    fputs("usage: roots PLACE\n", stderr);
    return 2;
}
