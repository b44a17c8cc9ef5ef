/*
 * input.h -- the bytes of a trace, decompressed, piece by piece.
 *
 * Files, standard input and memory read alike; compressions are told by
 * their first bytes, never by a name, and undone by libarchive.
 */
#ifndef DRIVER_TRACE_INPUT_H
#define DRIVER_TRACE_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct archive;

struct input {
    struct archive *archive;
    int fd;     /* ours to close, or -1 */
    bool empty; /* there is nothing to read */
};

/* Room for what input functions say of a failure: "expected ..., got ...". */
#define INPUT_MESSAGE_BYTES 256

/*
 * Opens a file ("-": standard input), or bytes in memory that must outlive
 * the input.  Returns 0, or -1 with a message; then nothing is open.
 */
int input_open_file(struct input *input, const char *path, char *message);
int input_open_bytes(struct input *input, const void *bytes, size_t n,
                     char *message);

/* Returns how many bytes were read, 0 at the end, or -1 with a message. */
ssize_t input_read(struct input *input, char *buffer, size_t room,
                   char *message);

void input_close(struct input *input);

#endif
