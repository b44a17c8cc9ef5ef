/*
 * bench_worst.c -- how badly can a program fragment each policy's heap?
 *
 * Five programs play against each policy.  None ever has more than M units
 * live, in blocks of 1 to n units; the figure is the peak of the heap / M.
 *
 * robson   An adversary that sees addresses, as Robson's proof has it (Bounds
 *   for some functions concerning dynamic storage allocation, JACM 21(3),
 *   1974).  In step i it keeps the blocks that contain an address equal to f
 *   modulo 2^i, for the f out of two that leaves most room unusable, frees the
 *   others, and asks for as many blocks of 2^i units as M allows:
 *
 *     step 0   |a|a|a|a|a|a|a|a|a|a|a|a|a|a|a|a|
 *     step 1   |a|.|a|.|a|.|a|.|a|.|a|.|a|.|a|.| b b| b b| b b| b b|
 *     step 2   |a|.|.|.|a|.|.|.|a|.|.|.|a|.|.|.| b b|. .| b b|. .| c c c c|...
 *
 *   Any policy can be forced to M (1 + log2(n) / 2) - n + 1 units.
 *
 * rounded  The same with blocks a little larger than half of that, which
 *   buddies round up to the whole.
 *
 * sizes    M units in blocks of one size, then all of the next larger one, four
 *   sizes to each doubling: memory may stay with its size.
 *
 * pages    Likewise, but a block stays in each page, while it is small beside
 *   one: a page may be given back when it is empty, and not before.
 *
 * best fit  Robson's sequence for best fit (Worst case fragmentation of first
 *   fit and best fit storage allocation strategies, Computer Journal 20(3),
 *   1977; Knuth 1, section 2.5, answer 42).  It makes a row of holes of n - 3
 *   units with a block of 1 between each, longer by one hole at a time:
 *
 *     |  n-2  | n-3 .|1| n-3 .|1| n-3 .|1| ...
 *
 *   A larger hole made at the end wanders to the front, past one hole after
 *   the other; all requests are such that one hole fits best.
 *
 * What is known of the worst case, at most: first fit in address order
 * M H(n) / ln 2, best fit M n (and no less than (M - 4n + 11)(n - 2)), binary
 * buddies M (1 + log2 n) for powers of two and twice that for other sizes,
 * memory that stays with its size M times the number of sizes, and an eighth
 * of a slab that is lost at its end.
 *
 * 16 bytes of each block are left to the policy's header, so that blocks that
 * need one have the sizes of the proofs.  A policy without headers can stay
 * below the first bound by just those.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/registry.h"
#include "driver/subject/subject.h"
#include "tests/bench/table.h"

#define HEADER ((size_t)16)
#define LIVE   ((size_t)1024) /* M, in units */
#define LOG2_N 6
#define N      ((size_t)1 << LOG2_N)
#define PAGE   ((size_t)4096)

/* The sequence for best fit goes so far with every policy. */
#define PATIENCE 64

/* And so far at most: what it has live meanwhile must not exceed M. */
#define MOST_HOLES (LIVE - 4 * N + 10)

/* Memory that a policy can have, in M: none but bump takes more. */
#define HEAP_MOST 256

struct piece {
    unsigned char *payload;
    size_t bytes; /* that count as live */
    size_t span;  /* units of heap that it takes */
};

struct player {
    struct session session;
    size_t unit; /* bytes */
    size_t live_bytes;
    struct piece *pieces;
    size_t n_pieces;
    bool failed; /* refused, beyond M, or without effect on the policy */
};

static struct piece take(struct player *p, size_t bytes, size_t span)
{
    struct piece piece = {NULL, bytes, span};
    if (p->live_bytes + bytes <= LIVE * p->unit) {
        piece.payload =
            p->session.policy->malloc(&p->session.heap, bytes - HEADER);
    }
    if (piece.payload == NULL) {
        p->failed = true;
        return (struct piece){NULL, 0, 0};
    }
    p->live_bytes += bytes;
    return piece;
}

static void drop(struct player *p, struct piece piece)
{
    p->session.policy->free(&p->session.heap, piece.payload);
    p->live_bytes -= piece.bytes;
}

/* Takes pieces of so many bytes until M is live. */
static void fill(struct player *p, size_t bytes, size_t span)
{
    while (!p->failed && p->live_bytes + bytes <= LIVE * p->unit) {
        p->pieces[p->n_pieces++] = take(p, bytes, span);
    }
}

/* ---- robson, rounded ----------------------------------------------------- */

/* Whether the piece contains a unit equal to f modulo period. */
static bool occupies(const struct player *p, const struct piece *piece,
                     size_t f, size_t period)
{
    size_t first = (size_t)(piece->payload - p->session.heap.base) / p->unit;
    return (f + period - first % period) % period < piece->span;
}

/* What is spoiled for blocks of period units by those that occupy f. */
static size_t spoiled(const struct player *p, size_t f, size_t period)
{
    size_t sum = 0;
    for (size_t i = 0; i < p->n_pieces; i++) {
        if (occupies(p, &p->pieces[i], f, period)) {
            sum += period - p->pieces[i].span;
        }
    }
    return sum;
}

static void keep_occupying(struct player *p, size_t f, size_t period)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->n_pieces; i++) {
        if (occupies(p, &p->pieces[i], f, period)) {
            p->pieces[kept++] = p->pieces[i];
        } else {
            drop(p, p->pieces[i]);
        }
    }
    p->n_pieces = kept;
}

/* By powers of two, divided by divisor: 1, or 2 and a bit more is asked for. */
static void play_robson(struct player *p, size_t divisor)
{
    size_t f = 0;
    for (size_t period = 1; period <= N && !p->failed; period *= 2) {
        size_t bytes = period * p->unit, other = f + period / 2;
        if (period > 1) {
            f = spoiled(p, other, period) > spoiled(p, f, period) ? other : f;
            keep_occupying(p, f, period);
        }
        fill(p, bytes / divisor + (divisor > 1 ? HEADER : 0), period);
    }
}

/* ---- sizes --------------------------------------------------------------- */

static size_t page_of(const struct player *p, const struct piece *piece)
{
    return (size_t)(piece->payload - p->session.heap.base) / PAGE;
}

static int by_address(const void *a, const void *b)
{
    const struct piece *left = a, *right = b;
    return left->payload < right->payload ? -1 : left->payload > right->payload;
}

/* Frees all pieces but the first of each page that is no larger than most. */
static void keep_one_of_each_page(struct player *p, size_t most)
{
    size_t kept = 0;
    qsort(p->pieces, p->n_pieces, sizeof *p->pieces, by_address);
    for (size_t i = 0; i < p->n_pieces; i++) {
        if (p->pieces[i].bytes <= most &&
            (kept == 0 ||
             page_of(p, &p->pieces[i]) != page_of(p, &p->pieces[kept - 1]))) {
            p->pieces[kept++] = p->pieces[i];
        } else {
            drop(p, p->pieces[i]);
        }
    }
    p->n_pieces = kept;
}

/* Where blocks of up to bytes_kept stay. */
static void play_sizes(struct player *p, size_t bytes_kept)
{
    for (size_t quarter = 0; quarter <= 4 * LOG2_N && !p->failed; quarter++) {
        keep_one_of_each_page(p, bytes_kept);
        fill(p, ((4 + quarter % 4) * p->unit / 4) << quarter / 4, 1);
    }
}

/* ---- best fit ------------------------------------------------------------ */

static struct piece take_units(struct player *p, size_t units)
{
    return take(p, units * p->unit, units);
}

/* A hole of n units with blocks of n - 5 and 1 behind it. */
struct wanderer {
    struct piece middle, last;
};

/* Into a hole of 2n - 4 units, the only one of n; the next is n - 3. */
static struct wanderer wanderer_fill(struct player *p, struct piece *hole)
{
    *hole = take_units(p, N);
    struct piece middle = take_units(p, N - 5);
    return (struct wanderer){middle, take_units(p, 1)};
}

/*
 * From   hole n-3 and block 1, or block n-2 | hole n | n-5 | 1 |
 * to     hole n | n-5 | 1 | hole n-3 | 1 |
 * where before is the block in front, and the wanderer's last one stays.
 */
static struct piece wanderer_pass(struct player *p, struct wanderer *w,
                                  struct piece before)
{
    struct piece hole = take_units(p, N - 2), two = take_units(p, 2);
    struct wanderer old = *w;
    drop(p, before);
    drop(p, hole);
    *w = wanderer_fill(p, &hole);
    drop(p, hole);
    drop(p, two);
    drop(p, old.middle);
    return old.last;
}

/* One hole more: pins[n_pins - 1] ends the last, lead begins the row. */
static struct piece lengthen(struct player *p, struct piece *pins,
                             size_t n_pins, struct piece lead)
{
    struct piece hole, next = take_units(p, N - 2),
                       guard = take_units(p, N - 2);
    drop(p, pins[n_pins - 1]);
    drop(p, next);
    struct wanderer w = wanderer_fill(p, &hole);
    drop(p, hole);
    drop(p, guard);
    for (size_t i = n_pins - 1; i > 0 && !p->failed; i--) {
        pins[i] = wanderer_pass(p, &w, pins[i - 1]);
    }
    pins[0] = wanderer_pass(p, &w, lead);
    memmove(pins + 1, pins, n_pins * sizeof *pins);
    pins[0] = w.last;
    drop(p, w.middle);
    return take_units(p, N - 2);
}

/* Whether the row of n holes is not half as long as best fit makes it. */
static bool falls_short(const struct player *p, size_t n)
{
    return n > PATIENCE &&
           heap_peak(&p->session.heap) < n * (N - 2) * p->unit / 2;
}

static void play_best_fit(struct player *p, size_t ignored)
{
    (void)ignored;
    struct piece *pins = p->pieces, lead = take_units(p, N - 2);
    struct piece hole = take_units(p, N - 3);
    pins[0] = take_units(p, 1);
    drop(p, hole);
    for (size_t n = 1; n < MOST_HOLES && !p->failed; n++) {
        lead = lengthen(p, pins, n, lead);
        p->failed |= falls_short(p, n);
    }
}

/* ---- the table ----------------------------------------------------------- */

static const struct program {
    const char *name;
    size_t
        unit; /* bytes; best fit: none so small that a policy sets it apart */
    void (*play)(struct player *p, size_t argument);
    size_t argument;
} programs[] = {
    {"robson", 64, play_robson, 1},      {"rounded", 1024, play_robson, 2},
    {"sizes", 64, play_sizes, 0},        {"pages", 64, play_sizes, PAGE / 4},
    {"best_fit", 512, play_best_fit, 0},
};

enum { PROGRAMS = sizeof programs / sizeof *programs };

/* Peak of the heap over M; 0 where the program failed. */
static double achieved(const struct subject *subject,
                       const struct program *program)
{
    /* Half a unit each where pieces are rounded. */
    struct player p = {.unit = program->unit,
                       .pieces = calloc(2 * LIVE, sizeof *p.pieces)};
    struct heap_options options = {.limit_bytes =
                                       HEAP_MOST * LIVE * program->unit};
    double ratio = 0;
    if (p.pieces != NULL &&
        session_open(&p.session, subject, 0, &options) == 0) {
        program->play(&p, program->argument);
        ratio = p.failed ? 0
                         : (double)heap_peak(&p.session.heap) /
                               (double)(LIVE * p.unit);
        session_close(&p.session);
    }
    free(p.pieces);
    return ratio;
}

/* What the policy's worst case is known not to pass, 0: nothing is. */
static double bound_of(const char *policy)
{
    double harmonic = 0;
    for (size_t i = 1; i <= N; i++) {
        harmonic += 1 / (double)i;
    }
    const struct {
        const char *policy;
        double bound;
    } known[] = {
        {"chunk-list", harmonic / log(2)},
        {"implicit", harmonic / log(2)},
        {"first-fit", harmonic / log(2)},
        {"best-fit", (double)N},
        {"buddy", 2 * (1 + LOG2_N)},
        {"segregated-storage", (4 * LOG2_N + 1) * 8.0 / 7},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(policy, known[i].policy) == 0) {
            return known[i].bound;
        }
    }
    return 0;
}

static void print_ratio(double ratio)
{
    if (ratio != 0) {
        printf(" %9.2f", ratio);
    } else {
        printf(" %9s", "-");
    }
}

static void show(const struct subject *subject, FILE *csv)
{
    printf("  %-20s", subject->label);
    fprintf(csv, "%s", subject->label);
    for (size_t i = 0; i < PROGRAMS; i++) {
        double ratio = achieved(subject, &programs[i]);
        print_ratio(ratio);
        fprintf(csv, ",%.4f", ratio);
    }
    print_ratio(bound_of(subject->label));
    printf("\n");
    fprintf(csv, ",%.4f\n", bound_of(subject->label));
}

static void show_heading(FILE *csv)
{
    double live = (double)LIVE, most = (double)N;
    double forced = 1 + 0.5 * LOG2_N - (most - 1) / live;
    printf("worst: peak of the heap / most live memory (%zu units in blocks of "
           "1 to %zu)\n"
           "  any policy can be forced to %.2f, best fit to %.2f\n"
           "  %-20s",
           LIVE, N, forced, (live - 4 * most + 11) * (most - 2) / live,
           "policy");
    fprintf(csv, "policy");
    for (size_t i = 0; i < PROGRAMS; i++) {
        printf(" %9s", programs[i].name);
        fprintf(csv, ",%s", programs[i].name);
    }
    printf(" %9s\n", "at most");
    fprintf(csv, ",at_most\nbound,%.4f\n", forced);
}

int main(void)
{
    struct subject *subjects = NULL;
    size_t n = 0;
    char message[100];
    FILE *csv = table_create("worst");
    if (csv == NULL || subject_parse_list("all", &subjects, &n, message,
                                          sizeof message) != 0) {
        fprintf(stderr, "bench_worst: failed\n");
        return EXIT_FAILURE;
    }
    show_heading(csv);
    for (size_t i = 0; i < n; i++) {
        show(&subjects[i], csv);
    }
    free(subjects);
    return fclose(csv) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
