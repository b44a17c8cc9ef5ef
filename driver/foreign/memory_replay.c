/*
 * memory_replay.c -- what Android's malloc debug records, and its tool
 * memory_replay reads.
 *
 *     THREAD: malloc 0xADDRESS SIZE
 *     THREAD: calloc 0xADDRESS COUNT SIZE
 *     THREAD: realloc 0xNEW 0xOLD SIZE
 *     THREAD: memalign 0xADDRESS ALIGNMENT SIZE
 *     THREAD: free 0xADDRESS
 *     THREAD: thread_done 0x0
 *
 * Newer ones add the time at which the call began and that at which it ended;
 * thread_done has one time.  The order of lines is taken for that of calls.
 */
#include <string.h>

#include "driver/foreign/formats.h"
#include "driver/foreign/function.h"

/* All of the times, or none. */
static int read_times(struct line *line, int n)
{
    uint64_t ns;
    line_skip_blanks(line);
    for (int i = 0; i < n && (i > 0 || line->at < line->end); i++) {
        line_skip_blanks(line);
        if (line_number(line, "a time in ns", &ns) != 0) {
            return -1;
        }
    }
    return line_end(line);
}

static int read_thread_done(struct line *line)
{
    uint64_t unused;
    return line_address(line, &unused) == 0 ? read_times(line, 1) : -1;
}

/* As in C, but with the result in front of the arguments. */
static int read_call(struct foreign_log *log, struct line *line,
                     const struct foreign_function *function, uint64_t thread)
{
    struct foreign_call call = {.thread = thread};
    uint64_t result = 0;
    if (function->kind != OP_FREE &&
        (line_address(line, &result) != 0 || line_text(line, " ") != 0)) {
        return -1;
    }
    return function_read_arguments(function, line, " ", &call) == 0 &&
                   read_times(line, 2) == 0
               ? log_call(log, call, result)
               : -1;
}

static int read_line(struct foreign_log *log, struct line *line)
{
    uint64_t thread;
    if (line_number(line, "a thread number", &thread) != 0 ||
        line_text(line, ": ") != 0) {
        return -1;
    }
    if (line_accept(line, "thread_done ")) {
        return read_thread_done(line);
    }
    const char *name = line->at;
    const char *blank = memchr(name, ' ', (size_t)(line->end - name));
    const struct foreign_function *function =
        blank == NULL ? NULL : function_find(name, (size_t)(blank - name));
    if (function == NULL) {
        return line_expected(line, "malloc, calloc, realloc, memalign, free "
                                   "or thread_done");
    }
    line->at = blank + 1;
    return read_call(log, line, function, thread);
}

const struct foreign_format foreign_memory_replay = {"memory-replay",
                                                     read_line};
