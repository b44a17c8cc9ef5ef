/*
 * misuse.c -- prints which planted mistakes the debug mode catches.
 *
 * One row for each mistake, one column for each value of MALLOC_DEBUG; a cell
 * tells with how many of the sizes it was caught, and a dash where nothing of
 * its kind could.  The last column is for no debug mode, of which nobody
 * expects as much: there any word counts.  Exit 1 when something that can be
 * caught by a debug mode was not.
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

/* How many are told without the debug mode. */
static struct tally count_noticed(const struct misuse *misuse,
                                  const char *build)
{
    struct tally tally = {N_SIZES, 0};
    for (int i = 0; i < N_SIZES; i++) {
        tally.caught += misuse_is_noticed(misuse, sizes[i], build);
    }
    return tally;
}

static void print_row(const struct misuse *misuse, struct tally *sums,
                      const char *build)
{
    printf("%-26s", misuse->name);
    for (int mode = 0; mode <= MISUSE_NORMAL; mode++) {
        struct tally tally = mode == MISUSE_NORMAL
                                 ? count_noticed(misuse, build)
                                 : count(misuse, (enum misuse_mode)mode, build);
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
    struct tally sums[MISUSE_NORMAL + 1] = {{0, 0}};
    int missed = 0;
    printf("%d sizes from %zu to %zu bytes; MALLOC_DEBUG=\n\n%-26s", N_SIZES,
           sizes[0], sizes[N_SIZES - 1], "misuse");
    for (int mode = 0; mode <= MISUSE_NORMAL; mode++) {
        printf("  %11s", misuse_mode_name((enum misuse_mode)mode));
    }
    putchar('\n');
    for (size_t i = 0; i < n_misuses; i++) {
        print_row(&misuses[i], sums, build != NULL ? build : "build/release");
    }
    printf("%-26s", "caught");
    for (int mode = 0; mode <= MISUSE_NORMAL; mode++) {
        printf("  %7d/%-3d", sums[mode].caught, sums[mode].possible);
        missed +=
            mode != MISUSE_NORMAL ? sums[mode].possible - sums[mode].caught : 0;
    }
    putchar('\n');
    return missed != 0;
}
