/*
 * bench_worst.c -- how badly can a program fragment each policy's heap?
 *
 * An adversary that sees addresses, as Robson's proof has it (Bounds for some
 * functions concerning dynamic storage allocation, JACM 21(3), 1974).  It never
 * has more than M units live, in blocks of 1, 2, 4 ... n units.  In step i it
 * keeps the blocks that contain an address equal to f modulo 2^i, for the f
 * out of two that leaves most room unusable, frees the others, and asks for as
 * many blocks of 2^i units as M allows:
 *
 *   step 0   |a|a|a|a|a|a|a|a|a|a|a|a|a|a|a|a|
 *   step 1   |a|.|a|.|a|.|a|.|a|.|a|.|a|.|a|.| b b| b b| b b| b b|
 *   step 2   |a|.|.|.|a|.|.|.|a|.|.|.|a|.|.|.| b b|. .| b b|. .| c c c c|...
 *
 * No two units are left together where one would need two.  Any policy can be
 * forced to hold M (1 + log2(n) / 2) - n + 1 units; binary buddies never hold
 * more than M (1 + log2 n); first fit at most about M log2 n, best fit about
 * M n.  What this adversary achieves lies above the first and says nothing of
 * the policy's own worst case.
 *
 * A unit is 64 bytes of heap, of which 16 are left to the policy's header, so
 * that blocks that need one have the sizes of the proof.  A policy without
 * headers can stay below the bound by just those.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "allocator/registry.h"
#include "driver/subject/subject.h"
#include "tests/bench/table.h"

#define UNIT      ((size_t)64)
#define HEADER    ((size_t)16)
#define LIVE      ((size_t)16384) /* M, in units */
#define LOG2_MOST 10              /* n is 2^10 units */

struct adversary {
    struct session session;
    struct piece {
        unsigned char *payload;
        size_t units;
    } * pieces;
    size_t n_pieces;
    size_t live_units;
};

static size_t unit_of(const struct adversary *a, const struct piece *piece)
{
    return (size_t)(piece->payload - a->session.heap.base) / UNIT;
}

/* Asks for blocks of units until M are live; 0, or -1 when refused. */
static int fill(struct adversary *a, size_t units)
{
    while (a->live_units + units <= LIVE) {
        void *payload =
            a->session.policy->malloc(&a->session.heap, units * UNIT - HEADER);
        if (payload == NULL) {
            return -1;
        }
        a->pieces[a->n_pieces++] = (struct piece){payload, units};
        a->live_units += units;
    }
    return 0;
}

static void drop(struct adversary *a, const struct piece *piece)
{
    a->session.policy->free(&a->session.heap, piece->payload);
    a->live_units -= piece->units;
}

/* Whether the block contains a unit equal to f modulo period. */
static bool occupies(const struct adversary *a, const struct piece *piece,
                     size_t f, size_t period)
{
    size_t first = unit_of(a, piece);
    size_t ahead = (f + period - first % period) % period;
    return ahead < piece->units;
}

/* What is spoiled for blocks of period units by those that occupy f. */
static size_t spoiled(const struct adversary *a, size_t f, size_t period)
{
    size_t sum = 0;
    for (size_t i = 0; i < a->n_pieces; i++) {
        if (occupies(a, &a->pieces[i], f, period)) {
            sum += period - a->pieces[i].units;
        }
    }
    return sum;
}

static void keep_occupying(struct adversary *a, size_t f, size_t period)
{
    size_t kept = 0;
    for (size_t i = 0; i < a->n_pieces; i++) {
        if (occupies(a, &a->pieces[i], f, period)) {
            a->pieces[kept++] = a->pieces[i];
        } else {
            drop(a, &a->pieces[i]);
        }
    }
    a->n_pieces = kept;
}

static int play_robson(struct adversary *a)
{
    size_t f = 0;
    int status = fill(a, 1);
    for (size_t i = 1; i <= LOG2_MOST && status == 0; i++) {
        size_t period = (size_t)1 << i, other = f + period / 2;
        f = spoiled(a, other, period) > spoiled(a, f, period) ? other : f;
        keep_occupying(a, f, period);
        status = fill(a, period);
    }
    return status;
}

/* Peak of the heap over M, or a negative number where it was refused. */
static double achieved(const struct subject *subject)
{
    struct adversary a = {.pieces = calloc(LIVE, sizeof *a.pieces)};
    double ratio = -1;
    if (a.pieces == NULL || session_open(&a.session, subject, 0, NULL) != 0) {
        free(a.pieces);
        return -1;
    }
    if (play_robson(&a) == 0) {
        ratio = (double)heap_peak(&a.session.heap) / (double)(LIVE * UNIT);
    }
    session_close(&a.session);
    free(a.pieces);
    return ratio;
}

static void show(const struct subject *subject, FILE *csv)
{
    double ratio = achieved(subject);
    printf("  %-20s %8.2f\n", subject->label, ratio);
    fprintf(csv, "%s,%.4f\n", subject->label, ratio);
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
    double most = (double)((size_t)1 << LOG2_MOST), live = (double)LIVE;
    double forced = 1 + 0.5 * log2(most) - (most - 1) / live;
    printf("worst: peak of the heap / most live units (%zu of %zu bytes)\n"
           "  any policy can be forced to %.2f, first fit to about %d, best "
           "fit to %.0f;\n  binary buddies never pass %d on powers of two\n"
           "  policy               achieved\n",
           LIVE, UNIT, forced, LOG2_MOST, most, 1 + LOG2_MOST);
    fprintf(csv, "policy,achieved\nbound,%.4f\n", forced);
    for (size_t i = 0; i < n; i++) {
        show(&subjects[i], csv);
    }
    free(subjects);
    return fclose(csv) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
