/*
 * table.h -- where a benchmark leaves its figures for the pictures.
 */
#ifndef TESTS_BENCH_TABLE_H
#define TESTS_BENCH_TABLE_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/*
 * Creates NAME.csv in the folder that the environment variable OUT names, or
 * in plots/out.  Returns NULL, with a message on stderr, where it cannot.
 */
static inline FILE *table_create(const char *name)
{
    const char *folder = getenv("OUT");
    char path[4096];
    if (folder == NULL) {
        folder = "plots/out";
    }
    mkdir(folder, 0777);
    snprintf(path, sizeof path, "%s/%s.csv", folder, name);
    FILE *table = fopen(path, "w");
    if (table == NULL) {
        perror(path);
    }
    return table;
}

#endif
