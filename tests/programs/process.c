/*
 * process.c -- what programs do around an allocator, one deed for each name.
 *
 *     process NAME      exit 0, or 1 after telling what was wrong
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
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
        int status = 1;
        pid_t child = fork();
        if (child == 0) {
            free(malloc(100000));
            _exit(fflush(NULL) != 0);
        }
        expect(waitpid(child, &status, 0) == child && status == 0,
               "a child failed");
    }
    enough = 1;
    pthread_join(flusher, NULL);
    for (int i = 0; i < READERS; i++) {
        pthread_join(readers[i], NULL);
        fclose(streams[i]);
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

/* Nothing is touched that is not used, even where all has to be resident. */
static void lock_memory(void)
{
    free(malloc(100));
    if (mlockall(MCL_CURRENT | MCL_FUTURE) == 0) {
        free(malloc(100000));
        expect(status_kb("VmRSS") < MORE / 1024, "locking took much memory");
    }
}

/* -------------------------------------------------------------------------- */

static const struct {
    const char *name;
    void (*perform)(void);
} deeds[] = {
    {"fork-beside-streams", fork_beside_streams},
    {"limit-address-space", limit_address_space},
    {"limit-data", limit_data},
    {"small-address-space", small_address_space},
    {"lock-memory", lock_memory},
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
