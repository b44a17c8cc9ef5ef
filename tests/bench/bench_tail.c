/*
 * bench_tail.c -- how long do single operations take, at worst?
 *
 * Each operation of a warm replay is timed by itself with the processor's own
 * cycle counter.  A reading also catches interrupts and other processes, which
 * have nothing to do with the allocator; but replays are repeatable, and no
 * interrupt comes at the same operation each time: the least of several
 * replays is the operation's own time.  From these follow the percentiles of
 * each kind, over all operations of the traces.
 *
 * Usage: bench_tail [TRACE...]; without, all of traces/.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/clock/clock.h"
#include "driver/replay/replay.h"
#include "driver/subject/subject.h"
#include "driver/trace/trace.h"
#include "tests/bench/table.h"

#define REPLAYS 5
#define KINDS   3

static const char *const kind_names[KINDS] = {"malloc", "free", "realloc"};

/* Nanoseconds of single operations of one kind. */
struct times {
    float *ns;
    size_t n, room;
};

/* ---- a clock for intervals of some nanoseconds --------------------------- */

#if defined __x86_64__
static inline uint64_t ticks(void)
{
    unsigned low, high, core;
    __asm__ volatile("rdtscp" : "=a"(low), "=d"(high), "=c"(core)::"memory");
    __asm__ volatile("lfence" ::: "memory");
    return (uint64_t)high << 32 | low;
}
#else
static inline uint64_t ticks(void)
{
    return (uint64_t)(clock_wall_s() * 1e9);
}
#endif

/* Ticks in a nanosecond, by a wait of 20 ms. */
static double ticks_per_ns(void)
{
    uint64_t start = ticks();
    double from = clock_wall_s();
    while (clock_wall_s() < from + 0.02) {
    }
    double ns = 1e9 * (clock_wall_s() - from);
    return (double)(ticks() - start) / ns;
}

/* What two readings with nothing between them tell. */
static uint64_t ticks_of_nothing(void)
{
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < 10000; i++) {
        uint64_t start = ticks(), took = ticks() - start;
        least = took < least ? took : least;
    }
    return least;
}

/* ---- replays ------------------------------------------------------------- */

static void replay(const struct trace *trace, struct session *session,
                   uint32_t *least)
{
    for (size_t i = 0; i < trace->n_ops; i++) {
        const struct op *op = &trace->ops[i];
        uint64_t start = ticks();
        replay_op(session->policy, &session->heap, session->slots, op);
        uint64_t took = ticks() - start;
        if (took < least[i]) {
            least[i] = (uint32_t)took;
        }
    }
}

/* The row of an operation, or KINDS where it is of no interest. */
static size_t kind_of(const struct op *op)
{
    switch ((enum op_kind)op->kind) {
    case OP_ALLOC: return 0;
    case OP_FREE: return 1;
    case OP_REALLOC: return 2;
    default: return KINDS;
    }
}

static int add(struct times *times, double ns)
{
    if (times->n == times->room) {
        size_t room = times->room == 0 ? 4096 : 2 * times->room;
        float *larger = realloc(times->ns, room * sizeof *larger);
        if (larger == NULL) {
            return -1;
        }
        times->ns = larger;
        times->room = room;
    }
    times->ns[times->n++] = (float)(ns > 0 ? ns : 0);
    return 0;
}

static int keep(const struct trace *trace, const uint32_t *least,
                struct times *times)
{
    double per_ns = ticks_per_ns(), nothing = (double)ticks_of_nothing();
    int status = 0;
    for (size_t i = 0; i < trace->n_ops && status == 0; i++) {
        size_t kind = kind_of(&trace->ops[i]);
        if (kind < KINDS) {
            status = add(&times[kind], ((double)least[i] - nothing) / per_ns);
        }
    }
    return status;
}

/* Adds the times of a trace's operations; 0 or -1. */
static int time_trace(const char *path, const struct subject *subject,
                      struct times *times)
{
    struct trace trace;
    struct trace_error error;
    struct session session;
    if (trace_read(path, &trace, &error) != 0) {
        fprintf(stderr, "bench_tail: %s: %s\n", error.path, error.message);
        return -1;
    }
    int status = session_open(&session, subject, trace.n_ids, NULL);
    uint32_t *least = malloc((trace.n_ops + 1) * sizeof *least);
    if (status == 0 && least != NULL) {
        memset(least, 0xff, (trace.n_ops + 1) * sizeof *least);
        for (int i = 0; i <= REPLAYS && status == 0; i++) {
            replay(&trace, &session, least);
            status = session_reset(&session);
        }
        status = status == 0 ? keep(&trace, least, times) : -1;
        session_close(&session);
    }
    free(least);
    trace_free(&trace);
    return least != NULL ? status : -1;
}

/* ---- percentiles --------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static double percentile(const struct times *times, double share)
{
    size_t index = (size_t)(share * (double)(times->n - 1) + 0.5);
    return (double)times->ns[index];
}

static void show(const char *label, struct times *times, FILE *csv)
{
    static const double shares[] = {0.5, 0.99, 0.999, 1};
    for (size_t kind = 0; kind < KINDS; kind++) {
        if (times[kind].n == 0) {
            continue;
        }
        qsort(times[kind].ns, times[kind].n, sizeof(float), compare);
        printf("  %-18s %-8s", label, kind_names[kind]);
        fprintf(csv, "%s,%s", label, kind_names[kind]);
        for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
            double ns = percentile(&times[kind], shares[i]);
            printf(" %10.0f", ns);
            fprintf(csv, ",%.1f", ns);
        }
        printf("\n");
        fprintf(csv, "\n");
    }
}

static int time_subject(const struct subject *subject, char **paths, size_t n,
                        FILE *csv)
{
    struct times times[KINDS] = {{0}};
    int status = 0;
    for (size_t i = 0; i < n && status == 0; i++) {
        status = time_trace(paths[i], subject, times);
    }
    if (status == 0) {
        show(subject->label, times, csv);
    }
    for (size_t kind = 0; kind < KINDS; kind++) {
        free(times[kind].ns);
    }
    return status;
}

int main(int argc, char **argv)
{
    struct subject *subjects = NULL;
    size_t n = 0;
    char message[100];
    glob_t found = {0};
    FILE *csv = table_create("tail");
    if (csv == NULL ||
        subject_parse_list("all,libc", &subjects, &n, message,
                           sizeof message) != 0 ||
        (argc < 2 && glob("traces/*.rep", 0, NULL, &found) != 0)) {
        fprintf(stderr, "bench_tail: failed\n");
        return EXIT_FAILURE;
    }
    char **paths = argc < 2 ? found.gl_pathv : argv + 1;
    size_t n_paths = argc < 2 ? found.gl_pathc : (size_t)argc - 1;
    printf("tail: ns of single operations, the least of %d replays each\n"
           "  %-18s %-8s %10s %10s %10s %10s\n",
           REPLAYS, "policy", "kind", "p50", "p99", "p99.9", "max");
    fprintf(csv, "policy,kind,p50_ns,p99_ns,p999_ns,max_ns\n");
    int status = 0;
    for (size_t i = 0; i < n && status == 0; i++) {
        status = time_subject(&subjects[i], paths, n_paths, csv);
    }
    free(subjects);
    globfree(&found);
    return fclose(csv) == 0 && status == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
