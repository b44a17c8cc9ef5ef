/*
 * gives_back.c -- resident memory, in MiB, at certain moments.
 *
 *     gives_back middle     40 MiB in blocks of 10,000 bytes; then all but one
 *                           in a hundred are freed; then malloc_trim(0)
 *     gives_back top        40 MiB, all freed
 *     gives_back never      the same after mallopt(M_TRIM_THRESHOLD, -1)
 *     gives_back fresh      10 MiB by calloc, not touched
 *     gives_back pingpong   the same 20 blocks again and again
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { N = 4000, BYTES = 10000, KEEP = 100 };

static char *blocks[N];

static void tell(const char *when)
{
    long pages = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%ld %ld", &pages, &resident) != 2) {
        abort();
    }
    fclose(file);
    printf("%s %ld\n", when, resident * sysconf(_SC_PAGESIZE) >> 20);
}

static void fill(void)
{
    for (int i = 0; i < N; i++) {
        blocks[i] = malloc(BYTES);
        memset(blocks[i], 1, BYTES);
    }
    tell("full");
}

/* Frees all but every so many. */
static void empty(int keep)
{
    for (int i = 0; i < N; i++) {
        if (keep == 0 || i % keep != 0) {
            free(blocks[i]);
        }
    }
    tell("freed");
}

static void middle(void)
{
    fill();
    empty(KEEP);
    malloc_trim(0);
    tell("trimmed");
    for (int i = 0; i < N; i += KEEP) {
        if (blocks[i][0] != 1 || blocks[i][BYTES - 1] != 1) {
            puts("lost");
        }
    }
}

static void fresh(void)
{
    tell("before");
    for (int i = 0; i < 100; i++) {
        blocks[i] = calloc(1, 100000);
    }
    tell("after");
}

static void pingpong(void)
{
    for (int turn = 0; turn < 5000; turn++) {
        for (int i = 0; i < 20; i++) {
            blocks[i] = malloc(60000);
            blocks[i][0] = 1;
        }
        for (int i = 0; i < 20; i++) {
            free(blocks[i]);
        }
    }
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";
    if (strcmp(mode, "middle") == 0) {
        middle();
    } else if (strcmp(mode, "fresh") == 0) {
        fresh();
    } else if (strcmp(mode, "pingpong") == 0) {
        pingpong();
    } else {
        mallopt(M_TRIM_THRESHOLD, strcmp(mode, "never") == 0 ? -1 : 128 << 10);
        fill();
        empty(0);
    }
    return 0;
}
