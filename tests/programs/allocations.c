/*
 * allocations.c -- a program to be recorded: each mode does one thing that a
 * recorder may get wrong.  Sizes from 70001 on appear nowhere else, so that
 * a test finds them in the trace.
 *
 * Built without a sanitizer and without builtins, so that every call that is
 * written here is made.
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MARK 70000

static void *early;

__attribute__((constructor(101))) static void allocate_early(void)
{
    early = malloc(MARK + 1);
}

__attribute__((destructor(101))) static void free_late(void)
{
    free(malloc(MARK + 2));
    free(early);
}

static int do_nothing(void)
{
    return 0;
}

/* Every function once; extended traces show which. */
static int call_family(void)
{
    void *blocks[] = {
        malloc(MARK + 10),
        calloc(2, (MARK + 12) / 2),
        realloc(NULL, MARK + 13),
        reallocarray(NULL, 2, (MARK + 14) / 2),
        memalign(64, MARK + 15),
        aligned_alloc(128, 70016),
        NULL,
        valloc(MARK + 18),
        pvalloc(MARK + 19),
        malloc(0),
    };
    if (posix_memalign(&blocks[6], 256, MARK + 17) != 0)
        return 1;
    blocks[0] = realloc(blocks[0], MARK + 20);
    blocks[3] = reallocarray(blocks[3], 3, 30000);
    blocks[2] = realloc(blocks[2], 0);
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++)
        free(blocks[i]);
    free(NULL);
    return 0;
}

static bool is_refused(void *block)
{
    free(block);
    return block == NULL;
}

/* The block, where it went; as it was where there is no room. */
static void *resize(void *block, size_t size)
{
    void *moved = realloc(block, size);
    if (moved == NULL)
        return block;
    return moved;
}

/* None of the refused calls obtains or releases anything. */
static int fail_to_allocate(void)
{
    void *none = NULL;
    volatile size_t huge = PTRDIFF_MAX;
    void *kept = malloc(MARK + 30);
    bool refused = is_refused(malloc(huge)) && is_refused(calloc(huge, 4)) &&
                   is_refused(reallocarray(NULL, huge, 4)) &&
                   is_refused(pvalloc(SIZE_MAX)) &&
                   posix_memalign(&none, 3, 100) == EINVAL &&
                   resize(kept, huge) == kept;
    kept = resize(kept, MARK + 31);
    for (int i = 0; i < 64; i++)
        free(malloc(100));
    free(kept);
    return refused ? 0 : 1;
}

/* ---- threads ------------------------------------------------------------- */

enum { THREADS = 4, BOXES = 32, ROUNDS = 20000 };

static _Atomic(void *) boxes[BOXES];

/* Blocks wander from thread to thread; some grow on the way. */
static void *exchange_blocks(void *seed)
{
    unsigned state = (unsigned)(uintptr_t)seed * 7919 + 1;
    for (int i = 0; i < ROUNDS; i++) {
        state = state * 1103515245 + 12345;
        void *put = malloc(8 + (state >> 20) % 200);
        void *got = atomic_exchange(&boxes[(state >> 16) % BOXES], put);
        if (got != NULL && (state >> 10) % 4 == 0)
            got = resize(got, 1 + (state >> 12) % 3000);
        free(got);
    }
    return NULL;
}

static int run_threads(void)
{
    pthread_t threads[THREADS];
    for (uintptr_t i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, exchange_blocks, (void *)i) != 0)
            return 1;
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < BOXES; i++)
        free(boxes[i]);
    return 0;
}

/* ---- processes ----------------------------------------------------------- */

static int wait_for(pid_t child)
{
    int status = 1;
    return waitpid(child, &status, 0) == child && status == 0 ? 0 : 1;
}

/* The child releases what it inherited, and does something of its own. */
static int fork_child(void)
{
    void *inherited = malloc(MARK + 40);
    pid_t child = fork();
    if (child == 0) {
        free(inherited);
        free(malloc(MARK + 41));
        _exit(0);
    }
    free(malloc(MARK + 42));
    // cppcheck-suppress doubleFree ; the child released its copy
    free(inherited);
    return wait_for(child);
}

static int fork_while_threads_run(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, exchange_blocks, NULL) != 0)
        return 1;
    int failures = 0;
    for (int i = 0; i < 20; i++) {
        pid_t child = fork();
        if (child == 0) {
            for (int k = 0; k < 100; k++)
                free(malloc(MARK + 43));
            _exit(0);
        }
        failures += wait_for(child);
    }
    pthread_join(thread, NULL);
    return failures;
}

static int become_another(void)
{
    void *lost = malloc(MARK + 44);
    execl("/proc/self/exe", "allocations", "nothing", (char *)NULL);
    free(lost);
    return 1;
}

/* ---- ends ---------------------------------------------------------------- */

static void allocate_many(size_t size)
{
    for (int i = 0; i < 10000; i++)
        free(malloc((size_t)i % 100 + 1));
    void *volatile last = malloc(size);
    (void)last;
}

static int crash(void)
{
    allocate_many(MARK + 50);
    raise(SIGSEGV);
    return 0;
}

static int be_killed(void)
{
    allocate_many(MARK + 51);
    kill(getpid(), SIGKILL);
    return 0;
}

static int allocate_much(void)
{
    for (int i = 0; i < 300000; i++)
        free(malloc((size_t)i % 100 + 1));
    return 0;
}

/* ---- what the program owns ----------------------------------------------- */

/* Descriptors are the program's: none is taken, all may be closed. */
static int close_all_descriptors(void)
{
    close_range(3, ~0U, 0);
    allocate_many(MARK + 60);
    if (open("/dev/null", O_RDONLY) != 3)
        return 1;
    close_range(0, ~0U, 0);
    allocate_much();
    free(malloc(MARK + 61));
    return open("/dev/null", O_RDONLY) == 0 ? 0 : 2;
}

static int keep_errno(void)
{
    errno = 77;
    allocate_much();
    return errno == 77 ? 0 : 1;
}

static int limit_files(void)
{
    struct rlimit limit = {.rlim_cur = 200000, .rlim_max = 200000};
    setrlimit(RLIMIT_FSIZE, &limit);
    allocate_much();
    puts("went on");
    return 0;
}

static int limit_memory(void)
{
    struct rlimit limit = {.rlim_cur = 64 << 20, .rlim_max = 64 << 20};
    setrlimit(RLIMIT_AS, &limit);
    execl("/proc/self/exe", "allocations", "much", (char *)NULL);
    return 1;
}

static void *volatile in_handler;

static void allocate_in_handler(int number)
{
    in_handler = malloc((size_t)(MARK + 70 + number * 0));
}

static int handle_signal(void)
{
    signal(SIGUSR1, allocate_in_handler);
    raise(SIGUSR1);
    free(in_handler);
    return 0;
}

static int answer_usable_size(void)
{
    char *block = malloc(MARK + 80);
    size_t usable = malloc_usable_size(block);
    memset(block, 1, usable);
    free(block);
    return usable >= MARK + 80 ? 0 : 1;
}

static const struct mode {
    const char *name;
    int (*run)(void);
} modes[] = {
    {"nothing", do_nothing},
    {"family", call_family},
    {"fail", fail_to_allocate},
    {"threads", run_threads},
    {"fork", fork_child},
    {"fork-threads", fork_while_threads_run},
    {"exec", become_another},
    {"crash", crash},
    {"killed", be_killed},
    {"much", allocate_much},
    {"descriptors", close_all_descriptors},
    {"errno", keep_errno},
    {"file-limit", limit_files},
    {"memory-limit", limit_memory},
    {"signal", handle_signal},
    {"usable", answer_usable_size},
};

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
        if (strcmp(modes[i].name, name) == 0)
            return modes[i].run();
    fprintf(stderr, "allocations: expected a mode, got \"%s\"\n", name);
    return 99;
}
