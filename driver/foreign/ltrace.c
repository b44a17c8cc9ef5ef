/*
 * ltrace.c -- calls of library functions, as ltrace prints them.
 *
 *     [pid 7] 13:00:41 [0x401251] ls->malloc(32)      = 0x16d52a0 <0.000185>
 *     7 1795266041.70 realloc@libc.so.6(0x16d52a0, 64 <unfinished ...>
 *     7 1795266041.71 <... realloc resumed> )         = 0x16d5340
 *     printf("%d\n", 1)                               = 2
 *     SYS_brk(0)                                      = 0x1300e000
 *     --- SIGCHLD (Child exited) ---
 *     +++ exited (status 0) +++
 *
 * All in front of the name depends on options.  Calls of other functions and
 * of the system, signals and exits are passed over.  A call that is
 * interrupted, by another thread or by what it calls itself, is resumed later;
 * what the same thread allocates meanwhile are the allocator's own affairs.
 * Arguments may be followed by more, where ltrace does not know how many there
 * are.  The block of posix_memalign is not told.
 *
 * Threads and processes look alike: all count as threads of one, unless one is
 * asked for.  A child that frees what its parent has, too, frees it for both.
 */
#include <string.h>

#include "driver/foreign/formats.h"
#include "driver/foreign/function.h"

/* ---- in front of the name ---------------------------------------------- */

static bool is_time(const char *at, const char *end)
{
    bool marked = false;
    for (; at < end; at++) {
        marked |= *at == ':' || *at == '.';
        if (strchr("0123456789:.", *at) == NULL || *at == '\0') {
            return false;
        }
    }
    return marked;
}

/* "12:34:56", "1795266041.703815" or "0.000337", if that is what follows. */
static void skip_time(struct line *line)
{
    const char *blank = memchr(line->at, ' ', (size_t)(line->end - line->at));
    if (blank != NULL && is_time(line->at, blank)) {
        line->at = blank;
        line_skip_blanks(line);
    }
}

static int read_pid(struct line *line, uint64_t *pid)
{
    static const char what[] = "a process number";
    line_skip_blanks(line);
    if (line_accept(line, "[pid ")) {
        return line_number(line, what, pid) == 0 ? line_text(line, "] ") : -1;
    }
    skip_time(line);
    return line_at_digit(line) ? line_number(line, what, pid) : 0;
}

/* Where the call was made. */
static int skip_place(struct line *line)
{
    uint64_t address;
    if (!line_accept(line, "[")) {
        return 0;
    }
    return line_number(line, "an address", &address) == 0 ? line_text(line, "]")
                                                          : -1;
}

static int read_prefix(struct line *line, uint64_t *pid)
{
    *pid = 0;
    if (read_pid(line, pid) != 0) {
        return -1;
    }
    line_skip_blanks(line);
    skip_time(line);
    if (skip_place(line) != 0) {
        return -1;
    }
    line_skip_blanks(line);
    return 0;
}

/* ---- calls ------------------------------------------------------------- */

static const char unfinished[] = "<unfinished ...>";
static const char no_return[] = "<no return ...>";

static bool is_unfinished(const struct line *line)
{
    const char *mark = line_find_last(line, "<");
    struct line rest = {.at = mark, .end = line->end};
    return mark != NULL &&
           (line_accept(&rest, unfinished) || line_accept(&rest, no_return));
}

/* "EXECUTABLE->NAME@LIBRARY" without both sides. */
static const struct foreign_function *find_function(const struct line *line,
                                                    const char *bracket)
{
    struct line before = {.at = line->at, .end = bracket};
    const char *arrow = line_find_last(&before, "->");
    const char *name = arrow == NULL ? line->at : arrow + 2;
    const char *at = memchr(name, '@', (size_t)(bracket - name));
    return function_find(name, (size_t)((at == NULL ? bracket : at) - name));
}

/* ")   = 0x16d52a0 <0.000185>"; what free returns is nothing, or garbage. */
static int read_result(struct line *line, enum op_kind kind, uint64_t *result)
{
    const char *bracket = memchr(line->at, ')', (size_t)(line->end - line->at));
    line->at = bracket == NULL ? line->end : bracket;
    *result = 0;
    if (line_text(line, ")") != 0) {
        return -1;
    }
    line_skip_blanks(line);
    if (line_text(line, "= ") != 0 ||
        (kind != OP_FREE && line_address(line, result) != 0)) {
        return -1;
    }
    line_skip_blanks(line);
    return kind == OP_FREE || line_accept(line, "<") ? 0 : line_end(line);
}

/* A call inside one of its own thread. */
static int pass_inner(struct foreign_log *log, const struct line *line,
                      struct suspended_call *outer,
                      const struct foreign_function *function)
{
    bool same = strcmp(outer->call.function, function->name) == 0;
    outer->inner += same && is_unfinished(line);
    log->report->inner++;
    return 0;
}

static int read_family_call(struct foreign_log *log, struct line *line,
                            const struct foreign_function *function,
                            uint64_t pid)
{
    struct foreign_call call = {.thread = pid};
    struct suspended_call *outer = log_suspended(log, pid);
    uint64_t result;
    if (log->options->has_pid && !log_wants(log, pid)) {
        return 0;
    }
    if (outer != NULL) {
        return pass_inner(log, line, outer, function);
    }
    if (strcmp(function->name, "posix_memalign") == 0) {
        log->report->unplaced++;
        return 0;
    }
    if (function_read_arguments(function, line, ", ", &call) != 0) {
        return -1;
    }
    if (is_unfinished(line)) {
        return log_suspend(log, call);
    }
    return read_result(line, call.kind, &result) == 0
               ? log_call(log, call, result)
               : -1;
}

/* "<... NAME resumed> ) = 0x16d5340", the first mark being read. */
static int read_resumed(struct foreign_log *log, struct line *line,
                        uint64_t pid)
{
    const char *name = line->at;
    const char *blank = memchr(name, ' ', (size_t)(line->end - name));
    if (blank == NULL) {
        return line_expected(line, "the name of a function");
    }
    line->at = blank;
    if (line_text(line, " resumed>") != 0) {
        return -1;
    }
    struct suspended_call *call = log_suspended(log, pid);
    const struct foreign_function *function =
        function_find(name, (size_t)(blank - name));
    if (call == NULL || function == NULL ||
        strcmp(call->call.function, function->name) != 0) {
        return 0; /* of another function, or inside */
    }
    if (call->inner > 0) {
        call->inner--;
        return 0;
    }
    uint64_t result;
    return read_result(line, call->call.kind, &result) == 0
               ? log_resume(log, call, result)
               : -1;
}

/* Demangled names have brackets of their own: "operator new(unsigned long)(".
 */
static const char *find_bracket(const struct line *line)
{
    size_t n = (size_t)(line->end - line->at);
    const char *second = memmem(line->at, n, ")(", 2);
    return second != NULL ? second + 1 : memchr(line->at, '(', n);
}

static int read_call(struct foreign_log *log, struct line *line, uint64_t pid)
{
    const char *bracket = find_bracket(line);
    bool ends = line_find_last(line, " = ") != NULL || is_unfinished(line);
    if (bracket == NULL || bracket == line->at || !ends) {
        return line_expected(line, "a call, its result, a signal or an exit");
    }
    const struct foreign_function *function = find_function(line, bracket);
    if (function == NULL) {
        return 0;
    }
    line->at = bracket + 1;
    return read_family_call(log, line, function, pid);
}

static int read_line(struct foreign_log *log, struct line *line)
{
    uint64_t pid;
    if (read_prefix(line, &pid) != 0) {
        return -1;
    }
    if (line_accept(line, "+++ ") || line_accept(line, "--- ")) {
        return 0;
    }
    return line_accept(line, "<... ") ? read_resumed(log, line, pid)
                                      : read_call(log, line, pid);
}

const struct foreign_format foreign_ltrace = {"ltrace", read_line};
