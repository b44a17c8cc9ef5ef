/*
 * mtrace.c -- what glibc's mtrace() writes; mtrace(3).
 *
 *     = Start                                 and = End
 *     @ ./a:(main+1a)[0x401251] + 0x16d5 0x20   malloc, calloc, memalign
 *     @ ./a:[0x401311] - 0x16d5                 free
 *     @ ./a:[0x401279] < 0x16d5                 realloc from here ...
 *     @ ./a:[0x401279] > 0x17a0 0x1388          ... on the next line to here
 *     @ ./a:[0x401380] ! 0x16d5 0x4000          realloc that failed
 *
 * The caller may be missing.  Threads are not told, calls of one thread are
 * never interrupted by another.
 */
#include <string.h>

#include "driver/foreign/formats.h"

/* The caller's file may have any name; the sign has blanks around it. */
static void skip_caller(struct line *line)
{
    for (const char *at = line->end - 2; at > line->at; at--) {
        if (at[-1] == ' ' && at[1] == ' ' && strchr("+-<>!", *at) != NULL) {
            line->at = at;
            return;
        }
    }
}

static int read_address(struct line *line, uint64_t *address)
{
    return line_text(line, " ") == 0 ? line_address(line, address) : -1;
}

static int read_address_and_size(struct line *line, uint64_t *address,
                                 uint64_t *size)
{
    return read_address(line, address) == 0 && line_text(line, " ") == 0
               ? line_number(line, "a size", size)
               : -1;
}

static int read_allocation(struct foreign_log *log, struct line *line)
{
    struct foreign_call call = {.kind = OP_ALLOC};
    uint64_t address;
    return read_address_and_size(line, &address, &call.size) == 0 &&
                   line_end(line) == 0
               ? log_call(log, call, address)
               : -1;
}

static int read_free(struct foreign_log *log, struct line *line)
{
    struct foreign_call call = {.kind = OP_FREE};
    return read_address(line, &call.old) == 0 && line_end(line) == 0
               ? log_call(log, call, 0)
               : -1;
}

/* The size comes on the next line; it is not 0, or this were a free. */
static int read_move(struct foreign_log *log, struct line *line)
{
    struct foreign_call call = {.kind = OP_REALLOC, .size = 1};
    return read_address(line, &call.old) == 0 && line_end(line) == 0
               ? log_suspend(log, call)
               : -1;
}

static int read_moved(struct foreign_log *log, struct line *line,
                      struct suspended_call *move)
{
    uint64_t address;
    if (move == NULL) {
        return line_expected(line, "a line \"< ADDRESS\" before this");
    }
    return line_text(line, ">") == 0 &&
                   read_address_and_size(line, &address, &move->call.size) ==
                       0 &&
                   line_end(line) == 0
               ? log_resume(log, move, address)
               : -1;
}

/* Nothing happened. */
static int read_failure(struct foreign_log *log, struct line *line)
{
    uint64_t address;
    uint64_t size;
    log->report->calls++;
    log->report->failed++;
    return read_address_and_size(line, &address, &size) == 0 ? line_end(line)
                                                             : -1;
}

static int read_line(struct foreign_log *log, struct line *line)
{
    if (line_accept(line, "= Start") || line_accept(line, "= End")) {
        return line_end(line);
    }
    struct suspended_call *move = log_suspended(log, 0);
    if (line_accept(line, "@ ")) {
        skip_caller(line);
    }
    if (move != NULL || (line->at < line->end && *line->at == '>')) {
        return read_moved(log, line, move);
    }
    return line_accept(line, "+")   ? read_allocation(log, line)
           : line_accept(line, "-") ? read_free(log, line)
           : line_accept(line, "<") ? read_move(log, line)
           : line_accept(line, "!") ? read_failure(log, line)
                                    : line_expected(line, "one of + - < > !");
}

const struct foreign_format foreign_mtrace = {"mtrace", read_line};
