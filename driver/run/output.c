/*
 * output.c -- write beside, then rename.
 *
 * What is there already and no plain file (a terminal, a pipe, /dev/null) is
 * written in place: a rename would put a file where the device was.
 */
#include "driver/run/output.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int output_open(struct output *output, const char *path)
{
    *output = (struct output){.path = path};
    if (strcmp(path, "-") == 0) {
        output->file = stdout;
        return 0;
    }
    struct stat status;
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
        output->file = fopen(path, "w");
        return output->file != NULL ? 0 : -1;
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
    int failed = ferror(output->file);
    bool keep = output->file == stdout;
    if ((keep ? fflush(output->file) : fclose(output->file)) != 0 || failed) {
        status = -1;
    }
    if (output->beside == NULL) {
        return status;
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
