/*
 * reason.c -- why a result is not valid, in one line.
 *
 * The rule or signal comes first, then where: a line that is cut at the width
 * of a table still says the most important thing.
 */
#include "driver/report/reason.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "driver/report/tell_death.h"

static void fault_reason(const struct result *result, char *text)
{
    const struct fault *fault = &result->fault;
    const char *what =
        result->verdict == VERDICT_NO_MEMORY ? "heap limit met" : fault->rule;
    if (fault->op == FAULT_NO_OP) {
        snprintf(text, REASON_ROOM, "%s, outside the operations", what);
    } else {
        snprintf(text, REASON_ROOM, "%s at line %" PRIu64 ": %s", what,
                 fault->line, fault->operation);
    }
}

/* " at line 1004: f 1", or nothing where no operation was under way. */
static void add_operation(const struct post_mortem *death, char *text)
{
    size_t length = strlen(text);
    uint32_t n = death->n_last_ops;
    if (death->op != FAULT_NO_OP && n > 0 && n <= POST_MORTEM_OPS) {
        const struct told_op *op = &death->last_ops[n - 1];
        snprintf(text + length, REASON_ROOM - length,
                 " at line %" PRIu64 ": %s", op->line, op->text);
    }
}

static void add_function(const struct post_mortem *death, char *text)
{
    size_t length = strlen(text);
    const struct stack_frame *frame = &death->frames[0];
    if (death->n_frames > 0 && frame->function[0] != '\0') {
        snprintf(text + length, REASON_ROOM - length, ", in %s",
                 frame->function);
    }
}

static void death_reason(const struct result *result, char *text)
{
    const struct post_mortem *death = &result->post_mortem;
    switch (result->verdict) {
    case VERDICT_CRASHED:
        snprintf(text, REASON_ROOM, "%s", signal_name(death->signal).text);
        break;
    case VERDICT_EXITED:
        snprintf(text, REASON_ROOM, "exit(%d)", death->exit_status);
        break;
    case VERDICT_HUNG: snprintf(text, REASON_ROOM, "did not come back"); break;
    default: snprintf(text, REASON_ROOM, "took too much memory"); break;
    }
    add_operation(death, text);
    add_function(death, text);
}

char *reason_text(const struct result *result, char *text)
{
    text[0] = '\0';
    if (result->message[0] != '\0') {
        snprintf(text, REASON_ROOM, "%s", result->message);
        return text;
    }
    switch (result->verdict) {
    case VERDICT_FAULT:
    case VERDICT_NO_MEMORY: fault_reason(result, text); break;
    case VERDICT_CRASHED:
    case VERDICT_EXITED:
    case VERDICT_HUNG:
    case VERDICT_RUNAWAY: death_reason(result, text); break;
    case VERDICT_NOT_RUN:
        snprintf(text, REASON_ROOM, "interrupted before its turn");
        break;
    case VERDICT_BROKEN:
        snprintf(text, REASON_ROOM, "the harness failed");
        break;
    case VERDICT_VALID: break;
    }
    return text;
}
