/*
 * output.c -- write beside, then rename.
 */
#include "driver/run/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int output_open(struct output *output, const char *path)
{
    *output = (struct output){.path = path};
    if (strcmp(path, "-") == 0) {
        output->file = stdout;
        return 0;
    }
    if (asprintf(&output->beside, "%s.%ld.part", path, (long)getpid()) < 0) {
        output->beside = NULL;
        return -1;
    }
    output->file = fopen(output->beside, "w");
    if (output->file == NULL) {
        int error = errno;
        free(output->beside);
        errno = error;
        return -1;
    }
    return 0;
}

int output_close(struct output *output, int status)
{
    if (output->beside == NULL) {
        return fflush(output->file) != 0 ? -1 : status;
    }
    int failed = ferror(output->file);
    if (fclose(output->file) != 0 || failed) {
        status = -1;
    }
    if (status == 0) {
        status = rename(output->beside, output->path);
    }
    int error = errno;
    if (status != 0) {
        unlink(output->beside);
    }
    free(output->beside);
    output->beside = NULL;
    errno = error;
    return status;
}
