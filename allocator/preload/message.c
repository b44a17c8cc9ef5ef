/*
 * message.c -- formatted on the stack, written by one system call.
 *
 * The C library's formatter allocates for floating point and for wide or
 * numbered arguments only, and none of these is used here.
 */
#include "allocator/preload/message.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ROOM = MESSAGE_LONGEST + 1 };

/*
 * Many programs close standard error before they exit.  What is to be told at
 * the end goes to a copy then, as long as the copy is still what it was.
 */
static struct {
    int fd; /* 0: none */
    dev_t device;
    ino_t inode;
} kept;

enum { KEPT_LEAST = 200 }; /* out of the way of the program's own */

void message_keep_stream(void)
{
    struct stat now;
    int fd =
        kept.fd == 0 ? fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, KEPT_LEAST) : -1;
    if (fd >= 0 && fstat(fd, &now) == 0) {
        kept.fd = fd;
        kept.device = now.st_dev;
        kept.inode = now.st_ino;
    }
}

static void write_text(const char *text, size_t bytes)
{
    struct stat now;
    if (syscall(SYS_write, STDERR_FILENO, text, bytes) < 0 && errno == EBADF &&
        kept.fd != 0 && fstat(kept.fd, &now) == 0 &&
        now.st_dev == kept.device && now.st_ino == kept.inode) {
        syscall(SYS_write, kept.fd, text, bytes);
    }
}

void message_tell(const char *format, ...)
{
    char text[ROOM];
    int error = errno;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length > 0) {
        size_t bytes = length < ROOM ? (size_t)length : ROOM - 1;
        write_text(text, bytes);
    }
    errno = error;
}

void message_misuse(const char *what, const void *address)
{
    message_tell("error: %s detected at 0x%jx\n", what,
                 (uintmax_t)(uintptr_t)address);
    _exit(MESSAGE_EXIT_MISUSE);
}
