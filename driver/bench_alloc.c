/*
 * bench_alloc.c -- a program that uses malloc and free, rightly or wrongly.
 *
 *     bench_alloc                 a small demonstration
 *     bench_alloc --double-free   one deliberate misuse, likewise the others
 *     bench_alloc --pairs N       measures, see bench/command.h
 *
 * It runs with whatever malloc the process has: nothing of this project is
 * linked, so that the same program shows the C library's and a preloaded one.
 * Standard output has a buffer of its own: all blocks are the program's.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/bench/command.h"

enum { USAGE = 2 };

/* ---- the demonstration --------------------------------------------------- */

/* What stands in [stats], known to the program itself under any malloc. */
enum { BLOCKS = 3 };

static struct {
    uintptr_t address;
    size_t bytes;
    int live;
} blocks[BLOCKS];

static void *show_malloc(int i, size_t bytes)
{
    void *p = malloc(bytes);
    blocks[i].address = (uintptr_t)p;
    blocks[i].bytes = bytes;
    blocks[i].live = 1;
    printf("[alloc] %zu -> %p\n", bytes, p);
    return p;
}

static void show_free(int i, void *p)
{
    printf("[free ] %p\n", p);
    blocks[i].live = 0;
    free(p);
}

/*
 * Fragmentation is how much of the addresses from the first byte that was
 * handed out to the last holds nothing live.
 */
static void show_stats(void)
{
    uintptr_t first = UINTPTR_MAX, end = 0;
    size_t payload = 0;
    int live = 0;
    for (int i = 0; i < BLOCKS; i++) {
        uintptr_t start = blocks[i].address, behind = start + blocks[i].bytes;
        first = start < first ? start : first;
        end = behind > end ? behind : end;
        payload += blocks[i].live ? blocks[i].bytes : 0;
        live += blocks[i].live;
    }
    printf("[stats] in_use=%d free=%d fragmentation=%.0f%%\n", live,
           BLOCKS - live,
           100.0 - 100.0 * (double)payload / (double)(end - first));
}

static void demonstrate(void)
{
    void *a = show_malloc(0, 64);
    void *b = show_malloc(1, 1024);
    void *c = show_malloc(2, 32);
    show_free(0, a);
    show_free(2, c);
    show_stats();
    show_free(1, b);
}

/* ---- misuse -------------------------------------------------------------- */

/* No compiler may see what becomes of the block. */
static char *volatile block;

static void double_free(void)
{
    block = malloc(64);
    free(block);
    free(block);
}

static void overrun(void)
{
    block = malloc(64);
    block[64] = 'x';
    free(block);
}

static void underrun(void)
{
    block = malloc(64);
    block[-1] = 'x';
    free(block);
}

static void invalid_free(void)
{
    block = malloc(64);
    free(block + 16);
}

static void use_after_free(void)
{
    block = malloc(64);
    free(block);
    block[0] = 'x';
}

static void leak(void)
{
    block = malloc(64);
    block = NULL;
}

/* ---- the command line ---------------------------------------------------- */

static const struct misuse {
    const char *name, *summary;
    void (*run)(void);
} misuses[] = {
    {"double-free", "free a block twice", double_free},
    {"overrun", "write the byte behind a block", overrun},
    {"underrun", "write the byte before a block", underrun},
    {"invalid-free", "free an address inside a block", invalid_free},
    {"use-after-free", "write to a freed block", use_after_free},
    {"leak", "lose a block", leak},
};

enum { N_MISUSES = sizeof misuses / sizeof *misuses };

static int print_help(void)
{
    puts("usage: bench_alloc [--MISUSE]\n"
         "       bench_alloc --pairs N | --sizes FILE.rep [--threads N]\n\n"
         "Without an option: a small demonstration of malloc and free.\n\n"
         "One deliberate misuse, for what the malloc in use makes of it:");
    for (int i = 0; i < N_MISUSES; i++) {
        printf("  --%-16s  %s\n", misuses[i].name, misuses[i].summary);
    }
    bench_command_help();
    puts("  --help              print this");
    return 0;
}

static int misuse(const struct misuse *chosen)
{
    printf("%s: 64 bytes\n", chosen->name);
    chosen->run();
    puts("nothing was noticed so far");
    return 0;
}

static int refuse(const char *argument)
{
    fprintf(stderr, "bench_alloc: unexpected \"%s\" (see --help)\n", argument);
    return USAGE;
}

int main(int argc, char **argv)
{
    static char room[BUFSIZ];
    setvbuf(stdout, room, _IOLBF, sizeof room);
    if (argc > 1 && bench_command_knows(argv[1])) {
        return bench_command(argc, argv);
    }
    if (argc > 2) {
        return refuse(argv[2]);
    }
    if (argc < 2) {
        demonstrate();
        return 0;
    }
    if (strcmp(argv[1], "--help") == 0) {
        return print_help();
    }
    for (int i = 0; i < N_MISUSES; i++) {
        if (strncmp(argv[1], "--", 2) == 0 &&
            strcmp(argv[1] + 2, misuses[i].name) == 0) {
            return misuse(&misuses[i]);
        }
    }
    return refuse(argv[1]);
}
