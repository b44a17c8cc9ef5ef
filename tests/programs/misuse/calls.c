/*
 * calls.c -- wrong arguments, blocks that are lost (mistakes.h).
 */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "allocator/include/allocator.h"
#include "tests/programs/misuse/mistakes.h"

/* Only the library has these. */
#pragma weak free_sized
#pragma weak free_aligned_sized

static char *volatile p, *volatile q;
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

const struct mistake wrong_calls[] = {
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
    {NULL, NULL},
};
