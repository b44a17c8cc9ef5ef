/*
 * misuse.c -- prints which planted mistakes the debug mode catches.
 *
 * One row for each mistake, one column for each value of MALLOC_DEBUG; a cell
 * tells with how many of the sizes it was caught, and a dash where nothing of
 * its kind could.  Exit 1 when something that can be caught was not.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/misuse.h"

static const size_t sizes[] = {8,    13,   16,    24,    64,    100,
                               1000, 4096, 20000, 65536, 262144};

enum { N_SIZES = sizeof sizes / sizeof *sizes };

struct tally {
    int possible, caught;
};

static struct tally count(const struct misuse *misuse, enum misuse_mode mode,
                          const char *build)
{
    static char output[1 << 16];
    struct tally tally = {0, 0};
    for (int i = 0; i < N_SIZES; i++) {
        if (misuse_is_catchable(misuse, mode, sizes[i])) {
            tally.possible++;
            tally.caught += misuse_is_caught(misuse, mode, sizes[i], build,
                                             output, sizeof output);
        }
    }
    return tally;
}

static void print_row(const struct misuse *misuse, struct tally *sums,
                      const char *build)
{
    printf("%-26s", misuse->name);
    for (int mode = 0; mode < MISUSE_MODES; mode++) {
        struct tally tally = count(misuse, (enum misuse_mode)mode, build);
        sums[mode].possible += tally.possible;
        sums[mode].caught += tally.caught;
        if (tally.possible != 0) {
            printf("  %7d/%-3d", tally.caught, tally.possible);
        } else {
            printf("  %7s    ", "-");
        }
        fflush(stdout);
    }
    putchar('\n');
}

int main(void)
{
    const char *build = getenv("BUILD");
    struct tally sums[MISUSE_MODES] = {{0, 0}};
    int missed = 0;
    printf("%d sizes from %zu to %zu bytes; MALLOC_DEBUG=\n\n%-26s", N_SIZES,
           sizes[0], sizes[N_SIZES - 1], "misuse");
    for (int mode = 0; mode < MISUSE_MODES; mode++) {
        printf("  %11s", misuse_mode_name((enum misuse_mode)mode));
    }
    putchar('\n');
    for (size_t i = 0; i < n_misuses; i++) {
        print_row(&misuses[i], sums, build != NULL ? build : "build/release");
    }
    printf("%-26s", "caught");
    for (int mode = 0; mode < MISUSE_MODES; mode++) {
        printf("  %7d/%-3d", sums[mode].caught, sums[mode].possible);
        missed += sums[mode].possible - sums[mode].caught;
    }
    putchar('\n');
    return missed != 0;
}
