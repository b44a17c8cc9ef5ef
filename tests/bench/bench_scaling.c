/*
 * bench_scaling.c -- time per operation against the number of live blocks.
 *
 * The heap is filled with N blocks; then a random one is freed and another one
 * allocated, over and over.  Most sizes are small: 16 bytes and more, twice as
 * large half as often, up to 1 KiB.  The figure is the median of several
 * stretches of such pairs.
 *
 * The slots of the table and the blocks themselves are touched at random, so
 * time grows with N for any allocator once they leave the caches.  The row
 * "touch" shows that share: the same pairs, but each only writes a word into
 * the block that would be freed, in blocks that bump laid out.  What a policy
 * adds beyond it is its own.
 *
 * A policy that needed more than MOST_NS for an operation, or more than FILL_NS
 * to fill the heap, is not tried with more blocks.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/registry.h"
#include "driver/clock/clock.h"
#include "driver/measure/statistics.h"
#include "driver/subject/subject.h"
#include "driver/trace/prng.h"
#include "tests/bench/table.h"

#define PAIRS      ((size_t)20000) /* in a stretch, if not over before: */
#define STRETCH_NS 100000000
#define FILL_NS    10000000000
#define STRETCHES  7
#define MOST_NS    3000.0
#define LEVELS     5

static const size_t levels[LEVELS] = {1000, 10000, 100000, 1000000, 10000000};

/* 16 .. 1024, each doubling half as likely as the one below it. */
static size_t draw_size(struct prng *prng)
{
    uint64_t bits = prng_next(prng);
    unsigned doublings = (unsigned)__builtin_ctzll(bits | (1u << 6));
    size_t least = (size_t)16 << (doublings < 5 ? doublings : 5);
    return least + (size_t)((bits >> 32) % least);
}

typedef void pair_fn(struct session *session, size_t slot, size_t size);

static void replace(struct session *session, size_t slot, size_t size)
{
    session->policy->free(&session->heap, session->slots[slot]);
    session->slots[slot] = session->policy->malloc(&session->heap, size);
}

static void touch(struct session *session, size_t slot, size_t size)
{
    *(volatile size_t *)session->slots[slot] = size;
}

/* ns of an operation, of which a pair has two. */
static double stretch_ns(struct session *session, struct prng *prng, size_t n,
                         pair_fn *pair)
{
    uint64_t start = clock_cpu_ns(), took = 0;
    size_t done = 0;
    while (done < PAIRS && took < STRETCH_NS) {
        for (size_t i = 0; i < PAIRS / 100; i++, done++) {
            pair(session, prng_below(prng, n), draw_size(prng));
        }
        took = clock_cpu_ns() - start;
    }
    return (double)took / (2.0 * (double)done);
}

/* 0, or -1 where it takes too long. */
static int fill(struct session *session, struct prng *prng, size_t n)
{
    uint64_t start = clock_cpu_ns();
    for (size_t i = 0; i < n; i++) {
        session->slots[i] =
            session->policy->malloc(&session->heap, draw_size(prng));
        if (i % PAIRS == 0 && clock_cpu_ns() - start > FILL_NS) {
            return -1;
        }
    }
    return 0;
}

/* ns of an operation with n blocks live; infinite where it takes too long. */
static double measure(const struct subject *subject, size_t n, pair_fn *pair)
{
    struct session session;
    struct prng prng;
    double values[STRETCHES];
    struct sample sample = {values, 0};
    if (session_open(&session, subject, n, NULL) != 0) {
        return INFINITY;
    }
    prng_seed(&prng, n);
    int status = fill(&session, &prng, n);
    for (int i = 0; i < STRETCHES && status == 0; i++) {
        sample_add(&sample, stretch_ns(&session, &prng, n, pair));
    }
    session_close(&session);
    return status == 0 ? sample_quantile(&sample, 0.5) : INFINITY;
}

static void show(const struct subject *subject, const char *label,
                 pair_fn *pair, FILE *csv)
{
    double first = 0, ns = 0;
    printf("  %-18s", label);
    for (int i = 0; i < LEVELS && ns <= MOST_NS; i++) {
        ns = measure(subject, levels[i], pair);
        if (isinf(ns)) {
            break;
        }
        first = i == 0 ? ns : first;
        printf(" %7.1f %5.1fx", ns, ns / first);
        fprintf(csv, "%s,%zu,%.2f\n", label, levels[i], ns);
        fflush(stdout);
    }
    printf("\n");
}

static void show_head(void)
{
    printf("scaling: ns per operation and its multiple of the first, by live "
           "blocks\n  %-18s",
           "policy");
    for (int i = 0; i < LEVELS; i++) {
        printf(" %14zu", levels[i]);
    }
    printf("\n");
}

int main(void)
{
    struct subject *subjects = NULL;
    size_t n = 0;
    char message[100];
    FILE *csv = table_create("scaling");
    if (csv == NULL || subject_parse_list("bump,all,libc", &subjects, &n,
                                          message, sizeof message) != 0) {
        fprintf(stderr, "bench_scaling: failed\n");
        return EXIT_FAILURE;
    }
    show_head();
    fprintf(csv, "policy,live_blocks,ns_per_op\n");
    show(&subjects[0], "touch", touch, csv);
    for (size_t i = 1; i < n; i++) {
        show(&subjects[i], subjects[i].label, replace, csv);
    }
    free(subjects);
    return fclose(csv) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
