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

/* The mistake of that name among those, or NULL. */
static const struct mistake *find(const struct mistake *among, const char *name)
{
    while (among->name != NULL && strcmp(name, among->name) != 0) {
        among++;
    }
    return among->name != NULL ? among : NULL;
}

int main(int argc, char **argv)
{
    const struct mistake *mistake = NULL;

    if (argc == 3) {
        size = strtoul(argv[2], NULL, 10);
        mistake = find(wrong_calls, argv[1]);
        mistake = mistake != NULL ? mistake : find(wrong_accesses, argv[1]);
    }
    if (mistake == NULL || size == 0) {
        fputs("usage: misuse NAME SIZE\n", stderr);
        return 2;
    }
    mistake->make();
    return 0;
}
