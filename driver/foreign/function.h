/*
 * function.h -- the malloc family, as logs name and call it.
 */
#ifndef DRIVER_FOREIGN_FUNCTION_H
#define DRIVER_FOREIGN_FUNCTION_H

#include <stddef.h>

#include "driver/foreign/line.h"
#include "driver/foreign/log.h"

struct foreign_function {
    const char *name;
    enum op_kind kind;
    const char *arguments; /* p: block, s: bytes, n: how many, a: alignment */
};

/* The function of this name, n characters long, or NULL. */
const struct foreign_function *function_find(const char *name, size_t n);

/*
 * Reads the arguments, with a separator between them, and fills the call with
 * what they mean.  An array of more bytes than there are counts as 2^64 - 1;
 * an alignment that is no power of two as the next one, as glibc takes it.
 * Returns 0, or -1 as the functions of line.h.
 */
int function_read_arguments(const struct foreign_function *function,
                            struct line *line, const char *separator,
                            struct foreign_call *call);

#endif
