/*
 * output.h -- a result file that appears whole or not at all.
 */
#ifndef DRIVER_RUN_OUTPUT_H
#define DRIVER_RUN_OUTPUT_H

#include <stdio.h>

struct output {
    const char *path;
    char *beside; /* what is written, renamed to path at the end; or NULL */
    FILE *file;
};

/*
 * Opens a file beside path, standard output for "-", or path itself where it
 * is no plain file.
 * Returns 0, or -1 with errno set.
 */
int output_open(struct output *output, const char *path);

/*
 * Ends the file: renames it to its name when status is 0, else removes it.
 * Returns 0, or -1 with errno set; then nothing is left behind.
 */
int output_close(struct output *output, int status);

#endif
