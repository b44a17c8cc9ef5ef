/*
 * file.h -- names and contents of the files that the library writes.
 *
 * A name may contain %p, the process's number.  Processes that a watched one
 * starts get ".%p" added to a name without it, so that nobody overwrites what
 * another one writes.  No function allocates.
 */
#ifndef ALLOCATOR_PRELOAD_WATCH_FILE_H
#define ALLOCATOR_PRELOAD_WATCH_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A name as the setting gave it, made absolute; empty: not wanted. */
struct file_name {
    char text[PATH_MAX];
};

/* Takes a name from the environment; false: empty or too long. */
bool file_name_set(struct file_name *name, const char *text);

/* What the processes that this one starts are to use. */
void file_name_pass_on(struct file_name *name);

/* The path of this process; false: too long. */
bool file_name_expand(const struct file_name *name, char path[PATH_MAX]);

/*
 * A file that is written at once, beside its name, which it gets when it is
 * complete.
 */
struct file_out {
    char path[PATH_MAX];
    int fd;
    int problem; /* the first errno, or 0 */
    size_t used;
    char text[4096];
};

/* Creates it; what goes wrong is told by file_out_close. */
void file_out_open(struct file_out *out, const char *path);

/* As printf, without floating point; cut at 511 bytes. */
__attribute__((format(printf, 2, 3))) void file_out_print(struct file_out *out,
                                                          const char *format,
                                                          ...);

/* All of another file. */
void file_out_copy(struct file_out *out, const char *path);

/* 0 or an errno; then there is no file. */
int file_out_close(struct file_out *out);

/* As open(2), closed at exec.  A descriptor, or -1 with errno. */
int file_open(const char *path, int flags);

#endif
