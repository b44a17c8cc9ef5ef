/*
 * output.h -- a result file that appears whole or not at all.
 */
#ifndef DRIVER_RUN_OUTPUT_H
#define DRIVER_RUN_OUTPUT_H

#include <stdio.h>

#include "driver/trace/new_file.h"

struct output {
    const char *path;
    struct new_file beside; /* what is written; NEW_FILE_NONE: not ours */
    FILE *file;
};

/*
 * Opens a new file for path, or standard output for "-".
 * Returns 0, or -1 with errno set.
 */
int output_open(struct output *output, const char *path);

/*
 * Ends the file: puts it in its place when status is 0, else throws it away.
 * Returns 0, or -1 with errno set; then nothing is left behind.
 */
int output_close(struct output *output, int status);

#endif
