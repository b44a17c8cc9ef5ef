/*
 * misuse.c -- makes one mistake with blocks of a size.
 *
 *     misuse NAME SIZE      exit 0 if nobody noticed
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/programs/misuse/mistakes.h"

volatile size_t size;

/* Whether the mistake is among them; makes it if so. */
static int make(const struct mistake *mistake, const char *name)
{
    for (; mistake->name != NULL; mistake++) {
        if (strcmp(name, mistake->name) == 0) {
            mistake->make();
            return 1;
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    size = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
    if (size != 0 &&
        (make(wrong_calls, argv[1]) || make(wrong_accesses, argv[1]))) {
        return 0;
    }
    fputs("usage: misuse NAME SIZE\n", stderr);
    return 2;
}
