/*
 * system.h -- system calls at which no thread can be cancelled.
 *
 * libc's open(), read(), ... are cancellation points, malloc() is none: a
 * thread must not end in the middle of one because it is being recorded.
 */
#ifndef DRIVER_RECORD_PRELOAD_SYSTEM_H
#define DRIVER_RECORD_PRELOAD_SYSTEM_H

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* Each as the call it is named after; the descriptor closes on exec. */
static inline int system_open(const char *path, int flags, unsigned mode)
{
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, mode);
}

static inline void system_close(int fd)
{
    syscall(SYS_close, fd);
}

static inline ssize_t system_read(int fd, void *buffer, size_t bytes)
{
    return syscall(SYS_read, fd, buffer, bytes);
}

static inline ssize_t system_write(int fd, const void *buffer, size_t bytes)
{
    return syscall(SYS_write, fd, buffer, bytes);
}

static inline ssize_t system_pwritev(int fd, const struct iovec *parts,
                                     size_t n, uint64_t offset)
{
    return syscall(SYS_pwritev, fd, parts, n, offset, 0);
}

/* Lets others run, whatever their priority. */
static inline void system_nap(void)
{
    const struct timespec moment = {.tv_nsec = 20000};
    syscall(SYS_nanosleep, &moment, NULL);
}

#endif
