/*
 * accesses.c -- bytes written and read that are nobody's (mistakes.h).
 */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "allocator/include/allocator.h"
#include "tests/programs/misuse/mistakes.h"

/* Only the library has this. */
#pragma weak heap_check

static char *volatile p, *volatile q;
static volatile char sink;

/* ---- behind the end ------------------------------------------------------ */

static void overrun(void)
{
    p = malloc(size);
    p[size] = 'x';
    free(p);
}

static void overrun_by_zero(void)
{
    p = malloc(size);
    memset(p, 'x', size);
    p[size] = '\0';
    free(p);
}

static void overrun_by_word(void)
{
    p = malloc(size);
    memset(p + size, -1, 8);
    free(p);
}

static void overrun_far(void)
{
    p = malloc(size);
    p[size + 15] = 'x';
    free(p);
}

static void overrun_calloc(void)
{
    p = calloc(1, size);
    p[size] = 'x';
    free(p);
}

static void overrun_realloc(void)
{
    p = realloc(malloc(1), size);
    p[size] = 'x';
    free(p);
}

static void overrun_shrunk(void)
{
    p = realloc(malloc(2 * size), size);
    p[size] = 'x';
    free(p);
}

static void overrun_aligned(void)
{
    p = aligned_alloc(64, size);
    p[size] = 'x';
    free(p);
}

static void overrun_then_realloc(void)
{
    p = malloc(size);
    p[size] = 'x';
    q = realloc(p, 2 * size);
}

/* Over what lies between the two. */
static void overrun_into_next(void)
{
    p = malloc(size);
    q = malloc(size);
    memset(p + size, -1, 16);
    free(p);
    free(q);
}

/* Over all that lies behind. */
static void overrun_to_top(void)
{
    char *volatile last[2];
    p = malloc(size);
    q = malloc(size);
    last[0] = malloc(size);
    last[1] = malloc(size);
    memset(q, 'x', 2 * size + 100);
    free(q);
    free(last[0]);
    free(last[1]);
}

/* After so many that nobody looks at a single free. */
static void overrun_then_trim(void)
{
    static char *volatile all[200];
    for (int i = 0; i < 200; i++) {
        all[i] = malloc(size);
    }
    for (int i = 0; i < 200; i++) {
        free(all[i]);
    }
    p = malloc(size);
    p[size] = 'x';
    free(p);
    malloc_trim(0);
}

/* Told by heap_check, and the process goes on; the exit code remembers. */
static void overrun_then_check(void)
{
    p = malloc(size);
    char before = p[size];
    p[size] = 'x';
    if (heap_check() != -1) {
        exit(1);
    }
    p[size] = before;
}

static void overrun_kept(void)
{
    p = malloc(size);
    p[size] = 'x';
}

/* ---- before the beginning ------------------------------------------------ */

static void underrun(void)
{
    p = malloc(size);
    p[-1] = 'x';
    free(p);
}

static void underrun_by_word(void)
{
    p = malloc(size);
    memset(p - 8, 0, 8);
    free(p);
}

static void underrun_far(void)
{
    p = malloc(size);
    p[-16] = 'x';
    free(p);
}

static void underrun_aligned(void)
{
    p = aligned_alloc(256, size);
    p[-1] = 'x';
    free(p);
}

/* ---- after the end ------------------------------------------------------- */

static void write_after_free(void)
{
    p = malloc(size);
    free(p);
    p[0] = 'x';
}

static void write_after_free_last(void)
{
    p = malloc(size);
    free(p);
    p[size - 1] = 'x';
}

static void write_after_realloc(void)
{
    p = malloc(size);
    q = realloc(p, 2 * size);
    p[size / 2] = 'x';
}

/* A block is handed out again, and then its neighbour in a list. */
static void hand_out_again(void)
{
    fprintf(stderr, "block %p\n", q);
    p = malloc(size);
    p = malloc(size);
    p = malloc(size);
}

static void write_after_free_of_list(void)
{
    p = malloc(size);
    q = malloc(size);
    free(p);
    free(q);
    memset(q, 'x', 8);
    hand_out_again();
}

static void clear_after_free_of_list(void)
{
    p = malloc(size);
    q = malloc(size);
    free(p);
    free(q);
    memset(q, 0, 8);
    hand_out_again();
}

static void link_after_free_of_list(void)
{
    p = malloc(size);
    q = malloc(size);
    free(p);
    free(q);
    memcpy(q, (char **)&p, sizeof p);
    hand_out_again();
}

static void write_after_free_then_trim(void)
{
    p = malloc(size);
    q = malloc(size);
    free(q);
    free(p);
    fprintf(stderr, "block %p\n", p);
    memset(p, 0, 8);
    malloc_trim(0);
}

/* Told when others push it out of the quarantine, not only at exit. */
static void write_after_free_long_ago(void)
{
    p = malloc(size);
    free(p);
    p[0] = 'x';
    for (int i = 0; i < 70; i++) {
        q = malloc(1 << 20);
        free(q);
    }
    _exit(0);
}

/* ---- reads --------------------------------------------------------------- */

static void read_behind(void)
{
    p = malloc(size);
    sink = p[size];
    free(p);
}

static void read_before(void)
{
    p = malloc(size);
    sink = p[-1];
    free(p);
}

static void read_after_free(void)
{
    p = malloc(size);
    free(p);
    sink = p[size - 1];
}

static void read_after_realloc(void)
{
    p = malloc(size);
    q = realloc(p, 2 * size);
    sink = p[0];
}

const struct mistake wrong_accesses[] = {
    {"overrun", overrun},
    {"overrun-by-zero", overrun_by_zero},
    {"overrun-by-word", overrun_by_word},
    {"overrun-far", overrun_far},
    {"overrun-calloc", overrun_calloc},
    {"overrun-realloc", overrun_realloc},
    {"overrun-shrunk", overrun_shrunk},
    {"overrun-aligned", overrun_aligned},
    {"overrun-then-realloc", overrun_then_realloc},
    {"overrun-into-next", overrun_into_next},
    {"overrun-to-top", overrun_to_top},
    {"overrun-then-trim", overrun_then_trim},
    {"overrun-then-check", overrun_then_check},
    {"overrun-kept", overrun_kept},
    {"underrun", underrun},
    {"underrun-by-word", underrun_by_word},
    {"underrun-far", underrun_far},
    {"underrun-aligned", underrun_aligned},
    {"write-after-free", write_after_free},
    {"write-after-free-last", write_after_free_last},
    {"write-after-realloc", write_after_realloc},
    {"write-after-free-of-list", write_after_free_of_list},
    {"clear-after-free-of-list", clear_after_free_of_list},
    {"link-after-free-of-list", link_after_free_of_list},
    {"write-after-free-then-trim", write_after_free_then_trim},
    {"write-after-free-long-ago", write_after_free_long_ago},
    {"read-behind", read_behind},
    {"read-before", read_before},
    {"read-after-free", read_after_free},
    {"read-after-realloc", read_after_realloc},
    {NULL, NULL},
};
