/*
 * misuse.c -- makes one mistake with blocks of a size.
 *
 *     misuse NAME SIZE      exit 0 if nobody noticed
 *
 * Each mistake is a function that shows no more than the mistake; the table at
 * the end names them.  Pointers and sizes are volatile: no compiler may know.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "allocator/include/allocator.h"

/* Only the library has these. */
#pragma weak free_sized
#pragma weak free_aligned_sized
#pragma weak heap_check

static char *volatile p, *volatile q;
static volatile size_t size;
static volatile char sink;
static char in_static[64];

/* ---- freed again --------------------------------------------------------- */

static void double_free(void)
{
    p = malloc(size);
    free(p);
    free(p);
}

static void double_free_later(void)
{
    p = malloc(size);
    q = malloc(size);
    free(p);
    free(q);
    q = malloc(size);
    free(p);
}

static void double_free_of_grown(void)
{
    p = malloc(size);
    q = realloc(p, 2 * size);
    free(p);
}

static void double_free_of_aligned(void)
{
    p = aligned_alloc(256, size);
    free(p);
    free(p);
}

static void realloc_freed(void)
{
    p = malloc(size);
    free(p);
    q = realloc(p, 2 * size);
}

static void usable_size_of_freed(void)
{
    p = malloc(size);
    free(p);
    sink = (char)malloc_usable_size(p);
}

/* ---- no block ------------------------------------------------------------ */

static void free_interior(void)
{
    p = malloc(size);
    free(p + size / 2);
}

/* Where freed blocks began a larger one lies now. */
static void free_interior_of_reused(void)
{
    static char *volatile small[16];
    for (int i = 0; i < 16; i++) {
        small[i] = malloc(size);
    }
    for (int i = 0; i < 16; i++) {
        free(small[i]);
    }
    p = malloc(8 * size);
    for (int i = 0; i < 16; i++) {
        if (small[i] > p && small[i] < p + 8 * size) {
            free(small[i]);
        }
    }
    free(p + 16);
}

static void free_misaligned(void)
{
    p = malloc(size);
    free(p + 1);
}

static void free_end(void)
{
    p = malloc(size);
    free(p + size);
}

static void free_stack(void)
{
    char on_stack[64] = "";
    p = on_stack + 32;
    free(p);
}

static void free_static(void)
{
    p = in_static + 16;
    free(p);
}

static void free_unmapped(void)
{
    p = (char *)0x123450;
    free(p);
}

static void realloc_interior(void)
{
    p = malloc(size);
    q = realloc(p + size / 2, size);
}

static void realloc_static(void)
{
    p = in_static + 16;
    q = realloc(p, size);
}

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

/* ---- wrong claims, lost blocks ------------------------------------------- */

static void wrong_size(void)
{
    p = malloc(size);
    free_sized(p, size + 1);
}

static void wrong_size_aligned(void)
{
    p = aligned_alloc(64, size);
    free_aligned_sized(p, 64, size - 1);
}

static void wrong_alignment(void)
{
    p = aligned_alloc(64, size);
    free_aligned_sized(p, 32, size);
}

static void aligned_freed_as_plain(void)
{
    p = aligned_alloc(64, size);
    free_sized(p, size);
}

static void leak(void)
{
    p = malloc(size);
    p = NULL;
}

static void leak_ring(void)
{
    p = malloc(size);
    q = malloc(size);
    memcpy(p, (char **)&q, sizeof q);
    memcpy(q, (char **)&p, sizeof p);
    p = q = NULL;
}

static void invalid_alignment(void)
{
    q = aligned_alloc(size - 1, size);
}

static void nothing(void)
{
    p = malloc(size);
    free(p);
}

/* No mistake: the block is reached through another, from a live frame. */
static void exit_with_local(void)
{
    char *volatile *volatile local = malloc(sizeof *local);
    *local = malloc(size);
    exit(0);
}

/* No mistake: what a child inherits is not its own to lose. */
static void child_forgets(void)
{
    int status = 0;
    p = malloc(size);
    if (fork() == 0) {
        p = NULL;
        exit(0);
    }
    wait(&status);
    free(p);
    exit(status != 0);
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

static const struct {
    const char *name;
    void (*make)(void);
} mistakes[] = {
    {"double-free", double_free},
    {"double-free-later", double_free_later},
    {"double-free-of-grown", double_free_of_grown},
    {"double-free-of-aligned", double_free_of_aligned},
    {"realloc-freed", realloc_freed},
    {"usable-size-of-freed", usable_size_of_freed},
    {"free-interior", free_interior},
    {"free-interior-of-reused", free_interior_of_reused},
    {"free-misaligned", free_misaligned},
    {"free-end", free_end},
    {"free-stack", free_stack},
    {"free-static", free_static},
    {"free-unmapped", free_unmapped},
    {"realloc-interior", realloc_interior},
    {"realloc-static", realloc_static},
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
    {"wrong-size", wrong_size},
    {"wrong-size-aligned", wrong_size_aligned},
    {"wrong-alignment", wrong_alignment},
    {"aligned-freed-as-plain", aligned_freed_as_plain},
    {"leak", leak},
    {"leak-ring", leak_ring},
    {"invalid-alignment", invalid_alignment},
    {"nothing", nothing},
    {"exit-with-local", exit_with_local},
    {"child-forgets", child_forgets},
    {"read-behind", read_behind},
    {"read-before", read_before},
    {"read-after-free", read_after_free},
    {"read-after-realloc", read_after_realloc},
};

int main(int argc, char **argv)
{
    size = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        if (size != 0 && strcmp(argv[1], mistakes[i].name) == 0) {
            mistakes[i].make();
            return 0;
        }
    }
    fputs("usage: misuse NAME SIZE\n", stderr);
    return 2;
}
