/*
 * worker.c -- how a worker ended, in words.
 */
#include "driver/replay/worker.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- text ---------------------------------------------------------------- */

struct text {
    char *to;
    size_t room;
    size_t used;
};

__attribute__((format(printf, 2, 3))) static void append(struct text *text,
                                                         const char *format,
                                                         ...)
{
    if (text->used >= text->room) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(text->to + text->used, text->room - text->used, format,
                      arguments);
    va_end(arguments);
    text->used += n > 0 ? (size_t)n : 0;
}

/* ---- words --------------------------------------------------------------- */

const char *worker_signal_name(int number, char *text, size_t room)
{
    const char *name = sigabbrev_np(number);
    if (name != NULL) {
        snprintf(text, room, "SIG%s", name);
    } else {
        snprintf(text, room, "signal %d", number);
    }
    return text;
}

static void append_place(struct text *text, const struct post_mortem *dead)
{
    if (dead->op == FAULT_NO_OP) {
        append(text, " outside of any operation");
        return;
    }
    append(text, " at operation %" PRIu64, dead->op + 1);
    if (dead->n_last_ops > 0 && dead->n_last_ops <= POST_MORTEM_OPS) {
        const struct told_op *last = &dead->last_ops[dead->n_last_ops - 1];
        append(text, ", line %" PRIu64 ": %s", last->line, last->text);
    }
}

static void append_cause(struct text *text, const struct worker_end *end)
{
    char name[24];
    switch (end->how) {
    case WORKER_CRASHED:
        append(text, "%s%s",
               worker_signal_name(end->post_mortem.signal, name, sizeof name),
               end->post_mortem.stack_overflow ? " (stack overflow)" : "");
        break;
    case WORKER_EXITED:
        append(text, "exit with status %d", end->post_mortem.exit_status);
        break;
    case WORKER_HUNG: append(text, "no end after %.3g s", end->seconds); break;
    case WORKER_RUNAWAY:
        append(text, "memory ran to %zu MiB", end->resident_bytes >> 20);
        break;
    case WORKER_NOT_RUN:
    case WORKER_DONE:
    case WORKER_UNSTARTED: break;
    }
}

char *worker_describe_end(const struct worker_end *end, char *text, size_t room)
{
    struct text line = {.to = text, .room = room};
    if (room > 0) {
        *text = '\0';
    }
    switch (end->how) {
    case WORKER_NOT_RUN: append(&line, "not run"); break;
    case WORKER_DONE: append(&line, "done"); break;
    case WORKER_UNSTARTED:
        append(&line, "no worker could be started: %s",
               strerror(end->start_errno));
        break;
    default: append_cause(&line, end); append_place(&line, &end->post_mortem);
    }
    return text;
}
