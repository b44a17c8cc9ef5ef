/*
 * bench_parse.c -- how fast is a trace read, and how much memory does it take?
 *
 * Writes a file of random allocations, reallocations and frees (about 100,000
 * live blocks, sizes of any magnitude up to 64 KiB) and reads it, statistics
 * included, from the page cache.
 *
 *     bench_parse [OPERATIONS]      default 25 million: some 300 MB
 *
 * BENCH_PARSE_OPS in the environment does the same.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "driver/trace/prng.h"
#include "driver/trace/trace.h"

enum { LIVE = 100000, DEFAULT_OPS = 25000000, REPEATS = 3 };

struct maker {
    FILE *stream;
    struct prng prng;
    uint64_t next_id;
    size_t n_live;
    uint64_t live[LIVE];
};

/* A random magnitude first: small sizes are as likely as large ones. */
static uint64_t random_size(struct maker *maker)
{
    uint64_t bits = 3 + prng_below(&maker->prng, 14);
    return prng_between(&maker->prng, 1, (uint64_t)1 << bits);
}

static void write_op(struct maker *maker)
{
    uint64_t choice = prng_below(&maker->prng, 20);
    if (maker->n_live > 0 && choice == 0) {
        uint64_t at = prng_below(&maker->prng, maker->n_live);
        fprintf(maker->stream, "r %" PRIu64 " %" PRIu64 "\n", maker->live[at],
                random_size(maker));
    } else if (maker->n_live == LIVE || (maker->n_live > 0 && choice < 10)) {
        uint64_t at = prng_below(&maker->prng, maker->n_live);
        fprintf(maker->stream, "f %" PRIu64 "\n", maker->live[at]);
        maker->live[at] = maker->live[--maker->n_live];
    } else {
        fprintf(maker->stream, "a %" PRIu64 " %" PRIu64 "\n", maker->next_id,
                random_size(maker));
        maker->live[maker->n_live++] = maker->next_id++;
    }
}

static int make_file(const char *path, uint64_t ops)
{
    struct maker *maker = calloc(1, sizeof *maker);
    if (maker == NULL) {
        return -1;
    }
    maker->stream = fopen(path, "w");
    if (maker->stream == NULL) {
        free(maker);
        return -1;
    }
    prng_seed(&maker->prng, 1);
    /* The ids are counted while they are written: room is left for them. */
    fprintf(maker->stream, "%d\n%010d\n%" PRIu64 "\n1\n", 20000000, 0, ops);
    for (uint64_t i = 0; i < ops; i++) {
        write_op(maker);
    }
    int result = fseek(maker->stream, 9, SEEK_SET);
    fprintf(maker->stream, "%010" PRIu64, maker->next_id);
    if (fclose(maker->stream) != 0) {
        result = -1;
    }
    free(maker);
    return result;
}

/* Of a reading: by the clock, and of this process's own work. */
struct seconds {
    double clock;
    double work;
};

static double seconds_of(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int time_reading(const char *path, struct seconds *seconds,
                        size_t *n_ops)
{
    struct trace trace;
    struct trace_error error;
    double clock = seconds_of(CLOCK_MONOTONIC);
    double work = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    if (trace_read(path, &trace, &error) != 0) {
        char text[600];
        fprintf(stderr, "%s\n", trace_format_error(&error, text, sizeof text));
        return -1;
    }
    seconds->clock = seconds_of(CLOCK_MONOTONIC) - clock;
    seconds->work = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - work;
    *n_ops = trace.n_ops;
    trace_free(&trace);
    return 0;
}

/* The best of a few: what disturbs a reading only ever makes it slower. */
static int time_best(const char *path, struct seconds *best, size_t *n_ops)
{
    *best = (struct seconds){1e9, 1e9};
    for (int i = 0; i < REPEATS; i++) {
        struct seconds seconds;
        if (time_reading(path, &seconds, n_ops) != 0) {
            return -1;
        }
        best->clock = fmin(best->clock, seconds.clock);
        best->work = fmin(best->work, seconds.work);
    }
    return 0;
}

static int measure(const char *path)
{
    struct stat status;
    struct seconds best;
    size_t n_ops;
    if (stat(path, &status) != 0 || time_best(path, &best, &n_ops) != 0) {
        return -1;
    }
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double megabytes = (double)status.st_size * 1e-6;
    printf("parse: %.0f MB, %zu operations\n", megabytes, n_ops);
    printf("  %.0f MB/s, %.1f Mops/s by the clock; %.0f MB/s of processor "
           "time\n",
           megabytes / best.clock, (double)n_ops / best.clock * 1e-6,
           megabytes / best.work);
    printf("  %zu bytes/op kept; %.2f GiB peak RSS, %.1f bytes/op\n",
           sizeof(struct op), (double)usage.ru_maxrss / (1 << 20),
           (double)usage.ru_maxrss * 1024 / (double)n_ops);
    return 0;
}

int main(int argc, char **argv)
{
    const char *wanted = argc > 1 ? argv[1] : getenv("BENCH_PARSE_OPS");
    uint64_t ops = wanted != NULL ? strtoull(wanted, NULL, 10) : DEFAULT_OPS;
    const char *folder = getenv("TMPDIR");
    char path[4096];
    snprintf(path, sizeof path, "%s/bench_parse.XXXXXX",
             folder != NULL ? folder : "/tmp");
    int fd = mkstemp(path);
    if (fd < 0) {
        perror(path);
        return EXIT_FAILURE;
    }
    close(fd);
    int result = make_file(path, ops);
    if (result != 0) {
        perror(path);
    } else {
        result = measure(path);
    }
    unlink(path);
    return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
