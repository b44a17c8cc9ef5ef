/*
 * message.c -- formatted on the stack, written by one system call.
 *
 * The C library's formatter allocates for floating point and for wide or
 * numbered arguments only, and none of these is used here.
 */
#include "allocator/preload/message.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ROOM = 1024 };

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
        syscall(SYS_write, STDERR_FILENO, text, bytes);
    }
    errno = error;
}

void message_misuse(const char *what, const void *address)
{
    message_tell("error: %s detected at 0x%jx\n", what,
                 (uintmax_t)(uintptr_t)address);
    _exit(MESSAGE_EXIT_MISUSE);
}
