/*
 * output.c -- a stream on a copy of a new file's descriptor.
 */
#include "driver/run/output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* A stream that writes to fd and can be closed by itself; NULL with errno. */
static FILE *stream_on(int fd)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    FILE *file = copy >= 0 ? fdopen(copy, "w") : NULL;
    if (file == NULL && copy >= 0) {
        int error = errno;
        close(copy);
        errno = error;
    }
    return file;
}

int output_open(struct output *output, const char *path)
{
    *output = (struct output){.path = path, .beside = NEW_FILE_NONE};
    if (strcmp(path, "-") == 0) {
        output->file = stdout;
        return 0;
    }
    if (new_file_open(&output->beside, path) != 0) {
        return -1;
    }
    output->file = stream_on(output->beside.fd);
    if (output->file == NULL) {
        new_file_drop(&output->beside);
        return -1;
    }
    return 0;
}

int output_close(struct output *output, int status)
{
    int failed = ferror(output->file);
    if (output->file == stdout) {
        return fflush(stdout) == 0 && !failed ? status : -1;
    }
    if (fclose(output->file) != 0 || failed) {
        status = -1;
    }
    if (status == 0) {
        return new_file_keep(&output->beside);
    }
    new_file_drop(&output->beside);
    return -1;
}
