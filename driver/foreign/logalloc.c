/*
 * logalloc.c -- what Mozilla's logalloc writes, as it is or munged.
 *
 *     PID THREAD malloc(32)=#1         or  =0x7f90495120e0
 *     PID THREAD calloc(1,148)=#2
 *     PID THREAD realloc(#1,64)=#3
 *     PID THREAD posix_memalign(256,240)=#4     also memalign, aligned_alloc
 *     PID THREAD free(#3)
 *     PID THREAD jemalloc_stats()
 *
 * Old ones lack the thread.  Where several processes wrote, each has addresses
 * of its own; one of them is taken.
 */
#include <string.h>

#include "driver/foreign/formats.h"
#include "driver/foreign/function.h"

/* The thread is the process's first where it is not told. */
static int read_who(struct line *line, uint64_t *pid, uint64_t *thread)
{
    if (line_number(line, "a process number", pid) != 0 ||
        line_text(line, " ") != 0) {
        return -1;
    }
    *thread = *pid;
    return !line_at_digit(line) ||
                   (line_number(line, "a thread number", thread) == 0 &&
                    line_text(line, " ") == 0)
               ? 0
               : -1;
}

static const struct foreign_function *read_name(struct line *line)
{
    const char *name = line->at;
    const char *bracket = memchr(name, '(', (size_t)(line->end - name));
    const struct foreign_function *function =
        bracket == NULL ? NULL : function_find(name, (size_t)(bracket - name));
    if (function == NULL) {
        line_expected(line, "a call of malloc, calloc, realloc, memalign, "
                            "posix_memalign, aligned_alloc, valloc or free");
        return NULL;
    }
    line->at = bracket + 1;
    return function;
}

static int read_line(struct foreign_log *log, struct line *line)
{
    struct foreign_call call = {.kind = OP_KINDS};
    uint64_t pid;
    uint64_t result = 0;
    if (read_who(line, &pid, &call.thread) != 0) {
        return -1;
    }
    if (line_accept(line, "jemalloc_stats()")) {
        return line_end(line);
    }
    const struct foreign_function *function = read_name(line);
    if (function == NULL ||
        function_read_arguments(function, line, ",", &call) != 0 ||
        line_text(line, ")") != 0) {
        return -1;
    }
    if (call.kind != OP_FREE &&
        (line_text(line, "=") != 0 || line_address(line, &result) != 0)) {
        return -1;
    }
    if (line_end(line) != 0) {
        return -1;
    }
    return log_wants(log, pid) ? log_call(log, call, result) : 0;
}

const struct foreign_format foreign_logalloc = {"logalloc", read_line};
