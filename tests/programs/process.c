/*
 * process.c -- what programs do around an allocator, one deed for each name.
 *
 *     process NAME      exit 0, or 1 after telling what was wrong
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "%s\n", what);
    _exit(1);
}

static void expect(int holds, const char *what)
{
    if (!holds) {
        fail(what);
    }
}

static void expect_child(pid_t child, const char *what)
{
    int status = 1;
    expect(waitpid(child, &status, 0) == child && status == 0, what);
}

/* ---- fork beside threads that use streams -------------------------------- */

static atomic_bool enough;

/* Allocates under the lock of a stream. */
static void *read_lines(void *argument)
{
    FILE *stream = argument;
    while (!enough) {
        char *line = NULL;
        size_t room = 0;
        rewind(stream);
        expect(getline(&line, &room, stream) > 0, "no line was read");
        free(line);
        usleep(20); /* locks are not fair */
    }
    return NULL;
}

/* Takes the locks of all streams, under that of their list. */
static void *flush_all(void *argument)
{
    (void)argument;
    while (!enough) {
        fflush(NULL);
        usleep(20);
    }
    return NULL;
}

static FILE *stream_with_a_long_line(void)
{
    FILE *stream = tmpfile();
    expect(stream != NULL, "no temporary file");
    for (int i = 0; i < 50000; i++) {
        fputc('x', stream);
    }
    fputc('\n', stream);
    return stream;
}

static void fork_beside_streams(void)
{
    enum { READERS = 3, FORKS = 30 };
    pthread_t readers[READERS], flusher;
    FILE *streams[READERS];
    for (int i = 0; i < READERS; i++) {
        streams[i] = stream_with_a_long_line();
        pthread_create(&readers[i], NULL, read_lines, streams[i]);
    }
    pthread_create(&flusher, NULL, flush_all, NULL);
    for (int i = 0; i < FORKS; i++) {
        pid_t child = fork();
        if (child == 0) {
            free(malloc(100000));
            _exit(fflush(NULL) != 0);
        }
        expect_child(child, "a child failed");
    }
    enough = 1;
    pthread_join(flusher, NULL);
    for (int i = 0; i < READERS; i++) {
        pthread_join(readers[i], NULL);
        fclose(streams[i]);
    }
}

/* ---- fork in a signal's handler ------------------------------------------ */

static volatile sig_atomic_t forks;

static void fork_now(int signal)
{
    (void)signal;
    int kept_errno = errno;
    pid_t child = fork();
    if (child == 0) {
        _exit(0);
    }
    expect_child(child, "a child failed");
    forks++;
    errno = kept_errno;
}

/* The only thread may be anywhere in malloc, with any lock held. */
static void fork_in_a_handler(void)
{
    enum { FORKS = 200, BLOCKS = 64 };
    struct itimerval often = {{0, 300}, {0, 300}}, never = {{0, 0}, {0, 0}};
    struct sigaction action = {.sa_handler = fork_now, .sa_flags = SA_RESTART};
    void *blocks[BLOCKS] = {NULL};
    expect(sigaction(SIGPROF, &action, NULL) == 0 &&
               setitimer(ITIMER_PROF, &often, NULL) == 0,
           "no timer was set");
    for (unsigned i = 1; forks < FORKS; i = i * 1103515245 + 12345) {
        void **block = &blocks[i >> 16 & (BLOCKS - 1)];
        free(*block);
        *block = malloc(i >> 8 & 0xffff);
    }
    setitimer(ITIMER_PROF, &never, NULL);
    for (int i = 0; i < BLOCKS; i++) {
        free(blocks[i]);
    }
}

/* ---- limits that the program sets itself --------------------------------- */

enum { MORE = 64 << 20 }; /* bytes that a limit leaves */

/* Kilobytes of a line of /proc/self/status. */
static size_t status_kb(const char *name)
{
    char line[256];
    size_t length = strlen(name), kb = 0;
    FILE *file = fopen("/proc/self/status", "r");
    expect(file != NULL, "no /proc/self/status");
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, name, length) == 0) {
            kb = strtoul(line + length + 1, NULL, 10);
        }
    }
    fclose(file);
    return kb;
}

struct link {
    struct link *next;
};

/* Blocks of a size until there is no more; how many, freed again. */
static size_t exhaust(size_t size)
{
    struct link *blocks = NULL, *block;
    size_t n = 0;
    errno = 0;
    for (; n < 2 * MORE / size && (block = malloc(size)) != NULL; n++) {
        block->next = blocks;
        blocks = block;
    }
    expect(errno == ENOMEM, "memory ended without ENOMEM");
    while (blocks != NULL) {
        block = blocks->next;
        free(blocks);
        blocks = block;
    }
    return n;
}

/* Memory ends where the limit says, is told, and can be used again. */
static void live_within(size_t most_bytes)
{
    static const size_t sizes[] = {100, 5000, 1 << 20};
    char *kept = malloc(3000);
    strcpy(kept, "kept");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t bytes = exhaust(sizes[i]) * sizes[i];
        expect(bytes <= most_bytes, "the limit did not hold");
        expect(bytes >= most_bytes / 4, "memory ended early");
    }
    char *grown = realloc(kept, 2 * MORE);
    expect(grown == NULL && errno == ENOMEM && strcmp(kept, "kept") == 0,
           "a refused realloc did not leave all as it was");
    void *zeroed = calloc(2, MORE), *aligned = aligned_alloc(4096, 2 * MORE);
    expect(zeroed == NULL && aligned == NULL,
           "the limit holds for malloc alone");
    free(kept);
}

static void limit(__rlimit_resource_t resource, const char *now)
{
    struct rlimit limit;
    getrlimit(resource, &limit);
    limit.rlim_cur = (rlim_t)status_kb(now) * 1024 + MORE;
    expect(setrlimit(resource, &limit) == 0, "no limit was set");
    live_within(MORE);
}

static void limit_address_space(void)
{
    limit(RLIMIT_AS, "VmSize");
}

static void limit_data(void)
{
    limit(RLIMIT_DATA, "VmData");
}

/* A number as others set it, not one that knows what is in use. */
static void small_address_space(void)
{
    struct rlimit limit = {MORE, RLIM_INFINITY};
    expect(status_kb("VmSize") < MORE / 1024, "a small program is large");
    expect(setrlimit(RLIMIT_AS, &limit) == 0, "no limit was set");
    live_within(MORE);
}

/* Not even a block of no bytes has room. */
static void nothing_vastly_aligned(void)
{
    volatile size_t vast = (size_t)1 << 62; /* compilers know better */
    for (int i = 0; i < 3; i++) {
        errno = 0;
        void *nothing = aligned_alloc(vast, 0);
        expect(nothing == NULL && errno == ENOMEM,
               "a vast alignment was not refused");
        free(malloc(100));
    }
}

/* Nothing is touched that is not used, even where all has to be resident. */
static void lock_memory(void)
{
    free(malloc(100));
    if (mlockall(MCL_CURRENT | MCL_FUTURE) == 0) {
        free(malloc(100000));
        expect(status_kb("VmRSS") < MORE / 1024, "locking took much memory");
    }
}

/* ---- other ways to a process --------------------------------------------- */

/* Its own memory, but no handler of fork has run. */
static void clone_without_handlers(void)
{
    pid_t child = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
    if (child == 0) {
        free(malloc(100));
        free(malloc(100000));
        free(malloc(1 << 20));
        _exit(0);
    }
    expect_child(child, "a cloned process failed");
}

static int allocate_beside(void *argument)
{
    *(void **)argument = malloc(100);
    free(malloc(5000));
    return 0;
}

/* The parent's memory, while the parent waits, as for vfork. */
static void clone_beside(void)
{
    enum { STACK = 256 << 10 };
    char *stack = malloc(STACK);
    void *block = NULL;
    pid_t child = clone(allocate_beside, stack + STACK,
                        CLONE_VM | CLONE_VFORK | SIGCHLD, &block);
    expect_child(child, "a process in our memory failed");
    expect(malloc_usable_size(block) >= 100, "its block is none of ours");
    free(block);
    free(stack);
}

static void spawn(void)
{
    static char *const words[] = {"true", NULL};
    pid_t child;
    expect(posix_spawnp(&child, "true", NULL, NULL, words, environ) == 0,
           "nothing was spawned");
    expect_child(child, "a spawned process failed");
}

static void other_processes(void)
{
    void *kept = malloc(300);
    clone_without_handlers();
    clone_beside();
    spawn();
    free(kept);
}

/* ---- memory that is not ours --------------------------------------------- */

/* The break is the program's, and grows and shrinks between our calls. */
static void move_the_break(void)
{
    char *first = sbrk(0), *blocks[100];
    for (int i = 0; i < 100; i++) {
        char *mine = sbrk(5000);
        expect(mine == first + 5000L * i, "somebody else moved the break");
        memset(mine, i, 5000);
        blocks[i] = malloc(3000);
        memset(blocks[i], -1, 3000);
    }
    for (int i = 0; i < 100; i++) {
        expect(first[5000 * i] == i && first[5000 * i + 4999] == i,
               "somebody wrote to the program's break");
        free(blocks[i]);
    }
    expect(brk(first) == 0, "the break does not go back");
}

/* Wherever the system puts mappings, from there on they do not meet arenas. */
static void arenas_above_mappings(void)
{
    static const uintptr_t upwards_from = 0x2aaaaaaaa000;
    uintptr_t in_arena = (uintptr_t)malloc(100);
    uintptr_t mapped = (uintptr_t)mmap(NULL, 4096, PROT_READ,
                                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    expect(in_arena > mapped || mapped >= upwards_from,
           "a mapping lies where arenas could");
}

/* Where a filter allows little else than memory, time and the end. */
static void under_a_filter(void)
{
    free(malloc(10));
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 7, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_munmap, 6, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mremap, 5, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_madvise, 4, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mprotect, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clock_gettime, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof code / sizeof *code, code};
    expect(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
               prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0,
           "no filter was set");
    for (size_t size = 1; size < (size_t)64 << 20; size *= 3) {
        char *block = realloc(malloc(size), 2 * size);
        block[2 * size - 1] = 1;
        free(block);
        free(aligned_alloc(4096, size));
    }
    malloc_trim(0);
    _exit(0);
}

/* ---- the end, where little is allowed ------------------------------------ */

static void *volatile kept;

/* As without /proc: nothing can be opened. */
static void no_descriptors(void)
{
    struct rlimit limit = {3, 3};
    kept = malloc(100);
    expect(setrlimit(RLIMIT_NOFILE, &limit) == 0, "no limit was set");
}

/* As some containers have it: a filter refuses to read memory by a call. */
static void no_reading(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_process_vm_readv, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof code / sizeof *code, code};
    kept = malloc(100);
    expect(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
               prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0,
           "no filter was set");
}

/* -------------------------------------------------------------------------- */

static const struct {
    const char *name;
    void (*perform)(void);
} deeds[] = {
    {"fork-beside-streams", fork_beside_streams},
    {"fork-in-a-handler", fork_in_a_handler},
    {"limit-address-space", limit_address_space},
    {"limit-data", limit_data},
    {"small-address-space", small_address_space},
    {"nothing-vastly-aligned", nothing_vastly_aligned},
    {"lock-memory", lock_memory},
    {"other-processes", other_processes},
    {"move-the-break", move_the_break},
    {"arenas-above-mappings", arenas_above_mappings},
    {"under-a-filter", under_a_filter},
    {"no-descriptors", no_descriptors},
    {"no-reading", no_reading},
};

int main(int argc, char **argv)
{
    alarm(60);
    for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++) {
        if (argc == 2 && strcmp(argv[1], deeds[i].name) == 0) {
            deeds[i].perform();
            return 0;
        }
    }
    fputs("usage: process NAME\n", stderr);
    return 2;
}
